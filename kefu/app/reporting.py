"""Keeps the facts that reports count: a follower of the log."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from kefu.app.following import BATCH
from kefu.core.errors import BadInput
from kefu.core.events import Judged
from kefu.core.nouns import Act
from kefu.core.ports.desk import Scope
from kefu.core.ports.reports import Fact
from kefu.core.ports.store import Memory
from kefu.service.desk.hours import Hours
from kefu.service.insight.erlang import Aim
from kefu.service.insight.figures import FIGURES, Choice, Rate, Times, count_by, listed, old_enough
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
    """What is asked of the facts: a time, a choice, and whether only visits old enough for the ladder count."""

    period: Period
    choice: Choice = Choice()  # noqa: RUF009 - frozen
    old: bool = False


@dataclass(frozen=True, slots=True)
class Reported:
    """A report, the values that there are to choose from, and whether all that has happened is in it."""

    report: Report
    values: Mapping[str, Sequence[str]]
    whole: bool


class Reporting:
    """Writes down what became of every visit, as it happens."""

    def __init__(self, store: Memory, catalog: Catalog, hours: Hours) -> None:
        self._store, self._catalog = store, catalog
        self.hours = hours

    async def catch_up(self, most: int | None = None) -> bool:
        """Take in what happened since, at most so many batches; whether all of it is in."""
        done = 0
        while most is None or done < most:
            after = until = await self._store.bookmark(REPORTS)
            touched: dict[str, bool] = {}
            for _ in range(TOGETHER if most is None else min(TOGETHER, most - done)):
                recorded = await self._store.happened(until, BATCH)
                if not recorded:
                    break
                for one in recorded:
                    touched[one.conversation_id] = touched.get(one.conversation_id, False) or type(one.event) is Judged
                until = recorded[-1].position
                done += 1
            if not touched:
                return True
            await self._store.keep_facts(await self._facts(touched), REPORTS, after, until)
        return False

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
        return listed(old_enough(chosen, now) if asked.old else chosen, figure)

    async def _read(self, asked: Asked, scope: Scope) -> Sequence[Fact]:
        zone, period = self.hours.zone, asked.period
        since, until = (datetime.combine(day, time(), zone) for day in (period.since, period.until + DAY))
        return await self._store.facts(since, until, scope)

    async def _facts(self, touched: Mapping[str, bool]) -> list[Fact]:
        """The last visit of conversations that went on, whole, as they stand now.

        Of those that were judged (True) all visits: a verdict may be about an earlier one.
        """
        latest = await self._store.latest_facts([*touched])
        ground = ground_of(self._catalog, self.hours)
        found: list[Fact] = []
        for id_, judged in touched.items():
            before = None if judged else latest.get(id_)
            events = await self._store.events(id_, before.number - 1 if before else 0)
            found += visits(events, ground, before)
        return found


def ground_of(catalog: Catalog, hours: Hours) -> Ground:
    """What facts stand on, by the hours of the team and the skills: which only say something, whom praise is."""
    talk = {skill.name for skill in catalog.skills.values() if all(step.kind == "say" for step in skill.steps)}
    tones = [pair for skill in catalog.skills.values() for pair in skill.tones.items()]
    thanks = {intent for intent, tone in tones if PRAISE in tone.split()}
    return Ground(hours, frozenset({*talk, catalog.identity_skill}), frozenset(thanks))
