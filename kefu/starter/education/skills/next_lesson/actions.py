"""What a learner studies next, and when their live classes are."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta

from kefu.core import Call, Carry, Choices, Fact, Option, Row, Say, Value
from kefu.core.dates import days_of
from kefu.core.errors import BadInput

WEEK = timedelta(days=7)
"""How far a timetable looks where no days were named."""


async def schedule(call: Call) -> Carry | Say:
    """The live classes of the days that were named, else of the coming ones, when that is what was asked for."""
    if call.intent != "schedule":
        return Carry({})
    days = named_days(call)
    if days is None:
        return await timetable(call, call.now, call.now + WEEK, "", {})
    first, last = days
    begin, end = (datetime.combine(day, time(), call.now.tzinfo) for day in (first, last + timedelta(days=1)))
    return await timetable(call, begin, end, "_day" if first == last else "_days", {"first": first, "last": last})


async def timetable(call: Call, begin: datetime, end: datetime, of: str, facts: dict[str, Fact]) -> Say:
    """The classes from `begin` until before `end`, else the next one at all; `of` ends the names of the replies."""
    rows = await classes(call, min(begin, call.now))
    inside = [row for row in rows if begin <= moment(row) < end]
    coming = [row for row in rows if moment(row) >= call.now]
    if inside:
        lines = [
            f"{moment(row).astimezone(call.now.tzinfo):%m-%d %H:%M}  {title(row, call)}  {row['room']}"
            for row in inside
        ]
        return Say(f"schedule{of}", {**facts, "count": len(lines), "list": "\n".join(lines)})
    if coming:
        return Say(f"later{of}", {**facts, **class_facts(coming[0], call)})
    return Say("no_classes")


def named_days(call: Call) -> tuple[date, date] | None:
    """The first and the last day that the customer named, today at the earliest where it is among them.

    A weekday of this week that is over means next week's: on a Friday, 「周三有课吗」 looks ahead.
    """
    said, today = str(call.slots.get("day") or ""), call.now.date()
    try:
        first, last = days_of(said, today)
    except BadInput:  # none was named, or one that no calendar has
        return None
    if last < today and said.startswith("+0w"):
        return first + WEEK, last + WEEK
    return (today, last) if first < today <= last else (first, last)


async def my_courses(call: Call) -> Choices:
    """The courses that the customer has not finished."""
    rows = await call.find("my_courses")
    return Choices(tuple(option(row, call) for row in rows))


def option(row: Row, call: Call) -> Option:
    """One course as a possible answer, with its next lesson."""
    facts: dict[str, Value] = {
        "title": title(row, call),
        "lesson": int(str(row["lessons_done"])) + 1,
        "lessons": int(str(row["lessons"])),
        "lesson_title": str(row[f"lesson_{call.language}"]),
        "minutes": int(str(row["minutes"])),
        "live": row["form"] == "live",
    }
    return Option(str(row["course_id"]), title(row, call), (str(row["title_zh"]), str(row["title_en"])), facts)


async def next_lesson(call: Call) -> Say:
    """The next class of a live course, where one is to come, else the next lesson."""
    if not call.facts["live"]:
        return Say("next_lesson")
    coming = [row for row in await classes(call, call.now) if row["course_id"] == call.slots["course"]]
    return Say("next_class", class_facts(coming[0], call)) if coming else Say("no_more_classes")


async def classes(call: Call, since: datetime) -> Sequence[Row]:
    """The customer's live classes from a time on, soonest first."""
    return await call.find("classes", since=f"{since.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}")


def class_facts(row: Row, call: Call) -> dict[str, Fact]:
    """What a reply may say of one live class."""
    return {
        "title": title(row, call),
        "lesson": row["lesson"],
        "lesson_title": row[f"lesson_{call.language}"],
        "minutes": row["minutes"],
        "starts": row["starts_at"],
        "room": row["room"],
    }


def title(row: Row, call: Call) -> str:
    """A course's title in the language of the conversation."""
    return str(row[f"title_{call.language}"])


def moment(row: Row) -> datetime:
    """When a class starts."""
    return datetime.fromisoformat(str(row["starts_at"]))
