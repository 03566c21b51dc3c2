from __future__ import annotations

import random

import pytest

from kefu.ai.training.measures import macro_f1
from kefu.ai.training.tones import hear, tone_figures
from kefu.core.nouns import ActScore, Reading
from kefu.core.ports.reader import Example

REPEATS = 600


def drawn(chance: random.Random, n: int) -> list[tuple[str, str]]:
    """Answers of three kinds, one of them rare, four in five heard rightly."""
    return [
        (answer, answer if chance.random() < 0.8 else chance.choice("abc"))
        for answer in chance.choices("abc", [6, 3, 1], k=n)
    ]


def test_the_interval_of_the_mean_f1_holds_the_truth_in_19_of_20_cases() -> None:
    chance = random.Random(3)
    truth = macro_f1(drawn(chance, 100_000))[0]
    intervals = [macro_f1(drawn(chance, 300))[1:] for _ in range(REPEATS)]
    held = sum(low <= truth <= high for low, high in intervals)
    assert 0.92 * REPEATS < held < 0.98 * REPEATS


@pytest.mark.parametrize(
    ("pairs", "expected"),
    [
        ([("a", "a"), ("b", "b")], (1.0, 1.0, 1.0)),
        ([("a", "c"), ("b", "c")], (0.0, 0.0, 0.0)),
        ([], (0.0, 0.0, 1.0)),
    ],
)
def test_the_mean_f1_at_its_ends(pairs: list[tuple[str, str]], expected: tuple[float, float, float]) -> None:
    assert macro_f1(pairs) == pytest.approx(expected)


def test_a_reading_is_held_against_what_its_sentence_says() -> None:
    reading = Reading("en", (), sentiment=0.3, anger=0.6, urgency=0.1, act=ActScore("complaint", 0.9))
    assert hear(Example("x", "", "en", "negative urgent"), reading) == {
        "sentiment": ("negative", "neutral"), "anger": ("no", "yes"), "urgency": ("yes", "no"),
    }  # fmt: skip
    assert hear(Example("x", "refund", "en", "enquiry"), reading) == {"act": ("enquiry", "complaint")}
    assert hear(Example("x", "refund", "en"), reading) == {}


def test_figures_by_language_and_question() -> None:
    heard = [("zh", {"act": ("enquiry", "enquiry"), "anger": ("no", "no")})] * 3
    heard += [("zh", {"act": ("praise", "unknown")}), ("en", {"act": ("praise", "praise")})]
    (one,) = tone_figures(heard)
    assert (one.language, one.question, one.sentences, one.accuracy, one.commonest) == ("zh", "act", 4, 0.75, 0.75)
    assert one.confusion == {
        "enquiry": {"enquiry": 3, "praise": 0, "unknown": 0},
        "praise": {"enquiry": 0, "praise": 0, "unknown": 1},
    }
    assert one.macro_f1 == 0.5
    assert one.accuracy_interval[0] < 0.75 < one.accuracy_interval[1]
