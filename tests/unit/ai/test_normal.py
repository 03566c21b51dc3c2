from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kefu.ai.text.normal import normalise
from kefu.ai.text.numerals import parse_numeral


@pytest.mark.parametrize(
    ("written", "normal"),
    [
        ("ＡＢＣ１２３，你好！", "abc123,你好!"),
        ("請問我的課程學到哪裡了", "请问我的课程学到哪里了"),
        ("頭髮 發票", "头发 发票"),
        ("好好好好好！！！！", "好好!!"),
        ("sooooo goood", "soo good"),
        ("1111111", "1111111"),
        ("a\u200bb\ufeffc\ud800d", "abcd"),
        ("e\u0301te\u0301", "été"),
        ("2\ufe0f\u20e3", "2"),
        ("好的😀", "好的😀"),
        ("it’s", "it's"),
        ("一\n二  三", "一\n二 三"),
    ],
)
def test_one_form_for_every_way_to_write(written: str, normal: str) -> None:
    assert normalise(written).text == normal


@pytest.mark.parametrize(
    ("written", "normal"),
    [
        ("第十二课", "第12课"),
        ("三百二", "320"),
        ("一千零五", "1005"),
        ("一万二", "12000"),
        ("两千零二十六", "2026"),
        ("三百万零五", "3000005"),
        ("三个月", "3个月"),
        ("两百块", "200块"),
        ("三点五折", "3.5折"),
        ("三点五十分", "3点50分"),
        ("下午一点", "下午1点"),
        ("二零二六年三月一号", "2026年3月1号"),
        ("一三八零零一三八零零零", "13800138000"),
        ("百分之三十", "百分之30"),
        ("十分钟", "10分钟"),
        ("第一个", "第1个"),
    ],
)
def test_numbers_are_written_in_digits(written: str, normal: str) -> None:
    assert normalise(written).text == normal


@pytest.mark.parametrize(
    "word",
    "一下 三八 万一 一些 一点也不好 十分满意 千万别 五一 双十一 五花八门 三三两两 一五一十 周三 七夕 一起 "
    "三番五次 九九八十一 万分感谢 初一 一直 统一 三八节".split(),
)
def test_words_that_hold_a_numeral_stay_words(word: str) -> None:
    assert normalise(word).text == word


@pytest.mark.parametrize("wrong", ["十十", "百", "一百百", "一一十", "万"])
def test_what_is_no_number_has_no_value(wrong: str) -> None:
    assert parse_numeral(wrong) is None


def test_places_lead_back_to_the_original() -> None:
    normal = normalise("我學到第十二課了!!!!")
    at = normal.text.index("第12课")
    assert normal.slice(at, at + 4) == "第十二課"
    assert normal.span(at + 1, at + 3) == (4, 6)
    assert normal.slice(0, 0) == ""


@given(st.text(st.characters(exclude_categories=[]), max_size=60))
def test_places_are_in_order_and_within(text: str) -> None:
    normal = normalise(text)
    assert len(normal.text) == len(normal.starts) == len(normal.ends)
    assert list(normal.starts) == sorted(normal.starts)
    assert all(0 <= start < end <= len(text) for start, end in zip(normal.starts, normal.ends, strict=True))
    assert not any("\ud800" <= char <= "\udfff" for char in normal.text)


@given(st.text("零一二三四五六七八九十百千万亿两第个课点", max_size=12))
def test_any_heap_of_numerals_is_read(text: str) -> None:
    normalise(text)
