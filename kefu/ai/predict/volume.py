"""How many customers come in each half hour of a day, from the days before, with an interval.

Three ways are tried on the latest weeks, each day foreseen from the days before it, and the one that was the least off
is kept: the same half hour a week before; each weekday's level with the shape of the day, for few customers; and
boosted trees, for many. The trees learn how far each half hour lies above or below its mean of the last week, in
logarithms, from the same half hour one, two and three weeks and one day before, from how busy the last days were, and
from the day's place in the week. It is one model for all half hours, so that all teach each.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np

from kefu.ai.predict.columns import Columns
from kefu.ai.predict.trees import Trees, grow, read_trees
from kefu.core.errors import BadInput, ModelMissing

WEEKS = 3
ADDED = 0.5
"""Counts may be 0, of which there is no logarithm."""
OLD_DAYS = 60.0
"""After so many days a day teaches half as much."""
LEAST_WEEKS = 2
"""From fewer weeks nothing is learned: two of every weekday."""
BOOSTED_WEEKS = 8
"""From fewer weeks trees learn nothing."""
LEVEL_WEEKS = 8
"""What was before that was another season."""
HELD_WEEKS = (4, 2)
"""Weeks that are held back, where there are three times as many."""
ROUNDS = 250
SEED = 7
TINY = 0.01
"""Customers in half an hour that are expected at least where ways are compared: else one more were impossible."""
SHARES = (0.1, 0.9)


class Way(Protocol):
    """Foresees a day from the days of `counts` (n_days, n_slots) before it."""

    def predict(self, counts: np.ndarray, weekday: int) -> np.ndarray:
        """Customers in each slot, (n_slots,)."""


@dataclass(frozen=True, slots=True)
class LastWeek:
    """The same slot a week before."""

    week: int

    def predict(self, counts: np.ndarray, _weekday: int) -> np.ndarray:
        """See `Way`."""
        return np.asarray(counts[-self.week])


@dataclass(frozen=True, slots=True)
class Level:
    """Each weekday has its own level and all days share the shape of the day; `means` is (7, n_slots)."""

    means: np.ndarray

    def predict(self, _counts: np.ndarray, weekday: int) -> np.ndarray:
        """See `Way`."""
        return np.asarray(self.means[weekday])


@dataclass(frozen=True, slots=True)
class Boosted:
    """Trees over the days before."""

    trees: Trees
    week: int

    def predict(self, counts: np.ndarray, weekday: int) -> np.ndarray:
        """See `Way`."""
        inputs, usual = _inputs(np.log(counts + ADDED), len(counts), self.week, weekday)
        return np.asarray(np.maximum(0.0, np.exp(usual + self.trees.scores(inputs)) - ADDED))


@dataclass(frozen=True, slots=True)
class Backtest:
    """The latest days as they were foreseen: `expected` and `came` are (n_days, n_slots).

    `off` says of each way how far it was off (Poisson deviance a slot), `held` which share of the slots lay within
    the interval of 80 % that the other days gave; both empty or 0 where there are too few days.
    """

    expected: np.ndarray
    came: np.ndarray
    naive: np.ndarray
    off: Mapping[str, float]
    held: float


@dataclass(slots=True)
class Volume:
    """The way that is kept; `reach` is how many standard deviations of Poisson's the interval of 80 % goes."""

    name: str
    way: Way
    week: int
    reach: tuple[float, float]

    def predict(self, counts: np.ndarray, weekday: int) -> np.ndarray:
        """The day after the days of `counts` (n_days, n_slots), (n_slots,)."""
        return self.way.predict(counts, weekday)

    def interval(self, expected: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """From where to where 80 % lie."""
        low, high = (expected + one * np.sqrt(expected + ADDED) for one in self.reach)
        return np.maximum(0.0, np.minimum(low, expected)), np.maximum(high, expected)

    def save(self, folder: Path) -> None:
        """Write the model."""
        body = {"way": self.name, "week": self.week, "reach": self.reach}
        if isinstance(self.way, Level):
            body["means"] = self.way.means.tolist()
        if isinstance(self.way, Boosted):
            (folder / "trees.txt").write_text(self.way.trees.text(), "utf-8")
        (folder / "volume.json").write_text(json.dumps(body), "utf-8")


def read_volume(folder: Path) -> Volume:
    """Read what `save` wrote. Raises `ModelMissing` when files are missing or damaged."""
    try:
        body = json.loads((folder / "volume.json").read_text("utf-8"))
        name, week, (low, high) = body["way"], body["week"], body["reach"]
        way: Way = LastWeek(week)
        if name == "level":
            way = Level(np.array(body["means"]))
        elif name == "boosted":
            way = Boosted(read_trees((folder / "trees.txt").read_text("utf-8")), week)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelMissing(f"The forecast in {folder} is missing or damaged; run kefu predict train.") from error
    return Volume(name, way, week, (low, high))


def learn_volume(counts: np.ndarray, weekdays: Sequence[int], week: int = 7) -> tuple[Volume, Volume, Backtest]:
    """Learn from days in their order: `counts` (n_days, n_slots), `weekdays` (n_days,) from 0, `week` days a week.

    Returns the model, the same as it was learned without the latest weeks, and how that did in them. Raises
    `BadInput` for fewer than three weeks.
    """
    days = len(counts)
    held = week * next((weeks for weeks in HELD_WEEKS if days >= 3 * weeks * week), 1)
    known = days - held
    if known < LEAST_WEEKS * week:
        raise BadInput(
            f"There is too little to learn from: {days} full working days; it takes {(LEAST_WEEKS + 1) * week}. "
            "Wait for more."
        )
    ways = {name: learn(counts[:known], weekdays[:known], week) for name, learn in WAYS.items()}
    came = counts[known:]
    found = {
        name: np.array([way.predict(counts[:day], weekdays[day]) for day in range(known, days)])
        for name, way in ways.items()
        if way
    }
    off = {name: _deviance(came, expected) for name, expected in found.items()}
    best = min(off, key=lambda name: off[name])
    expected = found[best]
    apart = (came - expected) / np.sqrt(expected + ADDED)
    reach = _reach(apart)
    measured = Volume(best, _there(ways[best]), week, reach)
    inside = [_inside(apart[day], _reach(np.delete(apart, day, axis=0))) for day in range(held)]
    whole = Volume(best, _there(WAYS[best](counts, weekdays, week)), week, reach)
    return whole, measured, Backtest(expected, came, counts[known - week : days - week], off, float(np.mean(inside)))


def learn_level(counts: np.ndarray, weekdays: Sequence[int], week: int) -> Level:
    """The levels of weekdays, and the shape of the day, of the latest weeks."""
    latest, days = counts[-LEVEL_WEEKS * week :], np.array(weekdays[-LEVEL_WEEKS * week :])
    shape = latest.sum(axis=0) / max(1.0, latest.sum())
    totals = latest.sum(axis=1)
    levels = [totals[days == day].mean() if (days == day).any() else 0.0 for day in range(7)]
    return Level(np.outer(levels, shape))


def learn_boosted(counts: np.ndarray, weekdays: Sequence[int], week: int) -> Boosted | None:
    """Trees; None of too few weeks, or where hardly anybody comes."""
    days = len(counts)
    if days < BOOSTED_WEEKS * week:
        return None
    logs = np.log(counts + ADDED)
    first = (WEEKS + 1) * week
    pairs = [_inputs(logs, day, week, weekdays[day]) for day in range(first, days)]
    inputs = np.vstack([one for one, _ in pairs])
    targets = np.concatenate([logs[day] - usual for day, (_, usual) in zip(range(first, days), pairs, strict=True)])
    ages = np.repeat(np.arange(days - first)[::-1], counts.shape[1])
    settings = {"objective": "l1", "learning_rate": 0.05, "num_leaves": 8, "feature_fraction": 0.5, "lambda_l2": 0.0}
    columns = Columns((), {})
    trees = grow(inputs, targets, columns, SEED, rounds=ROUNDS, weight=0.5 ** (ages / OLD_DAYS), **settings)
    return Boosted(trees, week)


WAYS: Mapping[str, Callable[[np.ndarray, Sequence[int], int], Way | None]] = {
    "last_week": lambda _counts, _weekdays, week: LastWeek(week),
    "level": learn_level,
    "boosted": learn_boosted,
}


def _there(way: Way | None) -> Way:
    assert way is not None, "a way that was tried on fewer days"  # noqa: S101
    return way


def _deviance(came: np.ndarray, expected: np.ndarray) -> float:
    """How far means are off from counts, as Poisson's likelihood has it: a count of 0 is no reason to expect none."""
    expected = np.maximum(expected, TINY)
    with np.errstate(divide="ignore", invalid="ignore"):
        more = np.where(came > 0, came * np.log(came / expected), 0.0)
    return float(2 * (more - came + expected).mean())


def _reach(apart: np.ndarray) -> tuple[float, float]:
    low, high = np.quantile(apart, SHARES)
    return float(low), float(high)


def _inside(apart: np.ndarray, reach: tuple[float, float]) -> float:
    return float(((apart >= reach[0]) & (apart <= reach[1])).mean())


def _inputs(logs: np.ndarray, day: int, week: int, weekday: int) -> tuple[np.ndarray, np.ndarray]:
    """What is known of a day before it begins, (n_slots, n_inputs), and the usual level, (n_slots,)."""
    slots = logs.shape[1]
    usual, longer = logs[day - week : day].mean(axis=0), logs[day - (WEEKS + 1) * week : day].mean(axis=0)
    same = [logs[day - back * week] - usual for back in range(1, WEEKS + 1)]
    totals = np.log(np.exp(logs[day - 2 * week : day]).sum(axis=1))
    busy = totals[::-1] - totals[-week:].mean()
    whole = [np.full(slots, value) for value in (*busy, weekday)]
    return np.column_stack([*same, logs[day - 1] - usual, longer - usual, np.arange(slots), *whole]), usual
