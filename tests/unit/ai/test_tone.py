from __future__ import annotations

import numpy as np

from kefu.ai.text.mood import read_mood
from kefu.ai.text.normal import normalise
from kefu.ai.text.tone import Tone, Tones, answers_of
from kefu.ai.text.tone_features import Remark, make_remark
from kefu.ai.text.tone_scale import calibrate, calibrated
from kefu.ai.text.words import cut_words
from kefu.core.nouns import Language
from kefu.core.ports.reader import Example

PRAISED = "clear kind quick helpful patient funny useful tidy friendly lively".split()
BLAMED = "late unkind idle muddled absent noisy broken careless dull blurred".split()
LESSONS = [Example(f"the teacher is {word}", "", "en", "positive praise") for word in PRAISED]
LESSONS += [Example(f"the teacher is {word}", "", "en", "angry urgent complaint") for word in BLAMED]


def remark_of(text: str) -> Remark:
    normal = normalise(text)
    return make_remark(normal, cut_words(normal.text), read_mood(normal.text, text))


def heard(tones: Tones, text: str, language: Language) -> Tone:
    normal = normalise(text)
    return tones.hear(normal, cut_words(normal.text), language)


def learned() -> Tones:
    return Tones.learn([(remark_of(one.text), one) for one in LESSONS], lambda *_: None)


def test_a_heading_answers_the_questions_it_speaks_of() -> None:
    assert answers_of(Example("x", "", "en", "angry urgent complaint")) == {
        "act": "complaint", "sentiment": "negative", "anger": "yes", "urgency": "yes",
    }  # fmt: skip
    assert answers_of(Example("x", "refund", "en", "enquiry")) == {"act": "enquiry"}
    assert answers_of(Example("x", "", "en", "urgent"))["sentiment"] == "neutral"
    assert answers_of(Example("x", "refund", "en")) == {}


def test_what_was_learned_is_read() -> None:
    tones = learned()
    bad, good = (heard(tones, f"the teacher is {word}", "en") for word in ("muddled", "lively"))
    assert bad.sentiment < good.sentiment
    assert bad.anger > good.anger
    assert bad.urgency > good.urgency
    assert bad.act
    assert bad.act.name == "complaint"
    assert good.act
    assert good.act.name == "praise"


def test_without_lessons_the_lists_hold() -> None:
    mood = remark_of("老师讲得真好").mood
    assert heard(learned(), "老师讲得真好", "zh") == Tone(mood.sentiment, mood.anger, mood.urgency)
    assert Tones.unpack({}).voices == {}


def test_a_packed_tone_reads_the_same() -> None:
    tones = learned()
    text = "the teacher is late and careless"
    assert heard(Tones.unpack(tones.pack()), text, "en") == heard(tones, text, "en")


def test_calibrated_probabilities_meet_the_shares() -> None:
    chance = np.random.default_rng(0)
    numbers = (chance.random(4000) < 0.2).astype(int)
    scores = chance.normal(0, 1, (4000, 2)) + np.eye(2)[numbers]
    probable = calibrated(scores, *calibrate(scores, numbers))
    assert abs(probable[:, 1].mean() - 0.2) < 0.01


def test_a_mark_at_the_end_is_a_habit_and_no_tone() -> None:
    plain = remark_of("is the teacher kind")
    for mark in ("?", ".", "…"):
        marked = remark_of(f"is the teacher kind{mark}")
        assert marked.counts == plain.counts
        assert marked.listed.tolist() == plain.listed.tolist()
    assert remark_of("is the teacher kind??").listed.tolist() != plain.listed.tolist()
