"""Service levels: by when people must answer and settle, counted in the time that they are there.

All follows from the state and the time, so that it may be asked again and again: what was done is not done twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import get_args

from kefu.core.events import Escalated, Event, TargetMissed, TargetNear, TargetSet
from kefu.core.nouns import Conversation
from kefu.core.work import Priority, Target, Work
from kefu.service.desk.business_time import add_business_time
from kefu.service.desk.hours import DAY_MINUTES, Hours
from kefu.service.desk.terms import BadTerm, Terms, tables_of

TARGETS: tuple[Target, ...] = get_args(Target)

HoursOf = Callable[[str], Hours]
"""The hours of a team by its name; of the house for an empty or unknown one."""


@dataclass(frozen=True, slots=True)
class Level:
    """A service level; it is that of a conversation which has one of its priorities, teams, channels and tags.

    An empty list means any. `within` holds what is promised, in business time; the team is warned `warn` before.
    What is missed goes to `escalate_team` or `escalate_person`, where there is one.
    """

    name: str
    priorities: tuple[Priority, ...] = ()
    teams: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    within: tuple[tuple[Target, timedelta], ...] = ()
    warn: timedelta = timedelta(0)
    escalate_team: str = ""
    escalate_person: str = ""
    around_the_clock: bool = False

    def holds_for(self, talk: Conversation) -> bool:
        """Whether it is the level of a conversation."""
        work = talk.work
        return (
            (not self.priorities or work.priority in self.priorities)
            and (not self.teams or work.team in self.teams)
            and (not self.channels or talk.channel in self.channels)
            and (not self.tags or bool({*self.tags} & {*work.tags}))
        )


def parse_levels(value: object) -> tuple[Level, ...]:
    """Read `[[service_levels]]`; raises `BadConfig` with the number of the table."""
    levels = tuple(_parse(terms) for terms in tables_of("service_levels", value))
    if len({level.name for level in levels}) < len(levels):
        said = "kefu.toml [[service_levels]]: two have the same name; give each its own."
        raise BadTerm(said, "name", "twice")
    return levels


def _parse(terms: Terms) -> Level:
    within = tuple((target, span) for target in TARGETS if (span := terms.minutes(target)))
    level = Level(
        name=terms.name(),
        priorities=terms.choices("priorities", get_args(Priority)),
        teams=terms.texts("teams"),
        channels=terms.texts("channels"),
        tags=terms.texts("tags"),
        within=within,
        warn=terms.minutes("warn") or timedelta(0),
        escalate_team=terms.text("escalate_team"),
        escalate_person=terms.text("escalate_person"),
        around_the_clock=terms.yes("around_the_clock"),
    )
    terms.done()
    if not within:
        said = f"kefu.toml [{terms.place}]: it promises nothing; give {', '.join(TARGETS)} in minutes."
        raise BadTerm(said, TARGETS[0], "promises")
    return level


def level_of(talk: Conversation, levels: Sequence[Level]) -> Level | None:
    """The first level that holds for a conversation."""
    return next((level for level in levels if level.holds_for(talk)), None)


@dataclass(frozen=True, slots=True)
class Look:
    """A conversation as somebody looks at it: by which level and hours, and when."""

    talk: Conversation
    level: Level | None
    hours: Hours
    now: datetime


def watch(talk: Conversation, levels: Sequence[Level], hours_of: HoursOf, now: datetime) -> tuple[Event, ...]:
    """What the service levels make of a conversation now: begun, ended, near, missed and escalated targets."""
    level = level_of(talk, levels)
    look = Look(talk, level, _hours(level, talk, hours_of), now)
    wanted = dict(_wanted(talk, level, look.hours)) if level else {}
    return tuple(event for target in TARGETS for event in _of_target(target, wanted.get(target), look))


def horizon(levels: Sequence[Level], hours: Sequence[Hours], now: datetime) -> datetime:
    """Until when a target must end for anything to be done about it now: the latest that any level warns of."""
    warned = {level.warn for level in levels if level.warn}
    return max((add_business_time(one, now, warn) for one in hours for warn in warned), default=now)


def _hours(level: Level | None, talk: Conversation, hours_of: HoursOf) -> Hours:
    hours = hours_of(talk.work.team)
    return Hours(hours.zone, spans=((0, DAY_MINUTES),)) if level and level.around_the_clock else hours


def _wanted(talk: Conversation, level: Level, hours: Hours) -> Iterator[tuple[Target, datetime]]:
    """By when each target that runs must be met."""
    if talk.waiting is None:
        return
    work, promised = talk.work, dict(level.within)
    since: Mapping[Target, datetime | None] = {
        "first_reply": None if work.answered_at else talk.waiting.since,
        "next_reply": work.unanswered_since if work.answered_at else None,
        "resolution": talk.waiting.since,
    }
    for target, begun in since.items():
        if begun and target in promised:
            yield target, add_business_time(hours, begun, promised[target])


def _of_target(target: Target, due: datetime | None, look: Look) -> Iterator[Event]:
    work, level, now = look.talk.work, look.level, look.now
    if due is None:
        if target in work.due or target in work.late:
            yield TargetSet(now, target, None)
        return
    if target in work.late and due <= now:
        return
    if work.due.get(target) != due:
        yield TargetSet(now, target, due)
    if due <= now:
        yield TargetMissed(now, target, due)
        yield from _escalated(target, work, level, now)
    elif _is_near(due, look) and (target not in work.near or work.due.get(target) != due):
        yield TargetNear(now, target, due)


def _is_near(due: datetime, look: Look) -> bool:
    warn = look.level.warn if look.level else timedelta(0)
    return bool(warn) and due <= add_business_time(look.hours, look.now, warn)


def _escalated(target: Target, work: Work, level: Level | None, now: datetime) -> Iterator[Event]:
    if level is None or not (level.escalate_team or level.escalate_person):
        return
    if (level.escalate_team or work.team, level.escalate_person or work.person) != (work.team, work.person):
        yield Escalated(now, target, level.escalate_person, level.escalate_team)
