"""The team's side of a conversation's state: what assigning, closing or a service level changes in it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

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
    Reopened,
    Snoozed,
    Tagged,
    TargetMissed,
    TargetSet,
    Woken,
)
from kefu.core.nouns import Conversation, Waiting
from kefu.core.work import Speaker, Work

NOTHING_UNDER_WAY = {"flow": None, "paused": (), "queue": (), "offered": (), "stumbles": 0}


def written_to(now: Conversation, at: datetime) -> Work:
    """The team's side once the customer wrote: a snoozed conversation wakes, a closed one begins anew."""
    work = now.work
    if work.closed:
        return Work(tags=work.tags, fields=work.fields, last_by="customer", unanswered_since=at)
    return replace(work, last_by="customer", snoozed_until=None, unanswered_since=work.unanswered_since or at)


def answered(now: Conversation, by: Speaker) -> Work:
    """The team's side once somebody answered the customer."""
    return replace(now.work, last_by=by, unanswered_since=None)


def teamwork(now: Conversation, event: Event) -> dict[str, Any]:
    """The fields of the state that an event of the team changes."""
    match event:
        case PersonTook():
            return _given(now, event, event.who, now.work.team)
        case Assigned():
            return _given(now, event, event.person, event.team)
        case Escalated():
            given = _given(now, event, event.person or now.work.person, event.team or now.work.team)
            return {**given, "waiting": replace(given["waiting"], urgency="high")}
        case HandedBack():
            work = replace(now.work, person="", team="", snoozed_until=None, due={})
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
    work = replace(now.work, closed=True, merged_into=into, snoozed_until=None, unanswered_since=None, due={})
    return {"waiting": None, "work": work, **NOTHING_UNDER_WAY}


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
        case TargetSet():
            left = {name: due for name, due in work.due.items() if name != event.target}
            return replace(work, due=left if event.due is None else {**left, event.target: event.due})
        case TargetMissed():
            left = {name: due for name, due in work.due.items() if name != event.target}
            return replace(work, due=left, missed=tuple(dict.fromkeys((*work.missed, event.target))))
    return work
