"""What customers said that began something: a message each, with what became of it. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from kefu.core.events import (
    Clarified,
    Corrected,
    DecisionTaken,
    Event,
    FlowStarted,
    HandedOff,
    Judged,
    MessageReceived,
    MessageUnderstood,
    QuestionLeft,
    RequestsQueued,
    TicketOpened,
)
from kefu.core.nouns import Guarded, Language
from kefu.core.ports.insight import Mention, Trouble
from kefu.core.ports.reports import Fact
from kefu.core.ports.store import Recorded
from kefu.service.insight.visits import Ground

CHARACTER, WORD = re.compile(r"[\u3400-\u9fff]"), re.compile(r"[^\W\d_\u3400-\u9fff]{2,}")
FEWEST = 6
"""Chinese characters of a sentence; a word in letters counts for two."""
TELLING = ("complaint", "suggestion")
"""Acts that are kept whatever the message began."""


@dataclass(slots=True)
class _Turn:
    """A customer's message and what followed from it."""

    received: Recorded
    text: str
    understood: MessageUnderstood | None = None
    begins: bool = False
    flow: str = ""
    troubles: list[Trouble] = field(default_factory=list)


def mentions(recorded: Sequence[Recorded], fact: Fact, ground: Ground) -> list[Mention]:
    """The messages of one visit (its events, in order) that began something.

    Answers to the machine's questions, greetings and thanks began nothing; nor did what customers and colleagues went
    on to say to each other, after the first message.
    """
    turns: dict[str, _Turn] = {}
    late: list[Event] = []
    for one in recorded:
        event = one.event
        if isinstance(event, MessageReceived):
            text = Guarded(event.text, event.personal).masked
            turns[one.turn_id] = _Turn(one, text, begins=False)
        elif isinstance(event, Corrected | Judged):
            late.append(event)
        elif one.turn_id in turns:
            _note(turns[one.turn_id], event, ground.small_talk)
    for event in late:
        if isinstance(event, Corrected) and event.turn_id in turns:
            turns[event.turn_id].troubles.append("corrected")
        elif isinstance(event, Judged) and event.turn_id in turns:
            turn = turns[event.turn_id]
            turn.troubles = [one for one in turn.troubles if one != "wrong"]
            turn.troubles += [] if event.right else ["wrong"]
    kept = [turn for turn in turns.values() if turn.begins or (_act(turn.understood) in TELLING and _says(turn.text))]
    return [_mention(turn, fact, ground) for turn in kept]


def _note(turn: _Turn, event: Event, small_talk: frozenset[str]) -> None:
    match event:
        case MessageUnderstood():
            turn.understood = event
        case FlowStarted():
            turn.begins = turn.begins or event.skill not in small_talk
            turn.flow = turn.flow or event.intent
        case DecisionTaken(decision="answer"):
            turn.begins = True
        case QuestionLeft():
            turn.begins = True
            turn.troubles.append("unanswered")
        case Clarified():
            turn.begins = True
            turn.troubles.append("unclear")
        case HandedOff():
            turn.begins = True
            turn.troubles.append("handed_off")
        case TicketOpened() | RequestsQueued():
            turn.begins = True


def _says(text: str) -> bool:
    """Whether a text is a sentence rather than an answer of a word or a number."""
    return len(CHARACTER.findall(text)) + 2 * len(WORD.findall(text)) >= FEWEST


def _act(understood: MessageUnderstood | None) -> str:
    return understood.act.name if understood and understood.act else ""


def _mention(turn: _Turn, fact: Fact, ground: Ground) -> Mention:
    seen, one = turn.understood, turn.received
    language: Language = seen.language if seen else fact.language
    best = seen.intents[0].name if seen and seen.intents else ""
    return Mention(
        conversation_id=one.conversation_id,
        number=one.number,
        visit=fact.number,
        at=one.event.at,
        day=one.event.at.astimezone(ground.hours.zone).date(),
        language=language,
        text=turn.text,
        intent=turn.flow or best,
        act=_act(seen),
        sentiment=seen.sentiment if seen else 0.0,
        anger=seen.anger if seen else 0.0,
        troubles=tuple(dict.fromkeys(turn.troubles)),
        sample=fact.sample,
    )
