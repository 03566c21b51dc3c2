"""Exact binomial tails, in pure Python."""

from __future__ import annotations

import math
from functools import lru_cache

HALVINGS = 60
"""Enough to bring an interval of length 1 below the precision of a float."""


@lru_cache(maxsize=4096)
def lower_tail(count: int, trials: int, rate: float) -> float:
    """P(X ≤ count) of a binomial X over `trials` with success `rate`, to about 1e-12."""
    if count >= trials or rate <= 0.0:
        return 1.0
    if count < 0 or rate >= 1.0:
        return 0.0
    log_rate, log_rest = math.log(rate), math.log1p(-rate)
    terms = [
        math.lgamma(trials + 1)
        - math.lgamma(at + 1)
        - math.lgamma(trials - at + 1)
        + at * log_rate
        + (trials - at) * log_rest
        for at in range(count + 1)
    ]
    return min(1.0, math.fsum(map(math.exp, terms)))


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
