"""What a colleague would best do next with a conversation, from its state alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from kefu.core.nouns import Conversation

SILENT = timedelta(hours=24)
"""After an answer that long ago a customer who says nothing has what they wanted."""

What = Literal["take", "reply", "hand_back", "close", "wait", "reopen"]


@dataclass(frozen=True, slots=True)
class Step:
    """A deed, and the name of the reason in the house's texts."""

    what: What
    because: str


def next_step(talk: Conversation, who: str, now: datetime, *, answered_at: datetime | None, machine_can: bool) -> Step:
    """The next step for `who`.

    `answered_at` is when a colleague answered last, `machine_can` says that the machine would now answer
    the last message by itself.
    """
    work = talk.work
    if work.closed:
        return Step("wait", "closed")
    if talk.waiting is None:
        return Step("wait", "served")
    if talk.waits_since is None:
        silent = answered_at is not None and now - answered_at >= SILENT
        return Step("close", "silent") if silent else Step("wait", "answered")
    late = any(due <= now for due in work.due.values())
    if not work.person:
        return Step("take", "late" if late else "nobody")
    if machine_can and talk.waiting.reason != "customer_asked" and not late:
        return Step("hand_back", "machine_can")
    if work.person != who:
        return Step("wait", "theirs")
    return Step("reply", "late" if late else "waits")
