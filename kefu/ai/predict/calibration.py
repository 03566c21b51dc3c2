"""From scores to probabilities that hold, with how far they may be off.

Scores are log-odds that models gave to rows they had not learned from. Two ways are tried by cross-fitting, and the
one with the smaller log loss is taken: Platt's straight line (Platt 1999, with his corrected targets) and monotone
steps (isotonic regression by pooling adjacent violators, Zadrozny and Elkan 2002). The interval is the bootstrap's:
the same way fitted to resampled subjects.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from kefu.ai.predict.quality import log_loss

GRID = np.linspace(-9.0, 9.0, 361)
"""Scores at which curves are kept; between two of them they are straight."""

RESAMPLED = 40
"""Curves of the bootstrap: enough for a tenth and nine tenths."""

FOLDS = 5
STEPS = 50
SMALL = 1e-4
"""No probability is nearer to 0 or 1: nobody is ever certain."""

Fit = Callable[[np.ndarray, np.ndarray], np.ndarray]
"""Scores and outcomes, each (n,), to the probabilities at `GRID`."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """Probabilities at `GRID`: `curves` is float64 (1 + `RESAMPLED`, n_grid), the first one fitted to everything."""

    way: str
    curves: np.ndarray

    def probability(self, scores: np.ndarray) -> np.ndarray:
        """Of each score, (n,)."""
        return np.asarray(np.interp(scores, GRID, self.curves[0]))

    def interval(self, scores: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """From where to where the probability of 80 % of the curves lies, each (n_rows,).

        `scores` is (n_models, n_rows): each curve is read at the score of one of the models in turn, so that the
        interval holds what the models differ by, too.
        """
        models = len(scores)
        found = np.array(
            [np.interp(scores[place % models], GRID, curve) for place, curve in enumerate(self.curves[1:])]
        )
        low, high = np.quantile(found, (0.1, 0.9), axis=0)
        return low, high


def calibrate(scores: np.ndarray, outcomes: np.ndarray, seed: int) -> Calibration:
    """Learn the better way from scores and outcomes (0 or 1), each (n,)."""
    rng = np.random.default_rng(seed)
    folds = rng.permutation(len(scores)) % FOLDS
    losses = {}
    for way, fit in WAYS.items():
        found = np.empty(len(scores))
        for fold in range(FOLDS):
            out = folds == fold
            found[out] = np.interp(scores[out], GRID, fit(scores[~out], outcomes[~out]))
        losses[way] = log_loss(outcomes, found)
    best = min(losses, key=lambda way: losses[way])
    curves = [WAYS[best](scores, outcomes)]
    for _ in range(RESAMPLED):
        drawn = rng.integers(len(scores), size=len(scores))
        curves.append(WAYS[best](scores[drawn], outcomes[drawn]))
    return Calibration(best, np.array(curves))


def fit_line(scores: np.ndarray, outcomes: np.ndarray) -> np.ndarray:
    """Platt's way, by Newton's."""
    yes = outcomes.sum()
    no = len(outcomes) - yes
    targets = np.where(outcomes > 0, (yes + 1) / (yes + 2), 1 / (no + 2))
    slope, level = 1.0, 0.0
    for _ in range(STEPS):
        fitted = _logistic(slope * scores + level)
        miss, weight = fitted - targets, fitted * (1 - fitted)
        grad = np.array([miss @ scores, miss.sum()])
        hess = np.array([[weight @ scores**2, weight @ scores], [weight @ scores, weight.sum()]]) + 1e-6 * np.eye(2)
        step = np.linalg.solve(hess, grad)
        slope, level = slope - step[0], level - step[1]
        if np.abs(step).max() < 1e-7:
            break
    return np.asarray(np.clip(_logistic(slope * GRID + level), SMALL, 1 - SMALL))


def fit_steps(scores: np.ndarray, outcomes: np.ndarray) -> np.ndarray:
    """The isotonic way; between the middles of two steps it is straight."""
    order = np.argsort(scores, kind="stable")
    sums: list[float] = []
    counts: list[float] = []
    places: list[float] = []
    for score, outcome in zip(scores[order].tolist(), outcomes[order].tolist(), strict=True):
        sums.append(outcome)
        counts.append(1.0)
        places.append(score)
        while len(sums) > 1 and sums[-2] / counts[-2] >= sums[-1] / counts[-1]:
            total, count, place = sums.pop(), counts.pop(), places.pop()
            sums[-1] += total
            counts[-1] += count
            places[-1] += place
    shares = (np.array(sums) + 0.5) / (np.array(counts) + 1)
    shares = np.maximum.accumulate(shares)  # what is added to small steps may turn two of them around
    return np.clip(np.interp(GRID, np.array(places) / np.array(counts), shares), SMALL, 1 - SMALL)


WAYS: dict[str, Fit] = {"line": fit_line, "steps": fit_steps}


def _logistic(values: np.ndarray) -> np.ndarray:
    return np.asarray(1 / (1 + np.exp(-np.clip(values, -30, 30))))
