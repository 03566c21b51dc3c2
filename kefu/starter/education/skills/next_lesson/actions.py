"""What a learner studies next, and when their live classes are."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from kefu.core import Call, Carry, Choices, Fact, Option, Row, Say, Value

AHEAD = timedelta(days=7)
"""How far a timetable looks."""


async def schedule(call: Call) -> Carry | Say:
    """The live classes of the coming days, when that is what was asked for."""
    if call.intent != "schedule":
        return Carry({})
    rows = await classes(call)
    if not rows:
        return Say("no_classes")
    soon = [row for row in rows if moment(row) < call.now + AHEAD]
    if not soon:
        return Say("later", class_facts(rows[0], call))
    lines = [
        f"{moment(row).astimezone(call.now.tzinfo):%m-%d %H:%M}  {title(row, call)}  {row['room']}" for row in soon
    ]
    return Say("schedule", {"count": len(lines), "list": "\n".join(lines)})


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
    coming = [row for row in await classes(call) if row["course_id"] == call.slots["course"]]
    return Say("next_class", class_facts(coming[0], call)) if coming else Say("no_more_classes")


async def classes(call: Call) -> Sequence[Row]:
    """The customer's live classes from now on, soonest first."""
    return await call.find("classes", since=f"{call.now.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}")


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
