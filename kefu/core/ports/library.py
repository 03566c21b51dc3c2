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


@dataclass(frozen=True, slots=True)
class Version:
    """One entry in an article's history: who made it, when. `digest` is empty where the article was taken out."""

    number: int
    digest: str
    who: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Changes:
    """What leads from one edition to `edition`: articles as they are now, and the ids that are gone."""

    edition: int
    put: tuple[Article, ...]
    drop: tuple[str, ...]


class Library(Protocol):
    """Articles with their earlier versions. Every change makes a new edition of the library."""

    async def shelve(self, put: Sequence[Article], drop: Sequence[str], who: str, at: datetime) -> Shelved:
        """Add, replace and take out articles in one transaction.

        An article whose digest is as before is left alone; a changed one gets the next version, and
        the earlier one stays readable. Taking one out is a version, too. Of an id that comes twice,
        the last holds; one that is both put and dropped stays. Without any change the edition
        stays, too. `version` and `updated_at` of what is put are set here.
        """

    async def article(self, article_id: str, version: int = 0) -> Article | None:
        """An article, or (from 1 on) one version of it; None when there is none. A dropped one has only versions."""

    async def articles(self, after: str = "", limit: int = 500) -> Sequence[Article]:
        """The current articles with ids greater than `after`, in the order of their ids (by code point)."""

    async def history(self, article_id: str) -> Sequence[Version]:
        """All versions of an article, first to last; nothing when there never was one."""

    async def changes(self, since: int) -> Changes:
        """What an index at edition `since` must put (as it is now) and drop, and the edition that it is at then.

        0 is the edition of an empty library, so `changes(0)` is all of it. Costs one quick look when nothing changed.
        """
