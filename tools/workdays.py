"""Compute the table of `kefu.core.workdays` again: `pip install holidays==0.109 && python -P tools/workdays.py`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import date, timedelta

import holidays

from kefu.core.workdays import NOTICES, OFF


def lines(year: int) -> Iterator[str]:
    """Both lines of a year."""
    china = holidays.country_holidays("CN", years=year)
    days = [date(year, 1, 1) + timedelta(days=number) for number in range(366)]
    off = [day for day in days if day.year == year and day in china]
    made_up = [day for day in days if day.year == year and china.is_weekend(day) and china.is_working_day(day)]
    yield " ".join([str(year), *(f"{day:%m%d}" for day in off)])
    yield " ".join([str(year), "+", *(f"{day:%m%d}" for day in made_up)])


if __name__ == "__main__":
    fresh = [line for year in OFF for line in lines(year)]
    wrong = sorted(set(fresh) ^ set(NOTICES.strip().splitlines()))
    print(wrong or f"All {len(OFF)} years are as holidays has them.")
    sys.exit(bool(wrong))
