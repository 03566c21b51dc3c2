"""From judged enquiries to thresholds that keep a promise, with a certificate, or to a reason why not.

Learn then test: for each of a fixed row of thresholds, from strict to loose, the
hypothesis "with this one the promise is broken" is tested with an exact binomial tail;
the row ends at the first that can't be rejected. Tested in this order, all rejections
together are wrong with probability at most the level, however many thresholds there are.
Looking for the loosest threshold that passes, wherever it stands, would not be valid.
How the level follows from delta and the looks so far stands in `looks`.

Source: A. Angelopoulos, S. Bates et al., "Learn then Test" (2021), fixed-sequence testing.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Literal

from kefu.service.promise.binomial import lower_bound, lower_tail, upper_bound
from kefu.service.promise.looks import LOOKS, allowance, first_look, likely_look, looks_of

Dial = Literal["joint", "selective"]

STEPS = 1000
"""The thresholds tried are 1, 0.999 … 0: fixed before any enquiry is seen."""

HEAD_START = 2
"""The selective dial begins where this many times the fewest answers that could pass are answered."""

NEVER = 2.0
"""A threshold that no probability reaches: the machine asks or hands over, and answers nothing by itself."""

TELLING = 30
"""From so many verdicts on the present rate of errors tells something."""

BY_INTENT_FROM = 500
"""The first look at which intents may get thresholds of their own; each look gets half of what is left of delta."""


@dataclass(frozen=True, slots=True)
class Aim:
    """What is promised: at most `alpha` wrong, except with probability `delta`.

    `joint`: at most alpha of all enquiries get a wrong automatic answer. `selective`: at
    most alpha of the automatic answers are wrong. `by_intent`: of each intent whose own
    sample suffices, and of the others together. Raises `ValueError` for values that are
    no shares.
    """

    alpha: float = 0.02
    delta: float = 0.05
    dial: Dial = "joint"
    by_intent: bool = False

    def __post_init__(self) -> None:
        if not (0 < self.alpha < 1 and 0 < self.delta < 1):
            raise ValueError("alpha and delta must lie between 0 and 1")

    @property
    def first(self) -> int:
        """How many verdicts the first look needs that could certify anything."""
        return max(first_look(self.alpha, self.delta), BY_INTENT_FROM if self.by_intent else 0)

    def fewest(self, level: float) -> int:
        """How many enquiries (joint) or answers (selective) a test at a level needs when none of them is wrong."""
        return math.ceil(math.log(level) / math.log1p(-self.alpha))


@dataclass(frozen=True, slots=True)
class Label:
    """One judged enquiry: how sure the machine was, whether acting on it is right, and what it took it for."""

    score: float
    right: bool
    intent: str = ""


@dataclass(frozen=True, slots=True)
class Own:
    """An intent with a threshold of its own: `labels` verdicts about it, `bound` what is proven of it."""

    intent: str
    threshold: float
    labels: int
    answered: int
    wrong: int
    bound: float


@dataclass(frozen=True, slots=True)
class Kept:
    """Thresholds with which the promise holds: `coverage` of the enquiries are answered.

    `bound` is the Clopper-Pearson bound of the promised rate at `threshold`, at the level
    that this look may spend; `low` and `high` hold the true coverage with probability
    1 - delta. `labels` counts the verdicts of the look. Intents in `owns` have thresholds of
    their own; then the figures beside `threshold` are those of the others.
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
    owns: tuple[Own, ...] = ()

    def threshold_of(self, intent: str) -> float:
        """From which probability on an enquiry that is taken for this intent is answered."""
        return next((own.threshold for own in self.owns if own.intent == intent), self.threshold)


@dataclass(frozen=True, slots=True)
class MoreLabels:
    """So few enquiries are judged that not even a machine without errors could be certified: `missing` more.

    `likely` is how many in all it likely takes (with `POWER`) to answer half of the
    enquiries, if the machine errs as it does in these; 0 where no number will do, None
    while there are too few to tell.
    """

    missing: int
    likely: int | None = None


@dataclass(frozen=True, slots=True)
class NoThreshold:
    """There are enough labels, but with no threshold is the machine good enough; `bound` is the best reached.

    `likely` as in `MoreLabels`.
    """

    bound: float
    likely: int | None = None


Outcome = Kept | MoreLabels | NoThreshold


def certify(labels: Sequence[Label], aim: Aim) -> Outcome:
    """The loosest thresholds that keep the promise, or one of two refusals.

    `labels` must be a uniform random sample of all enquiries, one customer's no likelier
    than another's, judged without looking at the score, in the order in which they were
    drawn. Those after the latest look do not count yet.
    """
    if len(labels) < aim.first:
        return MoreLabels(aim.first - len(labels), _likely(labels, aim))
    looks = looks_of(len(labels))
    sample = labels[: looks[-1]]
    if aim.by_intent:
        return _by_intent(sample, aim, looks[-1])
    found = _loosest(sample, aim, [sample[:look] for look in looks])
    return _kept(sample, aim, found, ()) if found.answered else NoThreshold(found.bound, _likely(labels, aim))


@dataclass(frozen=True, slots=True)
class _Found:
    """The loosest threshold that passes and its figures; `NEVER` with the best bound reached when none does."""

    threshold: float = NEVER
    answered: int = 0
    wrong: int = 0
    bound: float = 1.0


def _loosest(sample: Sequence[Label], aim: Aim, prefixes: Sequence[Sequence[Label]], level: float = 0.0) -> _Found:
    """Test from strict to loose and end at the first failure.

    `prefixes` is what each look so far saw of the sample, itself the last. With a `level`
    this look is tested at that, whatever was spent before.
    """
    wholes = tuple(map(len, prefixes))
    answers = [_answered(prefix) for prefix in prefixes]
    begins = min(HEAD_START * aim.fewest(level or aim.delta), len(sample)) if aim.dial == "selective" else 0
    passed: tuple[int, int, int, int, float] | None = None
    for step, answered, wrong in _counts(sample):
        if answered < begins:
            continue
        trials = wholes if aim.dial == "joint" else tuple(counts[step] for counts in answers)
        spends = level or allowance(trials, aim.alpha, aim.delta)[1]
        if lower_tail(wrong, trials[-1], aim.alpha) > spends:
            if passed is None:
                return _Found(bound=upper_bound(wrong, trials[-1], spends))
            break
        passed = (step, answered, wrong, trials[-1], spends) if answered else None
    if passed is None:
        return _Found()
    step, answered, wrong, count, spends = passed
    return _Found(step / STEPS, answered, wrong, upper_bound(wrong, count, spends))


def _by_intent(sample: Sequence[Label], aim: Aim, look: int) -> Outcome:
    """Thresholds of their own for intents whose sample suffices, tested at once at a share of the look's level.

    Which intents these are follows from what the machine took the enquiries for, not from
    the verdicts; so the shares may be made from it. The look at 500 may spend half of
    delta, each later one half of what the one before it did.
    """
    level = aim.delta / 2 ** (1 + LOOKS.index(look) - LOOKS.index(BY_INTENT_FROM))
    counts = Counter(label.intent for label in sample if label.score > 0)
    names = [name for name, _ in sorted(counts.items(), key=lambda one: (-one[1], one[0]))]
    own = 0
    while own < len(names) and counts[names[own]] >= aim.fewest(level / (own + 2)):
        own += 1
    chosen, share = set(names[:own]), level / (own + 1)
    others = [label for label in sample if label.intent not in chosen]
    owns = []
    for name in names[:own]:
        mine = [label for label in sample if label.intent == name]
        found = _loosest(mine, aim, [mine], share)
        owns.append(Own(name, found.threshold, len(mine), found.answered, found.wrong, found.bound))
    rest = _loosest(others, aim, [others], share) if len(others) >= aim.fewest(share) else _Found()
    if not rest.answered and not any(one.answered for one in owns):
        return NoThreshold(min([rest.bound, *(one.bound for one in owns)]), _likely(sample, aim))
    return _kept(sample, aim, rest, tuple(owns))


def _kept(sample: Sequence[Label], aim: Aim, found: _Found, owns: tuple[Own, ...]) -> Kept:
    answered = found.answered + sum(one.answered for one in owns)
    return Kept(
        aim,
        found.threshold,
        len(sample),
        found.answered,
        found.wrong,
        found.bound,
        answered / len(sample),
        lower_bound(answered, len(sample), aim.delta / 2),
        upper_bound(answered, len(sample), aim.delta / 2),
        owns,
    )


def _step(score: float) -> int:
    """The strictest threshold that a score reaches."""
    return math.floor(min(max(score, 0.0), 1.0) * STEPS + 1e-9)


def _answered(labels: Sequence[Label]) -> list[int]:
    """How many are answered at each step of the threshold, (STEPS + 1,)."""
    counts = Counter(_step(label.score) for label in labels)
    return list(accumulate(counts[step] for step in range(STEPS, -1, -1)))[::-1]


def _counts(labels: Sequence[Label]) -> Iterator[tuple[int, int, int]]:
    """For each step of the threshold, from strict to loose: how many are answered, and how many of them wrongly.

    Those that answer no more than a stricter one are left out: their tests are the same.
    """
    answered = Counter(_step(label.score) for label in labels)
    wrong = Counter(_step(label.score) for label in labels if not label.right)
    total_answered = total_wrong = 0
    for step in range(STEPS, -1, -1):
        total_answered += answered[step]
        total_wrong += wrong[step]
        if answered[step] or step == STEPS:
            yield step, total_answered, total_wrong


def _likely(labels: Sequence[Label], aim: Aim) -> int | None:
    """How many verdicts it likely takes to answer half of the enquiries, at the present rate of errors there."""
    if len(labels) < TELLING:
        return None
    surest = sorted(labels, key=lambda label: -label.score)[: (len(labels) + 1) // 2]
    share = 1.0 if aim.dial == "joint" else 0.5
    rate = sum(not label.right for label in surest) / (len(labels) * share)
    look = likely_look(rate, share, aim.alpha, aim.delta)
    return max(look, aim.first) if look else 0


def dial_of(labels: Sequence[Label], alphas: Sequence[float], aim: Aim) -> list[tuple[float, Outcome]]:
    """What each of some alphas would buy; for looking, since only one may be chosen beforehand and kept."""
    return [(alpha, certify(labels, Aim(alpha, aim.delta, aim.dial))) for alpha in sorted(alphas)]
