"""Exact binomial tails, in pure Python."""

from __future__ import annotations

import math
from functools import lru_cache

HALVINGS = 60
"""Enough to bring an interval of length 1 below the precision of a float."""


@lru_cache(maxsize=4096)
def lower_tail(count: int, trials: int, rate: float) -> float:
    """P(X ≤ count) of a binomial X over `trials` with success `rate`, to about 1e-11.

    Summed from `count` away from the mean, where each term is less than the one before:
    a few hundred of them at most matter, however many trials there are.
    """
    if count >= trials or rate <= 0.0:
        return 1.0
    if count < 0 or rate >= 1.0:
        return 0.0
    if count > trials * rate:
        return 1.0 - lower_tail(trials - count - 1, trials, 1.0 - rate)
    log_term = (
        math.lgamma(trials + 1)
        - math.lgamma(count + 1)
        - math.lgamma(trials - count + 1)
        + count * math.log(rate)
        + (trials - count) * math.log1p(-rate)
    )
    term = total = math.exp(log_term)
    for at in range(count, 0, -1):
        term *= at * (1.0 - rate) / ((trials - at + 1) * rate)
        total += term
        if term <= total * 1e-17:
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
