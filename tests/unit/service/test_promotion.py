"""A worse model is told from an unlucky one."""

from __future__ import annotations

import random

import pytest

from kefu.service.promotion import LEVEL, Known, compare_readings, each_once


def known(count: int) -> list[Known]:
    return [Known(f"sentence {at}", "refund") for at in range(count)]


def changed(lost: int, won: int, same: int = 50) -> tuple[list[Known], list[str], list[str]]:
    before = ["refund"] * lost + ["invoice"] * won + ["refund"] * same
    after = ["invoice"] * lost + ["refund"] * won + ["refund"] * same
    return known(lost + won + same), before, after


@pytest.mark.parametrize(
    ("lost", "won", "worse"),
    [(0, 0, False), (4, 0, False), (5, 0, True), (3, 3, False), (12, 6, False), (13, 4, True), (0, 9, False)],
)
def test_a_loss_counts_when_chance_does_not_explain_it(lost: int, won: int, worse: bool) -> None:
    compared = compare_readings(*changed(lost, won))
    assert (len(compared.lost), len(compared.won), compared.worse) == (lost, won, worse)
    assert compared.before - compared.after == lost - won


def test_the_chance_is_exact() -> None:
    assert compare_readings(*changed(5, 0)).chance == pytest.approx(2**-5)
    assert compare_readings(*changed(3, 1)).chance == pytest.approx(5 / 16)


def test_equally_good_models_are_seldom_called_worse_and_worse_ones_often() -> None:
    def refused(loses: float) -> float:
        rng = random.Random(3)
        runs = 1000
        lost = [sum(rng.random() < loses for _ in range(40)) for _ in range(runs)]
        return sum(compare_readings(*changed(count, 40 - count, 0)).worse for count in lost) / runs

    assert refused(0.5) <= LEVEL
    assert refused(0.8) > 0.95


def test_a_verdict_of_wrong_is_lost_when_the_old_mistake_comes_back() -> None:
    judged = [Known("a", "refund", right=False), Known("b", "refund", right=False), Known("c", "refund")]
    compared = compare_readings(judged, ["invoice", "refund", "refund"], ["refund", "complaint", "refund"])
    assert [change.known.text for change in compared.lost] == ["a"]
    assert [change.known.text for change in compared.won] == ["b"]
    assert (compared.before, compared.after) == (2, 2)


def test_the_same_words_count_once_with_the_first_verdict() -> None:
    many = [Known(" hello ", "greet"), Known("hello", "greet", right=False), Known("bye", "part")]
    assert each_once(many) == [many[0], many[2]]
