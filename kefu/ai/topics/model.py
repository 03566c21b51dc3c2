"""Topics on two levels, found in a sample and recognised in any number of texts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b

import numpy as np

from kefu.ai.knowledge.groups import join
from kefu.ai.text.folder import Parts, pack_array, pack_json, unpack_array, unpack_json
from kefu.ai.topics.clusters import Clusters, cluster, refine
from kefu.ai.topics.space import Space, Terms, unit

SAMPLE = 20_000
"""Texts that topics are found in: what is asked once in a thousand messages is there twenty times."""
TEXTS_A_CENTRE, MOST_CENTRES = 12, 400
"""How fine the first cut is, before what is alike is put together."""
ALIKE, RELATED = 0.45, 0.2
"""Cosines from which two groups are one topic, or two topics of one family; chosen on training texts of banking77."""
CLOSE = 0.35
"""The cosine to its centre from which a text is of a topic; below, it is about something else."""
FEWEST = 5
"""Texts of the sample that make a topic."""


@dataclass(frozen=True, slots=True)
class Placed:
    """Where texts belong: a topic's number or -1, int32 (n,), and the cosine to its centre, float32 (n,)."""

    topics: np.ndarray
    closeness: np.ndarray


@dataclass(frozen=True, slots=True)
class TopicModel:
    """Centres (n_topics, d) in a space, and the family of each topic, (n_topics,).

    `extra` is how many dimensions of a centre are an encoder's.
    """

    space: Space
    centres: np.ndarray
    families: np.ndarray
    extra: int = 0

    @classmethod
    def find(cls, texts: Sequence[Terms], extra: np.ndarray | None = None, count: int = 0, seed: int = 0) -> TopicModel:
        """Find the topics of a sample.

        `extra` are vectors of an encoder for the same texts, (n, m), zeros for a text that it doesn't read. `count` is
        how many topics are wanted, 0 where the texts decide. Some 20 s of CPU for 20,000 texts.
        """
        space = Space.fit(texts, seed=seed)
        vectors = _joined(space.vectors(texts), extra)
        vectors = vectors[np.any(vectors != 0, axis=1)]
        if not len(vectors):
            return cls(space, np.zeros((0, vectors.shape[1]), np.float32), np.zeros(0, np.int32))
        if count:
            found = cluster(vectors, count, seed)
        else:
            found = refine(cluster(vectors, _first_cut(len(vectors)), seed), vectors, ALIKE)
        centres = _large(found, vectors, 1 if count else FEWEST)
        families = np.zeros(len(centres), np.int32)
        for number, group in enumerate(join(centres @ centres.T, RELATED)):
            families[group] = number
        return cls(space, centres, families, 0 if extra is None else extra.shape[1])

    def place(self, texts: Sequence[Terms], extra: np.ndarray | None = None, least: float = CLOSE) -> Placed:
        """The topic of each text; 150 µs a text, most of it for its terms."""
        if not len(self.centres) or not texts:
            return Placed(np.full(len(texts), -1, np.int32), np.zeros(len(texts), np.float32))
        if self.extra and extra is None:
            extra = np.zeros((len(texts), self.extra), np.float32)
        cosines = _joined(self.space.vectors(texts), extra) @ self.centres.T
        nearest = cosines.argmax(axis=1).astype(np.int32)
        closeness = cosines[np.arange(len(nearest)), nearest].astype(np.float32)
        return Placed(np.where(closeness >= least, nearest, -1).astype(np.int32), closeness)

    def pack(self) -> Parts:
        """The model as files."""
        return {
            "terms.json": pack_json(list(self.space.terms)),
            "idf.npy": pack_array(self.space.idf),
            "axes.npy": pack_array(self.space.axes.astype(np.float16)),
            "centres.npy": pack_array(self.centres),
            "families.npy": pack_array(self.families),
            "about.json": pack_json({"extra": self.extra}),
        }

    @classmethod
    def unpack(cls, parts: Parts) -> TopicModel:
        """A model from its files."""
        axes = unpack_array(parts["axes.npy"]).astype(np.float32)
        space = Space(unpack_json(parts["terms.json"]), unpack_array(parts["idf.npy"]), axes)
        about = unpack_json(parts["about.json"])
        return cls(space, unpack_array(parts["centres.npy"]), unpack_array(parts["families.npy"]), about["extra"])


def is_drawn(key: str, share: float) -> bool:
    """Whether a text is of the sample, by its key alone: the same at every run, whatever stands around it."""
    return int.from_bytes(blake2b(key.encode(), digest_size=8).digest()) < share * 2**64


def _first_cut(texts: int) -> int:
    return max(2, min(MOST_CENTRES, texts // TEXTS_A_CENTRE))


def _large(found: Clusters, vectors: np.ndarray, fewest: int) -> np.ndarray:
    """Centres with texts enough, the largest first."""
    sizes = np.bincount(found.owners[(vectors * found.centres[found.owners]).sum(axis=1) >= CLOSE])
    sizes = np.pad(sizes, (0, len(found.centres) - len(sizes)))
    order = np.argsort(-sizes, kind="stable")
    centres: np.ndarray = found.centres[order[sizes[order] >= fewest]]
    return centres


def _joined(lexical: np.ndarray, extra: np.ndarray | None) -> np.ndarray:
    """Words and meaning side by side, equally heavy, of length 1."""
    return lexical if extra is None else unit(np.hstack([lexical, extra]))
