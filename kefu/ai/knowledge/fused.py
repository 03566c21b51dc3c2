"""`fused.v1`: passages by their words and by their meaning, as an encoder sees it."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from kefu.ai.knowledge.asking import prepare, search_among, search_for
from kefu.ai.knowledge.index import Snapshot
from kefu.ai.knowledge.lexical import CANDIDATES, LexicalKnowledge, groups_in, hits_of
from kefu.ai.knowledge.ranking import BY_MEANING, Scored, rank, signs_of
from kefu.ai.knowledge.vectors import LONGEST_READ, PassageVectors
from kefu.core.articles import Article
from kefu.core.errors import BadConfig
from kefu.core.ports.encoder import Encoder
from kefu.core.ports.knowledge import Hit, Knowledge, Query

NAME = "fused.v1"
VECTORS = "vectors.npz"
QUESTIONS = 1024
"""Questions whose vectors are remembered, some 2 kB each."""

MOST_AMONG = 1000
"""Passages of the articles that are close in meaning, of which the close ones are picked."""


class FusedKnowledge:
    """Two ways to find, one order (implements `Knowledge`).

    The candidates of both are ranked together by all signs, the cosine of meaning among them. A
    language that the encoder can't read, and a text too long for it, are searched as `lexical.v1`
    does. Vectors are kept by encoder and text, which knows no audience, in the file `kept` or in the folder; what
    may be seen is decided by the search.
    """

    def __init__(
        self,
        encoder: Encoder,
        languages: Sequence[str],
        folder: Path | None = None,
        groups: Sequence[tuple[Sequence[str], Sequence[str]]] = (),
        kept: Path | None = None,
    ) -> None:
        self._lexical = LexicalKnowledge(folder, groups)
        self._vectors = PassageVectors(encoder, languages, kept or (folder / VECTORS if folder else None))
        self._asked = lru_cache(QUESTIONS)(lambda text: np.asarray(encoder.encode([text]))[0])
        self._writing = threading.Lock()
        self._vectors.put(self._lexical.index.snapshot.articles())

    @property
    def version(self) -> str:
        """See `Knowledge`."""
        read = ",".join(sorted(self._vectors.languages))
        return f"{NAME}-{self._lexical.version.rpartition('-')[2]}-{self._vectors.encoder.version}-{read}"

    @property
    def embeddings(self) -> tuple[int, int]:
        """See `Embeds`."""
        memory, asked = self._vectors.memory, self._asked.cache_info()
        return memory.hits + asked.hits, memory.misses + asked.misses

    def put(self, articles: Sequence[Article]) -> None:
        """See `Knowledge`; as fast as the encoder reads."""
        latest = list({article.id: article for article in articles}.values())
        with self._writing:
            self._lexical.put(latest)
            self._vectors.put(latest)

    def drop(self, ids: Sequence[str]) -> None:
        """See `Knowledge`."""
        with self._writing:
            self._lexical.drop(ids)
            self._vectors.drop(ids)

    def search(self, query: Query) -> Sequence[Hit]:
        """See `Knowledge`."""
        snapshot = self._lexical.index.snapshot
        return hits_of(self._scored(query, snapshot)[: query.limit], snapshot)

    def scored(self, query: Query) -> list[Scored]:
        """All candidates with their signs, best first: what weights are learned from."""
        return self._scored(query, self._lexical.index.snapshot)

    def close(self) -> None:
        """See `Knowledge`."""
        self._lexical.close()

    def _scored(self, query: Query, snapshot: Snapshot) -> list[Scored]:
        if query.language not in self._vectors.languages or len(query.text) > LONGEST_READ:
            return self._lexical.scored_in(query, snapshot)
        most = max(CANDIDATES, query.limit)
        asked = prepare(query, snapshot, self._lexical.synonyms)
        found = {one.place: one for one in snapshot.best(search_for(asked, query, snapshot), most)}
        vector = self._asked(query.text)
        table = self._vectors.table()
        near = set(table.nearest(vector, query, most))
        among = search_among({article for article, _ in near}, query, snapshot)
        for one in snapshot.best(among, MOST_AMONG):
            if (one.entry.article, one.entry.number) in near:
                found.setdefault(one.place, one)
        meant = ((one, table.cosine((one.entry.article, one.entry.number), vector)) for one in found.values())
        return rank([(one, signs_of(asked, one, snapshot, cosine)) for one, cosine in meant], BY_MEANING)


def open_knowledge(settings: Mapping[str, Any]) -> Knowledge:
    """As `lexical.v1`, with `open_encoder()`, `encoder_languages` and `vectors`, a file that keeps them.

    Raises `BadConfig` without an encoder.
    """
    if "open_encoder" not in settings:
        raise BadConfig("kefu.toml: fused.v1 needs an encoder; name its folder, or use lexical.v1.")
    folder = Path(str(settings["folder"])) if settings.get("folder") else None
    languages = settings.get("encoder_languages", ("en",))
    kept = Path(str(settings["vectors"])) if settings.get("vectors") else None
    return FusedKnowledge(settings["open_encoder"](), languages, folder, groups_in(settings), kept)
