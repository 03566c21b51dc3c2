"""Exact binomial tails, in pure Python."""

from __future__ import annotations

import math
from functools import lru_cache

HALVINGS = 60
"""Enough to bring an interval of length 1 below the precision of a float."""


NOTHING = 1e-18
"""A term that is so small a share of the sum changes it no more."""


@lru_cache(maxsize=4096)
def lower_tail(count: int, trials: int, rate: float) -> float:
    """P(X ≤ count) of a binomial X over `trials` with success `rate`, to about 1e-12."""
    if count >= trials or rate <= 0.0:
        return 1.0
    if count < 0 or rate >= 1.0:
        return 0.0
    if count > trials * rate:  # then the other tail is the shorter sum
        return 1.0 - _sum_down(trials - count - 1, trials, 1.0 - rate)
    return _sum_down(count, trials, rate)


def _sum_down(count: int, trials: int, rate: float) -> float:
    """P(X ≤ count) for a count below the mean, where each term is smaller than the one before."""
    log_choices = math.lgamma(trials + 1) - math.lgamma(count + 1) - math.lgamma(trials - count + 1)
    term = total = math.exp(log_choices + count * math.log(rate) + (trials - count) * math.log1p(-rate))
    odds = (1.0 - rate) / rate
    for at in range(count, 0, -1):
        term *= at / (trials - at + 1) * odds
        total += term
        if term < total * NOTHING:
            break
    return min(1.0, total)


def upper_bound(count: int, trials: int, delta: float) -> float:
    """The rate that is exceeded with probability at most `delta`, after `count` of `trials` (Clopper-Pearson).

    Source: C. Clopper and E. Pearson, Biometrika 26 (1934).
    """
    if count >= trials:
        return 1.0
    low, high = count / trials, 1.0
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        low, high = (low, middle) if lower_tail(count, trials, middle) <= delta else (middle, high)
    return high


def lower_bound(count: int, trials: int, delta: float) -> float:
    """The rate that is fallen short of with probability at most `delta` (Clopper-Pearson)."""
    return 1.0 - upper_bound(trials - count, trials, delta)
