"""Sample conversations: some weeks of a sample project's life, made by the real turn, and removed by one command."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from random import Random
from typing import TYPE_CHECKING

from kefu.app.labelled import MARK, REMOVED, TAG, THERE, note_play
from kefu.app.promise import read_certificate
from kefu.app.sample.plan import Matter, Span, plan
from kefu.app.sample.play import Player
from kefu.app.sample.script import read_script
from kefu.core.errors import BadInput
from kefu.core.ports.desk import View

if TYPE_CHECKING:
    from kefu.app.house import Kefu

TOGETHER = 32
"""Matters that are played at once, so that their commits share transactions."""

PAGE = 200
PAUSE = timedelta(hours=1)
"""Between two matters of one customer."""

Progress = Callable[[int, int], None]
"""Called with how many are done, of how many."""


async def make_sample(kefu: Kefu, until: datetime, weeks: int, seed: int, progress: Progress) -> int:
    """Let sample customers write over the weeks until a time; returns how many matters that were.

    Nothing leaves the house and nothing is written to the records. Raises `BadInput` where there is a sample
    already, or a promise in force, which must rest on real customers alone.
    """
    before = await kefu.store.bookmark(MARK)
    if before == THERE:
        raise BadInput("There are sample conversations already; remove them first: kefu sample remove.")
    if await asyncio.to_thread(read_certificate, kefu.config.home):
        raise BadInput("A promise is in force; it must rest on real customers, so make the sample elsewhere.")
    script = await read_script(kefu.config.home, kefu.records)
    channels = {name: kefu.config.get(f"channels.{name}.use", str) for name in kefu.channels}
    span = Span(until, weeks, kefu.config.zone)
    matters = plan(script, channels, span, Random(seed))  # noqa: S311 - repeatable, and no secret
    await kefu.store.turn_to(MARK, before, THERE)
    player = Player.apart(kefu.house, kefu.store, script, until, kefu.clerk.plan)
    free: dict[str, datetime] = {}
    done = 0
    for some in _batches(matters):
        done += len(some)
        await note_play(kefu.store, kefu.house.clock())
        await asyncio.gather(*(_play(player, group, free, seed) for group in _by_sender(some)))
        progress(done, len(matters))
    return len(matters)


async def remove_sample(kefu: Kefu, progress: Progress) -> int:
    """Erase all sample conversations; returns how many."""
    store, gone = kefu.store, 0
    while entries := (await store.inbox(View(tag=TAG), "newest", limit=PAGE)).entries:
        await asyncio.gather(*(kefu.erase(entry.id) for entry in entries))
        gone += len(entries)
        progress(gone, gone)
    await store.turn_to(MARK, THERE, REMOVED)
    return gone


async def _play(player: Player, matters: Sequence[Matter], free: dict[str, datetime], seed: int) -> None:
    """One customer's matters, one after the other."""
    for matter in matters:
        begins = max(matter.at, free.get(matter.sender, matter.at))
        free[matter.sender] = await player.play(matter, begins, Random(f"{seed}:{matter.number}")) + PAUSE  # noqa: S311 - as above


def _batches(matters: Sequence[Matter]) -> Iterator[Sequence[Matter]]:
    for start in range(0, len(matters), TOGETHER):
        yield matters[start : start + TOGETHER]


def _by_sender(matters: Sequence[Matter]) -> list[list[Matter]]:
    groups: dict[str, list[Matter]] = defaultdict(list)
    for matter in matters:
        groups[matter.sender].append(matter)
    return list(groups.values())
