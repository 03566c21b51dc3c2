"""What a colleague needs to know when a conversation is handed to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kefu.core.events import (
    Corrected,
    EffectPromised,
    MessageReceived,
    MessageUnderstood,
    PersonReplied,
    Replied,
    SlotsFilled,
)
from kefu.core.nouns import Conversation, Reading, Urgency
from kefu.core.ports.store import Recorded
from kefu.service.dialogue.fold import is_pressing

LINES = 6
"""How many of the latest lines stand in the summary."""

LIKELY = 0.5
"""From this probability on a digest says that a message wanted something."""


def summarise(talk: Conversation, reading: Reading) -> str:
    """A few lines of `key: value`, from the state alone; nothing is guessed.

    Screens translate the keys; the values are the customer's own words and records.
    """
    flow = talk.flow or talk.last
    known = ", ".join(f"{name}={value}" for name, value in flow.slots.items() if value is not None) if flow else ""
    who = f"{talk.identity.customer_id} ({talk.identity.method})" if talk.identity else "not identified"
    lines = [
        f"customer: {who}",
        f"language: {talk.language}",
        f"about: {flow.skill if flow else 'unknown'}",
        *([f"known: {known}"] if known else []),
        f"tone: {reading.sentiment:+.1f}, anger {talk.anger:.1f}, urgency {reading.urgency:.1f}",
        *([f"act: {reading.act.name}"] if reading.act else []),
        *(f"{said.by}: {said.text}" for said in talk.recent[-LINES:]),
    ]
    return "\n".join(lines)


@dataclass(frozen=True, slots=True)
class Digest:
    """What happened in a conversation so far, counted from its events; nothing is guessed.

    `wants` are what messages were read as, or what colleagues corrected that to, latest first; `known` is what was
    learned.
    """

    messages: int
    answers: int
    wants: tuple[str, ...]
    known: tuple[tuple[str, str], ...]
    promised: tuple[str, ...]


def digest(recorded: Sequence[Recorded]) -> Digest:
    """The digest of a conversation's events."""
    messages, answers = 0, 0
    wants: dict[str, str] = {}
    known: dict[str, str] = {}
    promised: list[str] = []
    for one in recorded:
        match one.event:
            case MessageReceived():
                messages += 1
            case MessageUnderstood() if one.event.intents and one.event.intents[0].probability >= LIKELY:
                wants[one.turn_id] = one.event.intents[0].name
            case Corrected():
                wants[one.event.turn_id] = one.event.intent
            case SlotsFilled():
                known |= {name: str(value) for name, value in one.event.slots.items() if value is not None}
            case EffectPromised():
                promised.append(f"{one.event.effect.skill}/{one.event.effect.statement}")
            case Replied() | PersonReplied():
                answers += 1
    latest = tuple(dict.fromkeys(want for want in reversed(wants.values()) if want))
    return Digest(messages, answers, latest, tuple(known.items()), tuple(promised))


def urgency(talk: Conversation, reading: Reading) -> Urgency:
    """How soon a person should look: at once after angry messages, or a pressing one."""
    return "high" if is_pressing(talk.anger, reading.urgency) else "normal"
