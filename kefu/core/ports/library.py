"""Library: where articles are kept. A face of the store, so that they live where conversations do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from kefu.core.articles import Article


@dataclass(frozen=True, slots=True)
class Shelved:
    """What of a change happened: ids by what became of them, and the library's edition after it."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    edition: int


class Library(Protocol):
    """Articles with their earlier versions. Every change makes a new edition of the library."""

    async def shelve(self, put: Sequence[Article], drop: Sequence[str], who: str, at: datetime) -> Shelved:
        """Add, replace and take out articles in one transaction.

        An article whose digest is as before is left alone; a changed one gets the next version, and
        the earlier one stays readable. Without any change the edition stays, too.
        """

    async def article(self, article_id: str, version: int = 0) -> Article | None:
        """An article, or (from 1 on) one version of it; None when there is none. A dropped one has only versions."""

    async def articles(self, after: str = "", limit: int = 500) -> Sequence[Article]:
        """The current articles with ids greater than `after`, in the order of their ids."""

    async def edition(self) -> int:
        """How many changes the library has seen; 0 when it is empty."""

    async def changes(self, since: int) -> tuple[Sequence[Article], Sequence[str]]:
        """What an index at edition `since` must put (as it is now) and drop."""
