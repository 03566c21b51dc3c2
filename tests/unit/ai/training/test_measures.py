from __future__ import annotations

import pytest

from kefu.ai.training.measures import (
    Point,
    auroc,
    brier,
    calibration_error,
    intent_figures,
    reliability,
    risk_coverage,
    wilson,
)


def test_calibration_is_the_mean_distance_from_the_diagonal() -> None:
    sure, right = [0.95, 0.95, 0.55, 0.55], [True, False, True, True]
    assert [(one.count, one.sure, one.right) for one in reliability(sure, right)] == [(2, 0.55, 1.0), (2, 0.95, 0.5)]
    assert calibration_error(sure, right) == pytest.approx(0.45)
    assert calibration_error([1.0, 0.0], [True, False]) == 0


def test_brier_is_the_mean_squared_distance() -> None:
    assert brier([0.8, 0.4], [True, False]) == pytest.approx((0.04 + 0.16) / 2)


def test_risk_and_coverage_grow_from_strict_to_loose() -> None:
    points = risk_coverage([0.9, 0.5, 0.9, 0.2], [True, False, False, True])
    assert points == [Point(0.9, 0.5, 0.5), Point(0.5, 0.75, pytest.approx(2 / 3)), Point(0.2, 1.0, 0.5)]


def test_auroc_counts_ties_half() -> None:
    assert auroc([0.9, 0.8], [0.1]) == 1
    assert auroc([0.1], [0.9]) == 0
    assert auroc([0.5, 0.9], [0.5, 0.1]) == pytest.approx(3.5 / 4)


def test_wilson_holds_the_textbook_values() -> None:
    low, high = wilson(8, 10)
    assert (round(low, 3), round(high, 3)) == (0.490, 0.943)
    assert wilson(0, 0) == (0.0, 1.0)
    assert wilson(0, 20)[0] == 0.0


def test_an_intent_knows_what_it_is_taken_for() -> None:
    pairs = [("a", "a"), ("a", "b"), ("a", "b"), ("b", "b"), ("a", "c")]
    first, second = intent_figures(pairs)
    assert (first.name, first.examples, first.precision, first.recall) == ("a", 4, 1.0, 0.25)
    assert first.confused_with == {"b": 2, "c": 1}
    assert (second.precision, second.recall, second.f1) == (pytest.approx(1 / 3), 1.0, 0.5)
