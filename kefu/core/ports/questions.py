"""Questions: what nothing could answer, and what colleagues answered. A face of the store."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from kefu.core.nouns import Language


@dataclass(frozen=True, slots=True)
class Left:
    """A question that was left, and what a colleague answered to it later (empty while nobody did)."""

    turn_id: str
    conversation_id: str
    at: datetime
    text: str
    language: Language
    probability: float
    answer: str = ""
    who: str = ""


@dataclass(frozen=True, slots=True)
class Reply:
    """Where a colleague's reply stands: `position` in the whole store, `number` in its conversation."""

    turn_id: str
    conversation_id: str
    position: int
    number: int


ExchangeState = Literal["waiting", "open", "settled"]
"""Whether it solved anything is not known yet; it waits for a person; it is done, or there is nothing to learn."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """What a customer asked and a colleague answered, as a draft without personal data.

    Texts are empty where `state` is `waiting`, and where there is nothing to learn.
    """

    reply: Reply
    at: datetime
    state: ExchangeState
    text: str = ""
    language: Language = "zh"
    answer: str = ""
    who: str = ""


class Questions(Protocol):
    """Projections of `QuestionLeft`, `PersonReplied` and `QuestionSettled`; erasing a conversation takes its own."""

    async def questions(self, limit: int = 2_000) -> Sequence[Left]:
        """The questions that nobody has settled yet, latest first."""

    async def gather(self, exchanges: Sequence[Exchange]) -> None:
        """Write down what replies came to; one that was settled stays so, whoever gathers it again.

        Those of a conversation that was erased meanwhile are left out.
        """

    async def exchanges(self, state: ExchangeState, limit: int = 2_000) -> Sequence[Exchange]:
        """Exchanges in this state: `waiting` ones oldest first, others latest first."""
