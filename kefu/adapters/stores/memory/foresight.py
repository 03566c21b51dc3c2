"""What is foreseen of customers, in a store that forgets."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from kefu.core.ports.foresight import Approach, Ranked, Score


@dataclass  # without slots, so that a class may have another base with slots beside it
class MemoryForesight:
    """Scores by customer, and approaches in their order."""

    _foreseen: dict[str, list[Score]] = field(default_factory=dict)
    _approaches: list[Approach] = field(default_factory=list)

    async def keep_scores(
        self, found: Sequence[Score], customers: Collection[str], predictors: Collection[str]
    ) -> None:
        """See `Foresight`."""
        for customer in customers:
            kept = [one for one in self._foreseen.get(customer, []) if one.predictor not in predictors]
            self._foreseen[customer] = kept
        for one in found:
            self._foreseen.setdefault(one.customer, []).append(one)

    async def scores_of(self, customer: str) -> Sequence[Score]:
        """See `Foresight`."""
        return sorted(self._foreseen.get(customer, []), key=lambda one: (one.predictor, one.subject))

    async def highest(self, predictor: str, limit: int = 100, skip: int = 0, at_least: float = 0.0) -> Ranked:
        """See `Foresight`."""
        every = [one for scores in self._foreseen.values() for one in scores if one.predictor == predictor]
        found = [one for one in every if one.prediction.value >= at_least]
        found.sort(key=lambda one: (-one.prediction.value, one.customer, one.subject))
        return Ranked(len(found), found[skip : skip + limit])

    async def approach(self, one: Approach) -> None:
        """See `Foresight`."""
        self._approaches.append(one)

    async def approaches(self, predictor: str, customer: str = "") -> Sequence[Approach]:
        """See `Foresight`."""
        found = [one for one in self._approaches if one.predictor == predictor and customer in ("", one.customer)]
        return sorted(found, key=lambda one: one.at)[::-1]

    def _erase_foresight(self, conversation_id: str, customer: str) -> None:
        """Forget what rests on a conversation, and what is foreseen of whoever wrote it."""
        gone = (conversation_id, customer)
        self._foreseen = {
            whose: [one for one in scores if one.conversation_id != conversation_id]
            for whose, scores in self._foreseen.items()
            if whose not in gone
        }
        self._approaches = [one for one in self._approaches if one.conversation_id != conversation_id]
