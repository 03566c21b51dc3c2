"""Keeps the facts that reports count: a follower of the log."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from kefu.app.batch import Columns, Engine
from kefu.app.following import BATCH
from kefu.app.stretches import Follower, Stretch, follow, follow_far
from kefu.core.errors import BadInput
from kefu.core.events import Judged
from kefu.core.nouns import Act
from kefu.core.ports.desk import Scope
from kefu.core.ports.reader import Progress
from kefu.core.ports.reports import Fact
from kefu.core.ports.store import Memory
from kefu.service.desk.hours import Hours
from kefu.service.insight.erlang import Aim
from kefu.service.insight.figures import FIGURES, Choice, Rate, Times, count_by, half_of, listed, old_enough
from kefu.service.insight.forecast import Cell, Forecast
from kefu.service.insight.report import Period, Report, report
from kefu.service.insight.visits import Ground, visits
from kefu.service.skills.catalog import Catalog

__all__ = [
    "CHOICES", "FIGURES", "REPORTS", "Aim", "Asked", "Cell", "Choice", "Fact", "Forecast", "Period", "Rate", "Report",
    "Reported", "Reporting", "Times", "ground_of",
]  # fmt: skip

REPORTS = "reports"
"""The name under which the facts keep their place in the log."""

PRAISE: Act = "praise"

TOGETHER = 20
"""Batches whose visits are cut together: a visit that went on in several of them is read once."""

MOST_AT_ONCE = 10
"""Batches that a reader waits for: what is older than that is being caught up in the background."""


CHOICES = ("channel", "language", "intent", "team", "person")
"""Fields by whose values visits are chosen."""

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of the facts: a time, a choice, and whether only visits old enough for the ladder count.

    Of a list, `half` is the half hour of the day (0 to 47) in which a visit began, or people were wanted.
    """

    period: Period
    choice: Choice = Choice()  # noqa: RUF009 - frozen
    old: bool = False
    half: int | None = None


@dataclass(frozen=True, slots=True)
class Reported:
    """A report, the values that there are to choose from, and whether all that has happened is in it."""

    report: Report
    values: Mapping[str, Sequence[str]]
    whole: bool


@dataclass(frozen=True, slots=True)
class Visiting:
    """The work: `facts` of the visits of a stretch, from the one on that something happened in."""

    ground: Ground

    def __call__(self, stretch: Stretch) -> Columns:
        """Some 200 µs a conversation."""
        found = [visits(events, self.ground, stretch.before.get(id_)) for id_, events in stretch.talks()]
        return {"facts": [fact for some in found for fact in some]}


class Reporting:
    """Writes down what became of every visit, as it happens."""

    def __init__(self, store: Memory, catalog: Catalog, hours: Hours) -> None:
        self._store = store
        self._follower = Follower(REPORTS, (Judged,), Visiting(ground_of(catalog, hours)), self._keep)
        self.hours = hours

    async def catch_up(self, most: int | None = None) -> bool:
        """Take in what happened since, at most so many batches; whether all of it is in."""
        return await follow(self._store, self._follower, BATCH if most else TOGETHER * BATCH, most)

    async def read_past(self, engine: Engine, progress: Progress) -> None:
        """Take in all that happened since, on all cores; goes on where an earlier run was broken off."""
        await follow_far(self._store, self._follower, engine, lambda _, done, of: progress("visits", done, of))

    async def report(self, asked: Asked, scope: Scope, now: datetime, aim: Aim) -> Reported:
        """All figures for a question, over what may be seen."""
        whole = await self.catch_up(MOST_AT_ONCE)
        facts = await self._read(asked, scope)

        def work() -> Reported:
            values = {name: [value for value, _ in count_by(facts, name) if value] for name in CHOICES}
            chosen = asked.choice.of(facts)
            return Reported(report(chosen, asked.period, now, self.hours, aim), values, whole)

        return await asyncio.to_thread(work)

    async def visits(self, asked: Asked, scope: Scope, now: datetime, figure: str) -> Sequence[Fact]:
        """The visits behind a figure of that report; with `old`, of those old enough for the ladder.

        Raises `BadInput` for a figure that there is not.
        """
        if figure not in FIGURES:
            raise BadInput(f"There is no figure {figure!r}; there is {', '.join(FIGURES)}.")
        await self.catch_up(MOST_AT_ONCE)
        chosen = asked.choice.of(await self._read(asked, scope))
        found = listed(old_enough(chosen, now) if asked.old else chosen, figure)
        if asked.half is None:
            return found
        zone, is_handed = self.hours.zone, figure == "handed"
        return [one for one in found if half_of(((is_handed and one.handed) or one.at).astimezone(zone)) == asked.half]

    async def _read(self, asked: Asked, scope: Scope) -> Sequence[Fact]:
        zone, period = self.hours.zone, asked.period
        since, until = (datetime.combine(day, time(), zone) for day in (period.since, period.until + DAY))
        return await self._store.facts(since, until, scope)

    async def _keep(self, found: Columns, after: int, until: int) -> bool:
        return await self._store.keep_facts(found["facts"], REPORTS, after, until)


def ground_of(catalog: Catalog, hours: Hours) -> Ground:
    """What facts stand on, by the hours of the team and the skills: which only say something, whom praise is."""
    talk = {skill.name for skill in catalog.skills.values() if all(step.kind == "say" for step in skill.steps)}
    tones = [pair for skill in catalog.skills.values() for pair in skill.tones.items()]
    thanks = {intent for intent, tone in tones if PRAISE in tone.split()}
    return Ground(hours, frozenset({*talk, catalog.identity_skill}), frozenset(thanks))
