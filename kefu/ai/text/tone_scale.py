"""One question about the tone, answered by a linear model with calibrated probabilities.

Features count by how unevenly the answers share them, and texts of any length weigh the
same. Source: S. Wang and C. Manning, "Baselines and Bigrams" (2012), here with any number of
answers, and with a share for even features.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from kefu.ai.text.features import Vector
from kefu.ai.text.folder import Parts, pack_array, unpack_array
from kefu.ai.text.machine import train_machine
from kefu.ai.text.tone_features import LISTED, Remark

FOLDS = 3
MOST_TRIED = 6_000
"""Texts up to which all parts are tried by a model that has not seen them; beyond, one part has texts enough."""

MOST_FEATURES = 400_000
FEW = 2_000
"""Below so many texts, features seen once are kept too."""

EVEN = 0.5
"""What a feature counts that all answers share alike; an uneven one counts that and the logarithm of its odds."""

STRENGTH = 0.5
"""The length of the words and of the characters of a text: errors cost as at a cost of 0.25 for one of length 1."""

PRIOR = 0.02
"""How strongly calibration holds to the scores as they are, against so many texts."""


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The features of a language that count at all, words before characters."""

    index: dict[str, int]
    n_words: int

    @classmethod
    def build(cls, remarks: Sequence[Remark]) -> Lexicon:
        """The features of a training set."""
        spread = Counter(name for remark in remarks for name in remark.counts)
        fewest = 1 if len(remarks) < FEW else 2
        common = [name for name, count in spread.most_common(MOST_FEATURES) if count >= fewest]
        names = sorted(common, key=lambda name: (name[0] != "n", name))
        return cls({name: at for at, name in enumerate(names)}, sum(name[0] == "n" for name in names))

    def place(self, remark: Remark) -> Placed:
        """A remark as numbers."""
        found = sorted((at, count) for name, count in remark.counts.items() if (at := self.index.get(name)) is not None)
        indices = np.array([at for at, _ in found], np.intp)
        counts = 1 + np.log(np.array([count for _, count in found], np.float32))
        return Placed(indices, counts, int(np.searchsorted(indices, self.n_words)), remark.listed)


@dataclass(frozen=True, slots=True)
class Placed:
    """A remark in a lexicon: `counts` float32 at the features `indices`, both (n_found,), the first `n_words` words."""

    indices: np.ndarray
    counts: np.ndarray
    n_words: int
    listed: np.ndarray


@dataclass(frozen=True, slots=True)
class Scale:
    """A trained model of one question.

    `ratios` float32 (n_features,), `weights` float16 (n_features + n_listed + 1, n_answers) with the
    bias last, `slope` and `offsets` (n_answers,) make probabilities of scores.
    """

    answers: tuple[str, ...]
    ratios: np.ndarray
    weights: np.ndarray
    slope: float
    offsets: np.ndarray

    def judge(self, placed: Placed) -> np.ndarray:
        """The probability of each answer, (n_answers,), summing to 1."""
        scores = _scores(_vector(placed, self.ratios), self.weights)[None]
        chances: np.ndarray = calibrated(scores, self.slope, self.offsets)[0]
        return chances

    def pack(self, name: str) -> Parts:
        """The model as files."""
        arrays = {"ratios": self.ratios, "weights": self.weights, "calibration": np.append(self.offsets, self.slope)}
        return {f"{name}.{kind}.npy": pack_array(array) for kind, array in arrays.items()}

    @classmethod
    def unpack(cls, parts: Parts, name: str, answers: Sequence[str]) -> Scale:
        """The model in these files."""
        ratios, weights, fitted = (unpack_array(parts[f"{name}.{kind}.npy"]) for kind in PACKED)
        return cls(tuple(answers), ratios, weights, float(fitted[-1]), fitted[:-1])


PLACES = np.arange(len(LISTED))
PACKED = ("ratios", "weights", "calibration")


def train_scale(
    placed: Sequence[Placed], labels: Sequence[str], n_features: int, progress: Callable[[int, int], None]
) -> Scale:
    """Learn which answer each remark has; `progress` is called with (models trained, models to train)."""
    answers = tuple(sorted(set(labels)))
    number = {answer: at for at, answer in enumerate(answers)}
    numbers = np.array([number[label] for label in labels])
    folds = _folds(numbers, len(answers))
    tried = FOLDS if len(placed) <= MOST_TRIED else 1
    scores, held = [], []
    for fold in range(tried):
        learned = [at for at in range(len(placed)) if folds[at] != fold]
        ratios, weights = _train([placed[at] for at in learned], numbers[learned], n_features, len(answers))
        for at in np.flatnonzero(folds == fold).tolist():
            scores.append(_scores(_vector(placed[at], ratios), weights))
            held.append(at)
        progress(fold + 1, tried + 1)
    ratios, weights = _train(placed, numbers, n_features, len(answers))
    progress(tried + 1, tried + 1)
    slope, offsets = calibrate(np.array(scores), numbers[held])
    return Scale(answers, ratios.astype(np.float32), weights.astype(np.float16), slope, offsets)


def _folds(numbers: np.ndarray, n_answers: int) -> np.ndarray:
    """The part of each text, int (n_texts,): the texts of every answer are dealt out in turn."""
    folds = np.zeros(len(numbers), int)
    for answer in range(n_answers):
        at = np.flatnonzero(numbers == answer)
        folds[at] = np.arange(len(at)) % FOLDS
    return folds


def _train(
    placed: Sequence[Placed], numbers: np.ndarray, n_features: int, n_answers: int
) -> tuple[np.ndarray, np.ndarray]:
    met = np.ones((n_answers, n_features), np.float32)
    for one, answer in zip(placed, numbers, strict=True):
        met[answer, one.indices] += 1
    total = met.sum(0)
    inside, outside = met / met.sum(1, keepdims=True), (total - met) / (total.sum() - met.sum(1, keepdims=True))
    ratios = EVEN + np.abs(np.log(inside) - np.log(outside)).max(0)
    vectors = [_vector(one, ratios) for one in placed]
    shape = (n_features + len(LISTED), n_answers)
    return ratios, train_machine(vectors, numbers.tolist(), shape, lambda *_: None)


def _vector(placed: Placed, ratios: np.ndarray) -> Vector:
    values = placed.counts * ratios[placed.indices]
    for part in (slice(placed.n_words), slice(placed.n_words, None)):
        own = values[part]
        own *= STRENGTH / (float(np.sqrt(own @ own)) or 1.0)
    values = np.concatenate((values, placed.listed)).astype(np.float32, copy=False)
    return Vector(np.concatenate((placed.indices, len(ratios) + PLACES)), values, 1.0, 1.0)


def _scores(vector: Vector, weights: np.ndarray) -> np.ndarray:
    scores: np.ndarray = vector.values @ weights[vector.indices].astype(np.float32) + weights[-1]
    return scores


def calibrated(scores: np.ndarray, slope: float, offsets: np.ndarray) -> np.ndarray:
    """Probabilities of scores, both (n_texts, n_answers)."""
    powers = slope * scores + offsets
    powers = np.exp(powers - powers.max(1, keepdims=True))
    chances: np.ndarray = powers / powers.sum(1, keepdims=True)
    return chances


def calibrate(scores: np.ndarray, numbers: np.ndarray) -> tuple[float, np.ndarray]:
    """Slope and offsets (n_answers,) that make held-out scores probable, by Newton's method.

    Source: J. Platt, "Probabilistic Outputs for Support Vector Machines" (1999), for several answers.
    """
    n, k = scores.shape
    told = np.zeros((n, k, k + 1))
    told[:, :, 0], told[:, np.arange(k), 1 + np.arange(k)] = scores, 1
    right = np.eye(k)[numbers]
    start = np.append(2.0, np.zeros(k))
    found = start.copy()

    def cost(at: np.ndarray) -> float:
        chances = calibrated(scores, at[0], at[1:])[np.arange(n), numbers]
        pull = PRIOR * float((at - start) @ (at - start)) / np.sqrt(n) / 2
        return float(-np.log(chances + 1e-12).mean() + pull)

    for _ in range(30):
        chances = calibrated(scores, found[0], found[1:])
        slope = np.einsum("nk,nkf->f", chances - right, told) / n + PRIOR * (found - start) / np.sqrt(n)
        mean = np.einsum("nk,nkf->nf", chances, told)
        curve = np.einsum("nk,nkf,nkg->fg", chances, told, told) - mean.T @ mean
        step = np.linalg.solve(curve / n + (PRIOR / np.sqrt(n) + 1e-9) * np.eye(k + 1), slope)
        while cost(found - step) > cost(found) and float(np.abs(step).max()) > 1e-6:
            step /= 2
        found -= step
        if float(np.abs(step).max()) < 1e-6:
            break
    return max(0.1, float(found[0])), found[1:]
