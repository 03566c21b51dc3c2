"""The likeliest labels of a sequence whose neighbours depend on each other, and how likely each stretch of them is.

Labels stand for stretches: 0 is outside, 1 + 2k begins one of kind k, 2 + 2k continues it.
Source: L. Rabiner, "A Tutorial on Hidden Markov Models" (1989), for the passes; J. Lafferty
et al., "Conditional Random Fields" (2001), for what they are passes over; L. Ramshaw and
M. Marcus, "Text Chunking" (1995), for the labels.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class Stretch:
    """Places `start` to `end` are one thing of kind number `kind`, with this probability."""

    start: int
    end: int
    kind: int
    probability: float


def may_follow(n_kinds: int) -> np.ndarray:
    """Which label may stand after which, bool (n_labels, n_labels): only what began is continued."""
    n_labels = 1 + 2 * n_kinds
    allowed = np.ones((n_labels, n_labels), bool)
    for inside in range(2, n_labels, 2):
        allowed[:, inside] = False
        allowed[[inside - 1, inside], inside] = True
    return allowed


def label_of(stretches: Sequence[tuple[int, int, int]], size: int) -> np.ndarray:
    """The labels (size,) of stretches (start, end, kind) that do not overlap."""
    labels = np.zeros(size, np.int64)
    for start, end, kind in stretches:
        labels[start:end] = 2 + 2 * kind
        labels[start] = 1 + 2 * kind
    return labels


def stretches_of(labels: Sequence[int]) -> Iterator[tuple[int, int, int]]:
    """The stretches (start, end, kind) that labels stand for."""
    start = 0
    for at, label in enumerate([*labels, 0]):
        if at and labels[at - 1] and (label == 0 or label % 2):
            yield start, at, (labels[at - 1] - 1) // 2
        if label % 2:
            start = at


def decode(scores: np.ndarray, follows: np.ndarray) -> list[Stretch]:
    """The stretches of the likeliest labels.

    `scores` (size, n_labels) and `follows` (n_labels, n_labels) are logarithms of odds: of a label
    at a place, and of a label after another, -inf where it may not follow. 10 µs of CPU a place.
    """
    scores = scores.copy()
    scores[0, 2::2] = -np.inf  # nothing was begun before the first place
    found = list(stretches_of(_likeliest(scores, follows)))
    if not found:
        return []
    odds, steps = np.exp(scores - scores.max(1, keepdims=True)), np.exp(follows)
    ahead, behind, sizes = _passes(odds, steps)
    return [
        Stretch(start, end, kind, _probability((start, end, 1 + 2 * kind), odds, steps, (ahead, behind, sizes)))
        for start, end, kind in found
    ]


def _likeliest(scores: np.ndarray, follows: np.ndarray) -> list[int]:
    """Viterbi's algorithm."""
    best, origins = scores[0], []
    for score in scores[1:]:
        ways = best[:, None] + follows
        origins.append(ways.argmax(0))
        best = ways.max(0) + score
    labels = [int(best.argmax())]
    for origin in reversed(origins):
        labels.append(int(origin[labels[-1]]))
    return labels[::-1]


def _passes(odds: np.ndarray, steps: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """What comes before each place and after it, (size, n_labels), and the sizes (size,) that they are divided by."""
    ahead, behind, sizes = np.empty_like(odds), np.ones_like(odds), np.empty(len(odds))
    for at, here in enumerate(odds):
        way = here if at == 0 else here * (ahead[at - 1] @ steps)
        sizes[at] = way.sum()
        ahead[at] = way / sizes[at]
    for at in range(len(odds) - 2, -1, -1):
        behind[at] = steps @ (odds[at + 1] * behind[at + 1]) / sizes[at + 1]
    return ahead, behind, sizes


def _probability(
    stretch: tuple[int, int, int],
    odds: np.ndarray,
    steps: np.ndarray,
    passes: tuple[np.ndarray, np.ndarray, np.ndarray],
) -> float:
    """How likely a stretch begins, goes on and ends just there."""
    start, end, begun = stretch
    ahead, behind, sizes = passes
    inside = begun + 1
    chance, last = ahead[start, begun], begun
    for at in range(start + 1, end):
        chance *= steps[last, inside] * odds[at, inside] / sizes[at]
        last = inside
    if end < len(odds):
        rest = steps[last] * odds[end] * behind[end] / sizes[end]
        chance *= rest.sum() - rest[inside]
    return float(min(max(chance, 0.0), 1.0))
