"""What comes in: only what is new or changed is put, and what was in before an interruption stays in."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path

from kefu.app.config import Config
from kefu.app.library.folder import Skipped
from kefu.app.plugins import load_plugin
from kefu.core.articles import Article
from kefu.core.ports.library import Library
from kefu.core.ports.store import Memory

PAGE = 500
LEDGER = ".knowledge.json"
"""What was brought in with which content; without this file all is read again, and nothing else happens."""
BROUGHT = "kefu knowledge"
"""Who made a version that came from a file or a page."""


@dataclass(slots=True)
class Report:
    """What became of what was found: ids of articles, and sources that were unchanged or skipped.

    `gone` are articles whose source is not there any more and that stayed in; `kept` those that
    people changed or took out in kefu while their source stayed the same.
    """

    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)

    def as_dict(self) -> dict[str, object]:
        """For a machine to read."""
        return {**asdict(self), "unchanged": len(self.unchanged)}


@dataclass(frozen=True, slots=True)
class Brought:
    """One source with its articles; `mark` names its content, `headers` are what its server said of it."""

    source: str
    mark: str
    articles: Sequence[Article]
    headers: Mapping[str, str] = field(default_factory=dict)


class Intake:
    """Puts articles into the library, source by source, and remembers which content was seen."""

    def __init__(self, library: Library, ledger: Path, now: datetime, *, dry_run: bool = False) -> None:
        self.report = Report()
        self.now = now
        self._library = library
        self._file = ledger
        self._dry_run = dry_run
        self._known = _read_ledger(ledger)
        self._here: dict[str, str] = {}

    async def look(self) -> None:
        """See what is in; call it first."""
        self._here = {article.id: article.source async for article in all_articles(self._library)}

    def is_in(self, source: str, mark: str) -> bool:
        """Whether the source was brought in with this content, and all its articles are still there."""
        ids = self._known.get(source, {}).get("ids")
        same = self._known.get(source, {}).get("mark") == mark
        return same and isinstance(ids, list) and all(id_ in self._here for id_ in ids)

    def headers(self, source: str) -> Mapping[str, str]:
        """What the server said of a source that is in; nothing for others."""
        known = self._known.get(source, {})
        headers = known.get("headers")
        return headers if isinstance(headers, dict) and self.is_in(source, str(known.get("mark"))) else {}

    async def take(self, batch: Sequence[Brought]) -> None:
        """Put the articles of these sources in, in one change; what a source has no more goes."""
        put: list[Article] = []
        drop: list[str] = []
        for one in batch:
            put += [article for article in one.articles if await self._is_wanted(article)]
            ids = [article.id for article in one.articles]
            drop += (id_ for id_, source in self._here.items() if source == one.source and id_ not in ids)
            self._known[one.source] = {"mark": one.mark, "ids": ids, "headers": dict(one.headers)}
        if self._dry_run:
            self.report.added += (one.id for one in put if one.id not in self._here)
            self.report.changed += (one.id for one in put if one.id in self._here)
            self.report.removed += drop
            return
        shelved = await self._library.shelve(put, drop, BROUGHT, self.now)
        self.report.added += shelved.added
        self.report.changed += shelved.changed
        self.report.removed += shelved.removed
        await asyncio.to_thread(_write_ledger, self._file, self._known)

    async def miss(self, prefixes: Sequence[str], seen: set[str], *, prune: bool) -> None:
        """Articles from these places whose source was not seen: take them out, or list them."""
        gone = [id_ for id_, source in self._here.items() if source.startswith(tuple(prefixes)) and source not in seen]
        if not prune or self._dry_run:
            self.report.gone += gone
        elif gone:
            self.report.removed += (await self._library.shelve([], gone, BROUGHT, self.now)).removed

    async def _is_wanted(self, article: Article) -> bool:
        """Whether it is new or its source changed; what people did in kefu since then stays."""
        history = await self._library.history(article.id)
        if history and history[-1].digest == article.digest:
            return False
        if article.digest == next((one.digest for one in reversed(history) if one.who == BROUGHT), None):
            self.report.kept.append(article.id)
            return False
        return True


@asynccontextmanager
async def open_library(config: Config) -> AsyncIterator[Memory]:
    """The store of a project, without a model."""
    settings = {**config.table("store"), "home": str(config.home)}
    async with load_plugin("stores", config.get("store.use", str))(settings) as store:
        yield store


async def all_articles(library: Library, after: str = "") -> AsyncIterator[Article]:
    """Every current article with an id greater than `after`, in the order of their ids."""
    while page := await library.articles(after, PAGE):
        for article in page:
            yield article
        after = page[-1].id


def _read_ledger(file: Path) -> dict[str, dict[str, object]]:
    try:
        table = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return {key: value for key, value in table.items() if isinstance(value, dict)} if isinstance(table, dict) else {}


def _write_ledger(file: Path, known: Mapping[str, Mapping[str, object]]) -> None:
    fresh = file.with_name(f"{file.name}.new")
    fresh.write_text(json.dumps(known, ensure_ascii=False), "utf-8")
    fresh.replace(file)
