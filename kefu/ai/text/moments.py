"""Dates and times of day, as values that need no clock.

A full date is ISO 8601 (`2026-03-01`), a month `2026-03`, a day without its year
`--03-01` or `---01`. A relative one is a step from today: `+1d` tomorrow, `-1w` last
week, `+1m`, `-1y`; `+1w3` is the Wednesday (ISO weekday 3) of next week. A time is `15:30`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date

from kefu.ai.text.found import Found
from kefu.ai.text.numerals import DIGITS

DAYS = {
    "大前天": "-3d", "前天": "-2d", "昨天": "-1d", "昨日": "-1d", "昨晚": "-1d", "今天": "+0d", "今日": "+0d",
    "今早": "+0d", "今晚": "+0d", "明天": "+1d", "明日": "+1d", "明早": "+1d", "明晚": "+1d", "后天": "+2d",
    "大后天": "+3d", "前年": "-2y", "去年": "-1y", "今年": "+0y", "明年": "+1y", "后年": "+2y",
    "the day before yesterday": "-2d", "yesterday": "-1d", "last night": "-1d", "today": "+0d", "tonight": "+0d",
    "this morning": "+0d", "this afternoon": "+0d", "this evening": "+0d", "tomorrow": "+1d",
    "the day after tomorrow": "+2d",
}  # fmt: skip
STEPS = {"上上": -2, "上": -1, "这": 0, "本": 0, "": 0, "下": 1, "下下": 2, "last": -1, "this": 0, "on": 0, "next": 1}
WEEKDAYS = {char: at for at, char in enumerate("一二三四五六日", start=1)} | {"天": 7, "末": 6}
ENGLISH_WEEKDAYS = {name: at for at, name in enumerate("mon tue wed thu fri sat sun".split(), start=1)}
MONTHS = {name: at for at, name in enumerate("jan feb mar apr may jun jul aug sep oct nov dec".split(), start=1)}
UNITS = {
    "天": "d", "日": "d", "周": "w", "星期": "w", "礼拜": "w", "月": "m", "年": "y",
    "day": "d", "week": "w", "month": "m", "year": "y",
}  # fmt: skip
NUMBERS = {word: at for at, word in enumerate("one two three four five six seven eight nine ten".split(), start=1)}
AFTERNOON = frozenset(("下午", "晚上", "今晚", "明晚", "昨晚", "傍晚", "夜里", "pm", "p.m."))

MONTH_NAME = (
    r"(jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
WEEKDAY_NAME = r"(mon|tue(?:s)?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?"
PERIOD = "(上午|早上|凌晨|中午|下午|晚上|今晚|明晚|昨晚|傍晚|夜里)"
COUNT = r"(\d{1,3}|an?|" + "|".join(NUMBERS) + ")"

Make = Callable[[re.Match[str]], str | None]


def find_moments(text: str, has_digits: bool) -> Iterator[Found]:
    """All dates and times in a normalised text; they may overlap."""
    for kind, pattern, make in (*NUMBERED, *WORDED) if has_digits else WORDED:
        for match in pattern.finditer(text):
            value = make(match)
            if value is not None:
                yield Found(kind, match.start(), match.end(), value)


def _full(match: re.Match[str]) -> str | None:
    try:
        return date(int(match[1]), int(match[2]), int(match[3])).isoformat()
    except ValueError:
        return None


def _month(match: re.Match[str]) -> str | None:
    return f"{match[1]}-{int(match[2]):02}" if 1 <= int(match[2]) <= 12 else None


def _day(month: int, day: int) -> str | None:
    return f"--{month:02}-{day:02}" if 1 <= month <= 12 and 1 <= day <= 31 else None


def _english_day(month: str, day: str, year: str | None) -> str | None:
    number = MONTHS[month[:3]]
    if not year:
        return _day(number, int(day))
    try:
        return date(int(year), number, int(day)).isoformat()
    except ValueError:
        return None


def _of_month(match: re.Match[str]) -> str | None:
    return f"---{int(match[1]):02}" if 1 <= int(match[1]) <= 31 else None


def _weekday(match: re.Match[str]) -> str:
    day = match[2]
    number = WEEKDAYS.get(day) or DIGITS.get(day) or (int(day) if day.isdecimal() else ENGLISH_WEEKDAYS[day[:3]])
    return f"{STEPS[match[1] or '']:+}w{number}"


def _period(match: re.Match[str]) -> str:
    return f"{STEPS[match[1]]:+}{UNITS[match[2]]}"


def _distance(count: str, unit: str, sign: str) -> str:
    number = int(count) if count.isdecimal() else NUMBERS.get(count, 1)
    return f"{sign}{number}{UNITS[unit]}"


def _clock(period: str | None, hour: str, minute: str) -> str | None:
    number = int(hour)
    if period in AFTERNOON and number < 12:
        number += 12
    if period in ("am", "a.m.", "凌晨") and number == 12:
        number = 0
    return f"{number:02}:{minute:0>2}" if number <= 24 and int(minute) < 60 else None


def _chinese_clock(match: re.Match[str]) -> str | None:
    minute = "30" if match[3] else str(15 * int(match[4])) if match[4] else match[5] or "0"
    return _clock(match[1], match[2], minute)


def _rules(*rules: tuple[str, str, Make]) -> tuple[tuple[str, re.Pattern[str], Make], ...]:
    return tuple((kind, re.compile(pattern), make) for kind, pattern, make in rules)


NUMBERED = _rules(
    ("date", r"(?<!\d)(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})(?:[日号]|(?!\d))", _full),
    ("date", r"(?<!\d)(\d{4})年(\d{1,2})月", _month),
    ("date", r"(?<!\d)(\d{1,2})月(\d{1,2})(?:[日号]|(?!\d))", lambda m: _day(int(m[1]), int(m[2]))),
    ("date", r"(?<![\d月])(\d{1,2})[日号](?![楼线院店门])", _of_month),
    ("date", rf"\b{MONTH_NAME} (\d{{1,2}})(?:st|nd|rd|th)?\b(?:,? (\d{{4}})\b)?", lambda m: _english_day(*m.groups())),
    (
        "date",
        rf"\b(\d{{1,2}})(?:st|nd|rd|th)? (?:of )?{MONTH_NAME}\b(?:,? (\d{{4}})\b)?",
        lambda m: _english_day(m[2], m[1], m[3]),
    ),
    (
        "date",
        r"(?<!\d)(\d{1,3})个?(天|日|周|星期|礼拜|月|年)[之以]?([前后])",
        lambda m: _distance(m[1], m[2], "-" if m[3] == "前" else "+"),
    ),
    (
        "time",
        rf"{PERIOD}?(?<!\d)(\d{{1,2}})点(?!\d*(?:折|倍)|[意建要问不])(?:(半)|([13])刻|(\d{{1,2}})分?|钟|整)?",
        _chinese_clock,
    ),
    (
        "time",
        rf"{PERIOD}?(?<![\d:])(\d{{1,2}}):(\d{{2}})(?![\d:])(?: ?(am|pm|a\.m\.|p\.m\.))?",
        lambda m: _clock(m[4] or m[1], m[2], m[3]),
    ),
    ("time", r"\b(\d{1,2}) ?(am|pm|a\.m\.|p\.m\.)(?![a-z])", lambda m: _clock(m[2], m[1], "0")),
)

WORDED = _rules(
    (
        "date",
        "|".join(sorted((rf"\b{day}\b" if day.isascii() else day for day in DAYS), key=len, reverse=True)),
        lambda m: DAYS[m[0]],
    ),
    ("date", r"(上上|上|这|本|下下|下)?个?(?:周|星期|礼拜)([一二三四五六日天末]|[1-6](?!\d|[个天年月周]))", _weekday),
    ("date", rf"\b(last|this|next|on) {WEEKDAY_NAME}\b", _weekday),
    ("date", r"(上上|上|这|本|下下|下)个?(周|星期|礼拜|月)(?![一二三四五六日天末1-6])", _period),
    ("date", r"\b(last|this|next) (week|month|year)\b", _period),
    ("date", rf"\bin {COUNT} (day|week|month|year)s?\b", lambda m: _distance(m[1], m[2], "+")),
    ("date", rf"\b{COUNT} (day|week|month|year)s? ago\b", lambda m: _distance(m[1], m[2], "-")),
)
