"""Predictor: foresees what customers will do.

Entry-point group `kefu.predictors`. No implementation ships yet.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from kefu.core.nouns import Row


class Predictor(Protocol):
    """A trained forecast over rows of features known at one point in time."""

    def fit(self, rows: Sequence[Row], outcomes: Sequence[float]) -> None:
        """Learn from past rows; `outcomes` has shape `(n_rows,)`."""

    def predict(self, rows: Sequence[Row]) -> Sequence[float]:
        """Calibrated values, shape `(n_rows,)`."""

    def explain(self, row: Row) -> Mapping[str, float]:
        """How much each feature moved this row's prediction."""
