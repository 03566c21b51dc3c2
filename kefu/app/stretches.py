"""Follow the log in stretches: rows are made of each by plain work that runs anywhere, and kept in order.

A stretch holds the conversations in which something happened, as the store keeps them; whoever works on it decodes.
So one process reads and writes, and all cores work. What was kept moves the follower's bookmark in the same
transaction: a run that dies loses the stretches under way, and nothing is kept twice.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from kefu.adapters.sql.codec import decode_kept
from kefu.app.batch import Columns, Engine, Part
from kefu.core.events import Event, TurnTraced
from kefu.core.ports.past import Kept
from kefu.core.ports.reader import Progress
from kefu.core.ports.reports import Fact
from kefu.core.ports.store import Memory, Recorded

UNMINDED = (TurnTraced,)
"""Kinds that say nothing of a visit, and are the longest."""

LARGE = 8000
"""Events of a stretch that is worth handing over: some thousand messages."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """The conversations in which something happened between two positions, each from the visit on that it changed.

    `firsts` are the numbers of the first events that happened, 0 where one is about an earlier visit; `before` the
    visits with which the events begin, where that is not the first one.
    """

    after: int
    until: int
    size: int
    firsts: Mapping[str, int]
    before: Mapping[str, Fact]
    kept: Sequence[Kept]

    def talks(self) -> Iterator[tuple[str, list[Recorded]]]:
        """The events of each conversation."""
        for id_, kept in groupby(self.kept, lambda one: one.conversation_id):
            yield id_, decode_kept(kept)


@dataclass(frozen=True, slots=True)
class Follower:
    """A reader of the log: its name, the kinds that are about earlier visits, its work, and where the rows go.

    `keep` is given what the work found and moves the bookmark from `after` to `until`; False: another was there.
    """

    name: str
    about_earlier: Collection[type[Event]]
    work: Callable[[Stretch], Columns]
    keep: Callable[[Columns, int, int], Awaitable[bool]]


class _Overtaken(Exception):
    """Another process moved the bookmark."""


async def follow(store: Memory, follower: Follower, events: int, most: int | None = None) -> bool:
    """Take in what happened since, so many events at a time and at most so many times; whether all of it is in."""
    done = 0
    while most is None or done < most:
        stretch = await read_stretch(store, await store.bookmark(follower.name), events, follower.about_earlier)
        if stretch is None:
            return True
        await follower.keep(follower.work(stretch), stretch.after, stretch.until)
        done += 1
    return False


async def follow_far(store: Memory, follower: Follower, engine: Engine, progress: Progress) -> None:
    """Take in all that happened since, on all cores; goes on where an earlier run was broken off."""
    while True:
        begin, head = await store.bookmark(follower.name), await store.head()
        if head - begin <= LARGE:
            await follow(store, follower, LARGE)
            return
        keeping = _Keeping(store, follower, asyncio.get_running_loop())
        try:
            await asyncio.to_thread(
                engine.run, keeping.parts(begin), follower.work, keeping, progress, head - begin, in_order=True
            )
        except _Overtaken:
            continue


@dataclass(frozen=True, slots=True)
class _Keeping:
    """Lets the engine, in its thread, read and write a store that lives on the loop."""

    store: Memory
    follower: Follower
    loop: asyncio.AbstractEventLoop

    def parts(self, after: int) -> Iterator[Part[Stretch]]:
        """The stretches, read as they are wanted."""
        while stretch := self._wait(read_stretch(self.store, after, LARGE, self.follower.about_earlier)):
            yield Part(str(stretch.after), stretch, stretch.size)
            after = stretch.until

    def finished(self) -> Collection[str]:
        """Nothing: the bookmark says it."""
        return ()

    def keep(self, part: Part[Any], found: Columns) -> None:
        """Keep the rows of a stretch."""
        if not self._wait(self.follower.keep(found, part.task.after, part.task.until)):
            raise _Overtaken

    def _wait(self, work: Any) -> Any:  # noqa: ANN401 - whatever the store returns
        return asyncio.run_coroutine_threadsafe(work, self.loop).result()


async def read_stretch(
    store: Memory, after: int, events: int, about_earlier: Collection[type[Event]]
) -> Stretch | None:
    """The next stretch behind a position; None at the end of the log.

    Facts may be ahead: they tell where to begin only where their visit began before what happened.
    """
    happened = await store.happenings(after, events)
    if not happened:
        return None
    earlier = {kind.__name__ for kind in about_earlier}
    firsts: dict[str, int] = {}
    for one in happened:
        firsts[one.conversation_id] = 0 if one.kind in earlier else firsts.get(one.conversation_id, one.number)
    latest = await store.latest_facts([*firsts])
    before = {id_: fact for id_, fact in latest.items() if fact.number <= firsts[id_]}
    begin = {id_: before[id_].number if id_ in before else 0 for id_ in firsts}
    return Stretch(after, happened[-1].position, len(happened), firsts, before, await store.kept(begin, UNMINDED))
