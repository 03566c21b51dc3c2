"""What a colleague needs to know when a conversation is handed to them."""

from __future__ import annotations

from kefu.core.nouns import Conversation, Reading, Urgency
from kefu.service.dialogue.fold import is_pressing

LINES = 6
"""How many of the latest lines stand in the summary."""


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


def urgency(talk: Conversation, reading: Reading) -> Urgency:
    """How soon a person should look: at once after angry messages, or a pressing one."""
    return "high" if is_pressing(talk.anger, reading.urgency) else "normal"
