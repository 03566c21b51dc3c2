"""Sample conversations: made by the real turn, labelled, without any effect outside, and gone by one command."""

from __future__ import annotations

import asyncio
import hashlib
import shutil
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from small_school import make_school, run

from kefu.app import Aim, Kefu, open_kefu
from kefu.app.sample import make_sample, remove_sample
from kefu.core.errors import BadConfig, BadInput
from kefu.core.events import (
    Assigned,
    Closed,
    Event,
    HandedOff,
    Judged,
    MessageReceived,
    Rated,
    Replied,
    SuggestionSettled,
    TargetSet,
)
from kefu.core.ports.desk import View
from kefu.core.ports.store import Recorded

NOW = datetime(2026, 3, 4, 6, tzinfo=UTC)


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A school with a tenth of the sample's customers."""
    home = make_school(tmp_path_factory.mktemp("sample") / "school", 6)
    file = home / "sample" / "sample.toml"
    file.write_text(file.read_text("utf-8").replace("a_day = 74", "a_day = 8"), "utf-8")
    return home


@pytest.fixture
def school(trained: Path, tmp_path: Path) -> Path:
    """A copy in which nobody has ever written."""
    return shutil.copytree(trained, tmp_path / "school")


def still(_done: int, _total: int) -> None:
    """No progress bar."""


async def everything(kefu: Kefu) -> list[Recorded]:
    return list(await kefu.store.happened(0, 100_000))


async def made(kefu: Kefu, seed: int = 7) -> list[Recorded]:
    before = await kefu.store.counts()
    await make_sample(kefu, NOW, 1, seed, still)
    return (await everything(kefu))[before["events"] :]


def kinds(log: list[Recorded]) -> Counter[type[Event]]:
    return Counter(type(one.event) for one in log)


async def test_a_sample_is_real_labelled_and_leaves_without_a_trace(school: Path) -> None:
    records = hashlib.sha256((school / "school.db").read_bytes()).digest()
    async with open_kefu(school, deliver=False) as kefu:
        log = await made(kefu)
        assert kinds(log).keys() >= {MessageReceived, Replied, HandedOff, Closed, Rated, Judged}
        assert kinds(log).keys() >= {Assigned, TargetSet, SuggestionSettled}
        teams = {one.event.team for one in log if isinstance(one.event, Assigned)}
        assert teams == {"payments", "learning"}
        assert all(NOW - timedelta(days=8) < one.event.at <= NOW for one in log)
        counts = await kefu.store.counts()
        talks = {one.conversation_id for one in log}
        assert len(talks) == counts["conversations"]
        assert await kefu.store.tally([View(tag="sample")]) == [len(talks)]
        assert (counts["due"], counts["dead"]) == (0, 0)
        assert hashlib.sha256((school / "school.db").read_bytes()).digest() == records
        await kefu.look_for_sample()
        assert kefu.sample

        with pytest.raises(BadInput, match="kefu sample remove"):
            await made(kefu)
        with pytest.raises(BadInput, match="kefu sample remove"):
            await kefu.certify(Aim(0.02))
        assert await remove_sample(kefu, still) == len(talks)
        assert (await kefu.store.counts())["events"] == 0
        await kefu.look_for_sample()
        assert not kefu.sample

        again = await made(kefu)
        assert kinds(again) == kinds(log), "the same seed, the same conversations"
        await remove_sample(kefu, still)
        assert kinds(await made(kefu, seed=8)) != kinds(log)
        await remove_sample(kefu, still)


def test_once_means_where_nobody_has_written(school: Path) -> None:
    first, second = (run("sample", "make", str(school), "--weeks", "1", "--once") for _ in range(2))
    assert "tagged `sample`" in first.output
    assert (second.exit_code, second.output) == (0, "")


def test_without_a_script_it_says_what_is_missing(school: Path) -> None:
    (school / "sample" / "sample.toml").unlink()
    with pytest.raises(BadConfig, match=r"sample\.toml is missing"):
        asyncio.run(_make(school))


async def _make(school: Path) -> None:
    async with open_kefu(school, deliver=False) as kefu:
        await make_sample(kefu, NOW, 1, 7, still)
