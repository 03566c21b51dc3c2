"""One report: all figures over the visits of a time and a choice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from kefu.core.ports.reports import Fact
from kefu.service.desk.hours import Hours
from kefu.service.insight.erlang import Aim
from kefu.service.insight.figures import LADDER, Rate, Times, count_by, listed, old_enough, rate, times
from kefu.service.insight.forecast import DAYS, HOURS, Backtest, Forecast, backtest, forecast, full_days

BY = ("channel", "language", "intent")
SUGGESTIONS = ("accepted", "edited", "rejected")
USUAL_WORK_S = 240.0
"""Four minutes, until colleagues' own pauses tell better."""
ENOUGH_WORK = 30
"""Visits from which their own mean is taken."""

Counts = Sequence[tuple[str, int]]


@dataclass(frozen=True, slots=True)
class Period:
    """From one local day to another, both included."""

    since: date
    until: date

    @property
    def days(self) -> Sequence[date]:
        """Every day."""
        return [self.since + timedelta(days=ahead) for ahead in range((self.until - self.since).days + 1)]


@dataclass(frozen=True, slots=True)
class Colleague:
    """What one member of the team did: visits, answers, how soon, and how content customers were."""

    name: str
    visits: int
    answers: int
    first_reply: Times
    csat: Rate


@dataclass(frozen=True, slots=True)
class Report:
    """All figures; the names of rates are those of `FIGURES`, so that each can be listed.

    `days` has every day of the time, `hours` counts by weekday (from Monday) and hour. `ladder` and `verified` are
    over the visits of which it is known whether their customers came again; `young` are the others.
    """

    visits: int
    days: Sequence[tuple[date, int]]
    hours: Sequence[Sequence[int]]
    by: Mapping[str, Counts]
    ladder: Mapping[str, Rate]
    verified: Rate
    young: int
    automation: Rate
    first_reply: Times
    next_reply: Times
    resolution: Times
    targets: Mapping[str, Rate]
    csat: Rate
    rated: Rate
    ratings: Sequence[int]
    handed: Rate
    reasons: Counts
    suggestions: Mapping[str, int]
    colleagues: Sequence[Colleague]
    forecast: Forecast
    backtest: Backtest | None


def report(facts: Sequence[Fact], period: Period, now: datetime, hours: Hours, aim: Aim) -> Report:
    """The report over the visits of a period, as it stands now, for a team with these hours."""
    old = old_enough(facts, now)
    handed = listed(facts, "handed")
    ahead, behind = _forecast(facts, period, now, hours, aim)
    return Report(
        visits=len(facts),
        days=_by_day(facts, period),
        hours=_by_hour(facts),
        by={name: count_by(facts, name) for name in BY},
        ladder={name: rate(old, name) for name in LADDER},
        verified=rate(old, "verified", "judged"),
        young=len(facts) - len(old),
        automation=rate(facts, "contained"),
        first_reply=times(one.first_reply for one in handed if one.first_reply),
        next_reply=times(span for one in facts for span in one.next_replies),
        resolution=times(one.resolution for one in facts if one.resolution),
        targets={name: _kept(facts, name) for name in ("first", "next", "resolution")},
        csat=rate(facts, "content", "rated"),
        rated=rate(facts, "rated"),
        ratings=[sum(one.rating == score for one in facts) for score in range(1, 6)],
        handed=rate(facts, "handed"),
        reasons=count_by(handed, "reason"),
        suggestions={name: sum(getattr(one, name) for one in facts) for name in SUGGESTIONS},
        colleagues=_colleagues(facts),
        forecast=ahead,
        backtest=behind,
    )


def work_of(facts: Sequence[Fact]) -> float:
    """What a customer who wants people takes, in seconds of work."""
    worked = [one.worked_s for one in facts if one.worked_s]
    return sum(worked) / len(worked) if len(worked) >= ENOUGH_WORK else USUAL_WORK_S


def _by_day(facts: Sequence[Fact], period: Period) -> list[tuple[date, int]]:
    counts = Counter(one.day for one in facts)
    return [(day, counts[day]) for day in period.days]


def _by_hour(facts: Sequence[Fact]) -> list[list[int]]:
    counts = Counter((one.day.weekday(), one.hour) for one in facts)
    return [[counts[weekday, hour] for hour in range(HOURS)] for weekday in range(DAYS)]


def _kept(facts: Sequence[Fact], name: str) -> Rate:
    met, missed = (len(listed(facts, f"{name}_{state}")) for state in ("met", "missed"))
    return Rate(met, met + missed)


def _colleagues(facts: Sequence[Fact]) -> list[Colleague]:
    theirs: dict[str, list[Fact]] = {}
    for one in facts:
        if one.person:
            theirs.setdefault(one.person, []).append(one)
    ranked = sorted(theirs.items(), key=lambda pair: (-len(pair[1]), pair[0]))
    return [
        Colleague(
            name,
            len(some),
            sum(one.answers for one in some),
            times(one.first_reply for one in some if one.first_reply),
            rate(some, "content", "rated"),
        )
        for name, some in ranked
    ]


def _forecast(
    facts: Sequence[Fact], period: Period, now: datetime, hours: Hours, aim: Aim
) -> tuple[Forecast, Backtest | None]:
    """The week ahead, and how the same would have done in the last one."""
    work_s = work_of(facts)
    first = max(period.since, facts[0].day) if facts else period.since
    over = min(now.astimezone(hours.zone).date(), period.until + timedelta(days=1))
    days = full_days(first, over, hours)
    arrivals = [one.handed.astimezone(hours.zone) for one in facts if one.handed and one.answers]
    return forecast(arrivals, days, work_s, aim), backtest(arrivals, days, work_s, aim)
