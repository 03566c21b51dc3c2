"""Predictor: foresees what customers will do.

Entry-point group `kefu.predictors`: a factory `(settings) -> Predictor`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from kefu.core.nouns import Row
from kefu.core.ports.reader import Progress


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it.

    To a question of yes or no, `value` is 1 or 0. To a question of when, it is the days until it happened, or,
    with `known` False, the days for which it is known not to have happened.
    """

    value: float
    known: bool = True


@dataclass(frozen=True, slots=True)
class Lesson:
    """A row of features known at one moment, and what came of it.

    `subject` is whom or what it is about: rows of one subject are never on both sides when a predictor checks itself.
    """

    subject: str
    row: Row
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Prediction:
    """A forecast with its interval of 80 %.

    Of yes or no: the probability of yes. Of when: days, if it happens within the predictor's horizon, and `chance`
    is the probability that it does.
    """

    value: float
    low: float
    high: float
    chance: float = 1.0


class Predictor(Protocol):
    """A trained forecast over rows of features known at one point in time. Plain functions; no I/O but in files."""

    def fit(self, lessons: Sequence[Lesson], progress: Progress) -> None:
        """Learn from the past. Raises `BadInput` where there is too little to learn from."""

    def predict(self, rows: Sequence[Row]) -> Sequence[Prediction]:
        """One forecast a row; a value that was never seen, or is missing, is no error."""

    def explain(self, rows: Sequence[Row]) -> Sequence[Mapping[str, float]]:
        """How far each feature moved a row's forecast from the usual one: above 0 towards yes, or sooner."""

    def save(self, folder: Path) -> None:
        """Write the model, without code in its files; the folder exists and is empty."""

    def load(self, folder: Path) -> None:
        """Read the model. Raises `ModelMissing` when files are missing or damaged."""
