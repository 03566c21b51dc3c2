"""Mines a store: finds the topics of what customers said, places every message, raises alarms. Long work for a job.

Topics are found in a sample; then the messages are read page by page, placed on all cores and written, each page with
the place behind it (`kefu.app.insight.run`). So memory does not grow with the store, a run that dies goes on where it
was, and what is said after a run is placed among its topics without anything being done again.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any

from kefu.ai.topics.model import SAMPLE, is_drawn
from kefu.app.batch import Columns, Engine, Part, in_thread
from kefu.app.insight.naming import Found, Names, identify
from kefu.app.insight.run import Run, open_run
from kefu.app.insight.work import Reading, placing, topics_of
from kefu.core.ports.insight import Alarm, Mention, Place, Topic
from kefu.core.ports.reader import Progress
from kefu.core.ports.store import Memory
from kefu.service.insight.alarms import watch

WATCHED_DAYS = 28
"""Days that alarms look back on when nobody has looked before."""
ALARMS = "alarms"
"""The bookmark of the last day that was watched, counted from the year 1."""
WRITTEN = 1000
"""Messages that are given their topic in one transaction, so that turns needn't wait."""
PAGE = 5000
NOTHING = 1e-4
"""The closeness of a message that is not close to anything; 0 says that nobody looked."""
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Plan:
    """How to mine a store: over how many days, in parts of how many texts, with how many false alarms a year.

    Topics are found anew when they are older than `fresh`, or when `anew` says so; `folder` keeps what a run found,
    `encoder` reads beside the words.
    """

    days: int
    part_texts: int
    per_year: float
    zone: tzinfo
    names: Names
    folder: Path
    fresh: timedelta
    anew: bool = False
    encoder: Reading | None = None


@dataclass(frozen=True, slots=True)
class Mined:
    """What a run found: the topics, how many messages it read and how many of them have one, and new alarms."""

    topics: Sequence[Topic]
    messages: int
    placed: int
    alarms: Sequence[Alarm]


async def mine(store: Memory, engine: Engine, plan: Plan, now: datetime, progress: Progress) -> Mined:
    """Find the topics of what the store gathered, name them, place every message, and look for alarms.

    Goes on with a run that was broken off; where the topics are fresh, only what came since is placed.
    """
    run = None if plan.anew else open_run(plan.folder)
    if run is None or now - run.at >= plan.fresh:
        run = await _begin(store, plan, now, progress)
    elif run.is_done:
        run = replace(run, until=now + DAY, after=None, read=0, placed=0, is_rest=True, is_done=False)
    run = await _place_all(store, engine, plan, run, progress)
    counts = await store.count_mentions(run.since, now + DAY)
    _, alarms, _ = await store.topics()
    total, by_topic = _by_day(counts, run.topics)
    risen: list[Alarm] = []
    for day in await _unwatched(store, now.astimezone(plan.zone).date()):
        risen = _merged(risen, watch(by_topic, total, day, _merged(alarms, risen), plan.per_year))
    await store.keep_topics(run.topics, risen, run.at)
    run.save(plan.folder, is_done=True)
    there = {(one.topic, one.day) for one in alarms}
    return Mined(run.topics, run.read, run.placed, [one for one in risen if (one.topic, one.day) not in there])


async def _begin(store: Memory, plan: Plan, now: datetime, progress: Progress) -> Run:
    """Find topics in a sample, and name them; nothing is placed yet."""
    since, until = now - DAY * plan.days, now + DAY
    counts = await store.count_mentions(since, until)
    share = SAMPLE / max(1, sum(counts.values()))
    drawn: list[Mention] = []
    after: Place | None = None
    while page := await store.next_mentions(since, until, after, PAGE):
        drawn += [one for one in page if share >= 1 or is_drawn(f"{one.conversation_id}:{one.number}", share)]
        after = _behind(page)
    before, _, _ = await store.topics()

    def work() -> Run:
        progress("topics", 0, 1)
        texts = [(one.text, one.intent) for one in drawn]
        model = topics_of(texts, plan.encoder)
        placed = placing(model, plan.encoder)(texts)
        found = Found(model.families.tolist(), [int(one) for one in placed["topic"]], _floats(placed["closeness"]))
        topics, ids = identify(found, drawn, before, plan.names, now)
        progress("topics", 1, 1)
        return Run(now, since, until, model.pack(), topics, ids)

    run = await asyncio.to_thread(work)
    run.save(plan.folder, with_model=True)
    return run


async def _place_all(store: Memory, engine: Engine, plan: Plan, run: Run, progress: Progress) -> Run:
    """Give every message its topic, from where the run stands."""
    total = sum((await store.count_mentions(run.since, run.until)).values())
    placer = _Placer(store, run, plan, asyncio.get_running_loop())
    few = run.is_rest or total <= plan.part_texts
    await asyncio.to_thread(
        (in_thread() if few else engine).run,
        placer.parts(),
        placing(run.model, plan.encoder),
        placer,
        lambda what, done, of: progress(what, run.read + done, of),
        total - run.read,
        in_order=True,
    )
    return placer.run


@dataclass(slots=True)
class _Placer:
    """Lets the engine, in its thread, read pages of a store that lives on the loop, and write the topics found."""

    store: Memory
    run: Run
    plan: Plan
    loop: asyncio.AbstractEventLoop

    def parts(self) -> Iterator[_Page]:
        """The pages, read as they are wanted; what was placed before the run began is no part of them."""
        run, after = self.run, self.run.after
        while page := self._wait(
            self.store.next_mentions(run.since, run.until, after, self.plan.part_texts, unplaced=run.is_rest)
        ):
            after = _behind(page)
            yield _Page(str(after), [(one.text, one.intent) for one in page], len(page), page)

    def finished(self) -> Collection[str]:
        """Nothing: pages are read from where the run stands."""
        return ()

    def keep(self, part: Part[Any], found: Columns) -> None:
        """Write the topics of a page, then the place behind it."""
        mentions: Sequence[Mention] = part.mentions  # type: ignore[attr-defined]  # it is a page: `parts` gave it
        topics = [self.run.ids[number] if number >= 0 else "" for number in map(int, found["topic"])]
        closeness = [max(NOTHING, round(one, 4)) for one in _floats(found["closeness"])]
        changed = [
            (one.conversation_id, one.number, topic, close)
            for one, topic, close in zip(mentions, topics, closeness, strict=True)
            if (one.topic, one.closeness) != (topic, close)
        ]
        for start in range(0, len(changed), WRITTEN):
            self._wait(self.store.place_mentions(changed[start : start + WRITTEN]))
        placed = self.run.placed + sum(map(bool, topics))
        self.run = replace(self.run, after=_behind(mentions), read=self.run.read + part.size, placed=placed)
        self.run.save(self.plan.folder)

    def _wait(self, work: Any) -> Any:  # noqa: ANN401 - whatever the store returns
        return asyncio.run_coroutine_threadsafe(work, self.loop).result()


@dataclass(frozen=True, slots=True)
class _Page(Part[list[tuple[str, str]]]):
    """A part with the messages that its texts are of, which stay here."""

    mentions: Sequence[Mention]


def _behind(page: Sequence[Mention]) -> Place:
    return page[-1].at, page[-1].conversation_id, page[-1].number


def _floats(values: Sequence[Any]) -> list[float]:
    return [float(one) for one in values]


def _merged(alarms: Sequence[Alarm], later: Sequence[Alarm]) -> list[Alarm]:
    """Alarms with those that are new, and those that went on in the place of what they were."""
    return list({(one.topic, one.day): one for one in (*alarms, *later)}.values())


async def _unwatched(store: Memory, today: date) -> list[date]:
    """The days that are over and nobody has looked at; from now on they count as looked at."""
    last = await store.bookmark(ALARMS)
    first = max(last + 1, (today - DAY * WATCHED_DAYS).toordinal())
    if today.toordinal() - 1 > last:
        await store.turn_to(ALARMS, last, today.toordinal() - 1)
    return [date.fromordinal(ordinal) for ordinal in range(first, today.toordinal())]


def _by_day(
    counts: Mapping[tuple[str, date], int], topics: Sequence[Topic]
) -> tuple[Mapping[date, int], Mapping[str, Mapping[date, int]]]:
    """Messages by day, of all and of each topic."""
    total: dict[date, int] = defaultdict(int)
    families = {one.family for one in topics}
    by_topic: dict[str, dict[date, int]] = {one.id: {} for one in topics if one.id not in families}
    for (topic, day), count in counts.items():
        total[day] += count
        if topic in by_topic:
            by_topic[topic][day] = count
    return total, by_topic
