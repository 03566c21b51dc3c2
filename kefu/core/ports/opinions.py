"""Opinions: whether readers found an article helpful. A face of the store that counts and knows no reader."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Tally:
    """How many readers found something helpful, and how many did not."""

    helped: int = 0
    failed: int = 0


class Opinions(Protocol):
    """Readers' thumbs, counted for each version of an article."""

    async def opine(self, article_id: str, version: int, *, helped: bool) -> None:
        """Count one reader's opinion of a version that is or was in the library."""

    async def opinions(self, article_id: str) -> Mapping[int, Tally]:
        """The counts by version; versions that nobody judged are not there."""
