"""What routing and rules know of a conversation beside its state: what was said last and how it was understood."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from kefu.core.events import Assigned, Event, FlowStarted, MessageReceived, MessageUnderstood, PersonReplied

SURE = 0.3
"""From this probability on an intent says what a conversation is about."""

LATEST = 4
"""Intents that are remembered: of some messages, not of years."""

HOUSE = "kefu"
"""Who does what nobody did."""


@dataclass(frozen=True, slots=True)
class Case:
    """The latest `text` with its `intent` (empty where it was unclear), and the intents before it, latest first.

    `served_by` is who answered last, `left_by` who last gave the conversation to nobody.
    """

    text: str = ""
    intent: str = ""
    intents: tuple[str, ...] = ()
    sentiment: float = 0.0
    anger: float = 0.0
    urgency: float = 0.0
    served_by: str = ""
    left_by: str = ""


def case_of(events: Iterable[Event], case: Case = Case()) -> Case:
    """The case after these events."""
    for event in events:
        match event:
            case MessageReceived():
                case = replace(case, text=event.text, intent="")
            case MessageUnderstood():
                best = event.intents[0] if event.intents else None
                intent = best.name if best and best.probability >= SURE else ""
                case = replace(case, intent=intent, intents=_latest(intent, case))
                case = replace(case, sentiment=event.sentiment, anger=event.anger, urgency=event.urgency)
            case FlowStarted():
                case = replace(case, intents=_latest(event.intent, case))
            case PersonReplied():
                case = replace(case, served_by=event.who)
            case Assigned():
                case = replace(case, left_by="" if event.person or event.who == HOUSE else event.who)
    return case


def _latest(intent: str, case: Case) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(None, (intent, *case.intents))))[:LATEST]
