"""Features out of the log: a customer's visits as they were known at a moment, with how they sounded.

Every function here is given events and a moment, and takes no event from after it: the cut stands in one place,
`known_at`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from kefu.core.events import Clarified, MessageUnderstood, QuestionAsked, Rated, TicketOpened
from kefu.core.nouns import Fact as Plain
from kefu.core.ports.reports import Fact
from kefu.core.ports.store import Recorded
from kefu.service.insight.figures import is_contained
from kefu.service.insight.visits import Ground, visits

BAD_RATING = 2
ANGRY = 0.6
"""Anger from which a message counts as angry; `kefu.service.dialogue.fold.PRESSING` is what routing calls so."""

Talks = Sequence[Sequence[Recorded]]
"""The conversations of one customer, each with its events in order."""


@dataclass(frozen=True, slots=True)
class Visit:
    """A visit and the events in it."""

    fact: Fact
    events: tuple[Recorded, ...]


def known_at(talks: Talks, as_of: datetime) -> list[list[Recorded]]:
    """What had happened by a moment."""
    return [known for talk in talks if (known := [one for one in talk if one.event.at <= as_of])]


def visits_at(talks: Talks, ground: Ground, as_of: datetime) -> list[Visit]:
    """The visits of a customer as they stood at a moment, in their order."""
    found = []
    for talk in known_at(talks, as_of):
        facts = visits(talk, ground)
        ends = [*(fact.number for fact in facts[1:]), talk[-1].number + 1]
        for fact, end in zip(facts, ends, strict=False):  # where nobody wrote there is an end alone
            found.append(Visit(fact, tuple(one for one in talk if fact.number <= one.number < end)))
    return sorted(found, key=lambda one: (one.fact.at, one.fact.conversation_id))


def visit_columns(visit: Visit, as_of: datetime) -> dict[str, Plain]:
    """The columns of `log = "visit"`: the visit under way or just over."""
    fact, read = visit.fact, _understood(visit)
    waited = fact.first_reply[0] if fact.first_reply else 0.0
    if fact.handed and not fact.first_reply:
        waited = (as_of - fact.handed).total_seconds()
    return {
        "intent": fact.intent,
        "channel": fact.channel,
        "language": fact.language,
        "team": fact.team,
        "hour": fact.hour,
        "weekday": fact.day.weekday(),
        "asked": fact.asked,
        "replies": fact.replies,
        "answers": fact.answers,
        "engaged": int(fact.engaged),
        "answered": int(fact.answered),
        "confirmed": int(fact.confirmed),
        "contained": int(is_contained(fact)),
        "handed": int(fact.handed is not None),
        "reason": fact.reason,
        "waited_minutes": round(waited / 60, 2),
        "minutes": round((fact.ended - fact.at).total_seconds() / 60, 2),
        "questions": _count(visit, QuestionAsked),
        "clarified": _count(visit, Clarified),
        "late": int("missed" in (fact.first_target, fact.next_target, fact.resolution_target)),
        "anger": max((one.anger for one in read), default=0.0),
        "sentiment": min((one.sentiment for one in read), default=0.0),
        "last_sentiment": read[-1].sentiment if read else 0.0,
        "urgency": max((one.urgency for one in read), default=0.0),
        "certainty": min((one.intents[0].probability for one in read if one.intents), default=0.0),
    }


def visits_columns(found: Sequence[Visit], as_of: datetime, window_days: int) -> dict[str, Plain]:
    """The columns of `log = "visits"`: a customer's visits that began within the window, up to the moment."""
    since = as_of - timedelta(days=window_days) if window_days else datetime.min.replace(tzinfo=as_of.tzinfo)
    inside = [one for one in found if one.fact.at >= since]
    facts = [one.fact for one in inside]
    read = [event for one in inside for event in _understood(one)]
    rated = [fact.rating for fact in facts if fact.rating]
    latest = facts[-1] if facts else None
    return {
        "count": len(facts),
        "handed": sum(fact.handed is not None for fact in facts),
        "unanswered": sum(not fact.answered and not fact.answers for fact in facts),
        "complaints": sum(any(_is_complaint(one) for one in visit.events) for visit in inside),
        "bad_ratings": sum(rating <= BAD_RATING for rating in rated),
        "last_rating": rated[-1] if rated else None,
        "anger": max((one.anger for one in read), default=0.0),
        "sentiment": sum(one.sentiment for one in read) / len(read) if read else 0.0,
        "same_matter": sum(fact.intent == latest.intent for fact in facts[:-1]) if latest else 0,
        "last_at": latest.at if latest else None,
        "channels": len({fact.channel for fact in facts}),
    }


def came_back(visit: Fact, later: Sequence[Fact], within: timedelta) -> bool:
    """Whether the same customer came again with the same matter."""
    return any(visit.ended < one.at <= visit.ended + within and one.intent == visit.intent for one in later)


def was_unhappy(visit: Fact, after: Sequence[Recorded], within: timedelta) -> bool:
    """Whether a customer said or showed that they were unhappy after a visit: a bad rating, a complaint, anger."""
    for one in after:
        event = one.event
        if not visit.ended < event.at <= visit.ended + within:
            continue
        if isinstance(event, Rated) and event.score <= BAD_RATING:
            return True
        if _is_complaint(one) or (isinstance(event, MessageUnderstood) and event.anger >= ANGRY):
            return True
    return False


def _is_complaint(one: Recorded) -> bool:
    return isinstance(one.event, TicketOpened) and one.event.ticket.kind == "complaint"


def _understood(visit: Visit) -> list[MessageUnderstood]:
    return [one.event for one in visit.events if isinstance(one.event, MessageUnderstood)]


def _count(visit: Visit, kind: type) -> int:
    return sum(isinstance(one.event, kind) for one in visit.events)
