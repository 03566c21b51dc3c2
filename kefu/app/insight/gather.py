"""Writes down what customers said and how visits went, as it happens: a follower of the log."""

from __future__ import annotations

from dataclasses import dataclass

from kefu.app.batch import Columns, Engine
from kefu.app.following import BATCH
from kefu.app.reporting import ground_of
from kefu.app.stretches import Follower, Stretch, follow, follow_far
from kefu.core.events import Corrected, Judged
from kefu.core.ports.insight import Mention, Score
from kefu.core.ports.reader import Progress
from kefu.core.ports.store import Memory
from kefu.service.desk.hours import Hours
from kefu.service.insight.messages import mentions
from kefu.service.insight.quality import score
from kefu.service.insight.visits import Ground, visits
from kefu.service.skills.catalog import Catalog

INSIGHT = "insight"
"""The name under which what was said keeps its place in the log."""


@dataclass(frozen=True, slots=True)
class Hearing:
    """The work: `mentions` and `scores` of the visits of a stretch that something happened in."""

    ground: Ground

    def __call__(self, stretch: Stretch) -> Columns:
        """Some 300 µs a conversation."""
        said: list[Mention] = []
        judged: list[Score] = []
        for id_, events in stretch.talks():
            first = stretch.firsts[id_]
            found = visits(events, self.ground, stretch.before.get(id_))
            ends = [*(one.number for one in found[1:]), float("inf")] if found else []  # none: a call without a word
            for fact, end in zip(found, ends, strict=True):
                if end > first:
                    mine = [one for one in events if fact.number <= one.number < end]
                    said += mentions(mine, fact, self.ground)
                    judged.append(score(mine, fact, self.ground.thanks))
        return {"mentions": said, "scores": judged}


class Gathering:
    """Keeps mentions and scores up with the log."""

    def __init__(self, store: Memory, catalog: Catalog, hours: Hours) -> None:
        self._store = store
        self._follower = Follower(INSIGHT, (Judged, Corrected), Hearing(ground_of(catalog, hours)), self._keep)

    async def catch_up(self, most: int | None = None) -> bool:
        """Take in what happened since, at most so many batches; whether all of it is in."""
        return await follow(self._store, self._follower, BATCH, most)

    async def read_past(self, engine: Engine, progress: Progress) -> None:
        """Take in all that happened since, on all cores; goes on where an earlier run was broken off."""
        await follow_far(self._store, self._follower, engine, lambda _, done, of: progress("messages", done, of))

    async def _keep(self, found: Columns, after: int, until: int) -> bool:
        return await self._store.gather_mentions(found["mentions"], found["scores"], INSIGHT, after, until)
