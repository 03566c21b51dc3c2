"""How good a forecast is: figures over what was foreseen and what came."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

BINS = 10
TINY = 1e-12


def auc(outcomes: np.ndarray, values: np.ndarray) -> float:
    """The chance that a yes has the higher value than a no, ties counting half; 0.5 where there is but one kind.

    Source: Mann and Whitney (1947).
    """
    yes = int(outcomes.sum())
    no = len(outcomes) - yes
    if not yes or not no:
        return 0.5
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    ranks = (last - (counts - 1) / 2)[place]
    return float((ranks[outcomes > 0].sum() - yes * (yes + 1) / 2) / (yes * no))


def log_loss(outcomes: np.ndarray, probabilities: np.ndarray) -> float:
    """The mean surprise in nats."""
    given = np.where(outcomes > 0, probabilities, 1 - probabilities)
    return float(-np.log(np.maximum(given, TINY)).mean())


def brier(outcomes: np.ndarray, probabilities: np.ndarray) -> float:
    """The mean square of how far a probability was from what came."""
    return float(((probabilities - outcomes) ** 2).mean())


@dataclass(frozen=True, slots=True)
class Bin:
    """Rows with much the same probability: how many, their mean probability, and the share that came true."""

    count: int
    foreseen: float
    came: float


def reliability(outcomes: np.ndarray, probabilities: np.ndarray, bins: int = BINS) -> list[Bin]:
    """Equally many rows in each bin, by rising probability."""
    order = np.argsort(probabilities, kind="stable")
    return [
        Bin(len(part), float(probabilities[part].mean()), float(outcomes[part].mean()))
        for part in np.array_split(order, bins)
        if len(part)
    ]


def calibration_error(found: Sequence[Bin]) -> float:
    """The mean distance of what was foreseen and what came, by bins (expected calibration error)."""
    total = sum(one.count for one in found)
    return sum(one.count * abs(one.foreseen - one.came) for one in found) / total if total else 0.0


def auc_interval(outcomes: np.ndarray, values: np.ndarray) -> tuple[float, float]:
    """The interval of 95 % of `auc`. Source: Hanley and McNeil, Radiology 143 (1982)."""
    area, yes = auc(outcomes, values), outcomes.sum()
    no = len(outcomes) - yes
    if not yes or not no:
        return 0.0, 1.0
    first, second = area / (2 - area), 2 * area**2 / (1 + area)
    variance = (area * (1 - area) + (yes - 1) * (first - area**2) + (no - 1) * (second - area**2)) / (yes * no)
    reach = 1.96 * float(np.sqrt(max(0.0, variance)))
    return max(0.0, area - reach), min(1.0, area + reach)


def shift(before: Sequence[float], now: Sequence[float]) -> float:
    """How far two distributions over the same parts are apart; above 0.2 they are called different.

    The population stability index: Siddiqi, Credit Risk Scorecards (2006).
    """
    one, other = (np.maximum(np.asarray(part, dtype=float), 1e-4) for part in (before, now))
    one, other = one / one.sum(), other / other.sum()
    return float(((other - one) * np.log(other / one)).sum())
