"""Yes or no: models that each left a part of the subjects out, and a calibration learned from what they left out."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np

from kefu.ai.predict.calibration import Calibration, calibrate
from kefu.ai.predict.columns import Columns
from kefu.core.errors import BadInput, ModelMissing
from kefu.core.nouns import Row
from kefu.core.ports.predictor import Lesson, Prediction
from kefu.core.ports.reader import Progress

FOLDS = 5
LEAST = 40
"""Lessons of each kind, yes and no: from fewer nothing is learned."""
SEED = 7


class Model(Protocol):
    """A model of log-odds over a matrix (n_rows, n_features)."""

    def scores(self, matrix: np.ndarray) -> np.ndarray:
        """Log-odds, (n_rows,)."""

    def parts(self, matrix: np.ndarray) -> np.ndarray:
        """What each feature adds to the usual log-odds, (n_rows, n_features)."""

    def text(self) -> str:
        """The model as a text that `Kind.read` reads."""


class Kind(Protocol):
    """Makes models: `fit` learns from a matrix and outcomes (0 or 1), `read` reads one's text."""

    def fit(self, matrix: np.ndarray, outcomes: np.ndarray, columns: Columns, seed: int) -> Model:
        """Learn."""

    def read(self, text: str) -> Model:
        """Read; raises ValueError for a text that no model wrote."""


@dataclass(slots=True)
class _Fitted:
    columns: Columns
    models: Sequence[Model]
    calibration: Calibration


class CrossFitted:
    """A predictor of yes or no out of models of a kind."""

    def __init__(self, kind: Kind) -> None:
        self._kind = kind
        self._fitted: _Fitted | None = None

    def fit(self, lessons: Sequence[Lesson], progress: Progress) -> None:
        """See `Predictor`."""
        outcomes = np.array([one.outcome.value for one in lessons])
        yes = int((outcomes > 0).sum())
        if min(yes, len(lessons) - yes) < LEAST:
            raise BadInput(
                f"There is too little to learn from: {yes} times yes and {len(lessons) - yes} times no; "
                f"it takes {LEAST} of each. Wait for more, or widen what the predictor is about."
            )
        columns = Columns.of([one.row for one in lessons])
        matrix = columns.matrix([one.row for one in lessons])
        folds = np.array([fold_of(one.subject) for one in lessons])
        models, scores = [], np.empty(len(lessons))
        for fold in range(FOLDS):
            out = folds == fold
            model = self._kind.fit(matrix[~out], outcomes[~out], columns, SEED + fold)
            scores[out] = model.scores(matrix[out]) if out.any() else 0.0
            models.append(model)
            progress("models", fold + 1, FOLDS)
        self._fitted = _Fitted(columns, models, calibrate(scores, outcomes, SEED))

    def predict(self, rows: Sequence[Row]) -> Sequence[Prediction]:
        """See `Predictor`."""
        if not rows:
            return ()
        fitted = self._there()
        matrix = fitted.columns.matrix(rows)
        scores = np.array([model.scores(matrix) for model in fitted.models])
        values = fitted.calibration.probability(scores.mean(axis=0))
        low, high = fitted.calibration.interval(scores)
        together = np.array([values, np.minimum(low, values), np.maximum(high, values)]).T
        return [Prediction(*row) for row in together.tolist()]

    def explain(self, rows: Sequence[Row]) -> Sequence[Mapping[str, float]]:
        """See `Predictor`."""
        if not rows:
            return ()
        fitted = self._there()
        matrix = fitted.columns.matrix(rows)
        parts = np.mean([model.parts(matrix) for model in fitted.models], axis=0)
        return [dict(zip(fitted.columns.names, row, strict=True)) for row in parts.tolist()]

    def save(self, folder: Path) -> None:
        """See `Predictor`."""
        fitted = self._there()
        body = {
            "names": fitted.columns.names,
            "codes": fitted.columns.codes,
            "way": fitted.calibration.way,
            "curves": fitted.calibration.curves.round(6).tolist(),
        }
        (folder / "predictor.json").write_text(json.dumps(body, ensure_ascii=False), "utf-8")
        for number, model in enumerate(fitted.models):
            (folder / f"model-{number}.txt").write_text(model.text(), "utf-8")

    def load(self, folder: Path) -> None:
        """See `Predictor`."""
        try:
            body = json.loads((folder / "predictor.json").read_text("utf-8"))
            columns = Columns(tuple(body["names"]), body["codes"])
            texts = [(folder / f"model-{number}.txt").read_text("utf-8") for number in range(FOLDS)]
            calibration = Calibration(body["way"], np.array(body["curves"]))
            self._fitted = _Fitted(columns, [self._kind.read(text) for text in texts], calibration)
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ModelMissing(f"The predictor in {folder} is missing or damaged; run kefu predict train.") from error

    def _there(self) -> _Fitted:
        if self._fitted is None:
            raise ModelMissing("This predictor has not learned yet; run kefu predict train.")
        return self._fitted


def fold_of(subject: str) -> int:
    """The part to which a subject belongs, always the same."""
    return hashlib.blake2b(subject.encode(), digest_size=4).digest()[0] % FOLDS
