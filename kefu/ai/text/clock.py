"""Times of day: `15:30`, from one to the other `09:00/18:00`."""

from __future__ import annotations

import re

from kefu.ai.text.forms import Meaning, form
from kefu.ai.text.numerals import DIGITS

AFTERNOON = frozenset("下午 晚上 傍晚 夜里 晚 pm p.m. p.m afternoon evening tonight".split())
NIGHT = frozenset("夜里 晚上 晚 night".split())
"""Twelve at night is midnight."""

MORNING = frozenset("am a.m. a.m 凌晨 早上 上午 早 morning".split())
PERIOD = "上午|早上|早晨|清晨|凌晨|中午|下午|晚上|傍晚|夜里|(?<![今明昨当])[早晚](?=\\d)"
DAY_PART = re.compile("[今明昨当]([早晚])上?$")
"""A day with its part, which is found as the day: 今晚8点 is a date and a time."""


def clock(period: str | None, hour: int, minute: int) -> str | None:
    """An hour of twelve or of twenty-four as `15:30`; None for none."""
    if hour == 12 and (period in NIGHT or period in MORNING):
        hour = 0
    elif (hour < 12 and (period in AFTERNOON or (period == "night" and hour > 5))) or (hour < 3 and period == "中午"):
        hour += 12
    return f"{hour:02}:{minute:02}" if hour <= 24 and minute < 60 else None


def _chinese(match: re.Match[str]) -> Meaning | None:
    hour, period = int(match["h"]), match["p"]
    if period is None and (day := DAY_PART.search(match.string, 0, match.start())):
        period = day[1]
    if match["half"]:
        return _time(clock(period, hour, 30))
    if match["quarters"]:
        return _time(clock(period, hour, 15 * int(match["quarters"])))
    minute = match["m"] or match["mm"] or "0"
    return _time(clock(period, hour, int(minute) if minute.isdecimal() else DIGITS[minute]))


def _chinese_short(match: re.Match[str]) -> Meaning | None:
    """差五分八点 is five to eight."""
    short = int(match["m"]) if match["m"] else 15 * int(match["quarters"])
    return _before(clock(match["p"] or match["own"], int(match["h"]), 0), short)


def _english(match: re.Match[str]) -> Meaning | None:
    named = match.groupdict()
    return _time(clock(named.get("p") or named.get("part"), int(match["h"]), int(named.get("m") or 0)))


def _english_range(match: re.Match[str]) -> Meaning | None:
    """From 2 to 4 pm: the first hour is of the same half of the day, where that comes before the second."""
    first, minute = int(match["h"]), int(match["m"] or 0)
    begin, end = clock(match["p2"], first, minute), clock(match["p2"], int(match["h2"]), int(match["m2"] or 0))
    if begin and end and begin > end:
        begin = clock(None, first, minute)
    return ("time", f"{begin}/{end}") if begin and end else None


def _past(match: re.Match[str]) -> Meaning | None:
    """Half past six, ten to nine."""
    share = match["share"].removeprefix("a ")
    minutes = {"half": 30, "quarter": 15}.get(share) or int(share)
    time = clock(match["p"] or match["part"], int(match["h"]), 0)
    if match["way"] != "past":
        return _before(time, minutes)
    return ("time", f"{time[:3]}{minutes:02}") if time and minutes < 60 else None


def _time(time: str | None) -> Meaning | None:
    return ("time", time) if time else None


def _before(time: str | None, minutes: int) -> Meaning | None:
    if time is None:
        return None
    at = (int(time[:2]) * 60 - minutes) % 1440
    return "time", f"{at // 60:02}:{at % 60:02}"


HOUR = r"(?<![a-z\d:.$#])(?<!\d-)(?P<h>\d{1,2})"
AM_PM = r"(?:am|pm|[ap]\.m\.?)(?![a-z])"
PART = r" (?:in the |at )?(?P<part>(?<=the )morning|(?<=the )afternoon|(?<=the )evening|(?<=at )night)\b"
UNTIL = r" ?(?:-|–|~|to|until|till|and) ?"

FORMS = (
    form(
        "点:",
        rf"(?P<p>{PERIOD})?的?(?<![\d:.])(?P<h>\d{{1,2}})(?:点(?!\d*(?:折|倍)|[意建要问不])"
        r"(?:(?P<half>半)|(?P<quarters>[1-3])刻|(?P<m>\d{1,2}(?!\d)|[一二三四五六七八九](?=分))分?|钟|整)?"
        rf"|:(?P<mm>\d\d)(?::\d\d)?(?![\d:])(?! ?{AM_PM}|{PART.replace('?P<part>', '?:')}))",
        _chinese,
    ),
    form(
        "差",
        rf"(?P<p>{PERIOD})?差(?:(?P<m>\d{{1,2}})分钟?|(?P<quarters>[1-3])刻钟?)(?P<own>{PERIOD})?(?P<h>\d{{1,2}})点",
        _chinese_short,
    ),
    form("am pm a p", rf"{HOUR}(?:[:.](?P<m>\d\d))? ?(?P<p>{AM_PM})", _english),
    form("morning afternoon evening night tonight", rf"{HOUR}(?::(?P<m>\d\d))?{PART}", _english),
    form("clock oclock", rf"{HOUR} ?o'? ?clock\b(?:{PART})?", _english),
    form(
        "am pm a p",
        rf"(?:\b(?:from|between) )?{HOUR}(?:[:.](?P<m>\d\d))?{UNTIL}"
        rf"(?P<h2>\d{{1,2}})(?:[:.](?P<m2>\d\d))? ?(?P<p2>{AM_PM})",
        _english_range,
    ),
    form(
        "past to before",
        r"\b(?P<share>half|(?:a )?quarter|(?:5|10|20|25)) (?P<way>past|to|before) (?P<h>\d{1,2})\b"
        r"(?![:%\d$]| ?[a-z]{3})"
        rf"(?: ?(?P<p>{AM_PM}))?(?:{PART})?",
        _past,
    ),
    form(
        "at from by around before after",
        r"\b(?:at|by|from|around|before|after) (?P<x>(?P<h>\d{1,2}) (?P<m>[0-5]\d))\b(?! ?[a-z%])",
        _english,
    ),
    form("tonight", r"\b(?P<x>(?P<h>\d{1,2}) (?P<m>[0-5]\d))(?= (?P<p>tonight))", _english, 1.1),
    form("noon", r"\bnoon\b", lambda _: ("time", "12:00")),
    form("midnight", r"\bmidnight\b", lambda _: ("time", "00:00")),
)
