"""A linear support vector machine for each intent against all others, trained and served by numpy alone.

Source of the method: C.-J. Hsieh et al., "A Dual Coordinate Descent Method for Large-scale
Linear SVM" (2008), with the squared hinge loss; here one step serves all intents at once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from kefu.ai.text.features import Vector

COST = 1.0
"""What a text on the wrong side of its margin costs; from 0.3 to 2 the development sets like 1 best."""

ROUNDS = 12
"""How often all texts are gone through at most; the accuracy stands still after nine."""

ENOUGH = 0.03
"""The largest step of a round that is small enough to stop."""


def train_machine(
    vectors: Sequence[Vector], labels: Sequence[int], shape: tuple[int, int], progress: Callable[[int, int], None]
) -> np.ndarray:
    """Weights float32 of shape (n_features + 1, n_labels); the last row is the bias.

    Deterministic. About 0.2 s of CPU for 2,000 texts and 20 labels, 5 s for 10,000 and 77.
    `progress` is called with (rounds done, most rounds).
    """
    n_features, n_labels = shape
    rows = [np.append(vector.indices, n_features) for vector in vectors]
    values = [np.append(vector.values, np.float32(1)) for vector in vectors]
    curves = [float(one @ one) + 0.5 / COST for one in values]
    sides = np.full((len(rows), n_labels), -1, np.float32)
    sides[np.arange(len(rows)), labels] = 1
    weights = np.zeros((n_features + 1, n_labels), np.float32)
    duals = np.zeros_like(sides)
    order, chance = np.arange(len(rows)), np.random.default_rng(0)
    for done in range(1, ROUNDS + 1):
        chance.shuffle(order)
        most = 0.0
        for at in order.tolist():
            place, value, side, dual = rows[at], values[at], sides[at], duals[at]
            near = weights[place]
            slope = side * (value @ near) - 1 + dual * np.float32(0.5 / COST)
            step = np.maximum(dual - slope / np.float32(curves[at]), 0) - dual
            largest = max(float(step.max()), -float(step.min()))
            if largest > 0:
                dual += step
                near += value[:, None] * (step * side)
                weights[place] = near
                most = max(most, largest)
        progress(done, ROUNDS)
        if most < ENOUGH:
            break
    return weights


def meetings(vectors: Sequence[Vector], labels: Sequence[int], shape: tuple[int, int]) -> np.ndarray:
    """Which feature stood in a text of which label: bits in uint8, (n_features, ceil(n_labels / 8))."""
    n_features, n_labels = shape
    bits = np.zeros((n_features, (n_labels + 7) // 8), np.uint8)
    for vector, label in zip(vectors, labels, strict=True):
        bits[vector.indices, label // 8] |= 128 >> label % 8
    return bits


def has_met(bits: np.ndarray, vector: Vector, label: int) -> np.ndarray:
    """Which of a text's features stood in a text of the label in training: bool, (n_found,)."""
    found: np.ndarray = (bits[vector.indices, label // 8] & (128 >> label % 8)) != 0
    return found
