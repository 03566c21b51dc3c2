"""Searching as the app does it: an index that follows the library, hits that are remembered, sentences that answer."""

from __future__ import annotations

import asyncio
import hashlib
import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from kefu.ai.knowledge.answers import extract, halves_of
from kefu.ai.knowledge.index import FORMAT
from kefu.ai.knowledge.ranking import BY_MEANING, BY_WORDS
from kefu.app.config import Config
from kefu.app.plugins import load_plugin
from kefu.app.readers import open_encoder
from kefu.core.articles import Article
from kefu.core.ports.knowledge import Embeds, Found, Hit, Knowledge, Query
from kefu.core.ports.library import Library
from kefu.core.ports.reader import Term

SEARCHES = 2048
"""How many searches are remembered; their articles are shared with nothing, some 10 kB each."""

LONGEST = 200
"""Characters of the longest question that is remembered; longer ones hardly come twice."""

NEVER = 2**31 - 1
"""An edition that no library reaches."""

PORTION = 500
"""Articles that are put at once, so that the first ones are found early and memory stays small."""

EDITION = "edition"
VECTORS = ".passages.npz"
"""Vectors of passages, beside those that training keeps: a start encodes only what is new."""

DOUBTFUL = 0.6
"""From this probability on nobody asks whether a text that has expired would have known better."""

RANKINGS = [[one.weights.tolist(), one.certainty.tolist(), one.background] for one in (BY_WORDS, BY_MEANING)]
METHOD = hashlib.sha256(repr((FORMAT, RANKINGS)).encode()).hexdigest()[:8]
"""Names how passages are found and how sure that is: another one with a kefu that does it otherwise."""


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

    @property
    def embeddings(self) -> tuple[int, int]:
        """See `Embeds`; nothing for a search that needs no vectors."""
        return self._knowledge.embeddings if isinstance(self._knowledge, Embeds) else (0, 0)

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


class Finder:
    """From a question to the sentences of the company's texts that answer it."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._knowledge = knowledge

    async def find(self, query: Query) -> Found:
        """What the texts say; the message is taken as several questions where those are answered as surely."""
        return await asyncio.to_thread(self._find, query)

    def _find(self, query: Query) -> Found:
        whole = [(query.text, self._knowledge.search(query))]
        found = extract(whole)
        halves = halves_of(query.text)
        if len(halves) > 1:
            parted = [(half, self._knowledge.search(replace(query, text=half))) for half in halves]
            if all(hits and hits[0].probability >= found.probability for _, hits in parted):
                found = extract(parted)
        if query.on and found.probability < DOUBTFUL:
            found = replace(found, expired=self._expired(query, query.on, found.probability))
        return replace(found, near=tuple(whole[0][1]))

    def _expired(self, query: Query, today: date, least: float) -> Hit | None:
        """A passage that would have answered better, had its article not expired."""
        best = next(iter(self._knowledge.search(replace(query, on=None, limit=1))), None)
        if best is None or best.probability <= least:
            return None
        until = best.article.valid_until
        return best if until and until < today else None


async def edition_of(library: Library) -> int:
    """The edition that a library is at; 0 where nothing was ever put into it."""
    return (await library.changes(NEVER)).edition


def index_of(config: Config) -> Path | None:
    """The folder of the index, or None where it lives in memory."""
    folder = config.get("knowledge.index", str)
    return config.home / folder if folder else None


async def open_searches(config: Config, names: Mapping[str, Sequence[Term]]) -> RememberedSearches:
    """Open the index of a project, which finds things by the names of the records too.

    Raises `BadConfig` for a method that is unknown or lacks its encoder, `BadInput` for a wrong line of synonyms.
    """
    settings: dict[str, object] = {
        "folder": index_of(config) or "",
        "synonyms": config.home / config.get("knowledge.synonyms", str),
        "names": names,
        "encoder_languages": config.get("reader.encoder_languages", list),
    }
    if config.get("reader.encoder", str):
        folder = str(config.home / config.get("reader.encoder", str))
        settings["vectors"] = config.home / config.get("reader.model", str) / VECTORS
        settings["open_encoder"] = lambda: open_encoder(config.get("reader.encoder_use", str), folder)
    factory = load_plugin("knowledge", config.get("knowledge.use", str))
    return RememberedSearches(await asyncio.to_thread(factory, settings))
