"""Chinese numerals where they are numbers: 第十二课 is 第12课, but 一下 and 万一 stay words."""

from __future__ import annotations

import re
from collections.abc import Iterator

DIGITS = {char: value for value, char in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2, "幺": 1}
UNITS = {"十": 10, "百": 100, "千": 1000}
MYRIADS = {"万": 10_000, "亿": 100_000_000}

RUN = re.compile(r"[零〇幺一二两三四五六七八九十百千万亿]+")
MEASURE = re.compile(
    r"[个门节课次天元块月号日点时分秒岁年周星季期级折倍人位份张本单笔条项种件台套部名楼层章讲页步班毛角刻半遍家科场斤克升]"
    r"|小时|礼拜|公斤|公里|千克|工作日|钟头"
)
"""What follows a numeral that counts something."""

DECIMAL = re.compile(r"点([零〇一二三四五六七八九]+)(?=[折倍元块万亿个年级星%]|小时|公里)")
SHARED = re.compile(r"点([零〇一二三四五六七八九]+)")
"""The decimals of a share: 百分之九十九点五."""

NAMED_BY_NUMBER = re.compile(r"(?:星期|礼拜|[周初高老小双番])$")
"""Before a numeral that is a name: 周三, 初二, 双十一."""

CLOCK = re.compile(r"(?:上午|下午|中午|晚上|凌晨|早上|今早|今晚)$")
WORDS = re.compile(
    r"一(?:下|些|样|起|直|定|般|共|会|时|边|面|旦|致|心|口|头|如|切|步到|部分|次性|条龙|家人|本正经|级棒|回事|分为|笔勾|门心)"
    r"|一点(?!钟|半|整|到|前|后|[零一二三四五\d])|一块(?!钱|[一二三四五六七八九])|一日三餐|一天到晚|一年四季"
    r"|十分(?!钟|之)|[三五六八]{1,2}[一八]?节(?!课)|五花八门|八门|三天两头|七夕|万一|千万|亿万"
)
"""Words that begin with a numeral and mean no number, each tried where a numeral begins."""


def find_numerals(text: str) -> Iterator[tuple[int, int, str]]:
    """The stretches of a simplified text that are numbers, each with its Arabic digits.

    Rules, in this order: known words are left alone; 第 makes any numeral a number; three
    and more digit characters are spelled digits (一三八); several characters with a unit are
    a number (三百二 is 320); a single character is one only before a measure word.
    """
    done = 0
    for run in RUN.finditer(text):
        start, end = run.span()
        if start < done:
            continue
        before = text[max(0, start - 2) : start]
        ordinal, share = before.endswith("第"), text.endswith("百分之", 0, start)
        if NAMED_BY_NUMBER.search(before) and not ordinal:
            continue
        if WORDS.match(text, start) and not ordinal and not CLOCK.search(before):
            continue
        counted = ordinal or share or bool(MEASURE.match(text, end))
        digits = _number(run.group(), counted=counted, minutes=before.endswith("点"))
        if digits is None and len(run.group()) > 2 and counted:
            end -= 1  # 一百五一节: a number, then one that counts
            digits = _number(run.group()[:-1], counted=False, minutes=False)
        if digits is None:
            continue
        fraction = (SHARED if share else DECIMAL).match(text, end)
        if fraction:
            end = fraction.end()
            digits += "." + _spelled(fraction[1])
        yield start, end, digits
        done = end


def parse_numeral(numeral: str) -> int | None:
    """The value of a numeral with units: 一千零五 is 1005, 三百二 is 320; None if it is not well-formed."""
    total = section = digit = 0
    last_unit = 10
    digit_seen = False
    smallest = 10**9
    for position, char in enumerate(numeral):
        if char in DIGITS:
            if digit_seen and DIGITS[char]:
                return None
            digit, digit_seen = DIGITS[char], DIGITS[char] != 0
            last_unit = last_unit if digit else 10
        elif char in UNITS:
            unit = UNITS[char]
            if unit >= smallest or (not digit_seen and not (unit == 10 and position == 0)):
                return None
            section += (digit or 1) * unit
            smallest = last_unit = unit
            digit, digit_seen = 0, False
        else:
            if not section + digit:
                return None
            total += (section + digit) * MYRIADS[char]
            section = digit = 0
            digit_seen = False
            smallest, last_unit = 10**9, MYRIADS[char]
    ends_short = digit_seen and last_unit > 10 and numeral[-2:-1] not in ("零", "〇")
    return total + section + (digit * last_unit // 10 if ends_short else digit)


def _number(numeral: str, *, counted: bool, minutes: bool) -> str | None:
    if all(char in DIGITS for char in numeral):
        if len(numeral) >= 3:
            return _spelled(numeral) if "两" not in numeral else None
        return _spelled(numeral) if (counted or minutes) and (len(numeral) == 1 or numeral[0] in "零〇二") else None
    if len(numeral) == 1 and not (counted and numeral == "十"):
        return None
    if numeral[0] not in DIGITS and numeral[0] != "十":
        return None
    value = parse_numeral(numeral)
    return None if value is None else str(value)


def _spelled(numeral: str) -> str:
    return "".join(str(DIGITS[char]) for char in numeral)
