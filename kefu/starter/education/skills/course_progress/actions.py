"""How far a learner is in a course, and when they will finish it at their own pace."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise

from kefu.core import Call, Carry, Choices, Fact, Option, Row, Say, Value

RESTING = timedelta(days=21)
"""After so long without a lesson, the pace of before says nothing about when it goes on."""

FEWEST_LESSONS = 4
SHORTEST = timedelta(days=14)
"""With fewer lessons, or less time since the first, there is no pace to speak of yet."""

HALF_LIFE = timedelta(weeks=16)
"""A pause between lessons counts half as much as one that ended this much later."""

USUAL = 0.75
"""The share of the pauses that count as they are; longer ones are cut to the longest of these."""

SPREAD = 1.28
"""Standard deviations to either side that hold 80 % of a normal distribution."""

FARTHEST_DAYS = 730


@dataclass(frozen=True, slots=True)
class Forecast:
    """When a course will be finished: the likeliest day, and the days between which 8 of 10 learners finish."""

    day: date
    early: date
    late: date


async def overview(call: Call) -> Carry | Say:
    """All courses at once, when that is what was asked for and there are several."""
    rows = await call.find("my_courses") if call.intent == "course_overview" else ()
    if len(rows) < 2:
        return Carry({})
    lines = [f"{title(row, call)}  {row['lessons_done']}/{row['lessons']}" for row in rows]
    return Say("overview", {"count": len(rows), "list": "\n".join(lines)})


async def my_courses(call: Call) -> Choices:
    """The courses that the customer may mean."""
    rows = await call.find("my_courses")
    several = len(rows) > 1
    return Choices(tuple(option(row, call, several=several) for row in rows))


def option(row: Row, call: Call, *, several: bool) -> Option:
    """One course as a possible answer, with what its replies may name."""
    done, lessons = number(row["lessons_done"]), number(row["lessons"])
    facts: dict[str, Value] = {
        "enrolment": number(row["enrolment"]),
        "title": title(row, call),
        "lesson": done,
        "next": done + 1,
        "lessons": lessons,
        "remaining": lessons - done,
        "live": row["form"] == "live",
        "finished_at": str(row["finished_at"] or ""),
        "several": several,
    }
    return Option(str(row["course_id"]), title(row, call), (str(row["title_zh"]), str(row["title_en"])), facts)


async def progress(call: Call) -> Say:
    """How far the customer is in the course, and for `course_finish` when it will be finished."""
    known = call.facts
    rows = await call.find("studied", enrolment=number(known["enrolment"]))
    times = [moment(row["completed_at"]) for row in rows]
    if number(known["remaining"]) <= 0:
        return finished(call, times)
    if number(known["lesson"]) == 0:
        return Say("not_started")
    reply, facts = "progress", dict[str, Fact]()
    if times and call.now - times[-1] >= RESTING:
        reply, facts = "resting", {"weeks": (call.now - times[-1]).days // 7}
    elif call.intent == "course_finish":
        reply, facts = await finish(call, times)
    return Say(f"{reply}_named" if known["several"] else reply, facts)


def finished(call: Call, times: Sequence[datetime]) -> Say:
    """Congratulations, with the day where it is known."""
    day = call.facts["finished_at"] or (times[-1].isoformat() if times else "")
    return Say("finished_on", {"day": day}) if day else Say("finished")


async def finish(call: Call, times: Sequence[datetime]) -> tuple[str, dict[str, Fact]]:
    """The reply about the end of a course: by the timetable of its classes, or by the learner's pace."""
    if call.facts["live"]:
        (row,) = await call.find("last_class", course_id=call.slots["course"])
        if row["starts_at"] and moment(row["starts_at"]) > call.now:
            return "timetable", {"day": row["starts_at"]}
    found = forecast(times, number(call.facts["remaining"]), call.now)
    if found is None:
        return "no_pace", {}
    return "forecast", {"day": found.day, "early": found.early, "late": found.late}


def forecast(times: Sequence[datetime], remaining: int, now: datetime) -> Forecast | None:
    """When the remaining lessons will be completed at the pace of the completed ones; None when that can't be told.

    `times` are the completions so far, in order. The pace is the mean pause between two
    lessons, recent pauses weighing more (`HALF_LIFE`) and the longest quarter cut
    (winsorised), so that one holiday or one busy evening changes little. The time for all
    that remains is taken as log-normal; its relative variance is that of one pause,
    spread over the remaining lessons, plus that of the mean itself. One pause is
    taken to vary as in a Poisson process and, on top, as the cut pauses do.

    Deterministic. How well it does on the sample school stands in `bench/forecast` of
    kefu's repository.
    Source: D. R. Cox, "Renewal Theory" (1962), for the variance of the time to the n-th
    event; J. W. Tukey and D. H. McLaughlin (1963) for winsorising.
    """
    if len(times) < FEWEST_LESSONS or now - times[0] < SHORTEST:
        return None
    pauses = [(later - earlier) / timedelta(days=1) for earlier, later in pairwise(times)]
    weights = [0.5 ** ((now - time) / HALF_LIFE) for time in times[1:]]
    longest = quantile(pauses, weights, USUAL)
    usual = [min(pause, longest) for pause in pauses]
    mean = average(usual, weights)
    if mean <= 0 or remaining * mean > FARTHEST_DAYS:
        return None
    variance = average([(pause - mean) ** 2 for pause in usual], weights)
    counted = sum(weights) ** 2 / sum(weight**2 for weight in weights)
    sigma = math.sqrt((variance / mean**2 + 1) * (1 / remaining + 1 / counted))
    waited = min((now - times[-1]) / timedelta(days=1), mean / 2)
    days = remaining * mean - waited
    day, early, late = ((now + timedelta(days=days * math.exp(side * SPREAD * sigma))).date() for side in (0, -1, 1))
    return Forecast(day, early, late)


def average(values: Sequence[float], weights: Sequence[float]) -> float:
    """The weighted mean."""
    return sum(value * weight for value, weight in zip(values, weights, strict=True)) / sum(weights)


def quantile(values: Sequence[float], weights: Sequence[float], share: float) -> float:
    """The smallest value such that at least this share of the weight lies on it and below."""
    left = share * sum(weights)
    for value, weight in sorted(zip(values, weights, strict=True)):
        left -= weight
        if left <= 0:
            return value
    return max(values)


def title(row: Row, call: Call) -> str:
    """A course's title in the language of the conversation."""
    return str(row[f"title_{call.language}"])


def number(value: Fact) -> int:
    """A number from the records."""
    return int(str(value))


def moment(value: Fact) -> datetime:
    """A time from the records: ISO text in UTC."""
    return datetime.fromisoformat(str(value))
