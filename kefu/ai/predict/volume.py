"""How many customers come in each half hour of a day, from the days before.

Boosted trees learn how far each half hour lies above or below its mean of the last week, in logarithms, from the
same half hour one, two and three weeks and one day before, from how busy the last days were, and from the day's place
in the week. It is one model for all half hours, so that all teach each.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from kefu.ai.predict.columns import Columns
from kefu.ai.predict.trees import Trees, grow

WEEKS = 3
ADDED = 0.5
"""Counts may be 0, of which there is no logarithm."""
OLD_DAYS = 60.0
"""After so many days a day teaches half as much."""
LEAST_WEEKS = 8
"""From fewer weeks nothing is learned here: see `kefu.service.insight.forecast`."""
ROUNDS = 250


@dataclass(frozen=True, slots=True)
class Volume:
    """A model of days with so many slots; `week` is the days of a week on which anybody comes."""

    trees: Trees
    week: int

    def predict(self, counts: np.ndarray, weekday: int) -> np.ndarray:
        """The day after the days of `counts` (n_days, n_slots), (n_slots,)."""
        inputs, usual = _inputs(np.log(counts + ADDED), len(counts), self.week, weekday)
        return np.asarray(np.maximum(0.0, np.exp(usual + self.trees.scores(inputs)) - ADDED))


def learn_volume(counts: np.ndarray, weekdays: Sequence[int], week: int = 7, seed: int = 7) -> Volume:
    """Learn from days in their order: `counts` (n_days, n_slots), `weekdays` (n_days,) from 0.

    Raises ValueError for fewer than `LEAST_WEEKS` weeks.
    """
    days = len(counts)
    if days < LEAST_WEEKS * week:
        raise ValueError(f"{days} days are too few; it takes {LEAST_WEEKS * week}.")
    logs = np.log(counts + ADDED)
    first = (WEEKS + 1) * week
    pairs = [_inputs(logs, day, week, weekdays[day]) for day in range(first, days)]
    inputs = np.vstack([one for one, _ in pairs])
    targets = np.concatenate([logs[day] - usual for day, (_, usual) in zip(range(first, days), pairs, strict=True)])
    ages = np.repeat(np.arange(days - first)[::-1], counts.shape[1])
    settings = {"objective": "l1", "learning_rate": 0.05, "num_leaves": 8, "feature_fraction": 0.5, "lambda_l2": 0.0}
    columns = Columns((), {})
    trees = grow(inputs, targets, columns, seed, rounds=ROUNDS, weight=0.5 ** (ages / OLD_DAYS), **settings)
    return Volume(trees, week)


def _inputs(logs: np.ndarray, day: int, week: int, weekday: int) -> tuple[np.ndarray, np.ndarray]:
    """What is known of a day before it begins, (n_slots, n_inputs), and the usual level, (n_slots,)."""
    slots = logs.shape[1]
    usual, longer = logs[day - week : day].mean(axis=0), logs[day - (WEEKS + 1) * week : day].mean(axis=0)
    same = [logs[day - back * week] - usual for back in range(1, WEEKS + 1)]
    totals = np.log(np.exp(logs[day - 2 * week : day]).sum(axis=1))
    busy = totals[::-1] - totals[-week:].mean()
    whole = [np.full(slots, value) for value in (*busy, weekday)]
    return np.column_stack([*same, logs[day - 1] - usual, longer - usual, np.arange(slots), *whole]), usual
