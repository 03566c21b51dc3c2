"""What people do to a conversation: each deed as a value, the events that it makes, and the deeds that undo it.

`deed` names the kind, so that the API can take any of them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

from kefu.core.errors import BadInput
from kefu.core.events import (
    Assigned,
    Closed,
    Corrected,
    Event,
    FieldsSet,
    HandedBack,
    HandedOff,
    Judged,
    MacroApplied,
    Merged,
    Noted,
    PersonReplied,
    PersonTook,
    Prioritised,
    QuestionSettled,
    Rated,
    Reopened,
    Snoozed,
    SpanJudged,
    SuggestionSettled,
    Tagged,
    TargetMissed,
    TicketOpened,
    Woken,
)
from kefu.core.nouns import Attachment, Conversation, Ticket, Urgency
from kefu.core.work import Priority, Target, Work
from kefu.service.desk.case import HOUSE
from kefu.service.desk.reference import reference_of
from kefu.service.dialogue.fold import fold
from kefu.service.dialogue.teamwork import REPLIES

BEST_RATING = 5


@dataclass(frozen=True, slots=True)
class Reply:
    """Answer the customer; this also takes the conversation. `draft` is the turn whose draft is sent as it stands.

    Of `attachments` only the ids count.
    """

    text: str
    draft: str = ""
    attachments: tuple[Attachment, ...] = ()
    deed: Literal["reply"] = "reply"


@dataclass(frozen=True, slots=True)
class Note:
    """Write something that only colleagues see; `mentions` are their names."""

    text: str
    mentions: tuple[str, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    deed: Literal["note"] = "note"


@dataclass(frozen=True, slots=True)
class Take:
    """Take the conversation; the machine stays back from now on."""

    deed: Literal["take"] = "take"


@dataclass(frozen=True, slots=True)
class HandBack:
    """Let the machine serve the customer again."""

    deed: Literal["hand_back"] = "hand_back"


@dataclass(frozen=True, slots=True)
class Assign:
    """Give the conversation to a person, a team, both or (empty) whoever takes it."""

    person: str = ""
    team: str = ""
    because: str = ""
    deed: Literal["assign"] = "assign"


@dataclass(frozen=True, slots=True)
class Prioritise:
    """Say how soon people must look."""

    priority: Priority
    deed: Literal["prioritise"] = "prioritise"


@dataclass(frozen=True, slots=True)
class Tag:
    """Put tags on and take them off."""

    add: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()
    deed: Literal["tag"] = "tag"


@dataclass(frozen=True, slots=True)
class SetFields:
    """Give fields of the company's own their values; an empty value takes a field away."""

    fields: Mapping[str, str] = field(default_factory=dict)
    deed: Literal["set_fields"] = "set_fields"


@dataclass(frozen=True, slots=True)
class Snooze:
    """Look again at a time (aware), or when the customer writes."""

    until: datetime
    deed: Literal["snooze"] = "snooze"


@dataclass(frozen=True, slots=True)
class Wake:
    """Look now; `because` is `person`, or `time` where the house does it."""

    because: str = "person"
    deed: Literal["wake"] = "wake"


@dataclass(frozen=True, slots=True)
class Close:
    """What the customer wanted is settled."""

    deed: Literal["close"] = "close"


@dataclass(frozen=True, slots=True)
class Reopen:
    """It was not settled after all."""

    deed: Literal["reopen"] = "reopen"


@dataclass(frozen=True, slots=True)
class Merge:
    """Go on in another conversation of the same customer."""

    into: str
    deed: Literal["merge"] = "merge"


@dataclass(frozen=True, slots=True)
class Rate:
    """How it went for the customer, from 1 to 5."""

    score: int
    comment: str = ""
    deed: Literal["rate"] = "rate"


@dataclass(frozen=True, slots=True)
class Correct:
    """Say what a message of a turn really wants; an empty `intent` takes that back, to `before` where there is one."""

    turn_id: str
    text: str
    intent: str
    before: str = ""
    deed: Literal["correct"] = "correct"


@dataclass(frozen=True, slots=True)
class JudgeSpan:
    """Say what stands from `start` to `end` in a message: a `kind`, nothing (empty), or None to take that back."""

    number: int
    start: int
    end: int
    kind: str | None
    deed: Literal["judge_span"] = "judge_span"


@dataclass(frozen=True, slots=True)
class SettleSuggestion:
    """Say what became of a suggestion: `accepted`, `edited` or `rejected`."""

    kind: str
    outcome: str
    source: str = ""
    deed: Literal["settle_suggestion"] = "settle_suggestion"


@dataclass(frozen=True, slots=True)
class UseMacro:
    """Write down that a macro was applied; its deeds follow by themselves."""

    macro: str
    deed: Literal["use_macro"] = "use_macro"


@dataclass(frozen=True, slots=True)
class Judge:
    """Judge the enquiry of a turn that was drawn for review."""

    turn_id: str
    right: bool
    deed: Literal["judge"] = "judge"


@dataclass(frozen=True, slots=True)
class SettleQuestion:
    """Settle the question that a turn left: `article` answers it from now on, or (empty) it needs no answer."""

    turn_id: str
    article: str = ""
    deed: Literal["settle_question"] = "settle_question"


@dataclass(frozen=True, slots=True)
class OpenTicket:
    """Write down work under a number that the customer can be told."""

    kind: str
    text: str
    urgency: Urgency = "normal"
    deed: Literal["open_ticket"] = "open_ticket"


@dataclass(frozen=True, slots=True)
class Flag:
    """Give the conversation to people at once, with a reason."""

    reason: str
    deed: Literal["flag"] = "flag"


TeamDeed = (
    Reply | Note | Take | HandBack | Assign | Prioritise | Tag | SetFields | Snooze | Wake | Close | Reopen | Merge
    | Correct | JudgeSpan | SettleSuggestion | UseMacro | OpenTicket
)  # fmt: skip
"""What a member of the team may do to any conversation that is theirs."""

Deed = TeamDeed | Rate | Judge | SettleQuestion | Flag
"""Anything that somebody does to a conversation."""


def events_of(deed: Deed, talk: Conversation, who: str, now: datetime) -> tuple[Event, ...]:  # noqa: C901, PLR0912 - one case a deed
    """What happens when `who` does this now; nothing where it is so already. Raises `BadInput` for what can't be."""
    work = talk.work
    match deed:
        case Reply():
            _need(deed.text or deed.attachments, "The reply is empty; write something first.")
            mine = talk.waiting is not None and talk.waiting.taken_by == who
            taken = () if mine else (PersonTook(now, who),)
            said = PersonReplied(now, who, deed.text, deed.draft, deed.attachments)
            return (*overdue(work, now, *REPLIES), *taken, said)
        case Note():
            _need(deed.text or deed.attachments, "The note is empty; write something first.")
            return (Noted(now, who, deed.text, deed.mentions, deed.attachments),)
        case Take():
            return (PersonTook(now, who),)
        case HandBack():
            return (HandedBack(now, who),)
        case Assign():
            same = talk.waiting is not None and (work.person, work.team) == (deed.person, deed.team)
            return () if same else (Assigned(now, who, deed.person, deed.team, deed.because),)
        case Prioritise():
            return () if work.priority == deed.priority else (Prioritised(now, who, deed.priority),)
        case Tag():
            return _tagged(deed, talk, who, now)
        case SetFields():
            fresh = {name: value for name, value in deed.fields.items() if work.fields.get(name, "") != value}
            return (FieldsSet(now, who, fresh),) if fresh else ()
        case Snooze():
            if deed.until <= now:
                raise BadInput("This time is over; snooze until a later one.")
            return (Snoozed(now, who, deed.until),)
        case Wake():
            return (Woken(now, deed.because),) if work.snoozed_until else ()
        case Close():
            return () if work.closed else (*overdue(work, now, "resolution"), Closed(now, who))
        case Reopen():
            return (Reopened(now, who),) if work.closed else ()
        case Merge():
            if deed.into == talk.id:
                raise BadInput("A conversation can't be merged into itself; choose another one.")
            return (Merged(now, who, deed.into),)
        case Rate():
            return (_rated(deed, now),)
        case Correct():
            _need(deed.text, "Say which text is meant.")
            return (Corrected(now, who, deed.turn_id, deed.text, deed.intent),)
        case JudgeSpan():
            return (_span_judged(deed, talk, who, now),)
        case SettleSuggestion():
            return (SuggestionSettled(now, who, deed.kind, deed.source, deed.outcome),)
        case UseMacro():
            return (MacroApplied(now, who, deed.macro),)
        case Judge():
            return (Judged(now, deed.turn_id, deed.right, who),)
        case SettleQuestion():
            return (QuestionSettled(now, deed.turn_id, deed.article, who),)
        case OpenTicket():
            return _opened(deed, talk, now)
        case Flag():
            return (HandedOff(now, deed.reason, deed.reason, "high"),)


def undo_of(deed: Deed, talk: Conversation) -> tuple[Deed, ...]:
    """The deeds that put things back as they are in `talk`, before `deed`; nothing for what can't be taken back."""
    work = talk.work
    match deed:
        case Take() | Assign() | HandBack():
            return (Assign(work.person, work.team),) if talk.waiting else (HandBack(),)
        case Prioritise():
            return (Prioritise(work.priority),)
        case Tag():
            fresh = tuple(tag for tag in deed.add if tag not in work.tags)
            return (Tag(tuple(tag for tag in deed.remove if tag in work.tags), fresh),)
        case SetFields():
            return (SetFields({name: work.fields.get(name, "") for name in deed.fields}),)
        case Snooze():
            return (Wake(),)
        case Wake():
            return (Snooze(work.snoozed_until),) if work.snoozed_until else ()
        case Close() | Merge():
            return (Reopen(),) if talk.waiting else (Reopen(), HandBack())
        case Reopen():
            return (Close(),)
        case Correct():
            return (Correct(deed.turn_id, deed.text, deed.before, deed.intent),)
        case JudgeSpan():
            return (replace(deed, kind=None),)
    return ()


def who_else(events: Iterable[Event], who: str) -> tuple[str, ...]:
    """Who of the team but `who` answered, took, gave away or closed the conversation in these events."""
    owned = (event for event in events if isinstance(event, PersonReplied | PersonTook | Assigned | Closed | Merged))
    return tuple(dict.fromkeys(event.who for event in owned if event.who not in {who, HOUSE}))


def overdue(work: Work, now: datetime, *targets: Target) -> tuple[TargetMissed, ...]:
    """Those of these service levels that ended before now, however late anybody looks."""
    return tuple(TargetMissed(now, name, due) for name in targets if (due := work.due.get(name)) and due <= now)


def events_of_all(
    deeds: Sequence[Deed], talk: Conversation, who: str, now: datetime
) -> tuple[tuple[Event, ...], tuple[Deed, ...]]:
    """The events of deeds, each against what the ones before it left, and the deeds that undo all of them."""
    events: tuple[Event, ...] = ()
    undo: tuple[Deed, ...] = ()
    for deed in deeds:
        fresh = events_of(deed, talk, who, now)
        undo = (*undo_of(deed, talk), *undo) if fresh else undo
        talk = fold(talk, fresh)
        events += fresh
    return events, undo


def _rated(deed: Rate, now: datetime) -> Rated:
    if not 1 <= deed.score <= BEST_RATING:
        raise BadInput(f"A rating is a whole number from 1 to {BEST_RATING}.")
    return Rated(now, deed.score, deed.comment)


def _span_judged(deed: JudgeSpan, talk: Conversation, who: str, now: datetime) -> SpanJudged:
    if not (0 < deed.number <= talk.version and 0 <= deed.start < deed.end):
        raise BadInput("Say which stretch of which message is meant.")
    return SpanJudged(now, who, deed.number, deed.start, deed.end, deed.kind)


def _tagged(deed: Tag, talk: Conversation, who: str, now: datetime) -> tuple[Event, ...]:
    tags = talk.work.tags
    added = tuple(dict.fromkeys(clean for tag in deed.add if (clean := " ".join(tag.split())) and clean not in tags))
    removed = tuple(tag for tag in deed.remove if tag in tags)
    return (Tagged(now, who, added, removed),) if added or removed else ()


def _opened(deed: OpenTicket, talk: Conversation, now: datetime) -> tuple[Event, ...]:
    """A ticket with a number that only this state of this conversation gives."""
    _need(deed.kind and deed.text, "Say what kind of ticket it is and what it is about.")
    key = hashlib.blake2b(f"{talk.id}\0{talk.version}".encode(), digest_size=10).hexdigest()
    return (TicketOpened(now, Ticket(reference_of(f"p{key}", now), deed.kind, deed.urgency, deed.text)),)


def _need(said: str | tuple[Attachment, ...], advice: str) -> None:
    if not (said.strip() if isinstance(said, str) else said):
        raise BadInput(advice)
