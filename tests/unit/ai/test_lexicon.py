from __future__ import annotations

import random
from time import process_time

import pytest

from kefu.ai.text.found import resolve
from kefu.ai.text.lexicon import Lexicon, Manner
from kefu.ai.text.normal import normalise
from kefu.ai.text.sound import build_sounds
from kefu.ai.text.words import cut_words
from kefu.core.ports.reader import Term

COURSES = [
    Term("英语口语入门", "C001", ("Spoken English for Beginners",)),
    Term("高中数学函数", "C002", ("High School Functions",)),
    Term("Python编程基础", "C003", ("Python Basics",)),
    Term("英语写作进阶", "C004", ("English Writing",)),
    Term("学习方法训练", "C005"),
    Term("日语N2", "C006"),
]
MANNER = Manner(
    heads=frozenset(("课", "课程", "course", "class")),
    plain=frozenset(("学习", "课程", "方法", "course", "class", "high", "school", "basics")),
)


@pytest.fixture(scope="module")
def lexicon() -> Lexicon:
    return Lexicon({"course": COURSES}, build_sounds(), MANNER)


def named_in(lexicon: Lexicon, text: str) -> list[tuple[str, object, float]]:
    normal = normalise(text)
    found = resolve(lexicon.find(normal.text, cut_words(normal.text)))
    return [(normal.slice(one.start, one.end), one.value, round(one.score, 1)) for one in found]


@pytest.mark.parametrize(
    ("text", "written", "value"),
    [
        ("我想看英语口语入门学到哪了", "英语口语入门", "C001"),
        ("英語口語入門", "英語口語入門", "C001"),
        ("is Spoken English  for beginners hard?", "Spoken English  for beginners", "C001"),
        ("日语n2", "日语n2", "C006"),
    ],
)
def test_a_full_name(lexicon: Lexicon, text: str, written: str, value: str) -> None:
    assert named_in(lexicon, text) == [(written, value, 1.0)]


@pytest.mark.parametrize(
    ("text", "written", "value"),
    [
        ("应语口语入门", "应语口语入门", "C001"),
        ("英语口语门怎么样", "英语口语门", "C001"),
        ("Pyhton basics please", "Pyhton basics", "C003"),
        ("spoken english for begginers", "spoken english for begginers", "C001"),
        ("is spokenn english for beginners hard?", "spokenn english for beginners", "C001"),
        ("我的英语口口语入门学到哪了", "英语口口语入门", "C001"),
        ("报的英语写作阶", "英语写作阶", "C004"),
    ],
)
def test_a_name_that_sounds_alike_or_has_a_typo(lexicon: Lexicon, text: str, written: str, value: str) -> None:
    [(found, meant, score)] = named_in(lexicon, text)
    assert (found, meant) == (written, value)
    assert 0.7 < score < 1


@pytest.mark.parametrize(
    ("text", "written", "value"),
    [
        ("我的数学课学到哪了", "数学课", "C002"),
        ("口语课", "口语课", "C001"),
        ("那数学呢", "数学", "C002"),
        ("那Python基础呢", "Python基础", "C003"),
        ("refund my Python course", "Python course", "C003"),
        ("Pyton course", "Pyton course", "C003"),
        ("英语课", "英语课", None),
        ("my English course", "English course", None),
        ("日语N3", "日语", None),
    ],
)
def test_a_part_of_a_name(lexicon: Lexicon, text: str, written: str, value: str | None) -> None:
    [(found, meant, score)] = named_in(lexicon, text)
    assert (found, meant) == (written, value)
    assert score < 0.8


@pytest.mark.parametrize("text", ["我学习到哪了", "我的课程", "high school", "退款方法", "my course", "学校", ""])
def test_everyday_words_name_nothing(lexicon: Lexicon, text: str) -> None:
    assert named_in(lexicon, text) == []


def test_another_level_is_no_typo(lexicon: Lexicon) -> None:
    assert named_in(Lexicon({"course": [Term("英语初级", "C1")]}, build_sounds(), MANNER), "英语高级") == [
        ("英语", "C1", 0.7)
    ]


def test_a_name_of_two_things_means_neither() -> None:
    twins = Lexicon({"course": [Term("绘画", "A"), Term("绘画", "B")]}, None, Manner())
    assert named_in(twins, "绘画") == [("绘画", None, 1.0)]


def test_twenty_thousand_names() -> None:
    syllables = "英语口写作阅读数学物理化编程设计音乐绘画历史地商务入门进阶基础高初级提冲刺实战训练班系统"
    chance = random.Random(5)
    many = [Term("".join(chance.choices(syllables, k=chance.randint(4, 9))), f"X{n}") for n in range(20_000)]
    lexicon = Lexicon({"course": [*many, *COURSES]}, None, MANNER)
    assert ("英语口语入门", "C001", 1.0) in named_in(lexicon, "我想看英语口语入门学到哪了")
    began = process_time()
    for _ in range(20):
        named_in(lexicon, "我的英语课和数学课学到哪了")
    assert (process_time() - began) / 20 < 0.005


def test_a_name_at_the_end_of_a_text_that_a_longer_name_begins_like() -> None:
    names = [Term("Python 编程入门", "C1"), Term("Python Programming for Absolute Beginners", "C2")]
    lexicon = Lexicon({"course": names}, build_sounds(), MANNER)
    assert named_in(lexicon, "Python 编程入门") == [("Python 编程入门", "C1", 1.0)]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("英语口语入门直直播班", "C2"),
        ("英语口语入门直播班", "C2"),
        ("英语口语入门直接学", "C1"),
        ("英语口语入门", "C1"),
    ],
)
def test_a_misspelt_name_with_a_whole_name_in_it(text: str, value: str) -> None:
    names = [Term("英语口语入门", "C1"), Term("英语口语入门直播班", "C2")]
    [(_, meant, _)] = named_in(Lexicon({"course": names}, build_sounds(), MANNER), text)
    assert meant == value
