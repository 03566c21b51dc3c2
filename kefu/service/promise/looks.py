"""When a sample is looked at, and what each look may spend, so that looking again breaks no promise.

Who certifies again and again until it passes would break the promise more often than delta.
So the verdicts are looked at when they reach counts fixed beforehand, 63, 125, 250, 500 …,
and all looks together may be wrong with probability at most delta: until the look at n
verdicts, `n / (n + HALF)` of delta may be spent. A look spends the exact level that its test
attains, which is less than it may, since errors are counted in whole numbers; the rest is
left for later looks. In between, looking changes nothing.

Sources: K. Lan and D. DeMets, Biometrika 70 (1983), for spending by looks; C. Jennison and
B. Turnbull, "Group Sequential Methods" (1999), chapter 12, for exact binomial tests.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache

from kefu.service.promise.binomial import lower_tail

LOOKS = tuple(math.ceil(62.5 * (1 << at)) for at in range(12))
"""At how many verdicts there is a look: 63, 125, 250, 500 … 128,000."""

HALF = 100
"""At so many verdicts half of delta may be spent. With it a look at 500 allows as many errors at 1 % and 2 % as a
single test would (1 and 4), and 14 in place of 16 at 5 %."""

POWER = 0.8
"""How likely a certificate should be with the number of verdicts that is said to be likely needed."""


def looks_of(labels: int) -> tuple[int, ...]:
    """The looks that so many verdicts have reached."""
    return tuple(look for look in LOOKS if look <= labels)


@lru_cache(maxsize=65_536)
def allowance(trials: tuple[int, ...], alpha: float, delta: float) -> tuple[int, float]:
    """How many of the trials may be wrong at the last of some looks, -1 for no number; and what it may spend.

    `trials` counts at each look so far what the promise is about: all verdicts, or the
    answered ones. They may be chosen by scores, never by verdicts.
    """
    spent, allowed, left = 0.0, -1, 0.0
    for look, count in zip(LOOKS, trials, strict=False):
        left = delta * look / (look + HALF) - spent
        allowed, level = _most(count, alpha, left)
        spent += level
    return allowed, left


def _most(trials: int, alpha: float, level: float) -> tuple[int, float]:
    """The greatest count whose lower binomial tail is at most `level`, -1 for none, and that tail."""
    log_term = trials * math.log1p(-alpha)
    odds = math.log(alpha) - math.log1p(-alpha)
    count, tail = -1, 0.0
    while count < trials and tail + math.exp(log_term) <= level:
        tail += math.exp(log_term)
        count += 1
        log_term += math.log((trials - count) / (count + 1)) + odds if count < trials else -math.inf
    return count, tail


def first_look(alpha: float, delta: float) -> int:
    """The first look at which a machine without errors could be certified; about 5 / alpha."""
    for at, look in enumerate(LOOKS):
        if allowance(LOOKS[: at + 1], alpha, delta)[0] >= 0:
            return look
    return LOOKS[-1]


def likely_look(rate: float, share: float, alpha: float, delta: float) -> int:
    """The first look that certifies with a probability of `POWER`, if `rate` of the trials are wrong; 0 for none.

    `share` of the verdicts are trials: 1 where the promise is about all of them.
    """
    if rate >= alpha:
        return 0
    for at, look in enumerate(LOOKS):
        trials = tuple(_rounded(LOOKS[: at + 1], share))
        allowed, _ = allowance(trials, alpha, delta)
        if allowed >= 0 and lower_tail(allowed, trials[-1], rate) >= POWER:
            return look
    return 0


def _rounded(looks: Sequence[int], share: float) -> list[int]:
    return [round(look * share) for look in looks]
