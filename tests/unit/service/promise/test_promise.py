"""The promise, held against simulation: it is broken no more often than it says."""

from __future__ import annotations

import random
from fractions import Fraction
from math import comb

import pytest

from kefu.service.promise.binomial import lower_bound, lower_tail, upper_bound
from kefu.service.promise.certify import Aim, Kept, Label, MoreLabels, NoThreshold, certify


def seeded(seed: int) -> random.Random:
    return random.Random(seed)


def test_tails_are_exact() -> None:
    assert lower_tail(0, 10, 0.5) == pytest.approx(2**-10, abs=1e-15)
    assert lower_tail(4, 9, 0.5) == pytest.approx(0.5)
    assert lower_tail(3, 3, 0.9) == 1.0
    assert lower_tail(20, 1000, 0.02) == pytest.approx(0.559, abs=5e-4)


@pytest.mark.parametrize("rate", [0.02, 0.5, 0.97])
@pytest.mark.parametrize("count", [0, 3, 8, 150, 200, 289, 299])
def test_tails_are_those_of_exact_fractions(count: int, rate: float) -> None:
    right, rest = Fraction(rate), 1 - Fraction(rate)
    exact = sum(comb(300, at) * right**at * rest ** (300 - at) for at in range(count + 1))
    assert lower_tail(count, 300, rate) == pytest.approx(float(exact), rel=1e-9, abs=1e-12)


@pytest.mark.parametrize(("alpha", "wrong", "labels"), [
    (0.01, 0, 299), (0.01, 3, 773), (0.02, 0, 149), (0.02, 5, 523), (0.05, 0, 59), (0.05, 10, 336),
])  # fmt: skip
def test_the_labels_needed_are_those_of_the_tables(alpha: float, wrong: int, labels: int) -> None:
    assert upper_bound(wrong, labels, 0.05) <= alpha < upper_bound(wrong, labels - 1, 0.05)


def test_bounds_hold_the_rate() -> None:
    assert lower_bound(8, 10, 0.025) == pytest.approx(0.4439, abs=1e-4)
    assert upper_bound(8, 10, 0.025) == pytest.approx(0.9748, abs=1e-4)
    assert upper_bound(10, 10, 0.05) == 1.0
    assert lower_bound(0, 10, 0.05) == 0.0


def enquiries(rng: random.Random, count: int, good: float) -> list[Label]:
    """A scorer that knows something: the surer, the likelier right; `good` shifts how likely."""
    scores = [rng.random() for _ in range(count)]
    return [Label(score, rng.random() < good + (1 - good) * score) for score in scores]


def test_two_refusals_and_a_threshold() -> None:
    rng = seeded(1)
    assert certify([], Aim(0.02)) == MoreLabels(250)
    few = certify(enquiries(rng, 100, 0.99), Aim(0.02))
    assert isinstance(few, MoreLabels)
    assert (few.missing, few.likely) == (150, 250)
    useless = [Label(0.9, rng.random() < 0.5) for _ in range(400)]
    refused = certify(useless, Aim(0.02))
    assert isinstance(refused, NoThreshold)
    assert refused.bound > 0.4
    assert refused.likely == 0
    kept = certify(enquiries(rng, 800, 0.8), Aim(0.05))
    assert isinstance(kept, Kept)
    assert kept.bound <= 0.05
    assert kept.low <= kept.coverage <= kept.high


@pytest.mark.parametrize("dial", ["joint", "selective"])
def test_a_promise_is_broken_no_more_often_than_it_says(dial: str) -> None:
    """400 samples of 500: the true rate at the chosen threshold t is known, as the scorer is."""
    rng, broken, runs = seeded(7), 0, 400
    good, aim = 0.8, Aim(0.05, 0.05, dial)  # type: ignore[arg-type]
    for _ in range(runs):
        kept = certify(enquiries(rng, 500, good), aim)
        if isinstance(kept, Kept):
            answered = 1 - kept.threshold
            rate = (1 - good) * answered / 2 if dial == "selective" else (1 - good) * answered**2 / 2
            broken += rate > aim.alpha
    assert broken <= 0.05 * runs + 2.3 * (0.05 * 0.95 * runs) ** 0.5


@pytest.mark.parametrize("dial", ["joint", "selective"])
def test_the_worst_case_is_a_scorer_that_knows_nothing(dial: str) -> None:
    rng, broken, runs = seeded(11), 0, 300
    aim = Aim(0.05, 0.05, dial)  # type: ignore[arg-type]
    for _ in range(runs):
        labels = [Label(rng.random(), rng.random() >= 0.051) for _ in range(500)]
        kept = certify(labels, aim)
        if isinstance(kept, Kept):
            rate = 0.051 if dial == "selective" else 0.051 * (1 - kept.threshold)
            broken += rate > aim.alpha
    assert broken <= 0.05 * runs + 2.3 * (0.05 * 0.95 * runs) ** 0.5
