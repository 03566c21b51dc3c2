"""The meaning of passages as vectors: signs first, then an exact second look."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from kefu.ai.encode.memory import VectorMemory
from kefu.ai.knowledge.index import unit_of
from kefu.core.articles import AUDIENCES, Article
from kefu.core.ports.encoder import Encoder
from kefu.core.ports.knowledge import Query

LOOKED_AT = 8
"""So many times as many as are wanted are compared exactly."""

LONGEST_READ = 600
"""Characters of a passage that are read with its heading: what encoders were trained on is not longer."""

FOREVER = 1 << 30

Key = tuple[str, int]
"""A passage by its article's id and its number."""


@dataclass(frozen=True, slots=True)
class Table:
    """All vectors at one moment: rows of `keys`, float32 (n, d), their signs as bits, and what the filters need."""

    keys: tuple[Key, ...]
    rows: Mapping[Key, int]
    vectors: np.ndarray
    signs: np.ndarray
    audience: np.ndarray
    begins: np.ndarray
    ends: np.ndarray
    languages: np.ndarray

    def cosine(self, key: Key, vector: np.ndarray) -> float:
        """How close a passage is; 0 for one without a vector."""
        row = self.rows.get(key)
        return float(self.vectors[row] @ vector) if row is not None else 0.0

    def nearest(self, vector: np.ndarray, query: Query, most: int) -> list[Key]:
        """The passages that this reader may see on that day whose meaning is closest, best first."""
        allowed = (self.audience <= AUDIENCES.index(query.audience)) & (self.languages == query.language)
        if query.on:
            day = query.on.toordinal()
            allowed &= (self.begins <= day) & (day <= self.ends)
        rows = np.flatnonzero(allowed)
        if len(rows) > most * LOOKED_AT:
            far = np.bitwise_count(self.signs[rows] ^ np.packbits(vector > 0)).sum(axis=1, dtype=np.int32)
            rows = rows[np.argpartition(far, most * LOOKED_AT)[: most * LOOKED_AT]]
        cosines = self.vectors[rows] @ vector
        return [self.keys[row] for row in rows[np.argsort(-cosines, kind="stable")[:most]]]


class PassageVectors:
    """Vectors of passages in the languages that the encoder reads; kept by text in a file, where one is given."""

    def __init__(self, encoder: Encoder, languages: Sequence[str], file: Path | None) -> None:
        self.encoder = encoder
        self.languages = frozenset(languages)
        self.memory = VectorMemory(file)
        self._rows: dict[str, tuple[Article, np.ndarray]] = {}
        self._table: Table | None = None

    def put(self, articles: Sequence[Article]) -> None:
        """Encode what is new: a passage that its article had before keeps its vector, others are looked up first."""
        read = [one for one in articles if one.language in self.languages and one.passages]
        texts = [text for one in read for text in _texts(one)]
        held = [self._rows[one.id] for one in read if one.id in self._rows]
        known = {text: vector for article, rows in held for text, vector in zip(_texts(article), rows, strict=True)}
        new = [text for text in texts if text not in known]
        if new:
            known |= zip(new, self.memory.encode(self.encoder, new, lambda *_: None), strict=True)
        self.memory.hits += len(texts) - len(new)
        vectors = np.array([known[text] for text in texts], np.float32)
        self.drop([one.id for one in articles])
        begin = 0
        for one in read:
            self._rows[one.id] = one, vectors[begin : begin + len(one.passages)]
            begin += len(one.passages)

    def drop(self, ids: Sequence[str]) -> None:
        """Forget articles."""
        for article_id in ids:
            self._rows.pop(article_id, None)
        self._table = None

    def table(self) -> Table:
        """All vectors as they are now."""
        if self._table is None:
            self._table = _tabled(dict(self._rows), self.encoder.dimensions)
        return self._table


def _tabled(rows: Mapping[str, tuple[Article, np.ndarray]], dimensions: int) -> Table:
    owners = [article for article, _ in rows.values() for _ in article.passages]
    vectors = np.concatenate([np.zeros((0, dimensions), np.float32), *(found for _, found in rows.values())])
    keys = tuple((article.id, passage.number) for article, _ in rows.values() for passage in article.passages)
    return Table(
        keys,
        {key: row for row, key in enumerate(keys)},
        vectors,
        np.packbits(vectors > 0, axis=1),
        np.array([AUDIENCES.index(one.audience) for one in owners], np.int8),
        np.array([one.valid_from.toordinal() if one.valid_from else 0 for one in owners], np.int32),
        np.array([one.valid_until.toordinal() if one.valid_until else FOREVER for one in owners], np.int32),
        np.array([one.language for one in owners], dtype="U2"),
    )


def _texts(article: Article) -> list[str]:
    """What the encoder reads of each passage."""
    return [f"{unit_of(article, one)}\n{one.text[:LONGEST_READ]}".strip() for one in article.passages]
