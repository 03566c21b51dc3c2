"""The library's part of a store that forgets, with readers' opinions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from kefu.core.articles import Article
from kefu.core.ports.library import Changes, Shelved, Version
from kefu.core.ports.opinions import Tally


@dataclass(slots=True)
class MemoryLibrary:
    """All versions by id, and the edition in which each article last changed."""

    _shelves: dict[str, list[tuple[Version, Article | None]]] = field(default_factory=dict)
    _editions: dict[str, int] = field(default_factory=dict)
    _edition: int = 0
    _tallies: dict[str, dict[int, Tally]] = field(default_factory=dict)

    async def shelve(self, put: Sequence[Article], drop: Sequence[str], who: str, at: datetime) -> Shelved:
        """See `Library`."""
        wanted = {article.id: article for article in put}
        before = {id_: self._now(id_) for id_ in (*wanted, *drop)}
        fresh = [one for id_, one in wanted.items() if not (held := before[id_]) or held.digest != one.digest]
        gone = [id_ for id_ in dict.fromkeys(drop) if id_ not in wanted and before[id_]]
        if fresh or gone:
            self._edition += 1
        for id_, article in [*((one.id, one) for one in fresh), *((id_, None) for id_ in gone)]:
            shelf = self._shelves.setdefault(id_, [])
            version = Version(len(shelf) + 1, article.digest if article else "", who, at)
            shelf.append((version, replace(article, version=version.number, updated_at=at) if article else None))
            self._editions[id_] = self._edition
        added = tuple(one.id for one in fresh if not before[one.id])
        changed = tuple(one.id for one in fresh if before[one.id])
        return Shelved(added, changed, tuple(gone), self._edition)

    async def article(self, article_id: str, version: int = 0) -> Article | None:
        """See `Library`."""
        shelf = self._shelves.get(article_id, [])
        if version:
            return shelf[version - 1][1] if 0 < version <= len(shelf) else None
        return self._now(article_id)

    async def articles(self, after: str = "", limit: int = 500) -> Sequence[Article]:
        """See `Library`."""
        held = (self._now(id_) for id_ in sorted(self._shelves) if id_ > after)
        return [article for article in held if article][:limit]

    async def history(self, article_id: str) -> Sequence[Version]:
        """See `Library`."""
        return [version for version, _ in self._shelves.get(article_id, [])]

    async def changes(self, since: int) -> Changes:
        """See `Library`."""
        touched = sorted(id_ for id_, edition in self._editions.items() if edition > since)
        put = tuple(article for id_ in touched if (article := self._now(id_)))
        return Changes(self._edition, put, tuple(id_ for id_ in touched if not self._now(id_)))

    async def opine(self, article_id: str, version: int, *, helped: bool) -> None:
        """See `Opinions`."""
        tallies = self._tallies.setdefault(article_id, {})
        before = tallies.get(version, Tally())
        tallies[version] = Tally(before.helped + helped, before.failed + (not helped))

    async def opinions(self, article_id: str) -> Mapping[int, Tally]:
        """See `Opinions`."""
        return dict(self._tallies.get(article_id, {}))

    def _now(self, article_id: str) -> Article | None:
        shelf = self._shelves.get(article_id)
        return shelf[-1][1] if shelf else None
