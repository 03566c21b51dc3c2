"""The watch: it seldom cries wolf, sees a broken promise, and lowers only what it must."""

from __future__ import annotations

import random

import pytest

from kefu.service.promise.certify import NEVER, Label
from kefu.service.promise.watch import Watch, Watched, watch


def test_a_watch_seldom_cries_wolf_and_sees_a_broken_promise() -> None:
    rng = random.Random(3)
    alarms, delays = 0, []
    for _ in range(200):
        one = Watch(0.05)
        one.see(rng.random() < 0.05 for _ in range(3000))
        alarms += one.filled >= 1.0
        bad = Watch(0.05)
        while bad.filled < 1.0 and bad.seen < 3000:
            bad.see([rng.random() < 0.12])
        delays.append(bad.seen)
    assert alarms <= 0.05 * 200 + 2.3 * (0.05 * 0.95 * 200) ** 0.5
    assert sorted(delays)[100] < 250


def enquiries(rng: random.Random, count: int, wrong_below: float) -> list[Label]:
    """One in ten is wrong where the machine is less sure than this, none where it is surer."""
    scores = [rng.random() for _ in range(count)]
    return [Label(score, score >= wrong_below or rng.random() > 0.1) for score in scores]


def held(labels: list[Label], threshold: float = 0.5, dial: str = "joint") -> Watched:
    return watch(labels, lambda _: threshold, 0.02, 0.05, dial)  # type: ignore[arg-type]


@pytest.mark.parametrize("dial", ["joint", "selective"])
def test_it_lowers_to_where_nothing_speaks_against_the_promise(dial: str) -> None:
    labels = enquiries(random.Random(5), 2000, 0.8)
    found = held(labels, dial=dial)
    assert found.state == "lowered"
    assert 0.5 < found.floor <= 0.81
    assert found.evidence < 1.0
    assert held(labels, found.floor, dial).state in ("holds", "at_risk")


def test_it_lowers_no_further_than_it_must() -> None:
    """From 0.6 on the promise is kept to the brim: that is left in at most delta of the runs."""
    rng, left, runs = random.Random(9), 0, 120
    for _ in range(runs):
        labels = enquiries(rng, 1500, 0.8)  # wrong answers from 0.6 on: 0.2 * 0.1 = alpha
        left += held(labels, 0.2).floor > 0.6
    assert left <= 0.05 * runs + 2.3 * (0.05 * 0.95 * runs) ** 0.5


def test_what_was_ever_broken_stays_broken() -> None:
    errors = [Label(0.9, right=False)] * 5
    assert held([*errors, *[Label(0.9, right=True)] * 2000]).floor == pytest.approx(0.901)
    surest = [Label(1.0, right=False)] * 5
    assert held([*surest, *[Label(0.9, right=True)] * 2000]) == Watched("broken", NEVER, 1.0, 2005, 5)


def test_an_intent_is_watched_at_its_own_threshold() -> None:
    labels = [Label(0.6, right=False, intent="refund")] * 10
    assert watch(labels, lambda name: 0.9 if name == "refund" else 0.5, 0.02, 0.05).wrong == 0
    assert watch(labels, lambda _: 0.5, 0.02, 0.05).state == "lowered"
