"""Foresight: what is foreseen of customers, and who was approached about it. A face of the store."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from kefu.core.nouns import Value
from kefu.core.ports.predictor import Prediction

What = Literal["sent", "held", "snoozed"]
"""A message went out; the customer belongs to those who get none, so that it is known what messages change; later."""


@dataclass(frozen=True, slots=True)
class Reason:
    """How far a feature with a value moved a forecast: above 0 towards yes, or sooner."""

    feature: str
    value: Value
    part: float


@dataclass(frozen=True, slots=True)
class Score:
    """What a version of a predictor foresees of a subject of a customer, as of a moment; the strongest reasons first.

    `customer` is an id of the records, or a conversation's where nobody knows who writes. `conversation_id` is the
    one that it rests on, if any. `label` is a text in place of a number: what a customer will ask next.
    """

    predictor: str
    subject: str
    customer: str
    conversation_id: str
    at: datetime
    version: str
    prediction: Prediction
    reasons: tuple[Reason, ...] = ()
    label: str = ""


@dataclass(frozen=True, slots=True)
class Approach:
    """What was done about a customer: `until` is when a snoozed one comes back."""

    predictor: str
    customer: str
    what: What
    at: datetime
    conversation_id: str = ""
    value: float = 0.0
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Ranked:
    """A part of a predictor's scores, the highest first, and how many there are altogether."""

    total: int
    scores: Sequence[Score] = ()


class Foresight(Protocol):
    """Scores are replaced as time goes on; approaches are only added to."""

    async def keep_scores(
        self, found: Sequence[Score], customers: Collection[str], predictors: Collection[str]
    ) -> None:
        """Keep these in the place of all that these predictors said of these customers."""

    async def scores_of(self, customer: str) -> Sequence[Score]:
        """All that is foreseen of a customer, by predictor and subject."""

    async def highest(self, predictor: str, limit: int = 100, skip: int = 0, at_least: float = 0.0) -> Ranked:
        """The scores of a predictor from a value on, the highest first, from one place on."""

    async def approach(self, one: Approach) -> None:
        """Write down what was done."""

    async def approaches(self, predictor: str, customer: str = "") -> Sequence[Approach]:
        """What was done because of a predictor, the latest first: about everybody, or one customer."""
