"""`kefu train` and `kefu model`: what is worse is not served, unless a person says so."""

from __future__ import annotations

import asyncio
import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner
from small_school import add, make_school, run

from kefu.app import open_kefu
from kefu.app.models import Models
from kefu.cli import commands
from kefu.core.errors import StoreFailed
from kefu.core.nouns import Identity, Inbound

PHONE = "13912345678"
ASKED = (
    f"我学到哪了，我的手机是{PHONE}",
    "我学到哪了",
    "我的课学到第几课了",
    "课程进度到哪里了",
    "我现在学到哪一课",
    "我学到第几课了",
    "现在学到哪了",
)


def trained(school: Path, *options: str) -> dict[str, object]:
    """What `kefu train` says."""
    done = run("train", str(school), "--json", *options)
    found: dict[str, object] = json.loads(done.output)
    assert done.exit_code == (0 if found["promoted"] or "--no-promote" in options else 1)
    return found


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small school with its first model."""
    return make_school(tmp_path_factory.mktemp("gate") / "school")


@pytest.fixture
def school(first: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(first, tmp_path / "school"))


def spoil(school: Path) -> None:
    """Questions about progress are now said to be about the next lesson."""
    file = school / "skills" / "course_progress" / "examples.zh.txt"
    lines = file.read_text("utf-8").splitlines()
    (school / "skills" / "next_lesson" / "examples.zh.txt").write_text(
        "[next_lesson]\n" + "\n".join(line for line in lines if not line.startswith("[")) + "\n", "utf-8"
    )
    file.write_text("[course_progress]\n进度\n[course_overview]\n总览\n[course_finish]\n学完\n", "utf-8")


def test_the_first_model_is_served(school: Path) -> None:
    (only,) = json.loads(run("model", "list", str(school), "--json").output)
    assert (only["state"], only["reader"]) == ("current", "nearest.v1")
    assert only["gate"] == {"skipped": "nothing to compare with", "worse": False}


def test_a_model_that_is_no_worse_is_served(school: Path) -> None:
    """Without a fixed set both are trained without every fifth example."""
    add(school, "complaint", "你们的老师迟到了，我很不满意")
    shown = run("train", str(school), "--quiet")
    assert shown.exit_code == 0
    assert "takes two further trainings" in shown.output
    assert "held-out examples:" in shown.output
    listed = json.loads(run("model", "list", str(school), "--json").output)
    assert [one["state"] for one in listed] == ["current", "previous"]
    gate = listed[0]["gate"]
    for compared, fewest in (("fixed", 50), ("tone", 50)):
        assert gate[compared]["sentences"] > fewest
        assert gate[compared]["chance"] > 0.05


def test_one_that_is_worse_on_the_fixed_set_is_refused_with_its_sentences(school: Path) -> None:
    rows = "".join(f"{text},course_progress\n" for text in ASKED)
    (school / "tests.csv").write_text(f"text,label\n{rows}股票会涨吗,out_of_scope\n", "utf-8")
    spoil(school)
    refused = run("train", str(school), "--quiet")
    assert refused.exit_code == 1
    assert "two further trainings" not in refused.output
    assert f"{len(ASKED) + 1} sentences of the fixed set" in refused.output
    assert "我学到哪了: course_progress → next_lesson" in refused.output
    candidate = Models(school / "models").versions()[-1].name
    assert f"kefu model promote {candidate} --even-if-worse" in refused.output
    assert Models(school / "models").current() != candidate
    assert run("model", "promote", candidate, str(school)).exit_code == 1
    assert run("model", "promote", candidate[-12:], str(school), "--even-if-worse").exit_code == 0
    assert Models(school / "models").current() == candidate
    assert "is served again" in run("model", "rollback", str(school)).output
    assert run("model", "rollback", str(school)).exit_code == 1


def swap_tones(school: Path) -> list[str]:
    """What was praise is now said to be a complaint, and the other way round; what was praise in Chinese."""
    file = school / "skills" / "tone.zh.txt"
    text = file.read_text("utf-8")
    praise = text.partition("[positive praise]\n")[2].partition("\n[")[0].split("\n")
    text = text.replace("[positive praise]", "[+]").replace("[negative complaint]", "[positive praise]")
    file.write_text(text.replace("[+]", "[negative complaint]"), "utf-8")
    return praise


def test_one_that_hears_tone_worse_is_refused(school: Path) -> None:
    praise = swap_tones(school)
    (school / "tests.csv").write_text("text,label\n你好,greet\n", "utf-8")
    fixed = school / "tests.tone.zh.txt"
    fixed.write_text("\n".join(["# how they sound", "[positive praise]", *praise]), "utf-8")
    refused = run("train", str(school), "--quiet")
    assert refused.exit_code == 1, refused.output
    assert f"{len(praise)} sentences of a known tone" in refused.output
    assert ": positive praise → negative complaint" in refused.output
    candidate = Models(school / "models").versions()[-1].name
    fixed.write_text("[happy]\n你好", "utf-8")
    assert "tests.tone.zh.txt:1: 'happy' is none of" in str(run("model", "promote", candidate, str(school)).exception)


def test_a_candidate_waits_and_the_gate_can_be_left_out(school: Path) -> None:
    served = Models(school / "models").current()
    spoil(school)
    waiting = trained(school, "--no-promote")
    assert (waiting["promoted"], waiting["gate"]) == (False, None)
    assert Models(school / "models").current() == served
    forced = trained(school, "--no-gate")
    assert forced["gate"]["skipped"] == "left out by --no-gate"
    assert Models(school / "models").current() == forced["name"]


def test_a_damaged_model_is_replaced_by_training(school: Path) -> None:
    models = Models(school / "models")
    for _ in range(2):  # the second time within the same second
        (models.folder / models.current() / "manifest.json").write_text("{}")
        assert trained(school)["promoted"]
        assert models.open(models.current(), {}).version


async def converse(school: Path) -> None:
    """Customers ask, and people find every reading right."""
    async with open_kefu(school, deliver=False) as kefu:
        for number, text in enumerate(ASKED * 2):
            who = Identity(f"L{number:05}", "server")
            await kefu.take(Inbound("rest", f"m{number}", f"L{number:05}", text, datetime.now(UTC), who))
        for review in await kefu.store.reviews(judged=False):
            await kefu.judge(review.turn_id, "mei", right=True)


def test_one_that_reads_judged_conversations_otherwise_is_refused(
    school: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KEFU__PROMISE__REVIEW_SHARE", "1.0")
    asyncio.run(converse(school))
    (school / "tests.jsonl").write_text('{"text": "你好", "label": "greet"}\n', "utf-8")
    spoil(school)
    found = trained(school)
    assert not found["promoted"]
    assert "tone" not in found["gate"]
    replayed = found["gate"]["replayed"]
    assert (replayed["sentences"], replayed["lost"], replayed["won"]) == (len(ASKED), len(ASKED), 0)
    lost = found["gate"]["lost"]["replayed"]
    assert {change["after"] for change in lost} == {"next_lesson"}
    assert "我学到哪了，我的手机是[phone]" in [change["known"]["text"] for change in lost]
    refused = run("model", "promote", str(found["name"]), str(school))
    assert "手机是" in refused.output
    assert PHONE not in refused.output


def test_what_can_not_be_compared_stays_a_candidate(school: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    served = Models(school / "models").current()
    monkeypatch.setenv("KEFU__STORE__PATH", "no/such/folder/kefu.db")
    (school / "tests.csv").write_text("text,label\n你好,greet\n", "utf-8")
    add(school, "suggestion", "建议增加夜间课程的回放次数")
    done = run("train", str(school), "--quiet")
    assert done.exit_code == 1
    assert isinstance(done.exception, StoreFailed)
    candidate = Models(school / "models").versions()[-1].name
    assert f"stays a candidate: kefu model promote {candidate}" in done.exception.message
    assert Models(school / "models").current() == served


def test_the_version_served_is_not_compared_with_itself(school: Path) -> None:
    served = Models(school / "models").current()
    done = run("model", "promote", served, str(school), "--json")
    assert json.loads(done.output)["gate"]["skipped"] == "it is served already"
    assert Models(school / "models").served() == [served]


def test_doctor_tells_a_model_of_another_reader(school: Path) -> None:
    done = CliRunner(env={"KEFU__READER__USE": "linear.v1"}).invoke(commands, ["doctor", str(school), "--json"])
    (model,) = (one for one in json.loads(done.output) if one["what"] == "model")
    assert model["state"] == "warning"
    assert "is of nearest.v1" in model["found"]
