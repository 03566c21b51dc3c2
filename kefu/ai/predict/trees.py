"""Gradient boosting over trees, by LightGBM: what all predictors with trees share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from kefu.ai.predict.columns import Columns

ROUNDS = 300
SETTINGS: Mapping[str, Any] = {
    "objective": "binary",
    "learning_rate": 0.03,
    "num_leaves": 7,
    "bagging_fraction": 0.7,
    "bagging_freq": 1,
    "feature_fraction": 0.4,
    "lambda_l2": 5.0,
    "num_threads": 1,
    "deterministic": True,
    "force_row_wise": True,
    "verbosity": -1,
}
"""Many small steps of small trees over parts of rows and features, chosen on the training parts of bench/behaviour."""

LEAST_IN_LEAF, MOST_IN_LEAF = 10, 50


class Trees:
    """A booster as a model."""

    def __init__(self, booster: Any) -> None:  # noqa: ANN401 - a lightgbm.Booster, imported where it is used
        self._booster = booster

    def scores(self, matrix: np.ndarray) -> np.ndarray:
        """See `Model`."""
        return np.asarray(self._booster.predict(matrix, raw_score=True, num_threads=1))

    def parts(self, matrix: np.ndarray) -> np.ndarray:
        """See `Model`: exact Shapley values of the trees. Source: Lundberg et al., Nature Machine Intelligence 2."""
        return np.asarray(self._booster.predict(matrix, pred_contrib=True, num_threads=1))[:, :-1]

    def text(self) -> str:
        """See `Model`."""
        return str(self._booster.model_to_string())


def grow(matrix: np.ndarray, outcomes: np.ndarray, columns: Columns, seed: int, **more: Any) -> Trees:  # noqa: ANN401 - settings
    """Learn; `more` are other settings, `rounds` and `weight` among them."""
    import lightgbm

    rounds, weight = more.pop("rounds", ROUNDS), more.pop("weight", None)
    data = lightgbm.Dataset(
        matrix, outcomes, weight=weight, categorical_feature=columns.texts or "auto", params={"verbosity": -1}
    )
    leaf = int(np.clip(len(matrix) // 100, LEAST_IN_LEAF, MOST_IN_LEAF))
    return Trees(lightgbm.train({**SETTINGS, "min_data_in_leaf": leaf, "seed": seed, **more}, data, rounds))


def read_trees(text: str) -> Trees:
    """Read what `text` wrote; raises ValueError for anything else."""
    import lightgbm

    try:
        return Trees(lightgbm.Booster(model_str=text))
    except lightgbm.basic.LightGBMError as error:
        raise ValueError(str(error)) from error
