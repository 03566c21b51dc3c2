"""What is measured: kefu's index, and three libraries that rank by BM25 over the same words."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import tantivy
from bodies import AT

from kefu.ai.knowledge.lexical import LexicalKnowledge
from kefu.ai.knowledge.terms import words_of
from kefu.core.articles import Article
from kefu.core.nouns import Language
from kefu.core.ports.knowledge import Query

DEEP = 10


class System(Protocol):
    """Articles in, ids of the best out."""

    def put(self, articles: Sequence[Article]) -> None:
        """Index articles."""

    def finish(self) -> None:
        """What has to be done before the first search."""

    def search(self, text: str, language: Language) -> list[str]:
        """The ids of the articles of the ten best passages."""


class Kefu:
    """`lexical.v1` as a server uses it: ranked twice, with audience and day as filters."""

    def __init__(self, folder: Path) -> None:
        self._knowledge = LexicalKnowledge(folder)

    def put(self, articles: Sequence[Article]) -> None:
        """See `System`."""
        self._knowledge.put(articles)

    def finish(self) -> None:
        """See `System`."""

    def search(self, text: str, language: Language) -> list[str]:
        """See `System`."""
        query = Query(text, language, "public", AT.date(), (), DEEP)
        return [hit.article.id for hit in self._knowledge.search(query)]


class Bare:
    """tantivy's BM25 over the words of each passage."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        builder = tantivy.SchemaBuilder().add_text_field("words", tokenizer_name="whitespace", index_option="freq")
        self._schema = builder.add_text_field("id", stored=True, tokenizer_name="raw").build()
        self._index = tantivy.Index(self._schema, str(folder))
        self._writer = self._index.writer(64_000_000, 1)

    def put(self, articles: Sequence[Article]) -> None:
        """See `System`."""
        for article, words in _worded(articles):
            self._writer.add_document(tantivy.Document(id=article, words=" ".join(words)))

    def finish(self) -> None:
        """See `System`."""
        self._writer.commit()
        self._writer.wait_merging_threads()
        self._index.reload()

    def search(self, text: str, language: Language) -> list[str]:  # noqa: ARG002
        """See `System`."""
        terms = (tantivy.Query.term_query(self._schema, "words", one, "freq") for one in set(words_of(text)))
        query = tantivy.Query.boolean_query([(tantivy.Occur.Should, one) for one in terms])
        searcher = self._index.searcher()
        return [searcher.doc(place)["id"][0] for _, place in searcher.search(query, DEEP, count=False).hits]


class FullText:
    """SQLite's FTS5 and its bm25()."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self._base = sqlite3.connect(folder / "index.db")
        self._base.execute("CREATE VIRTUAL TABLE passage USING fts5(words, id UNINDEXED, tokenize='unicode61')")

    def put(self, articles: Sequence[Article]) -> None:
        """See `System`."""
        given = ((" ".join(words), article) for article, words in _worded(articles))
        self._base.executemany("INSERT INTO passage (words, id) VALUES (?, ?)", given)

    def finish(self) -> None:
        """See `System`."""
        self._base.commit()

    def search(self, text: str, language: Language) -> list[str]:  # noqa: ARG002
        """See `System`."""
        wanted = " OR ".join(f'"{one}"' for one in set(words_of(text)) if '"' not in one)
        found = self._base.execute(
            "SELECT id FROM passage WHERE passage MATCH ? ORDER BY bm25(passage) LIMIT ?", (wanted or '""', DEEP)
        )
        return [article for (article,) in found]


class Sparse:
    """bm25s: scores of all terms computed beforehand, in scipy's manner."""

    def __init__(self, folder: Path) -> None:  # noqa: ARG002 - it lives in memory
        self._words: dict[str, int] = {}
        self._texts: list[list[int]] = []
        self._ids: list[str] = []
        self._found: Any = None

    def put(self, articles: Sequence[Article]) -> None:
        """See `System`."""
        numbers = self._words
        for article, words in _worded(articles):
            self._ids.append(article)
            self._texts.append([numbers.setdefault(word, len(numbers)) for word in words])

    def finish(self) -> None:
        """See `System`."""
        import bm25s

        self._found = bm25s.BM25()
        self._found.index((self._texts, self._words), show_progress=False)
        self._texts = []

    def search(self, text: str, language: Language) -> list[str]:  # noqa: ARG002
        """See `System`."""
        known = [self._words[word] for word in set(words_of(text)) if word in self._words]
        if not known:
            return []
        scores = self._found.get_scores_from_ids(known)
        best = np.argpartition(scores, -DEEP)[-DEEP:]
        return [self._ids[at] for at in best[np.argsort(-scores[best])]]


def _worded(articles: Sequence[Article]) -> list[tuple[str, list[str]]]:
    return [
        (one.id, words_of(f"{one.title}\n{passage.heading}\n{passage.question}\n{passage.text}"))
        for one in articles
        for passage in one.passages
    ]


SYSTEMS: dict[str, type[Kefu | Bare | FullText | Sparse]] = {
    "lexical.v1": Kefu,
    "tantivy, BM25 of words": Bare,
    "SQLite FTS5": FullText,
    "bm25s": Sparse,
}
