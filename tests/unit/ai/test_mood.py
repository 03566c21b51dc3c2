from __future__ import annotations

import pytest

from kefu.ai.text.mood import Mood, read_mood
from kefu.ai.text.normal import normalise


def mood_of(text: str) -> Mood:
    return read_mood(normalise(text).text, text)


@pytest.mark.parametrize(
    "text", ["非常满意，谢谢！", "老师讲得真好", "太好了😀", "I love this course", "not bad", "thanks, great service"]
)
def test_pleased(text: str) -> None:
    assert mood_of(text).sentiment > 0.3


@pytest.mark.parametrize(
    "text",
    [
        "你们的课程太差了",
        "服务态度恶劣，我很不满意",
        "骗子！",
        "This is the worst course ever",
        "I am very disappointed",
        "😡😡",
    ],
)
def test_angry(text: str) -> None:
    assert mood_of(text).sentiment <= -0.5


@pytest.mark.parametrize("text", ["你好", "我学到哪了", "我想问个问题", "How do I get an invoice?", "", "2"])
def test_calm(text: str) -> None:
    mood = mood_of(text)
    assert (mood.sentiment, mood.anger, mood.urgency) == (0.0, 0.0, 0.0)


def test_a_negation_turns_and_a_degree_scales() -> None:
    assert mood_of("满意").sentiment > 0 > mood_of("不满意").sentiment
    assert mood_of("非常慢").sentiment < mood_of("慢").sentiment < mood_of("有点慢").sentiment
    assert mood_of("not happy").sentiment < 0 < mood_of("happy, not sad").sentiment


def test_what_follows_but_counts_more() -> None:
    assert mood_of("老师不错，但是太贵了").sentiment < mood_of("太贵了，但是老师不错").sentiment


@pytest.mark.parametrize("text", ["马上给我退款，否则投诉", "我的账号被盗了，紧急！", "refund me ASAP, this is urgent"])
def test_pressing(text: str) -> None:
    assert mood_of(text).urgency >= 0.6
