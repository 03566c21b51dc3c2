"""When sample customers come, who they are and what they want: drawn, and the same for the same seed."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo
from random import Random

from kefu.app.sample.script import Person, Script, draw

SENDER = "sample:"
"""Begins the sender of every sample conversation; no channel of ours makes such senders."""

RETURNING = 0.18
"""The share of those who wrote lately already."""
LATELY = timedelta(days=5)
VISITORS = 0.2
"""The share of those who write in the chat window without having signed in."""
GROWTH_A_WEEK = 0.04


@dataclass(frozen=True, slots=True)
class Matter:
    """One customer with one matter: when they come, through which channel, and how they prove who they are."""

    number: int
    at: datetime
    person: Person
    want: str
    channel: str
    sender: str
    proven: bool
    can_prove: bool


@dataclass(frozen=True, slots=True)
class Span:
    """The weeks until a time, in the business's zone."""

    until: datetime
    weeks: int
    zone: tzinfo


def plan(script: Script, channels: Mapping[str, str], span: Span, chance: Random) -> list[Matter]:
    """The matters of a span, in their order. `channels` maps names to the plug-ins that serve them."""
    parts = {name: script.channels[plugin] for name, plugin in channels.items() if plugin in script.channels}
    moments = [at for at in _moments(script, span, chance) if at < span.until]
    matters: list[Matter] = []
    for number, at in enumerate(sorted(moments)):
        again = _lately(matters, at, chance) if chance.random() < RETURNING else None
        person = again.person if again else chance.choice(script.people)
        name = draw(parts, chance)
        plugin = channels[name]
        known = plugin == "rest.v1" or (plugin == "webchat.v1" and chance.random() >= VISITORS)
        sender = SENDER + (person.id if known else f"visitor-{number}")
        want = again.want if again and chance.random() < 0.5 else draw(script.wants, chance)
        matters.append(Matter(number, at, person, want, name, sender, known, plugin != "rasa.v1"))
    return matters


def _moments(script: Script, span: Span, chance: Random) -> list[datetime]:
    """Times of arrival: a normal number each day (as good as Poisson's for so many), spread over its hours."""
    today, usual = span.until.astimezone(span.zone).date(), sum(script.days) / len(script.days)
    found = []
    for back in range(7 * span.weeks, -1, -1):
        day = today - timedelta(days=back)
        mean = script.a_day * script.days[day.weekday()] / usual * (1 - GROWTH_A_WEEK * back / 7)
        for _ in range(max(0, round(chance.gauss(mean, math.sqrt(max(mean, 0)))))):
            hour = chance.choices(range(24), script.hours)[0]
            local = datetime.combine(day, time(hour, chance.randrange(60), chance.randrange(60)), span.zone)
            found.append(local.astimezone(span.until.tzinfo))
    return found


def _lately(matters: list[Matter], at: datetime, chance: Random) -> Matter | None:
    known = [one for one in matters[-400:] if at - one.at < LATELY and one.proven]
    return chance.choice(known) if known else None
