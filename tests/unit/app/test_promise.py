"""The promise of an installation, from verdicts to the threshold that turns work by."""

from __future__ import annotations

import asyncio
import json
import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from judged import SUBJECT, THEN, kept, verdicts
from small_school import make_school

from kefu.app import open_kefu
from kefu.app.promise import (
    FILE,
    Standing,
    counted_since,
    drift_of,
    labels_of,
    read_certificate,
    read_records,
    standing,
    withdraw,
    write_certificate,
)
from kefu.cli import commands
from kefu.core.errors import BadConfig
from kefu.core.nouns import Identity, Inbound
from kefu.core.ports.store import Review
from kefu.service.dialogue.scene import Promise
from kefu.service.promise.certify import NEVER, Own


def test_each_conversation_counts_once_and_only_with_this_reader() -> None:
    twice = [*verdicts(10), *(Review(f"u{at}", f"c0302{at}", THEN, "x", 0.1, "r1", False, "") for at in range(10))]
    assert len(labels_of(twice, "r1")) == 10
    assert labels_of(twice, "r2") == []
    assert labels_of([Review("t", "c", THEN, "x", 0.5, "r1")], "r1") == []


def test_verdicts_count_in_the_order_of_drawing_up_to_the_first_that_is_missing() -> None:
    minutes = [replace(one, drawn_at=THEN + timedelta(minutes=at)) for at, one in enumerate(verdicts(10))]
    skipped = [*minutes[:4], replace(minutes[4], right=None), *minutes[5:]]
    assert [label.score for label in labels_of(skipped[::-1], "r1")] == [one.score for one in minutes[:4]]
    assert len(labels_of(minutes, "r1", THEN + timedelta(minutes=2))) == 7


@pytest.mark.parametrize("part", ["reader", "skills", "knowledge", "settings", "rules"])
def test_a_certificate_is_void_when_what_it_speaks_of_changed(tmp_path: Path, part: str) -> None:
    written = write_certificate(tmp_path, kept(verdicts(600)), SUBJECT)
    found = read_certificate(tmp_path)
    assert found == written
    assert 0.45 < standing(found, SUBJECT, []).applied(Promise()).answer_at < 0.6
    other = standing(found, replace(SUBJECT, **{part: 2 if part == "rules" else "other"}), [])
    assert (other.void, other.alarm, other.counts) == (part, part, False)
    assert other.applied(Promise()) == Promise()
    assert withdraw(tmp_path)
    assert not withdraw(tmp_path)
    assert standing(read_certificate(tmp_path), SUBJECT, []).applied(Promise()) == Promise()


def test_a_certificate_by_intent_survives_its_file(tmp_path: Path) -> None:
    own = Own("refund", 0.9, 300, 100, 1, 0.019)
    whole = replace(kept(verdicts(600)), owns=(own,))
    write_certificate(tmp_path, whole, SUBJECT)
    found = standing(read_certificate(tmp_path), SUBJECT, []).applied(Promise())
    assert found.answers_at("refund") == 0.9
    assert found.answers_at("progress") == whole.threshold


def test_a_promise_that_fails_lowers_the_machine(tmp_path: Path) -> None:
    found = write_certificate(tmp_path, kept(verdicts(600)), SUBJECT)
    after = found.made + timedelta(days=1)
    good = standing(found, SUBJECT, verdicts(300, when=after))
    assert good.applied(Promise()).answer_at == found.kept.threshold
    worse = standing(found, SUBJECT, verdicts(300, 0.8, when=after))
    assert worse.alarm == "lowered"
    assert found.kept.threshold < worse.applied(Promise()).answer_at < 0.81
    useless = standing(found, SUBJECT, [replace(one, score=1.0) for one in verdicts(100, 2.0, when=after)])
    assert (useless.alarm, useless.applied(Promise()).answer_at) == ("broken", NEVER)


def test_a_void_certificate_never_lets_the_machine_answer_more(tmp_path: Path) -> None:
    found = write_certificate(tmp_path, kept(verdicts(600)), SUBJECT)
    found = replace(found, kept=replace(found.kept, threshold=0.7, owns=(Own("refund", 0.9, 300, 100, 1, 0.019),)))
    after, other = found.made + timedelta(days=1), replace(SUBJECT, reader="other")
    void = standing(found, other, []).applied(Promise(0.6))
    assert (void.answer_at, void.answers_at("refund")) == (0.7, 0.9)
    assert standing(found, other, []).applied(Promise(0.95)).answers_at("refund") == 0.95
    useless = [replace(one, score=1.0) for one in verdicts(100, 2.0, when=after)]
    broken = standing(found, other, useless)
    assert (broken.void, broken.applied(Promise(0.6)).answers_at("refund")) == ("reader", NEVER)


def test_a_promise_that_failed_is_not_proven_again_from_the_same_sample(tmp_path: Path) -> None:
    old = verdicts(600)
    found = write_certificate(tmp_path, kept(old), SUBJECT)
    new = verdicts(300, 0.8, when=found.made + timedelta(days=1))
    failed = standing(found, SUBJECT, [*old, *new])
    since = counted_since(read_records(tmp_path), failed)
    assert since == found.made
    assert len(labels_of([*old, *new], "r1", since)) == 300
    withdraw(tmp_path, since)
    assert read_records(tmp_path).certificate is None
    assert counted_since(read_records(tmp_path), Standing()) == since


def test_a_damaged_certificate_is_named(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text("{}")
    with pytest.raises(BadConfig, match="is no certificate"):
        read_certificate(tmp_path)


def test_drift_compares_what_was_drawn_before_and_since(tmp_path: Path) -> None:
    found = write_certificate(tmp_path, kept(verdicts(600)), SUBJECT)
    later = verdicts(200, when=found.made + timedelta(days=1))
    unjudged = [replace(one, right=None) for one in later]
    alike = drift_of(found, [*verdicts(600), *unjudged], 0.3)
    assert alike is not None
    assert (alike.before, alike.since, alike.is_other) == (600, 200, False)
    lower = [replace(one, score=one.score * 0.6) for one in unjudged]
    other = drift_of(found, [*verdicts(600), *lower], 0.3)
    assert other is not None
    assert other.is_other
    assert other.unknown[1] > other.unknown[0]
    assert (
        drift_of(found, [*verdicts(600), *verdicts(200, when=found.made + timedelta(days=1), reader="r2")], 0.3) is None
    )


@pytest.fixture
def school(trained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small school of one's own, with a model and nothing said yet."""
    monkeypatch.setenv("KEFU__READER__USE", "nearest.v1")
    return Path(shutil.copytree(trained, tmp_path / "school"))


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small school with a model, to be copied."""
    return make_school(tmp_path_factory.mktemp("promise") / "school")


def test_the_command_says_how_many_verdicts_are_missing(school: Path) -> None:
    shown = CliRunner(env={"LANG": "en_GB.UTF-8"}).invoke(commands, ["promise", "show", str(school)])
    assert "No promise is in force" in shown.output
    assert "250 more verdicts needed" in shown.output
    refused = CliRunner(env={"LANG": "zh_CN.UTF-8"}).invoke(commands, ["promise", "certify", str(school)])
    assert refused.exit_code == 1
    assert "还需要 250 条评判" in refused.output
    found = json.loads(CliRunner().invoke(commands, ["promise", "show", str(school), "--json"]).output)
    assert found["dials"]["joint"][0] == {"alpha": 0.005, "outcome": "MoreLabels", "missing": 1000, "likely": None}
    assert CliRunner().invoke(commands, ["promise", "certify", str(school), "--alpha", "2"]).exit_code == 2


async def collect(school: Path) -> None:
    """Let 260 customers ask, and judge what they asked."""
    async with open_kefu(school, deliver=False) as kefu:
        for number in range(260):
            learner = f"L{number:05}"
            text = "我学到哪了" if number % 3 else "今天股票涨了吗"
            who = Identity(learner, "server")
            await kefu.take(Inbound("rest", f"m{number}", learner, text, datetime.now(UTC), who))
        drawn = await kefu.store.reviews(judged=False)
        assert len(drawn) == 260
        for review in drawn:
            await kefu.judge(review.turn_id, "mei", right=review.intent == "course_progress")


async def thresholds(school: Path) -> tuple[float, float]:
    """What turns work by, with the certificate and after it was withdrawn."""
    async with open_kefu(school, deliver=False) as kefu:
        promised = kefu.house.promise.answer_at
        withdraw(school)
        await kefu.watch()
        return promised, kefu.house.promise.answer_at


def test_from_verdicts_to_a_threshold_that_turns_work_by(school: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEFU__PROMISE__REVIEW_SHARE", "1.0")
    asyncio.run(collect(school))
    done = CliRunner(env={"LANG": "en_GB.UTF-8"}).invoke(commands, ["promise", "certify", str(school)])
    assert done.exit_code == 0, done.output
    certificate = read_certificate(school)
    assert certificate is not None
    assert certificate.kept.labels == 250
    assert asyncio.run(thresholds(school)) == (certificate.kept.threshold, 0.6)


def test_chats_are_replayed_once_and_leave_nobody_waiting(school: Path, tmp_path: Path) -> None:
    chats = tmp_path / "chats.csv"
    rows = ["a,1,你好,", "a,2,我学到哪了,您学到第三课", "a,3,谢谢,", "b,1,我要退款,"]
    chats.write_text("conversation,time,text,answer\n" + "\n".join(rows) + "\n", "utf-8")
    runner = CliRunner(env={"LANG": "en_GB.UTF-8"})
    done = runner.invoke(commands, ["promise", "replay", str(chats), str(school), "--quiet"])
    assert "Drafted 4 messages of 2 conversations (the file has 2); 3 enquiries wait" in done.output
    again = runner.invoke(commands, ["promise", "replay", str(chats), str(school), "--quiet"])
    assert "4 messages had been drafted before" in again.output

    async def look() -> tuple[int, int]:
        async with open_kefu(school, deliver=False) as kefu:
            return len(await kefu.store.summaries(waiting=True)), len(await kefu.store.reviews(judged=False))

    assert asyncio.run(look()) == (0, 3)


def test_a_running_server_follows_the_mode(school: Path) -> None:
    async def modes() -> list[bool]:
        found = []
        async with open_kefu(school, deliver=False) as kefu:
            for mode in ("shadow", "live"):
                CliRunner().invoke(commands, ["promise", mode, str(school), "--yes"])
                await kefu.watch()
                found.append(kefu.house.shadow)
        return found

    assert asyncio.run(modes()) == [True, False]
