"""Looking again and again, and at each intent, breaks a promise no more often than it says."""

from __future__ import annotations

import random

import pytest

from kefu.service.promise.binomial import lower_tail
from kefu.service.promise.certify import Aim, Kept, Label, MoreLabels, certify
from kefu.service.promise.looks import LOOKS, allowance, first_look, likely_look


@pytest.mark.parametrize("alpha", [0.005, 0.01, 0.02, 0.05, 0.1])
def test_all_looks_together_spend_at_most_delta(alpha: float) -> None:
    spent = 0.0
    for at, look in enumerate(LOOKS[:9]):
        allowed, _ = allowance(LOOKS[: at + 1], alpha, 0.05)
        spent += lower_tail(allowed, look, alpha) if allowed >= 0 else 0.0
    assert 0.03 < spent <= 0.05


def test_at_500_verdicts_looking_costs_nothing() -> None:
    at_500 = LOOKS[: LOOKS.index(500) + 1]
    assert [allowance(at_500, alpha, 0.05)[0] for alpha in (0.01, 0.02, 0.05)] == [1, 4, 14]
    assert [first_look(alpha, 0.05) for alpha in (0.005, 0.01, 0.02, 0.05, 0.1)] == [1000, 500, 250, 125, 63]


def test_how_many_verdicts_it_likely_takes() -> None:
    assert likely_look(0.0, 1.0, 0.02, 0.05) == 250
    assert likely_look(0.005, 1.0, 0.02, 0.05) == 500
    assert likely_look(0.015, 1.0, 0.02, 0.05) >= 4000
    assert likely_look(0.02, 1.0, 0.02, 0.05) == 0


def enquiries(rng: random.Random, count: int, names: str = "a") -> list[Label]:
    """The worst case for one who looks again: scores that say nothing, and a rate just above alpha."""
    return [Label(rng.random(), rng.random() >= 0.051, rng.choice(names)) for _ in range(count)]


def test_certifying_again_and_again_keeps_the_promise() -> None:
    """A certificate after every tenth verdict: in how many runs was any ever broken in truth?"""
    rng, broken, runs = random.Random(3), 0, 100
    for _ in range(runs):
        labels = enquiries(rng, 1000)
        outcomes = (certify(labels[:count], Aim(0.05)) for count in (63, 125, 250, 500, 1000))
        broken += any(isinstance(one, Kept) and 0.051 * (1 - one.threshold) > 0.05 for one in outcomes)
    assert broken <= 0.05 * runs + 2.3 * (0.05 * 0.95 * runs) ** 0.5


def test_between_looks_nothing_changes() -> None:
    labels = [Label(score / 1000, score % 50 > 0) for score in range(1000)]
    assert certify(labels[:500], Aim(0.05)) == certify(labels[:700], Aim(0.05))


@pytest.mark.parametrize("dial", ["joint", "selective"])
def test_intents_are_promised_together(dial: str) -> None:
    """Of three intents each keeps its promise: all at once, but for delta."""
    rng, broken, runs = random.Random(4), 0, 80
    for _ in range(runs):
        found = certify(enquiries(rng, 1000, "aaabbc"), Aim(0.05, dial=dial, by_intent=True))  # type: ignore[arg-type]
        if isinstance(found, Kept):
            answered = [1 - found.threshold_of(name) for name in "abc"]
            rates = [0.051 if dial == "selective" else 0.051 * share for share in answered if share > 0]
            broken += any(rate > 0.05 for rate in rates)
    assert broken <= 0.05 * runs + 2.3 * (0.05 * 0.95 * runs) ** 0.5


def test_only_an_intent_with_a_sample_of_its_own_gets_a_threshold() -> None:
    rng = random.Random(6)
    names = ["often"] * 80 + ["seldom"] * 5 + ["other"] * 15
    labels = [Label(0.5 + rng.random() / 2, right=True, intent=rng.choice(names)) for _ in range(500)]
    found = certify(labels, Aim(0.05, by_intent=True))
    assert isinstance(found, Kept)
    assert [own.intent for own in found.owns] == ["often"]
    assert found.threshold_of("seldom") == found.threshold_of("other") == found.threshold
    assert certify(labels[:200], Aim(0.05, by_intent=True)) == MoreLabels(300, 500)
