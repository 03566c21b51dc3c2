"""A conversation's state as the fold of its events."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import reduce

from kefu.core.events import (
    CheckFailed,
    Clarified,
    ConversationOpened,
    Event,
    FlowEnded,
    FlowStarted,
    HandedBack,
    HandedOff,
    IdentityProven,
    MessageReceived,
    MessageUnderstood,
    PersonReplied,
    PersonTook,
    QuestionAsked,
    Replied,
    RequestsQueued,
    RequestTaken,
    SlotsFilled,
    StepReached,
)
from kefu.core.nouns import Conversation, Flow, Said, Waiting

RECENT = 16
"""How many lines and message ids the state keeps; the events keep all."""


def fold(conversation: Conversation, events: Iterable[Event]) -> Conversation:
    """The state after these events."""
    return reduce(apply, events, conversation)


def apply(before: Conversation, event: Event) -> Conversation:
    """The state after one event; events that change nothing still count."""
    return _apply(replace(before, version=before.version + 1), event)


def _apply(now: Conversation, event: Event) -> Conversation:  # noqa: C901, PLR0912 - one case an event
    match event:
        case ConversationOpened():
            return replace(now, language=event.language)
        case MessageReceived():
            heard = (*now.heard, event.external_id)[-RECENT:]
            return _line(replace(now, heard=heard), Said("customer", event.text, event.at))
        case MessageUnderstood():
            return replace(now, language=event.language)
        case IdentityProven():
            return replace(now, identity=event.identity)
        case CheckFailed():
            return replace(now, failed_checks=now.failed_checks + 1)
        case FlowStarted():
            paused = (*now.paused, now.flow) if now.flow else now.paused
            flow = Flow(event.skill, event.intent, event.text)
            return replace(now, flow=flow, paused=paused, offered=(), stumbles=0)
        case FlowEnded():
            return _ended(now, event)
        case SlotsFilled() | StepReached() | QuestionAsked():
            return _in_flow(now, event)
        case RequestsQueued():
            return replace(now, queue=(*now.queue, *event.texts))
        case RequestTaken():
            return replace(now, queue=now.queue[1:])
        case Clarified():
            return replace(now, offered=event.options, stumbles=now.stumbles + 1)
        case HandedOff():
            waiting = now.waiting or Waiting(event.reason, event.at)
            return replace(now, waiting=waiting, flow=None, paused=(), queue=(), offered=(), stumbles=0)
        case PersonTook():
            return replace(now, waiting=replace(now.waiting or Waiting("taken", event.at), taken_by=event.who))
        case HandedBack():
            return replace(now, waiting=None, stumbles=0)
        case Replied():
            return _line(now, Said("machine", event.text, event.at))
        case PersonReplied():
            return _line(now, Said("person", event.text, event.at))
    return now


def _line(now: Conversation, said: Said) -> Conversation:
    return replace(now, recent=(*now.recent, said)[-RECENT:])


def _in_flow(now: Conversation, event: SlotsFilled | StepReached | QuestionAsked) -> Conversation:
    flow = now.flow
    if flow is None:
        return now
    match event:
        case SlotsFilled():
            flow = replace(
                flow, slots={**flow.slots, **event.slots}, facts={**flow.facts, **event.facts}, question=None
            )
        case StepReached():
            flow = replace(flow, step=event.step, question=None)
        case QuestionAsked():
            flow = replace(flow, question=event.question)
    return replace(now, flow=flow, stumbles=0)


def _ended(now: Conversation, event: FlowEnded) -> Conversation:
    paused, flow = now.paused[:-1], now.paused[-1] if now.paused else None
    last = now.flow if event.outcome == "done" and now.flow and now.flow.slots else now.last
    return replace(now, flow=flow, paused=paused, last=last and replace(last, question=None, facts={}), offered=())
