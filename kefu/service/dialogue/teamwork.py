"""The team's side of a conversation's state: what assigning, closing or a service level changes in it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any, get_args

from kefu.core.events import (
    Assigned,
    Closed,
    Escalated,
    Event,
    FieldsSet,
    HandedBack,
    Merged,
    PersonTook,
    Prioritised,
    Rated,
    RatingAsked,
    Reopened,
    Snoozed,
    Tagged,
    TargetMissed,
    TargetNear,
    TargetSet,
    Woken,
)
from kefu.core.nouns import Conversation, Waiting
from kefu.core.work import Speaker, Target, Work

REPLIES: tuple[Target, ...] = ("first_reply", "next_reply")
"""The service levels that a person's answer meets."""

NOTHING_UNDER_WAY = {"flow": None, "paused": (), "queue": (), "offered": (), "stumbles": 0}


def written_to(now: Conversation, at: datetime) -> Work:
    """The team's side once the customer wrote: a snoozed conversation wakes, a closed one begins anew."""
    work = now.work
    if work.closed:
        kept = Work(tags=work.tags, fields=work.fields, asked_at=work.asked_at)
        return replace(kept, last_by="customer", unanswered_since=at)
    return replace(work, last_by="customer", snoozed_until=None, unanswered_since=work.unanswered_since or at)


def answered(work: Work, by: Speaker, at: datetime) -> Work:
    """The team's side once somebody answered the customer; with a person's answer the promised replies are given."""
    work = replace(work, last_by=by, unanswered_since=None)
    if by != "person":
        return work
    return replace(_without(work, *REPLIES), answered_at=work.answered_at or at)


def teamwork(now: Conversation, event: Event) -> dict[str, Any]:
    """The fields of the state that an event of the team changes."""
    match event:
        case PersonTook():
            return _given(now, event, event.who, now.work.team)
        case Assigned():
            return _given(now, event, event.person, event.team)
        case Escalated():
            person = event.person if event.person or event.team else now.work.person
            given = _given(now, event, person, event.team or now.work.team)
            return {**given, "waiting": replace(given["waiting"], urgency="high")}
        case HandedBack():
            work = replace(_without(now.work), person="", team="", snoozed_until=None, answered_at=None)
            return {"waiting": None, "stumbles": 0, "work": work}
        case Closed():
            return _ended(now, "")
        case Merged():
            return _ended(now, event.into)
        case Reopened():
            return _given(now, event, now.work.person, now.work.team)
        case Snoozed():
            given = _given(now, event, now.work.person, now.work.team)
            return {**given, "work": replace(given["work"], snoozed_until=event.until)}
    work = _noted(now.work, event)
    return {} if work is now.work else {"work": work}


def _given(now: Conversation, event: Event, person: str, team: str) -> dict[str, Any]:
    """People have the conversation: this person, or whoever takes it."""
    waiting = replace(now.waiting or Waiting("taken", event.at), taken_by=person or None)
    work = replace(now.work, person=person, team=team, closed=False, merged_into="", snoozed_until=None)
    return {"waiting": waiting, "work": work}


def _ended(now: Conversation, into: str) -> dict[str, Any]:
    work = replace(_without(now.work), closed=True, merged_into=into, snoozed_until=None, unanswered_since=None)
    return {"waiting": None, "work": work, **NOTHING_UNDER_WAY}


def _without(work: Work, *targets: Target) -> Work:
    """Without these service levels, or without any."""
    gone = targets or tuple(get_args(Target))
    due, late = ({name: at for name, at in held.items() if name not in gone} for held in (work.due, work.late))
    return replace(work, due=due, late=late, near=tuple(name for name in work.near if name not in gone))


def _noted(work: Work, event: Event) -> Work:
    """The team's side where only it changes."""
    match event:
        case Woken():
            return replace(work, snoozed_until=None)
        case Prioritised():
            return replace(work, priority=event.priority)
        case Tagged():
            kept = [tag for tag in work.tags if tag not in event.removed]
            return replace(work, tags=tuple(dict.fromkeys((*kept, *event.added))))
        case FieldsSet():
            return replace(
                work, fields={name: value for name, value in {**work.fields, **event.fields}.items() if value}
            )
        case Rated():
            return replace(work, rating=event.score)
        case RatingAsked():
            return replace(work, asked_at=event.at)
        case TargetSet():
            left = _without(work, event.target)
            return left if event.due is None else replace(left, due={**left.due, event.target: event.due})
        case TargetNear():
            return replace(work, near=tuple(dict.fromkeys((*work.near, event.target))))
        case TargetMissed():
            left = _without(work, event.target)
            missed = tuple(dict.fromkeys((*work.missed, event.target)))
            return replace(left, late={**left.late, event.target: event.due}, missed=missed)
    return work
