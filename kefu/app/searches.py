"""Searching as the app does it: an index that follows the library, and hits that are remembered."""

from __future__ import annotations

import asyncio
import threading
from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path

from kefu.core.articles import Article
from kefu.core.ports.knowledge import Hit, Knowledge, Query
from kefu.core.ports.library import Library

SEARCHES = 2048
"""How many searches are remembered; their articles are shared with nothing, some 10 kB each."""

LONGEST = 200
"""Characters of the longest question that is remembered; longer ones hardly come twice."""

PORTION = 500
"""Articles that are put at once, so that the first ones are found early and memory stays small."""

EDITION = "edition"


class RememberedSearches:
    """Keeps the latest hits of another search until an article changes (implements `Knowledge`).

    The key is the whole query, so nothing is shared between audiences, days or conversations that
    differ; `hits` and `misses` count for the metrics.
    """

    def __init__(self, knowledge: Knowledge, most: int = SEARCHES) -> None:
        self._knowledge = knowledge
        self._most = most
        self._lock = threading.Lock()
        self._change = 0
        self._known: OrderedDict[tuple[int, str, Query], tuple[Hit, ...]] = OrderedDict()
        self.hits = 0
        self.misses = 0

    @property
    def version(self) -> str:
        """See `Knowledge`."""
        return self._knowledge.version

    def put(self, articles: Sequence[Article]) -> None:
        """See `Knowledge`."""
        self._knowledge.put(articles)
        self._forget()

    def drop(self, ids: Sequence[str]) -> None:
        """See `Knowledge`."""
        self._knowledge.drop(ids)
        self._forget()

    def search(self, query: Query) -> Sequence[Hit]:
        """See `Knowledge`."""
        if len(query.text) > LONGEST:
            return self._knowledge.search(query)
        key = self._change, self._knowledge.version, query
        with self._lock:
            known = self._known.get(key)
            if known is not None:
                self._known.move_to_end(key)
                self.hits += 1
                return known
            self.misses += 1
        found = tuple(self._knowledge.search(query))
        with self._lock:
            if key[0] == self._change:  # what was found before a change is not kept after it
                self._known[key] = found
                while len(self._known) > self._most:
                    self._known.popitem(last=False)
        return found

    def close(self) -> None:
        """See `Knowledge`."""
        self._knowledge.close()

    def _forget(self) -> None:
        with self._lock:
            self._change += 1
            self._known.clear()


class Follower:
    """Keeps an index as the library is; each process has its own.

    The edition is remembered in the index's folder after the index has it: a crash between the two
    repeats a change, which does no harm. An index of another method is fed from the beginning.
    """

    def __init__(self, library: Library, knowledge: Knowledge, folder: Path | None = None) -> None:
        self._library = library
        self._knowledge = knowledge
        self._file = folder / EDITION if folder else None
        self._edition = self._remembered()
        self._catching_up = asyncio.Lock()

    @property
    def edition(self) -> int:
        """The edition of the library that the index is at."""
        return self._edition

    async def catch_up(self) -> bool:
        """Put and drop what changed since; whether anything did. Raises what the library and the index raise."""
        async with self._catching_up:
            changes = await self._library.changes(self._edition)
            if changes.edition == self._edition:
                return False
            await asyncio.to_thread(self._knowledge.drop, changes.drop)
            for at in range(0, len(changes.put), PORTION):
                await asyncio.to_thread(self._knowledge.put, changes.put[at : at + PORTION])
            self._edition = changes.edition
            if self._file:
                making = self._file.with_suffix(".new")
                making.write_text(f"{self._knowledge.version} {self._edition}", "utf-8")
                making.replace(self._file)
            return True

    def _remembered(self) -> int:
        try:
            version, edition = self._file.read_text("utf-8").split() if self._file else ("", "0")
            return int(edition) if version == self._knowledge.version else 0
        except (OSError, ValueError):
            return 0
