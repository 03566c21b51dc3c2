from __future__ import annotations

import pytest

from kefu.ai.text.found import Found, resolve
from kefu.ai.text.normal import normalise
from kefu.ai.text.patterns import find_patterns
from kefu.core.nouns import Value


def found_in(text: str) -> list[tuple[str, str, Value]]:
    normal = normalise(text)
    return [(one.kind, normal.slice(one.start, one.end), one.value) for one in resolve(find_patterns(normal.text))]


@pytest.mark.parametrize(
    ("text", "kind", "written", "value"),
    [
        ("订单E2603010001退款", "order_number", "E2603010001", "E2603010001"),
        ("order ab-1234567", "order_number", "ab-1234567", "AB1234567"),
        ("手机１３８１２３４５６７８", "phone", "１３８１２３４５６７８", "13812345678"),
        ("+86 138-1234-5678", "phone", "+86 138-1234-5678", "13812345678"),
        ("发到Ann.Lee@example.com吧", "email", "Ann.Lee@example.com", "ann.lee@example.com"),
        ("尾号0678", "last_four", "尾号0678", "0678"),
        ("0678", "last_four", "0678", "0678"),
        ("第二个", "ordinal", "第二个", 2),
        ("2", "ordinal", "2", 2),
        ("第2门", "ordinal", "第2门", 2),
        ("最后一个", "ordinal", "最后一个", -1),
        ("倒数第二个", "ordinal", "倒数第二个", -2),
        ("the second one", "ordinal", "the second one", 2),
        ("last one", "ordinal", "last one", -1),
        ("#3", "ordinal", "#3", 3),
        ("学到第十二课了", "part", "第十二课", 12),
        ("where is lesson 7", "part", "lesson 7", 7),
        ("百分之八十五", "percent", "百分之八十五", 85),
        ("a discount of 12.5%", "percent", "12.5%", 12.5),
        ("三百二十块", "money", "三百二十块", 32_000),
        ("¥1,299", "money", "¥1,299", 129_900),
        ("$19.90 please", "money", "$19.90", 1_990),
        ("1.5万元", "money", "1.5万元", 1_500_000),
        ("等了三天", "duration", "三天", "P3D"),
        ("2 hours", "duration", "2 hours", "PT2H"),
        ("买了两门课", "quantity", "两门", 2),
    ],
)
def test_what_has_a_form(text: str, kind: str, written: str, value: Value) -> None:
    assert (kind, written, value) in found_in(text)


@pytest.mark.parametrize(
    ("text", "written", "value"),
    [
        ("2026年3月1日", "2026年3月1日", "2026-03-01"),
        ("2026-03-01", "2026-03-01", "2026-03-01"),
        ("三月一号", "三月一号", "--03-01"),
        ("二十号", "二十号", "---20"),
        ("March 1st", "March 1st", "--03-01"),
        ("1 March 2026", "1 March 2026", "2026-03-01"),
        ("明天", "明天", "+1d"),
        ("大前天买的", "大前天", "-3d"),
        ("下周三", "下周三", "+1w3"),
        ("周末", "周末", "+0w6"),
        ("星期天有课吗", "星期天", "+0w7"),
        ("上个月", "上个月", "-1m"),
        ("三天后", "三天后", "+3d"),
        ("两周前", "两周前", "-2w"),
        ("next Monday", "next Monday", "+1w1"),
        ("in two weeks", "in two weeks", "+2w"),
        ("3 days ago", "3 days ago", "-3d"),
        ("the day after tomorrow", "the day after tomorrow", "+2d"),
    ],
)
def test_dates_need_no_clock(text: str, written: str, value: str) -> None:
    assert ("date", written, value) in found_in(text)


@pytest.mark.parametrize(
    ("text", "value"),
    [("下午三点半", "15:30"), ("晚上8点", "20:00"), ("15:30", "15:30"), ("3pm", "15:00"), ("两点一刻", "02:15")],
)
def test_times_of_day(text: str, value: str) -> None:
    assert found_in(text) == [("time", text, value)]


@pytest.mark.parametrize("text", ["我有三点建议", "三点五折", "2026-13-45", "25:70", "13:5", "一点也不好", "12月45日"])
def test_what_only_looks_like_a_moment(text: str) -> None:
    assert not [kind for kind, _, _ in found_in(text) if kind in ("date", "time")]


def test_a_first_time_is_no_place_in_a_list() -> None:
    assert not found_in("我第一次用")


def test_the_longest_find_stands() -> None:
    long, short, sure = Found("a", 0, 5, 1, 0.5), Found("b", 1, 3, 2), Found("c", 7, 9, 3, 0.9)
    unsure = Found("d", 7, 9, 4, 0.8)
    assert resolve([short, unsure, sure, long]) == [long, sure]
