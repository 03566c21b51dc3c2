"""What customers said and how visits went, in memory: the same as on a database."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import TypeVar

from kefu.adapters.stores.memory.desk import Shelf, is_seen
from kefu.core.nouns import Conversation
from kefu.core.ports.desk import Scope
from kefu.core.ports.insight import Alarm, Label, Mention, Place, Score, Settlement, Topic

Key = tuple[str, int]
One = TypeVar("One", Mention, Score)


@dataclass  # without slots, so that a class may have another base with slots beside it
class MemoryMining(ABC):
    """Mentions and scores by conversation and number, labels by visit and colleague."""

    _mentions: dict[Key, Mention] = field(default_factory=dict)
    _scores: dict[Key, Score] = field(default_factory=dict)
    _labels: dict[tuple[str, int, str], Label] = field(default_factory=dict)
    _topics: tuple[Sequence[Topic], datetime | None] = ((), None)
    _alarms: dict[tuple[str, date], Alarm] = field(default_factory=dict)

    @abstractmethod
    def _there(self) -> tuple[Mapping[str, Conversation], Shelf]:
        """The conversations by id, and the places of followers."""

    async def gather_mentions(
        self, found: Sequence[Mention], judged: Sequence[Score], name: str, after: int, position: int
    ) -> bool:
        """See `Mining`."""
        talks, shelf = self._there()
        if not shelf.turn_to(name, after, position):
            return False
        for id_ in {one.conversation_id for one in judged}:
            first = min(one.number for one in judged if one.conversation_id == id_)
            known = {key: one for key, one in self._mentions.items() if key[0] == id_ and one.visit >= first}
            self._mentions = {key: one for key, one in self._mentions.items() if key not in known}
            self._scores = {
                key: one for key, one in self._scores.items() if not (key[0] == id_ and one.number >= first)
            }
            if id_ in talks:
                for one in found:
                    key = (one.conversation_id, one.number)
                    if one.conversation_id == id_:
                        before = known.get(key, one)
                        self._mentions[key] = one._replace(topic=before.topic, closeness=before.closeness)
                self._scores |= {(id_, one.number): one for one in judged if one.conversation_id == id_}
        return True

    async def mentions(self, since: datetime, until: datetime, scope: Scope) -> Sequence[Mention]:
        """See `Mining`."""
        return self._between(self._mentions, since, until, scope)

    async def next_mentions(
        self, since: datetime, until: datetime, after: Place | None, limit: int, *, unplaced: bool = False
    ) -> Sequence[Mention]:
        """See `Mining`."""
        found = self._between(self._mentions, since, until, Scope())
        behind = (one for one in found if after is None or (one.at, one.conversation_id, one.number) > after)
        return [one for one in behind if not unplaced or not (one.topic or one.closeness)][:limit]

    async def count_mentions(self, since: datetime, until: datetime) -> Mapping[tuple[str, date], int]:
        """See `Mining`."""
        return Counter((one.topic, one.day) for one in self._mentions.values() if since <= one.at < until)

    async def place_mentions(self, placed: Sequence[tuple[str, int, str, float]]) -> None:
        """See `Mining`."""
        for id_, number, topic, closeness in placed:
            if (id_, number) in self._mentions:
                one = self._mentions[id_, number]
                self._mentions[id_, number] = one._replace(topic=topic, closeness=closeness)

    async def keep_topics(self, found: Sequence[Topic], risen: Sequence[Alarm], at: datetime) -> None:
        """See `Findings`."""
        self._topics = (tuple(found), at)
        for one in risen:
            there = self._alarms.get((one.topic, one.day), one)
            self._alarms[one.topic, one.day] = replace(there, last=one.last)

    async def topics(self) -> tuple[Sequence[Topic], Sequence[Alarm], datetime | None]:
        """See `Findings`."""
        risen = sorted(self._alarms.values(), key=lambda one: (-one.day.toordinal(), one.chance))
        return self._topics[0], risen, self._topics[1] if self._topics[0] else None

    async def settle_alarm(self, topic: str, day: date, settled: Settlement | None) -> bool:
        """See `Findings`."""
        if (topic, day) not in self._alarms:
            return False
        self._alarms[topic, day] = replace(self._alarms[topic, day], settled=settled)
        return True

    async def scores(self, since: datetime, until: datetime, scope: Scope) -> Sequence[Score]:
        """See `Judging`."""
        return self._between(self._scores, since, until, scope)

    async def keep_label(self, label: Label) -> bool:
        """See `Judging`."""
        if (label.conversation_id, label.number) not in self._scores:
            return False
        self._labels[label.conversation_id, label.number, label.who] = label
        return True

    async def labels(self, scope: Scope) -> Sequence[Label]:
        """See `Judging`."""
        talks, _ = self._there()
        seen = (one for one in self._labels.values() if is_seen(scope, talks[one.conversation_id]))
        return sorted(seen, key=lambda one: (-one.at.timestamp(), one.conversation_id))

    def _erase_mined(self, conversation_id: str) -> None:
        """Forget what was mined of a conversation."""
        for kept in (self._mentions, self._scores, self._labels):
            for key in [key for key in kept if key[0] == conversation_id]:
                del kept[key]  # type: ignore[arg-type]

    def _between(self, kept: Mapping[Key, One], since: datetime, until: datetime, scope: Scope) -> list[One]:
        talks, _ = self._there()
        found = [one for one in kept.values() if since <= one.at < until and is_seen(scope, talks[one.conversation_id])]
        return sorted(found, key=lambda one: (one.at, one.conversation_id, one.number))
