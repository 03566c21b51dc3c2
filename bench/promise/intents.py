"""Three intents, one of which errs four times as often: thresholds of their own beside one for all."""

from __future__ import annotations

from typing import Any

import numpy as np

from kefu.service.promise.certify import Aim, Kept, Label, certify

SHARES = (0.5, 0.3, 0.2)
GRID = (np.arange(20_000) + 0.5) / 20_000


def measure(kind: str, *, alpha: float, delta: float, n: int, times: int) -> tuple[dict[bool, int], dict[bool, float]]:
    """With thresholds of their own (True) and one for all: in how many runs any intent breaks, mean coverage."""
    chance = np.random.default_rng(31)
    aims = {own: Aim(alpha, delta, "joint", own) for own in (False, True)}
    broken, covered = dict.fromkeys(aims, 0), dict.fromkeys(aims, 0.0)
    for _ in range(times):
        names, scores = chance.choice(len(SHARES), n, p=SHARES), chance.random(n)
        right = chance.random(n) >= error_rate(kind, names, scores, alpha)
        labels = [Label(*one) for one in zip(scores.tolist(), right.tolist(), map(str, names), strict=True)]
        for own, aim in aims.items():
            found = certify(labels, aim)
            if isinstance(found, Kept):
                covered[own] += found.coverage / times
                rates = [truth(kind, name, found.threshold_of(str(name)), alpha) for name in range(len(SHARES))]
                broken[own] += max(rates) > alpha
    return broken, covered


def error_rate(kind: str, name: Any, score: Any, alpha: float) -> Any:  # noqa: ANN401 - a number or an array of them
    """How likely an enquiry is wrong: by its score and intent, or by nothing and just above alpha."""
    return 1.02 * alpha if kind == "useless" else np.where(np.equal(name, 2), 0.4, 0.1) * (1 - score)


def truth(kind: str, name: int, threshold: float, alpha: float) -> float:
    """The true joint rate of an intent at a threshold."""
    return float(np.mean(np.where(threshold <= GRID, error_rate(kind, name, GRID, alpha), 0.0)))
