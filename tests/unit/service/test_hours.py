"""Hours: what a customer is told at a hand-off."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from kefu.core.errors import BadConfig
from kefu.service.desk.hours import parse_hours

ZONE = ZoneInfo("Asia/Shanghai")
WEEKDAYS = {"days": ["mon", "tue", "wed", "thu", "fri"], "hours": "09:00-18:00", "holidays": ["2026-10-01"]}


def opening(text: str) -> str | None:
    found = parse_hours(WEEKDAYS, ZONE).next_opening(datetime.fromisoformat(text))
    return found and found.isoformat()


def test_now_is_open() -> None:
    assert opening("2026-11-23T09:00+08:00") is None


def test_the_clock_of_the_business_counts() -> None:
    assert opening("2026-11-23T01:30+00:00") is None


def test_before_and_after_hours() -> None:
    assert opening("2026-11-23T08:59+08:00") == "2026-11-23T09:00:00+08:00"
    assert opening("2026-11-23T18:00+08:00") == "2026-11-24T09:00:00+08:00"


def test_weekends_and_holidays_are_skipped() -> None:
    assert opening("2026-11-27T20:00+08:00") == "2026-11-30T09:00:00+08:00"
    assert opening("2026-09-30T20:00+08:00") == "2026-10-02T09:00:00+08:00"


@pytest.mark.parametrize("wrong", [{"hours": "9 to 5"}, {"days": ["someday"]}, {"days": "mon"}, {"holidays": ["soon"]}])
def test_wrong_hours_say_how_to_write_them(wrong: dict[str, object]) -> None:
    with pytest.raises(BadConfig, match="Write days = "):
        parse_hours(wrong, ZONE)
