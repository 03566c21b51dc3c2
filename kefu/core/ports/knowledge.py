"""Knowledge: finds passages of the company's own texts.

Entry-point group `kefu.knowledge`. No implementation ships yet.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from kefu.core.nouns import Language


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of a document that may answer a question; `score` is calibrated, in [0, 1]."""

    document: str
    title: str
    text: str
    link: str
    score: float


class Knowledge(Protocol):
    """A searchable body of texts."""

    async def search(self, question: str, language: Language, audience: str, limit: int = 5) -> Sequence[Passage]:
        """The passages that answer best, best first, only those that `audience` may see."""

    async def put(self, passages: Sequence[Passage], audience: str) -> None:
        """Add passages, or replace those of the same document."""
