"""`lexical.v1`: passages by their words, pieces of words and sounds; nothing but the texts is needed."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from kefu.ai.knowledge.asking import prepare, search_for
from kefu.ai.knowledge.index import FORMAT, PassageIndex, Snapshot
from kefu.ai.knowledge.ranking import Scored, rank, signs_of
from kefu.ai.knowledge.synonyms import Synonyms, house_synonyms, read_synonyms
from kefu.core.articles import Article
from kefu.core.ports.knowledge import Hit, Knowledge, Query
from kefu.core.ports.reader import Term

NAME = "lexical.v1"
CANDIDATES = 50
"""How many passages of the index are looked at closely."""


class LexicalKnowledge:
    """An index in a folder, or in memory where none is given (implements `Knowledge`).

    `groups` are synonyms as (asked, meant), the house's come with them. One process at a time writes to a folder.
    """

    def __init__(self, folder: Path | None = None, groups: Sequence[tuple[Sequence[str], Sequence[str]]] = ()) -> None:
        self.index = PassageIndex(folder)
        self.synonyms = Synonyms([*house_synonyms(), *groups])
        settings = hashlib.sha256(repr((FORMAT, house_synonyms(), groups)).encode()).hexdigest()[:12]
        self._version = f"{NAME}-{settings}"

    @property
    def version(self) -> str:
        """See `Knowledge`."""
        return self._version

    def put(self, articles: Sequence[Article]) -> None:
        """See `Knowledge`; some 3,000 short passages a second. Raises `Conflict` where another process writes."""
        self.index.put(articles)

    def drop(self, ids: Sequence[str]) -> None:
        """See `Knowledge`."""
        self.index.drop(ids)

    def search(self, query: Query) -> Sequence[Hit]:
        """See `Knowledge`."""
        snapshot = self.index.snapshot
        return hits_of(self.scored_in(query, snapshot)[: query.limit], snapshot)

    def scored(self, query: Query) -> list[Scored]:
        """All candidates with their signs, best first: what weights are learned from."""
        return self.scored_in(query, self.index.snapshot)

    def close(self) -> None:
        """See `Knowledge`."""
        self.index.close()

    def scored_in(self, query: Query, snapshot: Snapshot) -> list[Scored]:
        """The same at one moment of the index."""
        asked = prepare(query, snapshot, self.synonyms)
        found = snapshot.best(search_for(asked, query, snapshot), max(CANDIDATES, query.limit))
        return rank([(one, signs_of(asked, one, snapshot)) for one in found])


def hits_of(scored: Sequence[Scored], snapshot: Snapshot) -> list[Hit]:
    """Candidates with their articles."""
    found = []
    for one in scored:
        entry = one.candidate.entry
        article = snapshot.article(entry.article)
        passage = next(passage for passage in article.passages if passage.number == entry.number)
        found.append(Hit(article, passage, one.score, one.probability))
    return found


def groups_in(settings: Mapping[str, Any]) -> list[tuple[Sequence[str], Sequence[str]]]:
    """The company's synonyms: files in the folder `synonyms`, and the names of the records (`names`, of `Term`).

    Raises `BadInput` for a line that can't be read.
    """
    groups: list[tuple[Sequence[str], Sequence[str]]] = []
    for language in ("zh", "en"):
        file = Path(str(settings.get("synonyms", ""))) / f"synonyms.{language}.txt"
        if settings.get("synonyms") and file.is_file():
            groups += read_synonyms(file.read_text("utf-8"), str(file))
    names: Mapping[str, Sequence[Term]] = settings.get("names", {})
    for terms in names.values():
        groups += [((term.text, *term.aliases), (term.text, *term.aliases)) for term in terms if term.aliases]
    return groups


def open_knowledge(settings: Mapping[str, Any]) -> Knowledge:
    """An index in `settings["folder"]`, or in memory; `synonyms` is a folder, `names` are the records' names."""
    folder = Path(str(settings["folder"])) if settings.get("folder") else None
    return LexicalKnowledge(folder, groups_in(settings))
