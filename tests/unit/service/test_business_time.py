"""Business time against a count minute by minute, and China's calendar."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as some

from kefu.core.errors import BadConfig
from kefu.core.workdays import days_off, is_announced
from kefu.service.desk.business_time import add_business_time, business_time_between
from kefu.service.desk.hours import Hours, parse_hours

SHANGHAI = ZoneInfo("Asia/Shanghai")
OFFICE = {"days": ["mon", "tue", "wed", "thu", "fri"], "hours": "09:00-12:00, 13:30-18:00"}
MINUTE = timedelta(minutes=1)
LONGEST = 4 * 24 * 60

minutes = some.integers(4 * 60, 24 * 60)
"""Not between midnight and four, where a clock that is put forward or back has its own truth."""


@some.composite
def all_hours(draw: some.DrawFn) -> Hours:
    marks = sorted(draw(some.sets(minutes, min_size=2, max_size=4)))
    spans = tuple(zip(marks[::2], marks[1::2], strict=False))
    near = some.dates(date(2026, 9, 24), date(2026, 11, 3))
    return Hours(
        draw(some.sampled_from([SHANGHAI, ZoneInfo("Europe/Berlin"), UTC])),
        days=draw(some.frozensets(some.integers(0, 6), min_size=1)),
        spans=spans,
        holidays=draw(some.frozensets(near, max_size=3)),
        working_days=draw(some.frozensets(near, max_size=3)),
        calendar=draw(some.sampled_from(["", "cn"])),
    )


starts = some.integers(0, 36 * 24 * 60).map(lambda number: datetime(2026, 9, 24, tzinfo=UTC) + number * MINUTE)


def counted(hours: Hours, start: datetime, length: int) -> int:
    """Minutes whose wall clock is within the hours, one by one."""
    found = 0
    for number in range(length):
        local = (start + number * MINUTE).astimezone(hours.zone)
        at = local.hour * 60 + local.minute
        found += hours.works(local.date()) and any(begin <= at < end for begin, end in hours.spans)
    return found


@given(all_hours(), starts, some.integers(0, LONGEST))
def test_the_time_between_is_what_a_count_of_minutes_gives(hours: Hours, start: datetime, length: int) -> None:
    assert business_time_between(hours, start, start + length * MINUTE) == counted(hours, start, length) * MINUTE


@given(all_hours(), starts, some.integers(1, 120))
def test_adding_gives_the_first_moment_by_which_the_time_has_passed(hours: Hours, start: datetime, wanted: int) -> None:
    end = add_business_time(hours, start, wanted * MINUTE)
    assert business_time_between(hours, start, end) == wanted * MINUTE
    assert business_time_between(hours, start, end - MINUTE) < wanted * MINUTE
    assert hours.is_open(end - MINUTE)


def test_nothing_passes_backwards_and_no_time_is_no_time() -> None:
    hours, now = Hours(SHANGHAI), datetime(2026, 11, 27, 10, tzinfo=SHANGHAI)
    assert business_time_between(hours, now, now - timedelta(days=3)) == timedelta(0)
    assert add_business_time(hours, now, timedelta(0)) == now


@pytest.mark.parametrize(
    ("day", "works"),
    [
        ("2026-02-13", True),
        ("2026-02-14", True),  # a Saturday, worked for the Spring Festival
        ("2026-02-17", False),  # the Spring Festival
        ("2026-02-28", True),  # a Saturday, worked
        ("2026-03-07", False),  # a Saturday like any other
        ("2026-10-08", True),
        ("2031-01-23", False),  # the Spring Festival of a year that has no notice yet
    ],
)
def test_the_calendar_of_china_has_days_off_and_made_up_working_days(day: str, works: bool) -> None:
    hours = parse_hours({**OFFICE, "calendar": "cn"}, SHANGHAI)
    assert hours.works(date.fromisoformat(day)) == works


def test_a_day_that_the_company_names_wins_over_the_calendar() -> None:
    own = {"calendar": "cn", "working_days": ["2026-02-17"], "holidays": ["2026-02-14"]}
    hours = parse_hours({**OFFICE, **own}, SHANGHAI)
    assert (hours.works(date(2026, 2, 17)), hours.works(date(2026, 2, 14))) == (True, False)


def test_the_noon_break_is_no_business_time() -> None:
    hours = parse_hours(OFFICE, SHANGHAI)
    friday = datetime(2026, 11, 27, 11, 30, tzinfo=SHANGHAI)
    assert add_business_time(hours, friday, timedelta(hours=1)) == datetime(2026, 11, 27, 14, tzinfo=SHANGHAI)
    assert add_business_time(hours, friday, timedelta(hours=6)) == datetime(2026, 11, 30, 10, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    "wrong",
    [{"hours": "22:00-06:00"}, {"hours": "09:00-12:00, 11:00-18:00"}, {"days": []}, {"calendar": "moon"}],
)
def test_hours_that_can_not_be_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(BadConfig, match="Write days = "):
        parse_hours(wrong, SHANGHAI)


def test_hours_that_never_open_are_found_out() -> None:
    closed = Hours(SHANGHAI, days=frozenset(), working_days=frozenset({date(2026, 1, 5)}))
    with pytest.raises(BadConfig, match="never open"):
        add_business_time(closed, datetime(2026, 11, 27, tzinfo=UTC), timedelta(hours=1))


def test_years_without_a_notice_have_the_days_of_the_law() -> None:
    assert not is_announced(2040)
    assert date(2040, 2, 11) in days_off(2040)  # the eve of the Spring Festival
    assert len(days_off(2040)) == 13
