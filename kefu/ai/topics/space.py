"""Texts as short vectors that lie close together where the texts are about the same: latent semantic analysis."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from kefu.ai.knowledge.terms import take_apart

DIMENSIONS = 100
MOST_TERMS = 30_000
FEWEST_TEXTS = 2
"""Texts of the sample that a term must stand in."""

PIECE_WEIGHT = 0.3
"""What a piece of a word counts against a word: enough for typos and word formation, too little to decide alone."""
INTENT_WEIGHT = 3.0
"""What the intent that a reader found counts, times its probability: enough to hold two languages together, and to let
what is rare within an intent be a topic of its own."""

ROUNDS = 4
EXTRA = 10
"""Power iterations, and dimensions beyond those that are wanted (Halko, Martinsson, Tropp, 2011)."""

Terms = Mapping[str, float]
"""What a text is made of, with how much each part counts."""


def terms_of(text: str, intents: Sequence[tuple[str, float]] = ()) -> Terms:
    """Words with content, pairs of them, pieces of words, and the intents that a reader found. 60 µs."""
    terms = take_apart(text)
    words = terms.subject or terms.words
    found = {f"w{word}": float(count) for word, count in Counter(words).items()}
    for one, other in pairwise(terms.words):
        found[f"b{one} {other}"] = 0.5
    for piece, count in terms.pieces.items():
        found[f"p{piece}"] = PIECE_WEIGHT * count
    for name, probability in intents:
        found[f"i{name}"] = INTENT_WEIGHT * probability
    return found


@dataclass(frozen=True, slots=True)
class Sparse:
    """A matrix (n_rows, n_columns) by rows: row i has `values` float32 at `columns`, both from `starts[i]` on."""

    starts: np.ndarray
    columns: np.ndarray
    values: np.ndarray
    width: int

    def times(self, dense: np.ndarray) -> np.ndarray:
        """The product (n_rows, k) with a dense matrix (n_columns, k); a block of rows at a time."""
        out = np.zeros((len(self.starts) - 1, dense.shape[1]), np.float32)
        for first in range(0, len(out), BLOCK):
            last = min(first + BLOCK, len(out))
            start, end = self.starts[first], self.starts[last]
            if start < end:
                filled = np.flatnonzero(np.diff(self.starts[first : last + 1])) + first
                rows = dense[self.columns[start:end]] * self.values[start:end, None]
                out[filled] = np.add.reduceat(rows, self.starts[filled] - start, axis=0)
        return out

    def turned(self) -> Sparse:
        """The transpose."""
        order = np.argsort(self.columns, kind="stable")
        rows = np.repeat(np.arange(len(self.starts) - 1), np.diff(self.starts))[order]
        starts = np.concatenate(([0], np.cumsum(np.bincount(self.columns, minlength=self.width))))
        return Sparse(starts, rows, self.values[order], len(self.starts) - 1)


BLOCK = 1024


class Space:
    """The terms that count, and where each of them leads: (n_terms, dimensions), float32."""

    def __init__(self, terms: Sequence[str], idf: np.ndarray, axes: np.ndarray) -> None:
        self.terms, self.idf, self.axes = terms, idf, axes
        self._place = {term: at for at, term in enumerate(terms)}

    @classmethod
    def fit(cls, sample: Sequence[Terms], dimensions: int = DIMENSIONS, seed: int = 0) -> Space:
        """Learn a space from a sample of texts; 10 s for 20,000."""
        spread = Counter(term for one in sample for term in one)
        common = [(count, term) for term, count in spread.items() if count >= FEWEST_TEXTS]
        terms = sorted(term for _, term in sorted(common, reverse=True)[:MOST_TERMS])
        idf = np.array([math.log(len(sample) / spread[term]) + 1 for term in terms], np.float32)
        space = cls(terms, idf, np.zeros((len(terms), 0), np.float32))
        space.axes = _axes(space.weigh(sample), dimensions, seed)
        return space

    def weigh(self, texts: Sequence[Terms]) -> Sparse:
        """Tf-idf weights of length 1, (n_texts, n_terms)."""
        starts, columns, values = [0], [], []
        for one in texts:
            for term, weight in one.items():
                place = self._place.get(term)
                if place is not None:
                    columns.append(place)
                    values.append(weight)
            starts.append(len(columns))
        found = np.array(columns, np.int32)
        weights = np.array(values, np.float32) * self.idf[found]
        begins = np.array(starts)
        length = np.sqrt(np.add.reduceat(np.append(weights, 0) ** 2, begins[:-1])) if len(texts) else weights
        length[np.diff(begins) == 0] = 1
        weights /= np.repeat(np.maximum(length, 1e-12), np.diff(begins)).astype(np.float32)
        return Sparse(begins, found, weights, len(self.terms))

    def vectors(self, texts: Sequence[Terms]) -> np.ndarray:
        """Vectors float32 (n_texts, dimensions) of length 1, or 0 for a text without a known term."""
        return unit(self.weigh(texts).times(self.axes))


def unit(vectors: np.ndarray) -> np.ndarray:
    """Rows of length 1; those of zeros stay."""
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    found: np.ndarray = vectors / np.where(length, length, 1)
    return found


def _axes(weights: Sparse, dimensions: int, seed: int) -> np.ndarray:
    """The right singular vectors, (n_terms, dimensions).

    Source: Halko, Martinsson, Tropp, "Finding structure with randomness" (2011), algorithm 4.4.
    """
    turned, n_texts = weights.turned(), len(weights.starts) - 1
    wanted = min(dimensions, weights.width, n_texts)
    random = np.random.default_rng(seed)
    block = random.standard_normal((weights.width, min(wanted + EXTRA, weights.width, n_texts))).astype(np.float32)
    for _ in range(ROUNDS):
        block, _ = np.linalg.qr(turned.times(weights.times(block)))
    rows, _ = np.linalg.qr(weights.times(block))
    _, _, right = np.linalg.svd(turned.times(rows).T, full_matrices=False)
    axes: np.ndarray = right[:wanted].T.astype(np.float32)
    return axes
