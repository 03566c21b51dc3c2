"""The looks at drift: exact where that is known, rarely wrong without one, and seldom blind with one."""

from __future__ import annotations

import math
import random
from collections import Counter

import pytest

from kefu.service.promise.drift import FEWEST, LEVEL, Asked, compare, same_mix, same_spread, upper_gamma

INTENTS = [f"intent {number}" for number in range(12)]


def sample(rng: random.Random, count: int, *, tilt: float = 1.2, sure: float = 4.0) -> list[Asked]:
    """Enquiries whose intents are the rarer the later they stand, as sure as a beta distribution says."""
    weights = [1 / (at + 1) ** tilt for at in range(len(INTENTS))]
    return [Asked(name, rng.betavariate(sure, 1.5)) for name in rng.choices(INTENTS, weights, k=count)]


@pytest.mark.parametrize("start", [0.01, 0.5, 1.0, 3.0, 20.0, 80.0])
def test_the_incomplete_gamma_function_where_it_has_a_closed_form(start: float) -> None:
    assert upper_gamma(1.0, start) == pytest.approx(math.exp(-start), rel=1e-9)
    assert upper_gamma(0.5, start) == pytest.approx(math.erfc(math.sqrt(start)), rel=1e-9)
    poisson = math.exp(-start) * (1 + start + start**2 / 2)
    assert upper_gamma(3.0, start) == pytest.approx(poisson, rel=1e-9)


def test_chi_square_of_a_known_table() -> None:
    found = same_mix(Counter(a=90, b=60, c=104, d=95), Counter(a=30, b=50, c=51, d=20))
    half = 23.1701681 / 2  # Pearson's statistic of the table, with three degrees of freedom
    exact = math.erfc(math.sqrt(half)) + 2 * math.sqrt(half / math.pi) * math.exp(-half)
    assert found == pytest.approx(exact, rel=1e-5)


def test_rare_intents_are_counted_together() -> None:
    before = Counter({"common": 95, **{f"rare {number}": 1 for number in range(5)}})
    since = Counter({"common": 95, **{f"new {number}": 1 for number in range(5)}})
    assert same_mix(before, since) == 1.0
    assert same_mix(Counter(a=100), Counter(a=80)) == 1.0


def test_few_are_not_compared() -> None:
    rng = random.Random(1)
    assert compare(sample(rng, 200), sample(rng, FEWEST - 1), 0.3) is None
    assert compare(sample(rng, 200), sample(rng, FEWEST), 0.3) is not None


@pytest.mark.parametrize(("before", "since"), [(200, 60), (500, 500)])
def test_customers_who_ask_alike_are_rarely_called_others(before: int, since: int) -> None:
    rng, runs = random.Random(7), 600
    found = [compare(sample(rng, before), sample(rng, since), 0.3) for _ in range(runs)]
    alarms = sum(one.is_other for one in found if one)
    assert alarms <= runs * LEVEL + 3 * math.sqrt(runs * LEVEL * (1 - LEVEL))
    small = sum(one.intents_p < 0.2 for one in found if one)
    assert abs(small / runs - 0.2) < 0.06


def test_others_are_found_and_named() -> None:
    rng, runs = random.Random(8), 100
    mixed = [compare(sample(rng, 400), sample(rng, 400, tilt=0.3), 0.3) for _ in range(runs)]
    unsure = [compare(sample(rng, 400), sample(rng, 400, sure=2.5), 0.3) for _ in range(runs)]
    assert sum(one.is_other for one in mixed if one) > 0.95 * runs
    assert sum(one.is_other for one in unsure if one) > 0.95 * runs
    assert mixed[0] is not None
    assert mixed[0].moved[0].intent == INTENTS[0]
    assert unsure[0] is not None
    assert unsure[0].sure[1] < unsure[0].sure[0]
    assert unsure[0].unknown[1] > unsure[0].unknown[0]


def test_equal_samples_have_equal_spread() -> None:
    values = [number / 100 for number in range(100)]
    assert same_spread(values, values) == 1.0
    assert same_spread(values, [value / 2 for value in values]) < 1e-6
