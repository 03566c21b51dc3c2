"""China's days off and made-up working days, which the State Council moves every year."""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache

from kefu.core.holidays import holiday

NOTICES = """
2024 0101 0210 0211 0212 0213 0214 0215 0216 0404 0405 0501 0502 0503 0610 0916 0917 1001 1002 1003 1004 1007
2024 + 0204 0218 0407 0428 0511 0914 0929 1012
2025 0101 0128 0129 0130 0131 0203 0204 0404 0501 0502 0505 0531 0602 1001 1002 1003 1006 1007 1008
2025 + 0126 0208 0427 0928 1011
2026 0101 0102 0216 0217 0218 0219 0220 0223 0405 0406 0501 0502 0504 0505 0619 0925 1001 1002 1003 1005 1006 1007
2026 + 0104 0214 0228 0509 0920 1010
"""
"""A year and its days off (weekends aside), then after `+` the weekend days that are worked instead.

From the yearly notices of the State Council's office, as the library holidays 0.109 has them;
`python -P tools/workdays.py` computes it again.
"""

LINES = [line.split() for line in NOTICES.strip().splitlines()]
OFF = {int(year): days for year, *days in LINES if "+" not in days}
MADE_UP = {int(year): days for year, plus, *days in LINES if plus == "+"}


def is_announced(year: int) -> bool:
    """Whether the notice of a year is in the table; other years have the days of the law alone."""
    return year in OFF


@lru_cache
def days_off(year: int) -> frozenset[date]:
    """Days of a year on which offices in China are closed; not all weekends are among them.

    Source for a year without a notice: Regulation on Public Holidays (全国年节及纪念日放假办法), as of 2025.
    """
    if is_announced(year):
        return _dates(year, OFF[year])
    spring = holiday("spring_festival", year)
    moved = [spring + timedelta(days=days) for days in range(-1, 3)] if spring else []
    moved += [day for name in ("qingming", "dragon_boat", "mid_autumn") if (day := holiday(name, year))]
    return _dates(year, ["0101", "0501", "0502", "1001", "1002", "1003"]) | set(moved)


@lru_cache
def days_made_up(year: int) -> frozenset[date]:
    """Weekend days of a year that are worked, in exchange for days off beside a holiday."""
    return _dates(year, MADE_UP.get(year, []))


def _dates(year: int, days: list[str]) -> frozenset[date]:
    return frozenset(date(year, int(day[:2]), int(day[2:])) for day in days)
