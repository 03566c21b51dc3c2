"""Compute the table of `kefu.core.holidays` again: `pip install borax==4.1.3 && python tools/holidays.py`."""

from __future__ import annotations

import sys

from borax.calendars.lunardate import LunarDate

from kefu.core.holidays import YEARS

DAYS = ((1, 1), (5, 5), (7, 7), (8, 15), (9, 9))

if __name__ == "__main__":
    fresh = {year: [f"{LunarDate(year, *day).to_solar_date():%m%d}" for day in DAYS] for year in YEARS}
    wrong = {year: days for year, days in fresh.items() if days != YEARS[year]}
    print(wrong or f"All {len(YEARS)} years are as borax has them.")
    sys.exit(bool(wrong))
