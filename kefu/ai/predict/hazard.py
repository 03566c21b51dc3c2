"""`hazard.v1`: when something happens, by boosted trees over the hazard in steps of time.

Time is cut into steps that grow. For each step that a subject entered, the trees learn how likely it happened there
(Gensheimer and Narasimhan, A scalable discrete-time survival model, PeerJ 7, 2019), so that those of whom the end is
not known teach, too. The interval is made to hold by where outcomes lay in distributions that had not learned from
them (distributional conformal prediction: Chernozhukov, Wüthrich and Zhu, PNAS 118, 2021); whoever has not got there
yet counts by the chance that they will within the horizon.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from kefu.ai.predict.columns import Columns
from kefu.ai.predict.crossed import FOLDS, SEED, fold_of
from kefu.ai.predict.trees import Trees, grow, read_trees
from kefu.core.errors import BadInput, ModelMissing
from kefu.core.nouns import Row
from kefu.core.ports.predictor import Lesson, Prediction
from kefu.core.ports.reader import Progress

HORIZON_DAYS = 180.0
STEPS = 24
"""Steps of time up to the horizon, of which each is longer than the one before."""
LEAST = 60
"""Outcomes that are known: from fewer nothing is learned."""
MOST = 20_000
"""Lessons that are learned from, drawn where there are more: each is a row for every step, and more say hardly more."""
SETTINGS = {"rounds": 150, "learning_rate": 0.06, "max_bin": 63, "feature_fraction": 0.6, "num_leaves": 15}
"""As good as twice the rounds of half the size, in a third of the time (the school of bench/behaviour, seed 8)."""
SHARES = (0.1, 0.5, 0.9)
EXPLAINED = 8
"""Every so many steps one is explained."""
FINE = np.linspace(0.0, 1.0, 201)


@dataclass(slots=True)
class _Fitted:
    columns: Columns
    edges: np.ndarray
    models: Sequence[Trees]
    levels: tuple[float, float, float]


class Hazard:
    """See `Predictor`."""

    def __init__(self, horizon_days: float) -> None:
        self._horizon = horizon_days
        self._fitted: _Fitted | None = None

    def fit(self, lessons: Sequence[Lesson], progress: Progress) -> None:
        """See `Predictor`."""
        known = sum(one.outcome.known for one in lessons)
        if known < LEAST:
            raise BadInput(f"There is too little to learn from: {known} ends are known; it takes {LEAST}.")
        if len(lessons) > MOST:
            drawn = np.random.default_rng(SEED).permutation(len(lessons))[:MOST]
            lessons = [lessons[place] for place in sorted(drawn.tolist())]
        columns = Columns.of([one.row for one in lessons])
        matrix = columns.matrix([one.row for one in lessons])
        days = np.array([one.outcome.value for one in lessons])
        came = np.array([one.outcome.known for one in lessons])
        came, days = came & (days <= self._horizon), np.minimum(days, self._horizon)
        edges = _edges(self._horizon)
        folds = np.array([fold_of(one.subject) for one in lessons])
        models, whole = [], np.empty((len(lessons), len(edges)))
        for fold in range(FOLDS):
            out = folds == fold
            inputs, outcomes = _entered(matrix[~out], days[~out], came[~out], edges)
            models.append(grow(inputs, outcomes, columns, SEED + fold, **SETTINGS))
            if out.any():
                whole[out] = _reached(models[-1:], matrix[out], len(edges) - 1)
            progress("models", fold + 1, FOLDS)
        self._fitted = _Fitted(columns, edges, models, _levels(whole, days, came, edges))

    def predict(self, rows: Sequence[Row]) -> Sequence[Prediction]:
        """See `Predictor`."""
        if not rows:
            return ()
        fitted = self._there()
        reached = _reached(fitted.models, fitted.columns.matrix(rows), len(fitted.edges) - 1)
        found = []
        for one in reached:
            chance = float(one[-1])
            low, middle, high = (float(np.interp(level * chance, one, fitted.edges)) for level in fitted.levels)
            found.append(Prediction(middle, low, high, chance))
        return found

    def explain(self, rows: Sequence[Row]) -> Sequence[Mapping[str, float]]:
        """See `Predictor`: the mean of some steps, since each costs as much as the forecast."""
        if not rows:
            return ()
        fitted = self._there()
        steps = np.arange(EXPLAINED // 2, len(fitted.edges) - 1, EXPLAINED)
        inputs = _at_each(fitted.columns.matrix(rows), steps)
        parts = np.mean([model.parts(inputs) for model in fitted.models], axis=0)
        means = parts.reshape(len(rows), len(steps), -1).mean(axis=1)[:, :-1]
        return [dict(zip(fitted.columns.names, row, strict=True)) for row in means.tolist()]

    def save(self, folder: Path) -> None:
        """See `Predictor`."""
        fitted = self._there()
        body = {
            "names": fitted.columns.names,
            "codes": fitted.columns.codes,
            "edges": fitted.edges.tolist(),
            "levels": fitted.levels,
        }
        (folder / "predictor.json").write_text(json.dumps(body, ensure_ascii=False), "utf-8")
        for number, model in enumerate(fitted.models):
            (folder / f"model-{number}.txt").write_text(model.text(), "utf-8")

    def load(self, folder: Path) -> None:
        """See `Predictor`."""
        try:
            body = json.loads((folder / "predictor.json").read_text("utf-8"))
            columns, edges = Columns(tuple(body["names"]), body["codes"]), np.array(body["edges"])
            low, middle, high = body["levels"]
            texts = [(folder / f"model-{number}.txt").read_text("utf-8") for number in range(FOLDS)]
            self._fitted = _Fitted(columns, edges, [read_trees(text) for text in texts], (low, middle, high))
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ModelMissing(f"The predictor in {folder} is missing or damaged; run kefu predict train.") from error

    def _there(self) -> _Fitted:
        if self._fitted is None:
            raise ModelMissing("This predictor has not learned yet; run kefu predict train.")
        return self._fitted


def _edges(horizon: float) -> np.ndarray:
    """Where steps begin and end, from 0 to the horizon, (`STEPS` + 1,)."""
    return np.asarray(horizon * (np.linspace(0, 1, STEPS + 1) ** 2))


def _entered(
    matrix: np.ndarray, days: np.ndarray, came: np.ndarray, edges: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """A row for each step that a subject entered and whose end is known, the step last; and whether it came there."""
    last = np.clip(np.searchsorted(edges, days, side="left") - 1, 0, len(edges) - 2)
    full = np.searchsorted(edges, days, side="right") - 1  # steps that are over
    counts = np.where(came, last + 1, full)
    owners = np.repeat(np.arange(len(matrix)), counts)
    steps = np.concatenate([np.arange(count) for count in counts]) if len(counts) else np.array([])
    outcomes = (came[owners] & (steps == last[owners])).astype(float)
    return np.column_stack([matrix[owners], steps]), outcomes


def _at_each(matrix: np.ndarray, steps: np.ndarray) -> np.ndarray:
    return np.column_stack([np.repeat(matrix, len(steps), axis=0), np.tile(steps, len(matrix))])


def _reached(models: Sequence[Trees], matrix: np.ndarray, steps: int) -> np.ndarray:
    """The chance that it came by each edge, (n_rows, steps + 1), rising from 0."""
    inputs = _at_each(matrix, np.arange(steps))
    hazards = np.mean([1 / (1 + np.exp(-model.scores(inputs))) for model in models], axis=0)
    stays = np.cumprod(1 - hazards.reshape(len(matrix), steps), axis=1)
    return np.column_stack([np.zeros(len(matrix)), 1 - stays])


def _levels(reached: np.ndarray, days: np.ndarray, came: np.ndarray, edges: np.ndarray) -> tuple[float, float, float]:
    """The levels of a distribution below which `SHARES` of the outcomes lie.

    Where an outcome lies is its level in the distribution it was given, as a share of the whole. Of somebody who is
    not there yet it is spread evenly over what lies ahead, with the chance that it is reached at all as its weight.
    """
    total = np.maximum(reached[:, -1], 1e-9)
    place = np.array([np.interp(day, edges, one) for day, one in zip(days, reached, strict=True)])
    at = place / total
    ahead = np.clip((total - place) / np.maximum(1 - place, 1e-9), 0, 1)
    weights = np.where(came, 1.0, ahead)
    below = np.where(
        came, FINE[:, None] >= at[:, None].T, np.clip((FINE[:, None] - at) / np.maximum(1 - at, 1e-9), 0, 1)
    )
    curve = (below * weights).sum(axis=1) / max(weights.sum(), 1e-9)
    low, middle, high = (float(np.interp(share, curve, FINE)) for share in SHARES)
    return low, middle, high


def open_predictor(settings: Mapping[str, object]) -> Hazard:
    """Needs the extra `predict`; `horizon_days` is how far it looks."""
    return Hazard(float(str(settings.get("horizon_days") or HORIZON_DAYS)))
