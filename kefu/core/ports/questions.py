"""Questions: what neither a skill nor the company's texts could answer. A face of the store."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

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


class Questions(Protocol):
    """A projection of `QuestionLeft`, `PersonReplied` and `QuestionSettled`."""

    async def questions(self, limit: int = 2_000) -> Sequence[Left]:
        """The questions that nobody has settled yet, latest first."""
