from __future__ import annotations

from datetime import date

import pytest

from kefu.ai.text.found import Found, resolve
from kefu.ai.text.normal import normalise
from kefu.ai.text.patterns import find_patterns
from kefu.core.dates import days_of
from kefu.core.nouns import Value


def units_in(text: str) -> list[tuple[str, Value, str]]:
    return [(one.kind, one.value, one.unit) for one in resolve(find_patterns(normalise(text).text))]


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
        ("order #10023456", "order_number", "10023456", "10023456"),
        ("快递单号SF1234567890123", "tracking_number", "SF1234567890123", "SF1234567890123"),
        ("打1 3 8 0 0 1 3 8 0 0 0", "phone", "1 3 8 0 0 1 3 8 0 0 0", "13800138000"),
        ("座机010-62781234", "phone", "010-62781234", "01062781234"),
        ("call +44 20 7946 0958", "phone", "+44 20 7946 0958", "+442079460958"),
        ("call (415) 555-2671 x12", "phone", "(415) 555-2671 x12", "4155552671"),
        ("aaab@qq.com", "email", "aaab@qq.com", "aaab@qq.com"),
        ("链接https://www.example.com/a打不开", "url", "https://www.example.com/a", "https://www.example.com/a"),
        ("twenty-five dollars", "money", "twenty-five dollars", 2500),
        ("一千二百块", "money", "一千二百块", 120_000),
        ("100到200元", "money", "100到200元", "10000/20000"),
        ("两块五的手续费", "money", "两块五", 250),
        ("百分之九十九点五", "percent", "百分之九十九点五", 99.5),
        ("只有八成", "percent", "八成", 80),
        ("I bought 2 courses", "quantity", "2 courses", 2),
        ("一个半小时", "duration", "一个半小时", "PT1H30M"),
        ("an hour and a half", "duration", "an hour and a half", "PT1H30M"),
        ("两三天", "duration", "两三天", "P2D/P3D"),
        ("5 to 7 business days", "duration", "5 to 7 business days", "P5D/P7D"),
        ("one and a half years", "duration", "one and a half years", "P1Y6M"),
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
        ("周末", "周末", "+0w6/+0w7"),
        ("this weekend", "this weekend", "+0w6/+0w7"),
        ("the coming weekend", "coming weekend", "+0w6/+0w7"),
        ("星期天有课吗", "星期天", "+0w7"),
        ("上个月", "上个月", "-1m"),
        ("三天后", "三天后", "+3d"),
        ("两周前", "两周前", "-2w"),
        ("next Monday", "next Monday", "+1w1"),
        ("in two weeks", "in two weeks", "+2w"),
        ("3 days ago", "3 days ago", "-3d"),
        ("the day after tomorrow", "the day after tomorrow", "+2d"),
        ("3月1日到5日请假", "3月1日到5日", "--03-01/--03-05"),
        ("下周一到周三", "下周一到周三", "+1w1/+1w3"),
        ("from Monday to Friday next week", "from Monday to Friday next week", "+1w1/+1w5"),
        ("明年春节", "明年春节", "+1y@spring_festival"),
        ("国庆节", "国庆节", "--10-01"),
        ("去年10月1日", "去年10月1日", "-1y-10-01"),
        ("上个月15号", "上个月15号", "-1m-15"),
        ("月底", "月底", "+0m:end"),
        ("by the end of next month", "the end of next month", "+1m:end"),
        ("第一季度", "第一季度", "--Q1"),
        ("最近三天", "最近三天", "-3d/+0d"),
        ("the last six months", "the last six months", "-6m/+0d"),
        ("half a year ago", "half a year ago", "-6m"),
        ("see you tomorow", "tomorow", "+1d"),
        ("12/31/2026", "12/31/2026", "2026-12-31"),
    ],
)
def test_dates_need_no_clock(text: str, written: str, value: str) -> None:
    assert ("date", written, value) in found_in(text)
    assert days_of(value, date(2026, 11, 4))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("下午三点半", "15:30"),
        ("晚上8点", "20:00"),
        ("15:30", "15:30"),
        ("3pm", "15:00"),
        ("两点一刻", "02:15"),
        ("half past six", "06:30"),
        ("a quarter to five", "04:45"),
        ("差五分八点", "07:55"),
        ("下午两点到四点", "14:00/16:00"),
        ("from 9am to 6pm", "09:00/18:00"),
        ("between 2 and 4 pm", "14:00/16:00"),
        ("两小时前", "-PT2H"),
        ("in half an hour", "+PT30M"),
        ("半小时后", "+PT30M"),
    ],
)
def test_times_of_day(text: str, value: str) -> None:
    assert found_in(text) == [("time", text, value)]


@pytest.mark.parametrize("text", ["我有三点建议", "三点五折", "2026-13-45", "25:70", "13:5", "一点也不好", "12月45日"])
def test_what_only_looks_like_a_moment(text: str) -> None:
    assert not [kind for kind, _, _ in found_in(text) if kind in ("date", "time")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("扣了￥68", ("money", 6800, "CNY")),
        ("99美元", ("money", 9900, "USD")),
        ("充值三百五送多少", ("money", 35_000, "")),
        ("1.5公斤", ("quantity", 1.5, "kg")),
        ("5 seats", ("quantity", 5, "seats")),
    ],
)
def test_an_amount_names_its_unit(text: str, expected: tuple[str, Value, str]) -> None:
    assert units_in(text) == [expected]


def test_a_day_and_its_hour_are_two_things() -> None:
    assert found_in("今晚八点") == [("date", "今晚", "+0d"), ("time", "八点", "20:00")]


@pytest.mark.parametrize(
    "text", ["I may be late", "give me a second", "the one with the cover", "the sat nav", "twice a day"]
)
def test_english_words_that_only_look_like_something(text: str) -> None:
    assert not found_in(text)


def test_a_number_of_an_order_holds_no_phone() -> None:
    assert found_in("单号AB13812345678") == [("order_number", "AB13812345678", "AB13812345678")]


def test_a_first_time_is_no_place_in_a_list() -> None:
    assert not found_in("我第一次用")


def test_the_longest_find_stands() -> None:
    long, short, sure = Found("a", 0, 5, 1, 0.5), Found("b", 1, 3, 2), Found("c", 7, 9, 3, 0.9)
    unsure = Found("d", 7, 9, 4, 0.8)
    assert resolve([short, unsure, sure, long]) == [long, sure]
