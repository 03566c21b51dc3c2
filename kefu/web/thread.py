"""A conversation as colleagues read it: messages, notes, drafts, and all else that happened as thin lines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

from kefu.core.events import (
    Assigned,
    CallBegan,
    CallEnded,
    CallHeld,
    CallResumed,
    CheckFailed,
    Closed,
    ConversationOpened,
    Corrected,
    DecisionTaken,
    Drafted,
    DrawnForReview,
    EffectPromised,
    Escalated,
    Event,
    FieldsSet,
    FlowEnded,
    FlowStarted,
    HandedBack,
    HandedOff,
    IdentityLapsed,
    IdentityProven,
    Judged,
    KeysPressed,
    MacroApplied,
    Merged,
    MessageReceived,
    MessageUnderstood,
    Misheard,
    Noted,
    PersonReplied,
    PersonTook,
    Prioritised,
    Rated,
    RatingAsked,
    Reopened,
    Replied,
    RuleApplied,
    SlotsFilled,
    Snoozed,
    Spoken,
    Tagged,
    TargetMissed,
    TargetSet,
    TicketOpened,
    Woken,
)
from kefu.core.nouns import IntentScore
from kefu.core.ports.store import Recorded
from kefu.web.files import File, file_of
from kefu.web.hall import Hall
from kefu.web.transcript import Sentence, cuts_of, heard_of, sentence_of

By = Literal["customer", "machine", "person", "note", "draft", "event"]


@dataclass(frozen=True, slots=True)
class Fact:
    """An event in a few words: its name in `messages`, who did it, and what beside; `section` has a name for that.

    `call` is the number of the event with which a call began; `event` is there where it gives a reason of its own.
    """

    kind: str
    who: str = ""
    detail: str = ""
    section: str = ""
    at: datetime | None = None
    call: int = 0
    event: Event | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """One thing in a thread.

    A message of the customer has `read`: what it was read as, and `corrected`: what a colleague says it wants.
    A draft has its event, who sent it, and whether it waits for a verdict. `facts` are thin lines.
    """

    number: int
    turn_id: str
    by: By
    at: datetime
    text: str = ""
    who: str = ""
    sentences: tuple[Sentence, ...] = ()
    read: IntentScore | None = None
    corrected: str | None = None
    mentions: tuple[str, ...] = ()
    draft: Drafted | None = None
    sent_by: str = ""
    to_judge: bool = False
    facts: tuple[Fact, ...] = ()
    files: tuple[File, ...] = ()


@dataclass(slots=True)
class Known:
    """What later events tell of earlier ones, by turn."""

    read: dict[str, IntentScore] = field(default_factory=dict)
    corrected: dict[str, str] = field(default_factory=dict)
    sent: dict[str, str] = field(default_factory=dict)
    to_judge: set[str] = field(default_factory=set)
    cuts: dict[tuple[str, str], Spoken] = field(default_factory=dict)


def thread_of(recorded: Sequence[Recorded], hall: Hall) -> list[Item]:
    """Everything a colleague reads, in order; thin lines of one turn that follow each other are one."""
    known = _known(recorded)
    items: list[Item] = []
    for item in _items(recorded, known, hall):
        last = items[-1] if items else None
        if item.by == "event" and last and (last.by, last.turn_id) == ("event", item.turn_id):
            items[-1] = Item(last.number, last.turn_id, "event", last.at, facts=(*last.facts, *item.facts))
        else:
            items.append(item)
    return items


def _known(recorded: Sequence[Recorded]) -> Known:
    known = Known(cuts=cuts_of(recorded))
    for one in recorded:
        match one.event:
            case MessageUnderstood() if one.event.intents:
                known.read[one.turn_id] = one.event.intents[0]
            case Corrected():
                known.corrected[one.event.turn_id] = one.event.intent
            case PersonReplied() if one.event.draft:
                known.sent[one.event.draft] = one.event.who
            case DrawnForReview():
                known.to_judge.add(one.turn_id)
            case Judged():
                known.to_judge.discard(one.event.turn_id)
    return known


def _items(recorded: Sequence[Recorded], known: Known, hall: Hall) -> Iterator[Item]:
    catalog = hall.kefu.catalog
    for one in recorded:
        event, turn = one.event, one.turn_id
        place = (one.number, turn)
        files = tuple(map(file_of, getattr(event, "attachments", ())))
        match event:
            case MessageReceived():
                corrected, read = known.corrected.get(turn), known.read.get(turn)
                yield Item(*place, "customer", event.at, event.text, read=read, corrected=corrected, files=files)
            case Replied():
                said = tuple(sentence_of(said, catalog, event.language) for said in event.statements)
                text = _heard(event.text, turn, known)
                if text:
                    said = heard_of(said, text)
                    yield Item(*place, "machine", event.at, text, sentences=said, read=known.read.get(turn))
            case PersonReplied():
                text = _heard(event.text, turn, known)
                if text or files:
                    yield Item(*place, "person", event.at, text, event.who, files=files)
            case Spoken(turn_id="") if event.heard:
                yield Item(*place, "machine", event.at, event.heard)
            case Noted():
                yield Item(*place, "note", event.at, event.text, event.who, mentions=event.mentions, files=files)
            case Drafted():
                said = tuple(sentence_of(said, catalog, event.language) for said in event.statements)
                sent, judge = known.sent.get(turn, ""), turn in known.to_judge
                yield Item(
                    *place, "draft", event.at, event.text, sentences=said, draft=event, sent_by=sent, to_judge=judge
                )
            case _:
                fact = fact_of(event)
                if fact:
                    fact = replace(fact, call=one.number) if isinstance(event, CallBegan) else fact
                    yield Item(*place, "event", event.at, facts=(fact,))


def _heard(text: str, turn: str, known: Known) -> str:
    """What was heard of a reply; all of it, unless a call says otherwise."""
    cut = known.cuts.get((turn, text))
    return cut.heard if cut else text


SECTIONS = {
    DecisionTaken: "decision",
    HandedOff: "because",
    Prioritised: "inbox_priority",
    TargetSet: "inbox_targets",
    TargetMissed: "inbox_targets",
    CallEnded: "call_ends",
    Misheard: "misheard",
}
"""Where what stands beside an event has a name in both languages."""


def fact_of(event: Event) -> Fact | None:
    """An event in a few words; None for what only machines care about."""
    detail = _of_turn(event)
    if detail is None:
        detail = _of_team(event)
    if detail is None:
        detail = _of_call(event)
    if detail is None:
        return None
    until = event.until if isinstance(event, Snoozed) else None
    due = event.due if isinstance(event, TargetSet | TargetMissed) else until
    why = event if isinstance(event, Assigned | Escalated | RuleApplied | Woken) else None
    return Fact(type(event).__name__, getattr(event, "who", ""), detail, SECTIONS.get(type(event), ""), due, event=why)


def _of_turn(event: Event) -> str | None:
    match event:
        case ConversationOpened():
            return event.channel
        case IdentityProven():
            return f"{event.identity.customer_id} ({event.identity.method})"
        case IdentityLapsed():
            return ""
        case CheckFailed():
            return event.about
        case DecisionTaken() if event.decision != "note":
            return event.decision
        case FlowStarted():
            return event.skill
        case SlotsFilled():
            return ", ".join(f"{name}={value}" for name, value in event.slots.items()) or None
        case FlowEnded():
            return event.outcome
        case HandedOff():
            return event.reason
        case TicketOpened():
            return f"{event.ticket.kind} {event.ticket.number}"
        case EffectPromised():
            return f"{event.effect.skill}/{event.effect.statement}"
    return None


def _of_team(event: Event) -> str | None:  # noqa: C901 - one case an event
    match event:
        case PersonTook() | HandedBack() | Closed() | Reopened() | Snoozed() | RatingAsked() | Assigned() | Escalated():
            return ""
        case Prioritised():
            return event.priority
        case Tagged():
            return " ".join((*(f"+{tag}" for tag in event.added), *(f"−{tag}" for tag in event.removed)))
        case FieldsSet():
            return ", ".join(f"{name}={value or '—'}" for name, value in event.fields.items())
        case Woken():
            return ""
        case Merged():
            return f"→ {event.into}"
        case Rated():
            return f"{event.score}/5 {event.comment}".strip()
        case Corrected():
            return f"→ {event.intent or '—'}"
        case MacroApplied():
            return event.macro
        case RuleApplied():
            return event.rule
        case TargetMissed():
            return event.target
        case TargetSet() if event.due:
            return event.target
    return None


def _of_call(event: Event) -> str | None:
    match event:
        case CallHeld() | CallResumed():
            return ""
        case CallBegan():
            return event.line
        case CallEnded() | Misheard():
            return event.because
        case KeysPressed():
            return event.keys
        case Spoken() if event.turn_id and not event.whole:
            return f"{len(event.heard)}/{len(event.text)}"
    return None
