from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from kefu.ai.text.certainty import (
    DEFAULT,
    HOLLOW,
    KNOWN,
    LEFT_OUT,
    hollow,
    judge,
    learn_certainty,
    signals,
    split_folds,
)
from kefu.ai.text.features import Space, Vector
from kefu.ai.text.words import cut_words


def vector(known: float) -> Vector:
    return Vector(np.array([0]), np.array([1.0]), known, known)


def test_the_unknown_is_not_believed() -> None:
    scores = np.array([0.9, -0.8, -0.9])
    familiar = judge(scores, signals(scores, 0.9, vector(1.0), 1.0), DEFAULT)
    faint = np.array([-0.2, -0.8, -0.9])
    strange = judge(faint, signals(faint, 0.05, vector(0.05), 0.05), DEFAULT)
    assert familiar[0][1] > 0.8
    assert strange[0][1] < 0.3
    for found in (familiar, strange):
        assert [label for label, _ in found] == [0, 1, 2]
        assert sum(probability for _, probability in found) <= 1.0001
        assert found[0][1] >= found[1][1] >= found[2][1]


def test_a_single_intent_is_judged_too() -> None:
    scores = np.array([1.0])
    ((label, probability),) = judge(scores, signals(scores, 1.0, vector(1.0), 1.0), DEFAULT)
    assert label == 0
    assert 0.8 < probability < 1


def test_experience_shifts_belief() -> None:
    chance = np.random.default_rng(3)
    rows = [np.array([1.0, best, 1.0, 0.5, 0.5, 0.5]) for best in chance.normal(0, 1, 400)]
    origins = chance.choice([KNOWN, LEFT_OUT, HOLLOW], 400, p=(0.7, 0.2, 0.1))
    often = learn_certainty(rows, list((origins == KNOWN) & (chance.random(400) < 0.95)), list(origins))
    seldom = learn_certainty(rows, list((origins == KNOWN) & (chance.random(400) < 0.3)), list(origins))
    row = np.array([1.0, 0.0, 1.0, 0.5, 0.5, 0.5])
    assert row @ often > row @ seldom


def test_certainty_is_learned_from_separable_experience_too() -> None:
    rows = [np.array([1.0, 2.0, 2.0, 1.0, 1.0, 1.0])] * 30 + [np.array([1.0, -2.0, 0.0, 0.0, 0.0, 0.0])] * 30
    beta = learn_certainty(rows, [True] * 30 + [False] * 30, [KNOWN] * 30 + [LEFT_OUT, HOLLOW] * 15)
    assert np.isfinite(beta).all()
    assert rows[0] @ beta > 2
    assert rows[-1] @ beta < -2


@pytest.mark.parametrize("origin", [KNOWN, LEFT_OUT, HOLLOW])
def test_one_sided_experience_teaches_nothing(origin: int) -> None:
    assert (learn_certainty([np.ones(6)] * 5, [True] * 5, [origin] * 5) == DEFAULT).all()


def test_a_hollow_text_keeps_its_kinds_of_features() -> None:
    hollowed = hollow(Counter({"whow": 1, "wrefund": 2}), frozenset(("whow",)))
    assert hollowed["whow"] == 1
    assert sorted((name[0], count) for name, count in hollowed.items()) == [("w", 1), ("w", 2)]
    assert "wrefund" not in hollowed


def test_each_fold_leaves_out_texts_and_whole_intents() -> None:
    labels = [label for label in range(8) for _ in range(8)]
    for train, trial, foreign in split_folds(labels, 8, 4):
        assert not set(train) & set(trial)
        left_out = {labels[at] for at, outside in zip(trial, foreign, strict=True) if outside}
        assert len(left_out) == 2
        assert not left_out & {labels[at] for at in train}
        assert not all(foreign)


def test_unknown_features_weigh_in_a_text() -> None:
    space = Space.build([Counter("ab"), Counter("ac")], 1)
    assert space.vector(Counter("ab")).known == pytest.approx(1)
    assert 0 < space.vector(Counter("axyz")).known < 0.5
    assert space.vector(Counter("xyz")).known == 0


def test_english_contractions_and_tags() -> None:
    words = cut_words("i don't know where my c++ course is!")
    assert [(word.text, word.tag) for word in words] == [
        ("i", "PRP"), ("do", "VBP"), ("n't", "RB"), ("know", "VB"), ("where", "WRB"), ("my", "PRP$"),
        ("c++", "NN"), ("course", "NN"), ("is", "VBZ"), ("!", "."),
    ]  # fmt: skip


def test_a_name_is_one_word() -> None:
    words = cut_words("我想看英语口语入门的进度", [(3, 9, "course")])
    assert [word.text for word in words] == ["我", "想", "看", "英语口语入门", "的", "进度"]
    assert [word.kind for word in words if word.kind] == ["course"]
