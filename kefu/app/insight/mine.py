"""Mines a store: finds the topics of what customers said, places every message, raises alarms. Long work for a job."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo

from kefu.app.batch import Engine, MemoryJournal
from kefu.app.insight.naming import Found, Names, identify
from kefu.app.insight.work import find_topics, parts_of, placing
from kefu.core.ports.desk import Scope
from kefu.core.ports.insight import Alarm, Mention, Topic
from kefu.core.ports.reader import Progress
from kefu.core.ports.store import Memory
from kefu.service.insight.alarms import watch

WATCHED_DAYS = 28
"""Days that alarms look back on when nobody has looked before."""
ALARMS = "alarms"
"""The bookmark of the last day that was watched, counted from the year 1."""
WRITTEN = 1000
"""Messages that are given their topic in one transaction, so that turns needn't wait."""
EVERYBODY = Scope()
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Plan:
    """How to mine a store: over how many days, in parts of how many texts, with how many false alarms a year."""

    days: int
    part_texts: int
    per_year: float
    zone: tzinfo
    names: Names


@dataclass(frozen=True, slots=True)
class Mined:
    """What a run found: the topics, how many messages there are and how many of them have one, and new alarms."""

    topics: Sequence[Topic]
    messages: int
    placed: int
    alarms: Sequence[Alarm]


async def mine(store: Memory, engine: Engine, plan: Plan, now: datetime, progress: Progress) -> Mined:
    """Find the topics of what the store gathered, name them, place every message, and look for alarms."""
    mentions = await store.mentions(now - DAY * plan.days, now + DAY, EVERYBODY)
    before, alarms, _ = await store.topics()
    found = await asyncio.to_thread(_find, mentions, engine, plan, progress)
    topics, ids = await asyncio.to_thread(identify, found, mentions, before, plan.names, now)
    placed = [
        one._replace(topic=ids[number] if number >= 0 else "", closeness=round(closeness, 4))
        for one, number, closeness in zip(mentions, found.numbers, found.closeness, strict=True)
    ]
    changed = [
        (new.conversation_id, new.number, new.topic, new.closeness)
        for new, old in zip(placed, mentions, strict=True)
        if new != old
    ]
    for start in range(0, len(changed), WRITTEN):
        await store.place_mentions(changed[start : start + WRITTEN])
    total, counts = _counts(placed, topics)
    risen: list[Alarm] = []
    for day in await _unwatched(store, now.astimezone(plan.zone).date()):
        risen += watch(counts, total, day, [*alarms, *risen], plan.per_year)
    await store.keep_topics(topics, risen, now)
    return Mined(topics, len(mentions), sum(bool(one.topic) for one in placed), risen)


def _find(mentions: Sequence[Mention], engine: Engine, plan: Plan, progress: Progress) -> Found:
    texts = [(one.text, one.intent) for one in mentions]
    progress("topics", 0, 1)
    model = find_topics(texts, len(texts))
    progress("topics", 1, 1)
    work, journal = placing(model), MemoryJournal()
    parts = list(parts_of(texts, plan.part_texts))
    if len(parts) > 1:
        engine.run(parts, work, journal, progress, len(texts))
    else:
        journal.found |= {part.key: work(part.task) for part in parts}
    columns = [journal.found[part.key] for part in parts]
    numbers = [int(number) for column in columns for number in column["topic"]]
    return Found(model.families.tolist(), numbers, [float(one) for column in columns for one in column["closeness"]])


async def _unwatched(store: Memory, today: date) -> list[date]:
    """The days that are over and nobody has looked at; from now on they count as looked at."""
    last = await store.bookmark(ALARMS)
    first = max(last + 1, (today - DAY * WATCHED_DAYS).toordinal())
    if today.toordinal() - 1 > last:
        await store.turn_to(ALARMS, last, today.toordinal() - 1)
    return [date.fromordinal(ordinal) for ordinal in range(first, today.toordinal())]


def _counts(
    mentions: Sequence[Mention], topics: Sequence[Topic]
) -> tuple[Mapping[date, int], Mapping[str, Mapping[date, int]]]:
    """Messages by day, of all and of each topic."""
    total: dict[date, int] = defaultdict(int)
    families = {one.family for one in topics}
    counts: dict[str, dict[date, int]] = {one.id: defaultdict(int) for one in topics if one.id not in families}
    for one in mentions:
        total[one.day] += 1
        if one.topic in counts:
            counts[one.topic][one.day] += 1
    return total, counts
