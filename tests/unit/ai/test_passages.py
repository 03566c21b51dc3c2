"""Passages answer by themselves: nothing is lost, what belongs together stays together."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from kefu.ai.knowledge.passages import MOST, cut, sentences, units
from kefu.core.articles import Passage

GUIDE = """# 退款规则

付款 7 天内
全额退款，*以下*除外：

- 一
  1. 甲
- 二 [链接](https://a.example)

## 时间 Time

| 天数 | 金额 |
|---|---|
| 7 | 全额 |
| 30 | 按课时 |

### How long?

First line
second line<br>third.

## 时间 Time

再一次。
"""


def test_headings_lead_and_lists_stay_with_their_sentence() -> None:
    assert cut(GUIDE, "退款规则") == (
        Passage(0, "付款 7 天内全额退款，以下除外：\n- 一\n  1. 甲\n- 二 链接", "", "退款规则"),
        Passage(1, "天数：7；金额：全额\n天数：30；金额：按课时", "时间 Time", "时间-time"),
        Passage(2, "First line second line\nthird.", "时间 Time › How long?", "how-long"),
        Passage(3, "再一次。", "时间 Time", "时间-time-1"),
    )


def test_long_texts_are_divided_after_sentences() -> None:
    text = "".join(f"这是第{number}句话，它说了一些事情。" for number in range(200))
    passages = cut(text)
    assert "".join(one.text for one in passages) == text
    assert all(units(one.text) <= MOST and one.text.endswith("。") for one in passages)
    assert [one.number for one in passages] == list(range(len(passages)))


def test_short_paragraphs_of_a_section_go_together_and_sections_do_not() -> None:
    passages = cut("## A\n\n" + "One short line.\n\n" * 10 + "## B\n\nAnother.")
    assert [one.heading for one in passages] == ["A", "B"]


def test_a_long_table_is_divided_between_rows_that_name_their_columns() -> None:
    table = "| Course | Price |\n|---|---|\n" + "".join(f"| Course number {n} | {n} yuan |\n" for n in range(120))
    passages = cut(table)
    lines = [line for one in passages for line in one.text.splitlines()]
    assert lines == [f"Course: Course number {n}; Price: {n} yuan" for n in range(120)]
    assert len(passages) > 1


def test_every_question_gets_the_answer() -> None:
    assert cut("用手机号。", "怎么登录？", ["怎么登录？", "登不上"]) == (
        Passage(0, "用手机号。", question="怎么登录？"),
        Passage(1, "用手机号。", question="登不上"),
    )


def test_a_text_without_ends_is_divided_all_the_same() -> None:
    assert max(len(one.text) for one in cut("字" * 100_000)) <= 2_000


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text("字词。！a b1*_|#->\n", min_size=0, max_size=60), max_size=20))
def test_no_text_breaks_it_and_the_same_text_is_cut_alike(parts: list[str]) -> None:
    text = "\n\n".join(parts)
    passages = cut(text)
    assert passages == cut(text)
    assert all(one.text.strip() for one in passages)
    assert all(second.number == first.number + 1 for first, second in pairwise(passages))
    assert "".join(sentences(text)) == text
