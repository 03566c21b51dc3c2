"""Writes down what customers said and how visits went, as it happens: a follower of the log."""

from __future__ import annotations

from collections.abc import Mapping

from kefu.app.following import BATCH
from kefu.app.reporting import ground_of
from kefu.core.events import Corrected, Judged
from kefu.core.ports.insight import Mention, Score
from kefu.core.ports.store import Memory
from kefu.service.desk.hours import Hours
from kefu.service.insight.messages import mentions
from kefu.service.insight.quality import score
from kefu.service.insight.visits import visits
from kefu.service.skills.catalog import Catalog

INSIGHT = "insight"
"""The name under which what was said keeps its place in the log."""


class Gathering:
    """Keeps mentions and scores up with the log."""

    def __init__(self, store: Memory, catalog: Catalog, hours: Hours) -> None:
        self._store, self._catalog, self._hours = store, catalog, hours

    async def catch_up(self, most: int | None = None) -> int:
        """Take in what happened since, at most so many batches; returns how many visits were looked at."""
        count = done = 0
        while most is None or done < most:
            done += 1
            after = await self._store.bookmark(INSIGHT)
            recorded = await self._store.happened(after, BATCH)
            if not recorded:
                return count
            touched: dict[str, int] = {}
            for one in recorded:
                about_earlier = isinstance(one.event, Judged | Corrected)
                touched[one.conversation_id] = 0 if about_earlier else touched.get(one.conversation_id, one.number)
            said, judged = await self._look(touched)
            count += len(judged)
            await self._store.gather_mentions(said, judged, INSIGHT, after, recorded[-1].position)
        return count

    async def _look(self, touched: Mapping[str, int]) -> tuple[list[Mention], list[Score]]:
        """The visits of conversations from the one on that an event belongs to; 0 stands for the first one.

        Facts may be ahead: they tell where to begin only where the last visit began before that event.
        """
        latest = await self._store.latest_facts([*touched])
        ground = ground_of(self._catalog, self._hours)
        said: list[Mention] = []
        judged: list[Score] = []
        for id_, first in touched.items():
            known = latest.get(id_)
            before = known if known and known.number <= first else None
            events = await self._store.events(id_, before.number - 1 if before else 0)
            found = visits(events, ground, before)
            if not found:  # a call on which nobody has said anything yet
                continue
            ends = [*(one.number for one in found[1:]), float("inf")]
            for fact, end in zip(found, ends, strict=True):
                if end > first:
                    mine = [one for one in events if fact.number <= one.number < end]
                    said += mentions(mine, fact, ground)
                    judged.append(score(mine, fact))
        return said, judged
