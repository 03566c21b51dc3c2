"""A running house takes promoted models over: no message is lost, no turn changes its reader midway."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest
from small_school import add, make_school, run
from structlog.testing import capture_logs

from kefu.app import Kefu, Rates, open_kefu
from kefu.app.models import Models
from kefu.app.promise import subject_of, write_certificate
from kefu.app.searches import edition_of
from kefu.core.events import MessageUnderstood, Replied
from kefu.core.nouns import Identity, Inbound, Reading
from kefu.core.ports.store import Review
from kefu.service.promise.certify import Aim, Kept, Label, certify

PATIENCE_S = 20


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A school with a model that is served and a candidate."""
    home = make_school(tmp_path_factory.mktemp("succession") / "school")
    add(home, "suggestion", "建议增加夜间课程的回放次数")
    assert run("train", str(home), "--no-promote", "--quiet").exit_code == 0
    return home


@pytest.fixture
def school(trained: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(trained, tmp_path / "school"))


@pytest.fixture
async def kefu(school: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Kefu]:
    monkeypatch.setattr("kefu.app.opening.LOOK_S", 0.02)
    async with open_kefu(school) as opened:
        yield opened


def command(*arguments: str) -> None:
    done = run("model", *arguments)
    assert done.exit_code == 0, done.output


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not holds():  # noqa: ASYNC110 - what is waited for tells nobody
            await asyncio.sleep(0.01)


def inbound(number: int) -> Inbound:
    learner = f"L{number % 7:05}"
    return Inbound("rest", f"m{number}", learner, "我学到哪了", datetime.now(UTC), Identity(learner, "server"))


async def test_none_is_lost_while_models_are_promoted_and_rolled_back(school: Path, kefu: Kefu) -> None:
    old, new = Models(school / "models").versions()
    ended, taken = asyncio.Event(), 0

    async def write(first: int) -> list[tuple[str, str]]:
        nonlocal taken
        answered = []
        for number in range(first, 1_000_000, 7):
            if ended.is_set():
                return answered
            came = await kefu.take(inbound(number))
            (read,) = (event.reader for event in came.events if isinstance(event, MessageUnderstood))
            assert any(isinstance(event, Replied) for event in came.events)
            answered.append((came.turn_id, read))
            taken += 1
            await asyncio.sleep(0.002)
        return answered

    async def change() -> None:
        for to, arguments in (
            (new, ["promote", new.name, str(school), "--even-if-worse"]),
            (old, ["rollback", str(school)]),
        ) * 3:
            enough = taken + 40
            await asyncio.to_thread(command, *arguments)
            await until(lambda: kefu.reader.version == to.version and taken >= enough)  # noqa: B023 - awaited here
        ended.set()

    kefu.rates = Rates(10**6)
    *answered, _ = await asyncio.gather(*(write(first) for first in range(7)), change())
    turns = [turn for one in answered for turn in one]
    assert {read for _, read in turns} == {old.version, new.version}
    for one in answered:  # each customer meets both models, again and again
        reads = [read for _, read in one]
        assert sum(before != after for before, after in pairwise(reads)) >= 4
    for turn_id, read in turns:
        stored = [recorded.event for recorded in await kefu.store.turn(turn_id)]
        assert [event.reader for event in stored if isinstance(event, MessageUnderstood)] == [read]


async def test_a_turn_under_way_ends_with_the_reader_it_began_with(school: Path, kefu: Kefu) -> None:
    old, new = Models(school / "models").versions()
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def slowly(work: Callable[[], Reading]) -> Reading:
        begun.set()
        await go_on.wait()
        return work()

    kefu.house = replace(kefu.house, compute=slowly)
    turn = asyncio.create_task(kefu.take(inbound(1)))
    await begun.wait()
    Models(school / "models").promote(new.name)
    await until(lambda: kefu.reader.version == new.version)
    go_on.set()
    first, second = await turn, await kefu.take(inbound(1 + 7))
    reads = [next(e.reader for e in one.events if isinstance(e, MessageUnderstood)) for one in (first, second)]
    assert reads == [old.version, new.version]


@pytest.mark.parametrize("damage", ["weights", "card", "folder"])
async def test_a_damaged_model_is_logged_and_the_old_one_stays(school: Path, kefu: Kefu, damage: str) -> None:
    models = Models(school / "models")
    old, new = models.versions()
    folder = models.folder / new.name
    if damage == "folder":
        shutil.rmtree(folder)
    else:
        (folder / {"weights": "values.npy", "card": "card.json"}[damage]).write_bytes(b"{")
    with capture_logs() as logs:
        models.promote(new.name)
        await until(lambda: bool(logs))
    assert [(one["event"], one["log_level"], one["model"]) for one in logs] == [
        ("model not taken over", "error", new.name)
    ]
    assert kefu.reader.version == old.version
    assert (await kefu.take(inbound(1))).replies
    models.rollback()
    await asyncio.sleep(0.1)
    assert len(logs) == 1


async def test_the_promise_is_void_from_the_first_turn_of_another_model(school: Path, kefu: Kefu) -> None:
    old, new = Models(school / "models").versions()
    kept = certify([Label(at / 600, at > 60) for at in range(600)], Aim(0.02))
    assert isinstance(kept, Kept)
    write_certificate(school, kept, subject_of(kefu.config, old.version, await edition_of(kefu.store)))
    await kefu.watch()
    assert kefu.house.promise.answer_at == kept.threshold
    Models(school / "models").promote(new.name)
    await until(lambda: kefu.reader.version == new.version)
    assert kefu.house.promise.answer_at == 0.6
    Models(school / "models").rollback()
    await until(lambda: kefu.reader.version == old.version)
    assert kefu.house.promise.answer_at == kept.threshold


async def test_a_look_at_the_promise_that_ends_late_does_not_hold_for_the_next_model(
    school: Path, kefu: Kefu, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, new = Models(school / "models").versions()
    kept = certify([Label(at / 600, at > 60) for at in range(600)], Aim(0.02))
    assert isinstance(kept, Kept)
    write_certificate(school, kept, subject_of(kefu.config, old.version, await edition_of(kefu.store)))
    asked, go_on, answer = asyncio.Event(), asyncio.Event(), kefu.store.reviews

    async def late(*, judged: bool, limit: int = 10_000) -> Sequence[Review]:
        if not asked.is_set():
            asked.set()
            await go_on.wait()
        return await answer(judged=judged, limit=limit)

    monkeypatch.setattr(kefu.store, "reviews", late)
    look = asyncio.create_task(kefu.watch())
    await asked.wait()
    Models(school / "models").promote(new.name)
    await until(lambda: kefu.reader.version == new.version)
    go_on.set()
    await look
    assert kefu.house.promise.answer_at == 0.6
