from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from kefu.core.dates import days_of, times_of
from kefu.core.errors import BadInput
from kefu.core.holidays import holiday

TODAY = date(2026, 11, 4)
NOW = datetime(2026, 11, 4, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "begin", "end"),
    [
        ("2026-03-01", "2026-03-01", "2026-03-01"),
        ("2026-02", "2026-02-01", "2026-02-28"),
        ("2026-Q1", "2026-01-01", "2026-03-31"),
        ("---15", "2026-11-15", "2026-11-15"),
        ("+1d", "2026-11-05", "2026-11-05"),
        ("-1w", "2026-10-26", "2026-11-01"),
        ("+1w3", "2026-11-11", "2026-11-11"),
        ("-1q", "2026-07-01", "2026-09-30"),
        ("+2m", "2027-01-01", "2027-01-31"),
        ("-1m-15", "2026-10-15", "2026-10-15"),
        ("-1y-10-01", "2025-10-01", "2025-10-01"),
        ("+1y@spring_festival", "2027-02-06", "2027-02-06"),
        ("+0m:end", "2026-11-21", "2026-11-30"),
        ("-3d/+0d", "2026-11-01", "2026-11-04"),
        ("--12-24/--01-02", "2026-12-24", "2027-01-02"),
        ("--02-29", "2028-02-29", "2028-02-29"),
    ],
)
def test_what_a_date_means_today(value: str, begin: str, end: str) -> None:
    assert days_of(value, TODAY) == (date.fromisoformat(begin), date.fromisoformat(end))


def test_which_year_is_meant() -> None:
    assert days_of("--03-01", TODAY, "past")[0] == date(2026, 3, 1)
    assert days_of("--03-01", TODAY, "future")[0] == date(2027, 3, 1)
    assert days_of("---31", TODAY, "future")[0] == date(2026, 12, 31)


@pytest.mark.parametrize("value", ["2026-02-30", "tomorrow", "+3d4", "@nothing", "2026-13", "", "--03-01/x", "+9999y"])
def test_what_is_no_date(value: str) -> None:
    with pytest.raises(BadInput):
        days_of(value, TODAY)


@pytest.mark.parametrize(
    ("value", "begin", "end"),
    [
        ("15:30", "2026-11-04T15:30", "2026-11-04T15:30"),
        ("22:00/06:00", "2026-11-04T22:00", "2026-11-05T06:00"),
        ("-PT2H", "2026-11-04T08:00", "2026-11-04T08:00"),
        ("24:00", "2026-11-05T00:00", "2026-11-05T00:00"),
    ],
)
def test_what_a_time_means_now(value: str, begin: str, end: str) -> None:
    assert [f"{one:%Y-%m-%dT%H:%M}" for one in times_of(value, NOW)] == [begin, end]


def test_what_is_no_time() -> None:
    with pytest.raises(BadInput):
        times_of("25 past", NOW)


@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("easter", "2026-04-05"),
        ("thanksgiving", "2026-11-26"),
        ("black_friday", "2026-11-27"),
        ("qingming", "2026-04-05"),
        ("winter_solstice", "2026-12-22"),
        ("mid_autumn", "2026-09-25"),
        ("lantern", "2026-03-03"),
        ("new_years_eve", "2026-02-16"),
        ("mothers_day", "2026-05-10"),
    ],
)
def test_holidays_that_move(name: str, day: str) -> None:
    assert holiday(name, 2026) == date.fromisoformat(day)


def test_years_outside_of_the_table() -> None:
    assert holiday("spring_festival", 1990) is None
