"""Time as the team has it: what passes while nobody is there does not count."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from kefu.core.errors import BadConfig
from kefu.service.desk.hours import Hours

LONGEST_DAYS = 3 * 366
"""How far ahead a moment is looked for."""


def business_time_between(hours: Hours, start: datetime, end: datetime) -> timedelta:
    """How long the team is there from `start` to `end`; nothing where `end` comes first. Costs a step a day."""
    total, day = timedelta(0), start.astimezone(hours.zone).date()
    while day <= end.astimezone(hours.zone).date():
        for opens, closes in hours.spans_on(day):
            total += max(timedelta(0), min(closes, end) - max(opens, start))
        day += timedelta(days=1)
    return total


def add_business_time(hours: Hours, start: datetime, amount: timedelta) -> datetime:
    """The first moment by which the team has been there for `amount` since `start`. UTC.

    Raises `BadConfig` for hours that never open.
    """
    left, day = amount, start.astimezone(hours.zone).date()
    if left <= timedelta(0):
        return start.astimezone(UTC)
    for _ in range(LONGEST_DAYS):
        for opens, closes in hours.spans_on(day):
            begin = max(opens, start.astimezone(UTC))
            if closes - begin >= left:
                return begin + left
            left -= max(timedelta(0), closes - begin)
        day += timedelta(days=1)
    raise BadConfig("These hours never open; look at days, hours and holidays in kefu.toml.")
