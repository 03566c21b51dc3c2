"""When the team is there, so that a hand-off can say what happens next and when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

from kefu.core.errors import BadConfig

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
LONGEST_CLOSURE_DAYS = 60
"""How far ahead an opening day is looked for."""


@dataclass(frozen=True, slots=True)
class Hours:
    """Opening hours of the team, in the business's time zone.

    `days` holds weekdays (0 = Monday), `minutes_to_reply` is what customers are told
    while the team is there.
    """

    zone: tzinfo
    days: frozenset[int] = frozenset(range(7))
    opens: time = time(9)
    closes: time = time(21)
    holidays: frozenset[date] = frozenset()
    minutes_to_reply: int = 5

    def next_opening(self, now: datetime) -> datetime | None:
        """When the team is back, or None when it is there now. Aware, in the business's zone."""
        local = now.astimezone(self.zone)
        if self._works(local.date()) and self.opens <= local.time() < self.closes:
            return None
        for ahead in range(LONGEST_CLOSURE_DAYS):
            day = local.date() + timedelta(days=ahead)
            start = datetime.combine(day, self.opens, self.zone)
            if self._works(day) and start > local:
                return start
        return datetime.combine(local.date() + timedelta(days=LONGEST_CLOSURE_DAYS), self.opens, self.zone)

    def _works(self, day: date) -> bool:
        return day.weekday() in self.days and day not in self.holidays


def parse_hours(table: Mapping[str, object], zone: tzinfo) -> Hours:
    """Read the `[handoff]` table of kefu.toml; raises `BadConfig` saying which value is wrong."""
    try:
        opens, closes = str(table.get("hours", "09:00-21:00")).split("-")
        days = table.get("days", list(DAYS))
        holidays = table.get("holidays", [])
        return Hours(
            zone=zone,
            days=frozenset(DAYS.index(str(day)[:3].lower()) for day in _listed(days)),
            opens=time.fromisoformat(opens.strip()),
            closes=time.fromisoformat(closes.strip()),
            holidays=frozenset(
                day if isinstance(day, date) else date.fromisoformat(str(day)) for day in _listed(holidays)
            ),
            minutes_to_reply=int(str(table.get("minutes_to_reply", 5))),
        )
    except (ValueError, TypeError) as error:
        raise BadConfig(
            f'kefu.toml [handoff]: {error}. Write days = ["mon", …], hours = "09:00-21:00", '
            'holidays = ["2027-01-01"], minutes_to_reply = 5.'
        ) from error


def _listed(value: object) -> list[object]:
    if not isinstance(value, list):
        raise TypeError(f"{value!r} must be a list")
    return value
