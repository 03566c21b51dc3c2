"""The fitted heart of the joined reader: two margins, neighbours, and how far a text lies from all that is known.

A linear support vector machine sees the counted features of a text, a kernel machine its
vector; where both know the text, the score is their mean. Beside it stand the nearest
examples of the likeliest intent, by vectors or, where a text has none (a language that the encoder can't
read), by features. A text about something else is told by how far its vector lies from every
intent compared with how far it lies from all of them together.

Sources: C. Cortes and V. Vapnik, "Support-Vector Networks" (1995); J. Ren et al., "A Simple
Fix to Mahalanobis Distance for Improving Near-OOD Detection" (2021).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from kefu.ai.text.examples import ExampleIndex
from kefu.ai.text.features import Space, Vector
from kefu.ai.text.folder import Parts, pack_array, unpack_array
from kefu.ai.text.kernel import likeness, regress
from kefu.ai.text.machine import train_machine

TRUST, TRUST_OF_FEW = 2.0, 4.0
"""How much the vector's margin counts beside that of the features: with many examples of an intent, and with few.

Chosen on the development files of BANKING77, CLINC150 and HWU64 among 1, 2 and 4.
"""

RIDGE, RIDGE_OF_FEW = 0.5, 0.2
"""How smooth the vector's margin is, in the same two cases; chosen there among 0.1 to 1."""

FEW = 20
"""Fewer examples of an intent on average are few."""

NEAREST = 3
"""An intent is as near as its so many nearest examples are on average."""

SHRINKAGE = 0.1
"""How much of the mean variance is added to every direction, so that few examples do not bend the distance."""

AT_ONCE = 256
"""Texts that are compared with all examples in one step."""


@dataclass(frozen=True, slots=True)
class Seen:
    """How a text stands to the intents.

    `scores` (n_labels,), about 1 for the right intent and -1 for others; `near` in [0, 1], the nearness of the
    best one's examples; `far` None where there is no vector to measure a distance by.
    """

    scores: np.ndarray
    vector: Vector
    near: float
    far: float | None


class Margins:
    """Scores texts; immutable once fitted."""

    def __init__(self, space: Space, arrays: dict[str, np.ndarray], index: ExampleIndex) -> None:
        self._space, self._arrays, self._index = space, arrays, index
        self._weights, self._kernel, self._vectors = (
            arrays[name].astype(np.float32) for name in ("weights", "kernel", "vectors")
        )
        self._begins = np.searchsorted(arrays["labels"], np.arange(self._weights.shape[1] + 1))
        self._trust = TRUST_OF_FEW if _are_few(arrays["labels"], self._weights.shape[1]) else TRUST

    @classmethod
    def fit(cls, texts: Sequence[Counter[str]], vectors: np.ndarray, labels: np.ndarray, n_labels: int) -> Margins:
        """Learn from counted texts with encoder vectors (n_texts, d), rows of 0 where there is none.

        About 8 s of CPU for 10,000 texts of 77 intents.
        """
        order = np.argsort(labels, kind="stable")
        labels, vectors = labels[order], vectors[order]
        ridge = RIDGE_OF_FEW if _are_few(labels, n_labels) else RIDGE
        kernel = regress(vectors, labels, n_labels, ridge)  # first: it takes the most memory
        space = Space.build(texts, n_labels)
        counted = [space.vector(texts[at]) for at in order]
        weights = train_machine(counted, labels.tolist(), (len(space), n_labels), lambda *_: None)
        arrays: dict[str, np.ndarray] = {
            "weights": weights.astype(np.float16),
            "kernel": kernel.astype(np.float16),
            "labels": labels.astype(np.int32),
            "vectors": vectors.astype(np.float16),
            **_spread(vectors, labels, n_labels),
        }
        return cls(space, arrays, ExampleIndex.build(counted, len(space)))

    def see(self, texts: Sequence[Counter[str]], vectors: np.ndarray) -> Iterator[Seen]:
        """Judge texts with their vectors (n_texts, d); 0.3 to 2 ms of CPU each for 1,000 to 15,000 examples."""
        for at in range(0, len(texts), AT_ONCE):
            some = vectors[at : at + AT_ONCE]
            cosines = (self._vectors @ some.T).T
            kernel = 2 * likeness(cosines) @ self._kernel - 1
            for row, text in enumerate(texts[at : at + AT_ONCE]):
                yield self._judge(self._space.vector(text), some[row], cosines[row], kernel[row])

    def _judge(self, found: Vector, vector: np.ndarray, cosines: np.ndarray, kernel: np.ndarray) -> Seen:
        scores = found.values @ self._weights[found.indices] + self._weights[-1]
        if not vector.any():
            return Seen(scores, found, self._near(self._index.cosines(found), int(scores.argmax())), None)
        scores = (scores + self._trust * kernel) / (1 + self._trust)
        return Seen(scores, found, self._near(cosines, int(scores.argmax())), self._far(vector))

    def _near(self, cosines: np.ndarray, label: int) -> float:
        """The mean cosine of the nearest examples of an intent."""
        own = cosines[self._begins[label] : self._begins[label + 1]]
        most = min(NEAREST, len(own))
        return float(np.partition(own, -most)[-most:].mean()) if most else 0.0

    def _far(self, vector: np.ndarray) -> float:
        """How much nearer the nearest intent is than all together; lower for what is unknown."""
        inside, whole = self._arrays["inside"], self._arrays["whole"]
        if not inside.any():
            return 0.0
        spread = vector @ inside
        each = ((self._arrays["centres"] - spread) ** 2).sum(1)
        rest = (((vector - self._arrays["middle"]) @ whole) ** 2).sum()
        return float(rest - each.min()) / len(vector)

    def pack(self) -> Parts:
        """The model as files."""
        arrays = {f"{name}.npy": pack_array(array) for name, array in self._arrays.items()}
        return {**arrays, **self._index.pack(), **self._space.pack()}

    @classmethod
    def unpack(cls, parts: Parts) -> Margins:
        """The model in these files."""
        arrays = {name: unpack_array(parts[f"{name}.npy"]) for name in ARRAYS}
        return cls(Space.unpack(parts), arrays, ExampleIndex.unpack(parts, len(arrays["labels"])))


ARRAYS = ("weights", "kernel", "labels", "vectors", "inside", "whole", "centres", "middle")


def _are_few(labels: np.ndarray, n_labels: int) -> bool:
    return len(labels) < FEW * n_labels


def _spread(vectors: np.ndarray, labels: np.ndarray, n_labels: int) -> dict[str, np.ndarray]:
    """What distances are measured with: roots of inverse covariances within intents and of all, centres."""
    known = vectors.any(1)
    rows, own, wide = vectors[known].astype(np.float64), labels[known], vectors.shape[1]
    if len(rows) < NEAREST * max(n_labels, 2):
        return {
            "inside": np.zeros((wide, wide), np.float32),
            "whole": np.zeros((wide, wide), np.float32),
            "centres": np.zeros((n_labels, wide), np.float32),
            "middle": np.zeros(wide, np.float32),
        }
    present = np.unique(own)
    means = np.stack([rows[own == label].mean(0) for label in present])
    place = np.searchsorted(present, own)
    inside, whole = _root(rows - means[place]), _root(rows - rows.mean(0))
    return {
        "inside": inside,
        "whole": whole,
        "centres": (means @ inside).astype(np.float32),
        "middle": rows.mean(0).astype(np.float32),
    }


def _root(away: np.ndarray) -> np.ndarray:
    """A matrix R with R Rᵀ the inverse of the shrunk covariance, float32 (d, d)."""
    wide = away.shape[1]
    covariance = away.T @ away / len(away)
    shrinkage = max(SHRINKAGE, wide / len(away) / 2)
    covariance += shrinkage * np.trace(covariance) / wide * np.eye(wide)
    root: np.ndarray = np.linalg.cholesky(np.linalg.inv(covariance)).astype(np.float32)
    return root
