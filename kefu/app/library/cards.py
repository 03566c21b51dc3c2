"""The catalogue of the library: every article without its text, as lists and counts need it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from kefu.core.articles import Article, Audience
from kefu.core.nouns import Language
from kefu.core.ports.library import Library


@dataclass(frozen=True, slots=True)
class Card:
    """An article as a list shows it; `holds` says whether it counts today."""

    id: str
    title: str
    language: Language
    audience: Audience
    owner: str
    source: str
    link: str
    labels: tuple[str, ...]
    valid_from: date | None
    valid_until: date | None
    updated_at: datetime
    version: int
    holds: bool


def card_of(one: Article, today: date) -> Card:
    """An article without its text."""
    about = (one.id, one.title, one.language, one.audience, one.owner, one.source, one.link, one.labels)
    return Card(*about, one.valid_from, one.valid_until, one.updated_at, one.version, one.holds_on(today))


class Catalogue:
    """Follows the library by its edition: a list costs one quick look at the store, however many articles there are.

    Half a kilobyte an article in each process; the first look reads all of them.
    """

    def __init__(self, library: Library) -> None:
        self._library = library
        self._edition = 0
        self._articles: dict[str, Article] = {}
        self._made: tuple[date, Sequence[Card]] | None = None
        self._catching_up = asyncio.Lock()

    async def cards(self, today: date) -> Sequence[Card]:
        """All articles that are in the library now, in the order of their ids. Raises what the library raises."""
        async with self._catching_up:
            changes = await self._library.changes(self._edition)
            if changes.edition != self._edition:
                kept = self._articles | {one.id: replace(one, markdown="", passages=()) for one in changes.put}
                gone = set(changes.drop)
                self._articles = {id_: kept[id_] for id_ in sorted(kept) if id_ not in gone}
                self._edition = changes.edition
                self._made = None
            if self._made is None or self._made[0] != today:
                self._made = today, tuple(card_of(one, today) for one in self._articles.values())
            return self._made[1]
