"""The promise of an installation, from verdicts to the threshold that turns work by."""

from __future__ import annotations

import asyncio
import json
import random
import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from kefu.app import open_kefu
from kefu.app.promise import (
    FILE,
    NEVER,
    Subject,
    drift_of,
    labels_of,
    read_certificate,
    standing,
    withdraw,
    write_certificate,
)
from kefu.cli import commands
from kefu.core.errors import BadConfig
from kefu.core.nouns import Identity, Inbound
from kefu.core.ports.store import Review
from kefu.service.promise.certify import Aim, Kept, certify

THEN = datetime(2026, 3, 2, tzinfo=UTC)


def verdicts(count: int, wrong_below: float = 0.5, *, when: datetime = THEN, reader: str = "r1") -> list[Review]:
    """Enquiries of as many customers, wrong where the machine is less sure than this."""
    rng = random.Random(5)
    scores = [rng.random() for _ in range(count)]
    return [
        Review(f"t{when:%m%d}{at}", f"c{when:%m%d}{at}", when, "progress", score, reader, score >= wrong_below, "mei")
        for at, score in enumerate(scores)
    ]


def kept(reviews: list[Review]) -> Kept:
    outcome = certify(labels_of(reviews, "r1"), Aim(0.02))
    assert isinstance(outcome, Kept)
    return outcome


def test_each_conversation_counts_once_and_only_with_this_reader() -> None:
    twice = [*verdicts(10), *(Review(f"u{at}", f"c0302{at}", THEN, "x", 0.1, "r1", False, "") for at in range(10))]
    assert len(labels_of(twice, "r1")) == 10
    assert labels_of(twice, "r2") == []
    assert labels_of([Review("t", "c", THEN, "x", 0.5, "r1")], "r1") == []


def test_a_certificate_is_void_when_what_it_speaks_of_changed(tmp_path: Path) -> None:
    written = write_certificate(tmp_path, kept(verdicts(600)), Subject("r1", "s1"))
    found = read_certificate(tmp_path)
    assert found == written
    good = standing(found, Subject("r1", "s1"), [])
    assert good.threshold == written.kept.threshold
    assert 0.45 < written.kept.threshold < 0.6
    assert standing(found, Subject("r2", "s1"), []).void == "reader"
    assert standing(found, Subject("r1", "s1", "k1"), []).void == "knowledge"
    assert standing(found, Subject("r1", "s2"), []).threshold is None
    assert withdraw(tmp_path)
    assert not withdraw(tmp_path)
    assert standing(read_certificate(tmp_path), Subject("r1", "s1"), []).threshold is None


def test_a_broken_promise_stops_the_machine(tmp_path: Path) -> None:
    found = write_certificate(tmp_path, kept(verdicts(600)), Subject("r1", "s1"))
    after = found.made + timedelta(days=1)
    assert standing(found, Subject("r1", "s1"), verdicts(300, when=after)).threshold == found.kept.threshold
    worse = standing(found, Subject("r1", "s1"), verdicts(300, 0.8, when=after))
    assert worse.watch is not None
    assert (worse.watch.state, worse.threshold) == ("broken", NEVER)


def test_a_damaged_certificate_is_named(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text("{}")
    with pytest.raises(BadConfig, match="is no certificate"):
        read_certificate(tmp_path)


def test_drift_compares_what_was_drawn_before_and_since(tmp_path: Path) -> None:
    found = write_certificate(tmp_path, kept(verdicts(600)), Subject("r1", "s1"))
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
def school(trained: Path, tmp_path: Path) -> Path:
    """A small school of one's own, with a model and nothing said yet."""
    return Path(shutil.copytree(trained, tmp_path / "school"))


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small school with a model, to be copied."""
    home = tmp_path_factory.mktemp("promise") / "school"
    for command in (["init", str(home), "--learners", "200", "--quiet"], ["train", str(home), "--quiet"]):
        assert CliRunner().invoke(commands, command).exit_code == 0
    return home


def test_the_command_says_how_many_verdicts_are_missing(school: Path) -> None:
    shown = CliRunner(env={"LANG": "en_GB.UTF-8"}).invoke(commands, ["promise", "show", str(school)])
    assert "No promise is in force" in shown.output
    assert "149 more verdicts needed" in shown.output
    refused = CliRunner(env={"LANG": "zh_CN.UTF-8"}).invoke(commands, ["promise", "certify", str(school)])
    assert refused.exit_code == 1
    assert "还需要 149 条评判" in refused.output
    found = json.loads(CliRunner().invoke(commands, ["promise", "show", str(school), "--json"]).output)
    assert found["dials"]["joint"][0] == {"alpha": 0.005, "outcome": "MoreLabels", "missing": 598}
    assert CliRunner().invoke(commands, ["promise", "certify", str(school), "--alpha", "2"]).exit_code == 2


async def collect(school: Path) -> None:
    """Let 170 customers ask, and judge what they asked."""
    async with open_kefu(school, deliver=False) as kefu:
        for number in range(170):
            learner = f"L{number:05}"
            text = "我学到哪了" if number % 3 else "今天股票涨了吗"
            who = Identity(learner, "server")
            await kefu.take(Inbound("rest", f"m{number}", learner, text, datetime.now(UTC), who))
        drawn = await kefu.store.reviews(judged=False)
        assert len(drawn) == 170
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
    assert certificate.kept.labels == 170
    assert asyncio.run(thresholds(school)) == (certificate.kept.threshold, 0.6)
