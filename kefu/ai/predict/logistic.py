"""`logistic.v1`: yes or no by a straight line through all features, which needs numpy alone."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from kefu.ai.predict.columns import Columns
from kefu.ai.predict.crossed import CrossFitted, Model
from kefu.core.ports.predictor import Predictor

RIDGE = 3.0
"""How strongly weights are held near 0, in rows."""
STEPS = 30
FAR = 4.0
"""Standard deviations beyond which a value says no more."""


@dataclass(frozen=True, slots=True)
class Spread:
    """How a matrix becomes one of standardised columns: numbers, one for each value of a text, and what is missing.

    `sources` (n_columns,) are the features they come from; `values` are the codes, not a number for a number, and
    infinite for "is missing"; `means` and `scales` standardise.
    """

    sources: np.ndarray
    values: np.ndarray
    means: np.ndarray
    scales: np.ndarray

    @classmethod
    def of(cls, matrix: np.ndarray, texts: list[int]) -> Spread:
        """Learned from a matrix (n_rows, n_features)."""
        pairs: list[tuple[int, float]] = []
        for place in range(matrix.shape[1]):
            column = matrix[:, place]
            known = column[~np.isnan(column)]
            pairs += [(place, value) for value in np.unique(known).tolist()] if place in texts else [(place, np.nan)]
            if len(known) < len(column):
                pairs.append((place, np.inf))
        sources, values = np.array([one for one, _ in pairs], dtype=int), np.array([value for _, value in pairs])
        plain = cls(sources, values, np.zeros(len(pairs)), np.ones(len(pairs))).raw(matrix)
        means = np.nan_to_num(np.nanmean(np.vstack([plain, np.zeros(len(pairs))]), axis=0))
        scales = np.nan_to_num(np.nanstd(np.vstack([plain, means]), axis=0))
        return cls(sources, values, means, np.where(scales > 0, scales, 1.0))

    def raw(self, matrix: np.ndarray) -> np.ndarray:
        """(n_rows, n_columns) before standardising."""
        taken = matrix[:, self.sources]
        missing, plain = np.isinf(self.values), np.isnan(self.values)
        return np.where(missing, np.isnan(taken), np.where(plain, taken, taken == self.values)).astype(float)

    def spread(self, matrix: np.ndarray) -> np.ndarray:
        """(n_rows, n_columns); a missing number is a usual one."""
        return np.asarray(np.clip(np.nan_to_num((self.raw(matrix) - self.means) / self.scales), -FAR, FAR))


@dataclass(frozen=True, slots=True)
class Line:
    """See `Model`; `weights` is (n_columns,), `features` how many there are."""

    spread: Spread
    weights: np.ndarray
    level: float
    features: int

    def scores(self, matrix: np.ndarray) -> np.ndarray:
        """See `Model`."""
        return np.asarray(self.spread.spread(matrix) @ self.weights + self.level)

    def parts(self, matrix: np.ndarray) -> np.ndarray:
        """See `Model`."""
        found = np.zeros((len(matrix), self.features))
        for place, part in zip(self.spread.sources, (self.spread.spread(matrix) * self.weights).T, strict=True):
            found[:, place] += part
        return found

    def text(self) -> str:
        """See `Model`."""
        arrays = {name: getattr(self.spread, name).tolist() for name in ("sources", "values", "means", "scales")}
        return json.dumps({**arrays, "weights": self.weights.tolist(), "level": self.level, "features": self.features})


class Logistic:
    """See `Kind`: Newton's steps with a ridge."""

    def fit(self, matrix: np.ndarray, outcomes: np.ndarray, columns: Columns, _seed: int) -> Model:
        """See `Kind`."""
        spread = Spread.of(matrix, columns.texts)
        inputs = np.column_stack([spread.spread(matrix), np.ones(len(matrix))])
        ridge = np.diag([*[RIDGE] * (inputs.shape[1] - 1), 1e-9])
        weights = np.zeros(inputs.shape[1])
        for _ in range(STEPS):
            fitted = 1 / (1 + np.exp(-np.clip(inputs @ weights, -30, 30)))
            slope = inputs.T @ (fitted - outcomes) + ridge @ weights
            bend = (inputs * (fitted * (1 - fitted))[:, None]).T @ inputs + ridge
            step = np.linalg.solve(bend, slope)
            weights -= step
            if np.abs(step).max() < 1e-6:
                break
        return Line(spread, weights[:-1], float(weights[-1]), matrix.shape[1])

    def read(self, text: str) -> Model:
        """See `Kind`."""
        body = json.loads(text)
        arrays = {name: np.array(body[name]) for name in ("values", "means", "scales")}
        spread = Spread(np.array(body["sources"], dtype=int), **arrays)
        return Line(spread, np.array(body["weights"]), float(body["level"]), int(body["features"]))


def open_predictor(_settings: Mapping[str, object]) -> Predictor:
    """Needs no extra."""
    return CrossFitted(Logistic())
