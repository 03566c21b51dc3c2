"""A conversation's state as the fold of its events."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import fields, replace
from functools import reduce
from operator import attrgetter
from typing import Any

from kefu.core.events import (
    CallBegan,
    CallEnded,
    CallHeld,
    CallResumed,
    CheckFailed,
    Clarified,
    ConversationOpened,
    DecisionTaken,
    Event,
    FlowEnded,
    FlowStarted,
    HandedOff,
    IdentityLapsed,
    IdentityProven,
    MessageReceived,
    MessageUnderstood,
    PersonReplied,
    QuestionAsked,
    Replied,
    RequestsQueued,
    RequestTaken,
    SlotsFilled,
    Spoken,
    StepReached,
)
from kefu.core.nouns import Attachment, Conversation, Flow, OnCall, Said, Waiting
from kefu.service.dialogue.teamwork import answered, teamwork, written_to

PLACES = {field.name: place for place, field in enumerate(fields(Conversation))}
VALUES = attrgetter(*PLACES)
"""All fields of a state at once: a turn has some ten events, and `dataclasses.replace` costs thrice as much."""

LEFT = 0.5
"""How much of the anger before is left with the next message."""

PRESSING = 0.6
"""Anger or urgency from which a person should look first."""

RECENT = 16
"""How many lines and message ids the state keeps; the events keep all."""


def fold(conversation: Conversation, events: Iterable[Event]) -> Conversation:
    """The state after these events."""
    return reduce(apply, events, conversation)


def apply(before: Conversation, event: Event) -> Conversation:
    """The state after one event; events that change nothing still count."""
    after = list(VALUES(before))
    after[PLACES["version"]] += 1
    for name, value in _changes(before, event).items():
        after[PLACES[name]] = value
    return Conversation(*after)


def _changes(now: Conversation, event: Event) -> dict[str, Any]:  # noqa: C901, PLR0912 - one case an event
    """The fields of the state that an event changes."""
    match event:
        case ConversationOpened():
            return {"language": event.language}
        case MessageUnderstood():
            return _understood(now, event)
        case MessageReceived():
            heard = (*now.heard, event.external_id)[-RECENT:]
            return {
                "heard": heard,
                **_line(now, Said("customer", said_of(event.text, event.attachments), event.at)),
                "work": written_to(now, event.at),
            }
        case IdentityProven():
            return {"identity": event.identity}
        case IdentityLapsed():
            return {"identity": None, "flow": None, "paused": (), "queue": (), "offered": (), "last": None}
        case CheckFailed():
            return {"failed_checks": now.failed_checks + 1}
        case FlowStarted():
            paused = (*now.paused, now.flow) if now.flow else now.paused
            flow = Flow(event.skill, event.intent, event.text)
            return {"flow": flow, "paused": paused, "offered": (), "stumbles": 0}
        case FlowEnded():
            return _ended(now, event)
        case SlotsFilled() | StepReached() | QuestionAsked():
            return {"flow": now.flow and _in_flow(now.flow, event), "stumbles": 0}
        case RequestsQueued():
            return {"queue": (*now.queue, *event.texts)}
        case RequestTaken():
            return {"queue": now.queue[1:]}
        case DecisionTaken(decision="answer"):
            return {"offered": (), "stumbles": 0}
        case Clarified():
            return {"offered": event.options, "stumbles": now.stumbles + 1}
        case HandedOff():
            waiting = now.waiting or Waiting(event.reason, event.at, urgency=event.urgency)
            return {"waiting": waiting, "flow": None, "paused": (), "queue": (), "offered": (), "stumbles": 0}
        case Replied():
            return {
                **_line(now, Said("machine", event.text, event.at)),
                "work": answered(now.work, "machine", event.at),
            }
        case PersonReplied():
            said = Said("person", said_of(event.text, event.attachments), event.at)
            return {**_line(now, said), "work": answered(now.work, "person", event.at)}
        case Spoken():
            return {"recent": _heard(now.recent, event)}
        case CallBegan() | CallEnded() | CallHeld() | CallResumed():
            return {"call": _on_call(now.call, event)}
    return teamwork(now, event)


def _understood(now: Conversation, event: MessageUnderstood) -> dict[str, Any]:
    """Each angry message heightens what is left of the anger before it; who waits and grows angry is urgent."""
    anger = round(1 - (1 - event.anger) * (1 - LEFT * now.anger), 3)
    changed: dict[str, Any] = {"language": event.language, "anger": anger}
    if now.waiting and is_pressing(anger, event.urgency):
        changed["waiting"] = replace(now.waiting, urgency="high")
    return changed


def is_pressing(anger: float, urgency: float) -> bool:
    """Whether a person should look first, from how angry the customer is by now and how urgent the message sounds."""
    return max(anger, urgency) >= PRESSING


def said_of(text: str, attachments: Sequence[Attachment]) -> str:
    """What was said as one line; where only files were sent, their names."""
    return text or " ".join(f"📎 {one.name}" for one in attachments)


def _line(now: Conversation, said: Said) -> dict[str, Any]:
    return {"recent": (*now.recent, said)[-RECENT:]}


def _heard(recent: tuple[Said, ...], event: Spoken) -> tuple[Said, ...]:
    """The latest lines once it is known how much of one was heard: nobody said the rest."""
    if not event.turn_id:
        return (*recent, Said("machine", event.heard, event.at))[-RECENT:] if event.heard else recent
    places = [place for place, said in enumerate(recent) if said.by != "customer" and said.text == event.text]
    if event.whole or not places:
        return recent
    place = places[-1]
    kept = (replace(recent[place], text=event.heard),) if event.heard else ()
    return (*recent[:place], *kept, *recent[place + 1 :])


def _on_call(now: OnCall | None, event: CallBegan | CallEnded | CallHeld | CallResumed) -> OnCall | None:
    """The call under way; a late word of an earlier one changes nothing."""
    if isinstance(event, CallBegan):
        return OnCall(event.call_id, event.line, event.at)
    if now is None or now.id != event.call_id:
        return now
    return None if isinstance(event, CallEnded) else replace(now, held=isinstance(event, CallHeld))


def _in_flow(flow: Flow, event: SlotsFilled | StepReached | QuestionAsked) -> Flow:
    match event:
        case SlotsFilled():
            slots, facts = {**flow.slots, **event.slots}, {**flow.facts, **event.facts}
            return replace(flow, slots=slots, facts=facts, question=None)
        case StepReached():
            return replace(flow, step=event.step, question=None)
        case QuestionAsked():
            return replace(flow, question=event.question)


def _ended(now: Conversation, event: FlowEnded) -> dict[str, Any]:
    paused, flow = now.paused[:-1], now.paused[-1] if now.paused else None
    last = now.flow if event.outcome == "done" and now.flow and now.flow.slots else now.last
    return {"flow": flow, "paused": paused, "last": last and replace(last, question=None, facts={}), "offered": ()}
