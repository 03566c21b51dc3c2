"""Facts for reports in memory: the same as on a database."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise

from kefu.core.ports.reports import Fact


@dataclass(slots=True)
class Facts:
    """Visits by conversation, in their order."""

    by_talk: dict[str, list[Fact]] = field(default_factory=dict)

    def keep(self, found: Sequence[Fact], there: Collection[str]) -> None:
        """Replace the facts from their beginning on."""
        for id_ in {fact.conversation_id for fact in found} & set(there):
            fresh = [fact for fact in found if fact.conversation_id == id_]
            kept = [fact for fact in self.by_talk.get(id_, ()) if fact.number < fresh[0].number]
            who = fresh[-1].customer
            self.by_talk[id_] = [fact._replace(customer=who) for fact in (*kept, *fresh)]

    def erase(self, conversation_id: str) -> None:
        """Forget a conversation."""
        self.by_talk.pop(conversation_id, None)

    def latest(self, conversation_ids: Collection[str]) -> dict[str, Fact]:
        """The latest visit of each."""
        return {id_: self.by_talk[id_][-1] for id_ in conversation_ids if id_ in self.by_talk}

    def between(self, since: datetime, until: datetime) -> list[Fact]:
        """The visits of a time, with when their customers came again."""
        found = [fact for fact in self._returned() if since <= fact.at < until]
        return sorted(found, key=lambda fact: (fact.at, fact.conversation_id))

    def _returned(self) -> list[Fact]:
        every = sorted(
            (fact for facts in self.by_talk.values() for fact in facts), key=lambda fact: (fact.customer, fact.at)
        )
        pairs = pairwise([*every, None])
        return [
            fact._replace(returned=later.at if later and later.customer == fact.customer else None)
            for fact, later in pairs
            if fact
        ]
