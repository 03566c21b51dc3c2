"""From judged enquiries to a threshold that keeps a promise, with a certificate, or to a reason why not.

Learn then test: for each of a fixed row of thresholds, from strict to loose, the
hypothesis "with this one the promise is broken" is tested with an exact binomial tail;
the row ends at the first that can't be rejected. Tested in this order, all rejections
together are wrong with probability at most delta, however many thresholds there are.
Looking for the loosest threshold that passes, wherever it stands, would not be valid.

Source: A. Angelopoulos, S. Bates et al., "Learn then Test" (2021), fixed-sequence testing.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from kefu.service.promise.binomial import lower_bound, lower_tail, upper_bound

Dial = Literal["joint", "selective"]

STEPS = 1000
"""The thresholds tried are 1, 0.999 … 0: fixed before any enquiry is seen."""

HEAD_START = 2
"""The selective dial begins where this many times the fewest answers that could pass are answered."""


@dataclass(frozen=True, slots=True)
class Aim:
    """What is promised: at most `alpha` wrong, except with probability `delta`.

    `joint`: at most alpha of all enquiries get a wrong automatic answer. `selective`: at
    most alpha of the automatic answers are wrong. Raises `ValueError` for values that are
    no shares.
    """

    alpha: float = 0.02
    delta: float = 0.05
    dial: Dial = "joint"

    def __post_init__(self) -> None:
        if not (0 < self.alpha < 1 and 0 < self.delta < 1):
            raise ValueError("alpha and delta must lie between 0 and 1")

    @property
    def fewest(self) -> int:
        """How many enquiries (joint) or answers (selective) are needed when not one of them is wrong."""
        return math.ceil(math.log(self.delta) / math.log1p(-self.alpha))


@dataclass(frozen=True, slots=True)
class Label:
    """One judged enquiry: how sure the machine was, and whether acting on it is right."""

    score: float
    right: bool


@dataclass(frozen=True, slots=True)
class Kept:
    """A threshold with which the promise holds: `coverage` of the enquiries are answered.

    `bound` is the Clopper-Pearson bound of the promised rate at this threshold; `low` and
    `high` hold the true coverage with probability 1 - delta.
    """

    aim: Aim
    threshold: float
    labels: int
    answered: int
    wrong: int
    bound: float
    coverage: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class MoreLabels:
    """So few enquiries are judged that not even a machine without errors could be certified: `missing` more."""

    missing: int


@dataclass(frozen=True, slots=True)
class NoThreshold:
    """There are enough labels, but with no threshold is the machine good enough; `bound` is the best reached."""

    bound: float


Outcome = Kept | MoreLabels | NoThreshold


def certify(labels: Sequence[Label], aim: Aim) -> Outcome:
    """The loosest threshold that keeps the promise, or one of two refusals.

    `labels` must be a uniform random sample of all enquiries, one customer's no likelier
    than another's, and judged without looking at the score.
    """
    if len(labels) < aim.fewest:
        return MoreLabels(aim.fewest - len(labels))
    kept, best = None, 1.0
    for threshold, answered, wrong in _counts(labels):
        trials = len(labels) if aim.dial == "joint" else answered
        if aim.dial == "selective" and answered < min(HEAD_START * aim.fewest, len(labels)):
            continue
        if lower_tail(wrong, trials, aim.alpha) > aim.delta:
            best = min(best, upper_bound(wrong, trials, aim.delta))
            break
        kept = (threshold, answered, wrong, trials)
    if kept is None or not kept[1]:
        return NoThreshold(best)
    threshold, answered, wrong, trials = kept
    return Kept(
        aim,
        threshold,
        len(labels),
        answered,
        wrong,
        upper_bound(wrong, trials, aim.delta),
        answered / len(labels),
        lower_bound(answered, len(labels), aim.delta / 2),
        upper_bound(answered, len(labels), aim.delta / 2),
    )


def _counts(labels: Sequence[Label]) -> Iterator[tuple[float, int, int]]:
    """For each threshold, from strict to loose: how many are answered, and how many of them wrongly.

    Those that answer no more than a stricter one are left out: their tests are the same.
    """
    answered, wrong = [0] * (STEPS + 2), [0] * (STEPS + 2)
    for label in labels:
        step = math.floor(min(max(label.score, 0.0), 1.0) * STEPS + 1e-9)
        answered[step] += 1
        wrong[step] += not label.right
    total_answered = total_wrong = 0
    for step in range(STEPS, -1, -1):
        total_answered += answered[step]
        total_wrong += wrong[step]
        if answered[step] or step == STEPS:
            yield step / STEPS, total_answered, total_wrong


def dial_of(labels: Sequence[Label], alphas: Sequence[float], aim: Aim) -> list[tuple[float, Outcome]]:
    """What each of some alphas would buy; for looking, since only one may be chosen beforehand and kept."""
    return [(alpha, certify(labels, Aim(alpha, aim.delta, aim.dial))) for alpha in sorted(alphas)]


def is_wrong(label: Label, threshold: float) -> bool:
    """Whether an enquiry got, or would get, a wrong automatic answer."""
    return label.score >= threshold and not label.right
