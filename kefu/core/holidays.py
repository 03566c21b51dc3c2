"""Holidays whose day moves from year to year, by name."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

LUNAR = """
2020 0125 0625 0825 1001 1025
2021 0212 0614 0814 0921 1014
2022 0201 0603 0804 0910 1004
2023 0122 0622 0822 0929 1023
2024 0210 0610 0810 0917 1011
2025 0129 0531 0829 1006 1029
2026 0217 0619 0819 0925 1018
2027 0206 0609 0808 0915 1008
2028 0126 0528 0826 1003 1026
2029 0213 0616 0816 0922 1016
2030 0203 0605 0805 0912 1005
2031 0123 0624 0824 1001 1024
2032 0211 0612 0812 0919 1012
2033 0131 0601 0801 0908 1001
2034 0219 0620 0820 0927 1020
2035 0208 0610 0810 0916 1009
2036 0128 0530 0828 1004 1027
2037 0215 0618 0817 0924 1017
2038 0204 0607 0807 0913 1007
2039 0124 0527 0826 1002 1026
2040 0212 0614 0814 0920 1014
2041 0201 0603 0803 0910 1003
2042 0122 0622 0822 0928 1022
2043 0210 0611 0811 0917 1011
2044 0130 0531 0731 1005 1029
2045 0217 0619 0819 0925 1018
2046 0206 0608 0808 0915 1008
2047 0126 0529 0827 1004 1027
2048 0214 0615 0816 0922 1016
2049 0202 0604 0805 0911 1005
2050 0123 0623 0823 0930 1024
"""
"""A year, then the month and day of the first day of the lunar year, and of its 5/5, 7/7, 8/15 and 9/9.

Written by the library borax 4.1.3; `python tools/holidays.py` computes it again.
"""

YEARS = {int(year): days for year, *days in map(str.split, LUNAR.strip().splitlines())}


def holiday(name: str, year: int) -> date | None:
    """The day of a holiday in a year; None for a name not in `HOLIDAYS` or a year outside of its table."""
    make = HOLIDAYS.get(name)
    return make(year) if make else None


def easter(year: int) -> date:
    """Easter Sunday of the Gregorian calendar. Source: Meeus, Astronomical Algorithms, chapter 8."""
    golden, (century, rest) = year % 19, divmod(year, 100)
    leaps, left = divmod(century, 4)
    moon = (19 * golden + century - leaps - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    sunday = (32 + 2 * left + 2 * (rest // 4) - moon - rest % 4) % 7
    month, day = divmod(moon + sunday - 7 * ((golden + 11 * moon + 22 * sunday) // 451) + 114, 31)
    return date(year, month, day + 1)


def _lunar(column: int, later: int = 0) -> Callable[[int], date | None]:
    def make(year: int) -> date | None:
        days = YEARS.get(year)
        if days is None:
            return None
        return date(year, int(days[column][:2]), int(days[column][2:])) + timedelta(days=later)

    return make


def _weekday(month: int, weekday: int, number: int, later: int = 0) -> Callable[[int], date | None]:
    """The `number`-th such ISO weekday of a month."""

    def make(year: int) -> date | None:
        first = date(year, month, 1)
        return first + timedelta(days=(weekday - first.isoweekday()) % 7 + 7 * (number - 1) + later)

    return make


def _term(month: int, constant: float) -> Callable[[int], date | None]:
    """A solar term of the years 2001 to 2099, by the customary formula (寿星公式)."""

    def make(year: int) -> date | None:
        short = year - 2000
        return date(year, month, int(short * 0.2422 + constant) - short // 4) if 0 < short < 100 else None

    return make


HOLIDAYS: dict[str, Callable[[int], date | None]] = {
    "spring_festival": _lunar(0),
    "new_years_eve": _lunar(0, -1),
    "lantern": _lunar(0, 14),
    "qingming": _term(4, 4.81),
    "dragon_boat": _lunar(1),
    "qixi": _lunar(2),
    "mid_autumn": _lunar(3),
    "double_ninth": _lunar(4),
    "winter_solstice": _term(12, 21.94),
    "easter": easter,
    "mothers_day": _weekday(5, 7, 2),
    "fathers_day": _weekday(6, 7, 3),
    "labor_day": _weekday(9, 1, 1),
    "thanksgiving": _weekday(11, 4, 4),
    "black_friday": _weekday(11, 4, 4, 1),
}
"""Names to what gives the day in a year. `new_years_eve` is the eve of the lunar year, `labor_day` the American one."""
