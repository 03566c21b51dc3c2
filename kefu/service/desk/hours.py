"""When the team is there, so that a hand-off can say what happens next and when."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import TypeVar

from kefu.core.workdays import days_made_up, days_off
from kefu.service.desk.terms import BadTerm

T = TypeVar("T")

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
LONGEST_CLOSURE_DAYS = 60
"""How far ahead an opening day is looked for."""

DAY_MINUTES = 24 * 60
USUAL = "09:00-21:00"
CALENDARS = ("", "cn")

Span = tuple[int, int]
"""From when to when, in minutes after midnight."""


@dataclass(frozen=True, slots=True)
class Hours:
    """Opening hours of the team, in the business's time zone.

    `days` holds weekdays (0 = Monday), `spans` the hours of each, apart and in order; on `working_days` the
    team is there whatever the weekday, on `holidays` it is not. The `calendar` `cn` adds China's days off and
    made-up working days; a day that is named here wins over it. `minutes_to_reply` is what customers
    are told while the team is there.
    """

    zone: tzinfo
    days: frozenset[int] = frozenset(range(7))
    spans: tuple[Span, ...] = ((9 * 60, 21 * 60),)
    holidays: frozenset[date] = frozenset()
    working_days: frozenset[date] = frozenset()
    calendar: str = ""
    minutes_to_reply: int = 5

    def next_opening(self, now: datetime) -> datetime | None:
        """When the team is back, or None when it is there now. Aware, in the business's zone."""
        local = now.astimezone(self.zone)
        for ahead in range(LONGEST_CLOSURE_DAYS):
            for opens, closes in self.spans_on(local.date() + timedelta(days=ahead)):
                if now < closes:
                    return None if opens <= now else opens.astimezone(self.zone)
        midnight = datetime.combine(local.date() + timedelta(days=LONGEST_CLOSURE_DAYS), time(), self.zone)
        return midnight + timedelta(minutes=self.spans[0][0])

    def is_open(self, now: datetime) -> bool:
        """Whether the team is there."""
        return any(opens <= now < closes for opens, closes in self.spans_on(now.astimezone(self.zone).date()))

    def spans_on(self, day: date) -> Iterator[tuple[datetime, datetime]]:
        """From when to when the team is there on a day of the business's zone; in UTC, so that differences are true."""
        if self.works(day):
            midnight = datetime.combine(day, time(), self.zone)
            for begin, end in self.spans:
                opens, closes = (midnight + timedelta(minutes=minutes) for minutes in (begin, end))
                yield opens.astimezone(UTC), closes.astimezone(UTC)

    def works(self, day: date) -> bool:
        """Whether the team is there at all on a day."""
        if day in self.holidays or day in self.working_days:
            return day in self.working_days
        if self.calendar == "cn" and (day in days_off(day.year) or day in days_made_up(day.year)):
            return day in days_made_up(day.year)
        return day.weekday() in self.days


def parse_hours(table: Mapping[str, object], zone: tzinfo, place: str = "handoff") -> Hours:
    """Read the `[handoff]` table of kefu.toml, or a team's; raises `BadConfig` saying which value is wrong."""

    def read(key: str, usual: object, parse: Callable[[object], T]) -> T:
        try:
            return parse(table.get(key, usual))
        except (ValueError, TypeError) as error:
            said = (
                f'kefu.toml [{place}]: {error}. Write days = ["mon", …], hours = "09:00-12:00, 13:00-18:00", '
                'holidays = ["2027-01-01"], working_days = ["2027-02-14"], calendar = "cn", minutes_to_reply = 5.'
            )
            raise BadTerm(said, key, key, str(table.get(key))) from error

    return Hours(
        zone=zone,
        days=read("days", list(DAYS), _weekdays),
        spans=read("hours", USUAL, lambda value: spans_of(str(value))),
        holidays=read("holidays", [], _dates),
        working_days=read("working_days", [], _dates),
        calendar=read("calendar", "", lambda value: _calendar(str(value))),
        minutes_to_reply=read("minutes_to_reply", 5, lambda value: int(str(value))),
    )


def _weekdays(value: object) -> frozenset[int]:
    days = frozenset(DAYS.index(str(day)[:3].lower()) for day in _listed(value))
    if not days:
        raise ValueError("there is no day on which anybody is there")
    return days


def _calendar(name: str) -> str:
    if name not in CALENDARS:
        raise ValueError(f"calendar {name!r} is unknown")
    return name


def spans_of(text: str) -> tuple[Span, ...]:
    """From when to when, as `09:00-12:00, 13:00-18:00` says; raises `ValueError`."""
    spans: list[Span] = []
    for part in text.replace("，", ",").split(","):
        begin, end = map(_minutes, part.split("-"))
        if begin >= end or (spans and begin < spans[-1][1]):
            raise ValueError(f"hours {text!r} overlap or end before they begin (midnight is 24:00)")
        spans.append((begin, end))
    return tuple(spans)


def _minutes(text: str) -> int:
    if text.strip() == "24:00":
        return DAY_MINUTES
    at = time.fromisoformat(text.strip())
    return at.hour * 60 + at.minute


def _dates(value: object) -> frozenset[date]:
    return frozenset(day if isinstance(day, date) else date.fromisoformat(str(day)) for day in _listed(value))


def _listed(value: object) -> list[object]:
    if not isinstance(value, list):
        raise TypeError(f"{value!r} must be a list")
    return value
