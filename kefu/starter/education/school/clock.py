"""Local days and hours of the school, as seconds since 1970."""

from datetime import UTC, datetime, timedelta
from functools import cache
from random import Random

HOUR, DAY = 3_600, 86_400
SHANGHAI = 8 * HOUR
"""The zone's offset from UTC; it has had no summer time since 1991."""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def day_of(second: int) -> int:
    """The local day, counted from 1970."""
    return (second + SHANGHAI) // DAY


def weekday(day: int) -> int:
    """0 is Monday; 1970 began on a Thursday."""
    return (day + 3) % 7


def second_at(day: int, hour: float) -> int:
    """The second at which a local day shows this hour."""
    return day * DAY + int(hour * HOUR) - SHANGHAI


def draw_moment(rng: Random, day: int, hour: float) -> int:
    """Some time around an hour, between 6:30 and 23:30; at weekends the daytime is as likely."""
    if weekday(day) >= 5 and rng.random() < 0.5:
        hour = rng.choice((10.0, 15.0))
    return second_at(day, min(23.5, max(6.5, rng.gauss(hour, 0.9))))


def while_awake(second: int, *, back: bool = False) -> int:
    """The same time, or eight hours on (or back) when people sleep, from midnight to seven."""
    asleep = (second + SHANGHAI) % DAY < 7 * HOUR
    return second + asleep * (-8 if back else 8) * HOUR


def write_time(second: int) -> str:
    """ISO 8601 in UTC, as the tables keep it: 2026-03-01T02:00:00Z."""
    day, rest = divmod(second, DAY)
    return f"{_date(day)}T{rest // HOUR:02}:{rest // 60 % 60:02}:{rest % 60:02}Z"


def write_day(second: int) -> str:
    """The local day as order numbers name it: 260301."""
    return _date(day_of(second)).replace("-", "")[2:]


@cache
def _date(day: int) -> str:
    return (EPOCH + timedelta(days=day)).date().isoformat()
