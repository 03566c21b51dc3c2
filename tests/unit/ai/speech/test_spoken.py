"""Texts as they are said, and words as they sound."""

from __future__ import annotations

import re
from importlib.util import find_spec
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some
from pypinyin import pinyin_dict
from pypinyin.contrib.tone_convert import to_finals, to_initials, to_normal

from kefu.ai.speech.letters import Dictionary, by_rule
from kefu.ai.speech.numbers import in_chinese, in_english
from kefu.ai.speech.pinyin import phones_of
from kefu.ai.speech.spoken import spoken
from kefu.ai.text.numerals import parse_numeral
from kefu.core.nouns import Language

PHONES = frozenset(
    "AA AE AH AO AW AY B CH D DH EH ER EY F G HH IH IY JH K L M N NG OW OY P R S SH T TH UH UW V W Y Z ZH".split()
)
"""Those of the acoustic model."""

SAID: list[tuple[Language, str, str]] = [
    ("zh", "共¥1,299.50", "共一千二百九十九元五角"),
    ("zh", "退款199元", "退款一百九十九元"),
    ("zh", "0.5元", "五角"),
    ("zh", "$12.30", "十二点三美元"),
    ("zh", "3月15日15:30送达", "三月十五日十五点三十分送达"),
    ("zh", "2026-03-01前", "二零二六年三月一日前"),
    ("zh", "晚上8:00到9:05", "晚上八点整到九点零五分"),
    ("zh", "享85%折扣", "享百分之八十五折扣"),
    ("zh", "还有2节课，第12课，共20课", "还有两节课，第十二课，共二十课"),
    ("zh", "重2.5kg，3-5天", "重二点五千克，三到五天"),
    ("zh", "气温-5℃", "气温负五摄氏度"),
    ("zh", "拨打13812345678", "拨打幺三八，幺二三四，五六七八"),
    ("zh", "订单A20240315007", "订单A，二零二四，零三幺五，零零七"),
    ("zh", "尾号1234", "尾号幺二三四"),
    ("zh", "10万人", "十万人"),
    ("en", "$1,299.50 today", "one thousand two hundred ninety nine dollars and fifty cents today"),
    ("en", "¥199.00", "one hundred ninety nine yuan"),
    ("en", "$1", "one dollar"),
    ("en", "on 2026-03-15 at 15:30", "on March fifteenth, twenty twenty six at three thirty p m"),
    ("en", "at 09:05", "at nine oh five a m"),
    ("en", "85% off", "eighty five percent off"),
    ("en", "the 1st lesson, 12 of 20", "the first lesson, twelve of twenty"),
    ("en", "2.5kg in 3-5 days", "two point five kilograms in three to five days"),
    ("en", "call 400-820-8820", "call four zero zero, eight two zero, eight eight two zero"),
    ("en", "order 20240315", "order two zero two four, zero three one five"),
    ("en", "help@school.com", "help at school dot com"),
    ("en", "see **this** [page](https://a.b/c)", "see this page"),
]


@pytest.mark.parametrize(("language", "text", "said"), SAID, ids=[text for _, text, _ in SAID])
def test_text_as_it_is_said(language: Language, text: str, said: str) -> None:
    assert spoken(text, language) == said


@given(some.text(alphabet="0123456789.,:-/%¥$元块kgA 年月日号点单@*", max_size=30), some.sampled_from(["zh", "en"]))
def test_no_figure_is_left(text: str, language: Language) -> None:
    assert not re.search(r"[0-9]", spoken(text, language))


@given(some.integers(0, 10**12 - 1))
def test_numbers_in_words_are_the_number(number: int) -> None:
    if number:
        assert parse_numeral(in_chinese(number)) == number
    assert not re.search("[^a-z ]", in_english(number))


def test_every_syllable_has_phones() -> None:
    syllables = {reading for readings in pinyin_dict.pinyin_dict.values() for reading in readings.split(",")}
    chars: dict[str, str] = {}
    for code, readings in pinyin_dict.pinyin_dict.items():
        chars.setdefault(to_normal(readings.split(",")[0]), chr(code))
    assert len(chars) > 380
    assert len({(to_initials(one), to_finals(one)) for one in syllables}) > 380
    for char in chars.values():
        assert phones_of(char), char
        assert set(phones_of(char)) <= PHONES, char


def test_the_i_after_some_initials_is_none() -> None:
    assert [" ".join(phones_of(char)) for char in "你是四"] == ["N IY", "SH ER", "S IH"]
    assert phones_of("银行行长")[2:] == ["HH", "AA", "NG", "HH", "AA", "NG", "JH", "AA", "NG"]


def test_unknown_words_have_phones_too() -> None:
    spec = find_spec("pocketsphinx")
    dictionary = Dictionary(Path(str(spec and spec.origin)).parent / "model" / "en-us" / "cmudict-en-us.dict")
    assert "HH AH L OW" in dictionary.says("hello")
    assert dictionary.says("unmuted") == ("AH N M Y UW T IH D",)
    for word in ("kefu", "xyzzy", "tv", "q", "zhang", "voicemail", "'"):
        assert set(by_rule(word).split()) <= PHONES, word
        assert dictionary.says(word)
