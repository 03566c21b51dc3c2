"""What a date or time that was said without a clock means on a given day.

A reader gives values that stay true: `+1d` is tomorrow whenever it is read. Here they become days.

    2026-03-01 2026-03 2026 2026-Q1    a day, month, year, quarter
    --03-01 --03 --Q1 ---15            the same without its year; a day without its month
    +1d -1w +0m -1q +1y                a step from today's day, week, month, quarter, year
    +1w3 +0m-15 -1y-10 -1y-10-01       a weekday (ISO number), a day or a month in one
    @mid_autumn 2026@easter +1y@qixi   a holiday that moves (`kefu.core.holidays`)
    +0m:end --03:start 2026:mid        the last, first or middle third of a month, quarter or year
    --03-01/--03-05                    from one to the other, both included
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from functools import partial
from typing import Literal

from kefu.core.errors import BadInput
from kefu.core.holidays import holiday

Lean = Literal["past", "near", "future"]
"""Which of the years that fit is meant where none was said: the last one, the nearest, the next one."""

Days = tuple[date, date]

POINT = re.compile(
    r"(?:(?P<year>\d{4})|(?P<count>[+-]\d{1,4})(?P<unit>[dwmqy])|(?P<none>-(?=-)|(?=@)))"
    r"(?:-Q(?P<quarter>[1-4])|-(?P<month>\d\d)?(?:-(?P<day>\d\d))?|@(?P<holiday>\w+)|(?P<weekday>[1-7]))?"
    r"(?::(?P<part>start|mid|end))?"
)
TIME = re.compile(r"(\d\d):(\d\d)")
DISTANCE = re.compile(r"([+-])PT(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?")
MOST_YEARS = 8
"""How far away the year of 29 February can be."""


def days_of(value: str, today: date, lean: Lean = "near") -> Days:
    """The first and the last day that a date value means; `today` is the customer's.

    Raises `BadInput` for what is no date value, or no day: 2026-02-30.
    """
    first, _, last = value.partition("/")
    begin, end = _point(first, today, lean)
    if last:
        since = today if last[0] in "+-" and last[1:2] != "-" else begin
        end = _point(last, since, "future")[1]
    return begin, end


def times_of(value: str, now: datetime) -> tuple[datetime, datetime]:
    """Begin and end of a time value: `15:30`, `09:00/18:00` on the day of `now`, `+PT30M` from it.

    Raises `BadInput` for what is no time value.
    """
    first, _, last = value.partition("/")
    begin = _time(first, now)
    end = _time(last, now) if last else begin
    return begin, end if end >= begin else end + timedelta(days=1)


def _time(value: str, now: datetime) -> datetime:
    if clock := TIME.fullmatch(value):
        midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
        return midnight + timedelta(hours=int(clock[1]), minutes=int(clock[2]))
    if step := DISTANCE.fullmatch(value):
        hours, minutes, seconds = (int(part or 0) for part in step.groups()[1:])
        distance = timedelta(hours=hours, minutes=minutes, seconds=seconds)
        return now + distance if step[1] == "+" else now - distance
    raise BadInput(f"{value!r} is no time; write it as 15:30, 09:00/18:00 or +PT30M.")


def _point(value: str, today: date, lean: Lean) -> Days:
    found = POINT.fullmatch(value)
    if found is None or (found["weekday"] and found["unit"] != "w"):
        raise BadInput(f"{value!r} is no date; `kefu.core.dates` lists what can be said.")
    try:
        begin, end = _whole(found, today, lean)
    except (ValueError, OverflowError):
        raise BadInput(f"{value!r} is no day of the calendar.") from None
    third = ((end - begin).days + 1) // 3
    match found["part"]:
        case "start":
            return begin, begin + timedelta(days=third - 1)
        case "mid":
            return begin + timedelta(days=third), end - timedelta(days=third)
        case "end":
            return end - timedelta(days=third - 1), end
    return begin, end


def _whole(found: re.Match[str], today: date, lean: Lean) -> Days:
    if found["year"]:
        return _in_year(found, int(found["year"]))
    if found["unit"]:
        return _stepped(found, today)
    if found["month"] or found["quarter"] or found["holiday"]:
        years = range(today.year - MOST_YEARS, today.year + MOST_YEARS + 1)
        return _nearest((partial(_in_year, found, year) for year in years), today, lean)
    months = (_month(today, step) for step in range(-MOST_YEARS, MOST_YEARS + 1))
    return _nearest((partial(_in_month, found, month) for month in months), today, lean)


def _stepped(found: re.Match[str], today: date) -> Days:
    count = int(found["count"])
    match found["unit"]:
        case "d":
            day = today + timedelta(days=count)
            return day, day
        case "w":
            monday = today + timedelta(days=7 * count + 1 - today.isoweekday())
            day = monday + timedelta(days=int(found["weekday"] or 1) - 1)
            return day, day if found["weekday"] else day + timedelta(days=6)
        case "m":
            return _in_month(found, _month(today, count))
        case "q":
            begin = _month(today.replace(month=(today.month - 1) // 3 * 3 + 1), 3 * count)
            return begin, _month_end(_month(begin, 2))
    return _in_year(found, today.year + count)


def _in_year(found: re.Match[str], year: int) -> Days:
    if found["holiday"]:
        day = holiday(found["holiday"], year)
        if day is None:
            raise ValueError(found["holiday"])
        return day, day
    if found["quarter"]:
        begin = date(year, 3 * int(found["quarter"]) - 2, 1)
        return begin, _month_end(_month(begin, 2))
    if found["month"] is None:
        return date(year, 1, 1), date(year, 12, 31)
    return _in_month(found, date(year, int(found["month"]), 1))


def _in_month(found: re.Match[str], first: date) -> Days:
    if found["day"] or (found["unit"] == "m" and found["month"]):
        day = first.replace(day=int(found["day"] or found["month"]))
        return day, day
    return first, _month_end(first)


def _month(day: date, step: int) -> date:
    """The first day of the month so many months on."""
    year, month = divmod(day.year * 12 + day.month - 1 + step, 12)
    return date(year, month + 1, 1)


def _month_end(first: date) -> date:
    return first.replace(day=calendar.monthrange(first.year, first.month)[1])


def _nearest(tries: Iterable[Callable[[], Days]], today: date, lean: Lean) -> Days:
    days = []
    for find in tries:
        try:
            days.append(find())
        except ValueError:  # 29 February, day 31: not in every year, not in every month
            continue
    if lean == "past":
        days = [one for one in days if one[0] <= today]
    if lean == "future":
        days = [one for one in days if one[1] >= today]
    return min(days, key=lambda one: _distance(one, today))


def _distance(days: Days, today: date) -> int:
    begin, end = days
    return 0 if begin <= today <= end else min(abs((begin - today).days), abs((end - today).days))
