"""kefu knowledge search and test as a new user meets them, on the sample school's own texts."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from kefu.app.promise import Subject, withdraw, write_certificate
from kefu.cli import commands
from kefu.core.errors import BadInput
from kefu.service.promise.certify import Aim, Kept, Own


def kefu(*arguments: object, language: str = "en_GB.UTF-8") -> Result:
    env = {"LANG": language, "LC_ALL": "", "COLUMNS": "300"}
    return CliRunner(env=env).invoke(commands, [str(one) for one in arguments], catch_exceptions=False)


@pytest.fixture(scope="module")
def school(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("searching") / "school"
    assert kefu("init", home, "--learners", "60", "--quiet").exit_code == 0
    assert kefu("knowledge", "add", home / "knowledge", "--project", home).exit_code == 0
    return home


def found(school: Path, question: str, *options: str) -> dict[str, object]:
    done = kefu("knowledge", "search", question, "--project", school, "--json", *options)
    assert done.exit_code == 0
    shown = json.loads(done.stdout)
    assert isinstance(shown, dict)
    return shown


def test_a_question_shows_its_sentences_with_their_place(school: Path) -> None:
    shown = found(school, "How long does a refund take?")
    (part,) = shown["parts"]  # type: ignore[misc]
    assert part["source"] == "folder:knowledge/en/refund-time.md"
    assert shown["answered"]
    assert shown["threshold"] == 0.75
    done = kefu("knowledge", "search", "退款多久到账", "--project", school, language="zh_CN.UTF-8")
    assert "会回答" in done.stdout
    assert "退款申请一般 2 天内审核" in done.stdout
    done = kefu("knowledge", "search", "Do you sell bicycles?", "--project", school)
    assert "Goes out" not in done.stdout


def test_only_who_may_read_finds(school: Path) -> None:
    question = "What about refunds outside the rules?"
    ids = {
        audience: [one["source"] for key in ("parts", "further") for one in shown[key]]  # type: ignore[attr-defined]
        for audience in ("public", "staff")
        for shown in [found(school, question, "--audience", audience)]
    }
    secret = "folder:knowledge/en/staff-special-refunds.md"
    assert secret in ids["staff"]
    assert secret not in ids["public"]


def test_texts_that_disagree_or_have_expired_are_named(tmp_path: Path) -> None:
    home = tmp_path / "other"
    assert kefu("init", home, "--learners", "60", "--quiet").exit_code == 0
    texts = tmp_path / "texts"
    texts.mkdir()
    ended = datetime.now(UTC).date() - timedelta(days=30)
    for name, answer in (("hall", "自习室9点开门。"), ("library", "自习室8点开门。")):
        (texts / f"{name}.csv").write_text(f"question,answer\n自习室几点开门？,{answer}\n", "utf-8")
    (texts / "old.csv").write_text(f"question,answer,valid until\n春季优惠有多少？,减200元。,{ended}\n", "utf-8")
    assert kefu("knowledge", "add", texts, "--project", home).exit_code == 0
    assert "Another text says otherwise" in kefu("knowledge", "search", "自习室几点开门", "--project", home).stdout
    assert f"until {ended}" in kefu("knowledge", "search", "春季优惠有多少", "--project", home).stdout
    assert found(home, "春季优惠有多少")["expired"]


def test_without_articles_it_says_what_to_do(tmp_path: Path) -> None:
    home = tmp_path / "empty"
    assert kefu("init", home, "--learners", "60", "--quiet").exit_code == 0
    for command in (("search", "a"), ("test", home / "knowledge-tests.csv")):
        with pytest.raises(BadInput, match=f"kefu knowledge add {home / 'knowledge'} --project {home}"):
            kefu("knowledge", *command, "--project", home)


def test_the_schools_own_list_finds_nothing_answered_wrongly(school: Path, tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    list_ = school / "knowledge-tests.csv"
    done = kefu("knowledge", "test", list_, "--project", school, "--html", page)
    assert done.exit_code == 0, done.output
    assert "<h1>Test of the knowledge</h1>" in page.read_text("utf-8")
    first = kefu("knowledge", "test", list_, "--project", school, "--json")
    report = json.loads(first.stdout)
    figures = report["figures"]
    assert figures["wrong"]["count"] == 0
    assert figures["answered"]["of"] == 43
    assert figures["among"]["share"] > 0.8
    assert {one["language"] for one in report["questions"]} == {"zh", "en"}
    assert kefu("knowledge", "test", list_, "--project", school, "--json").stdout == first.stdout
    assert kefu("knowledge", "test", list_, "--project", school, "--least", "1", "--json").exit_code == 1
    old = tmp_path / "old.json"
    old.write_text(first.stdout, "utf-8")
    done = kefu("knowledge", "test", list_, "--project", school, "--against", old)
    assert "Of 43 questions that both have, 0 came out better and 0 worse: may be chance" in done.stdout


def test_a_wrong_answer_or_a_wrong_line_ends_with_1(school: Path, tmp_path: Path) -> None:
    list_ = tmp_path / "list.csv"
    list_.write_text("question,source\nHow long does a refund take?,\n", "utf-8")
    done = kefu("knowledge", "test", list_, "--project", school)
    assert done.exit_code == 1
    assert "answered wrongly" in done.stdout
    list_.write_text("question,source\nDo you sell bicycles?,\n", "utf-8")
    assert kefu("knowledge", "test", list_, "--project", school, "--least", "1").exit_code == 0
    list_.write_text("question,source\na,nowhere\n", "utf-8")
    with pytest.raises(BadInput, match=f"{list_}:2: no article is called 'nowhere'"):
        kefu("knowledge", "test", list_, "--project", school)


def test_the_threshold_is_that_of_the_certificate(school: Path) -> None:
    """Also of a void one: what it did not allow stays unanswered."""
    kept = Kept(Aim(), 0.995, 400, 100, 0, 0.02, 0.25, 0.2, 0.3, (Own("knowledge", 0.99, 50, 20, 0, 0.02),))
    write_certificate(school, replace(kept, owns=()), Subject("another", "skills"))
    try:
        assert found(school, "退款多久到账")["threshold"] == 0.995
        write_certificate(school, kept, Subject("another", "skills"))
        assert found(school, "退款多久到账")["threshold"] == 0.99
    finally:
        assert withdraw(school)
