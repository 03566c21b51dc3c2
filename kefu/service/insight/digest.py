"""The week in one page: what grew, what failed, what customers asked for. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from kefu.core.ports.insight import Alarm, Mention, Score, Topic
from kefu.core.ports.reports import Fact
from kefu.service.insight.figures import Rate, is_contained
from kefu.service.insight.quality import overall
from kefu.service.insight.report import Period
from kefu.service.insight.topics import Figures, Ground, before, quotes, troubled

TOP = 8
FEW = 5
WEEK = timedelta(days=7)
FAILURES = ("unanswered", "unclear", "handed_off", "corrected", "wrong", "rated_low")
"""Ways in which the machine fails: `Trouble`, and a bad rating."""


@dataclass(frozen=True, slots=True)
class Digest:
    """What a week brought: figures of this week and of the one before, and the few things to look at."""

    week: Period
    visits: tuple[int, int]
    contained: tuple[Rate, Rate]
    quality: tuple[int | None, int | None]
    top: Sequence[Figures]
    risen: Sequence[Figures]
    new: Sequence[Topic]
    alarms: Sequence[Alarm]
    complaints: Sequence[Mention]
    suggestions: Sequence[Mention]
    failures: Sequence[tuple[str, int]]
    automate: Sequence[Figures]


def week_of(day: date) -> Period:
    """The last whole week, from Monday, before a day."""
    monday = day - timedelta(days=day.weekday())
    return Period(monday - WEEK, monday - timedelta(days=1))


def digest(figures: Sequence[Figures], ground: Ground, alarms: Sequence[Alarm], scores: Sequence[Score]) -> Digest:
    """Put a week together; `ground` and `scores` hold the week before, too."""
    week, top = ground.period, [one for one in figures if not one.topic.family]
    facts = list(ground.facts.values())
    now, then = set(week.days), set(before(week).days)
    halves = [[one for one in facts if one.day in days] for days in (now, then)]
    mentions = [one for one in ground.mentions if ground.within(one.day)]
    named = [(name, len(troubled(mentions, ground.facts, name))) for name in FAILURES]
    points = [[overall(one) for one in scores if one.day in days] for days in (now, then)]
    means = [round(sum(some) / len(some)) if some else None for some in points]
    return Digest(
        week=week,
        visits=(len(halves[0]), len(halves[1])),
        contained=(_contained(halves[0]), _contained(halves[1])),
        quality=(means[0], means[1]),
        top=top[:TOP],
        risen=[one for one in top if one.growth.direction > 0][:FEW],
        new=[one.topic for one in figures if _is_new(one, week)][:FEW],
        alarms=[one for one in alarms if week.since <= one.day <= week.until and not one.is_dismissed],
        complaints=quotes([one for one in mentions if one.act == "complaint"], FEW),
        suggestions=quotes([one for one in mentions if one.act == "suggestion"], FEW),
        failures=sorted(((name, count) for name, count in named if count), key=lambda pair: -pair[1]),
        automate=sorted((one for one in top if one.simple.count), key=lambda one: -one.simple.count)[:FEW],
    )


def _is_new(one: Figures, week: Period) -> bool:
    """Whether a topic was found in this week and nobody came with it in the week before."""
    return week.since <= one.topic.since.date() <= week.until and not one.growth.before


def _contained(facts: Sequence[Fact]) -> Rate:
    return Rate(sum(map(is_contained, facts)), len(facts))
