"""Extracts: what customers' messages name, each with its evidence. A face of the store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, NamedTuple, Protocol

from kefu.core.ports.desk import Scope

Message = tuple[str, int]
"""A customer's message: its conversation, and its event's number there."""

Trait = Literal["kind", "value", "channel", "language", "day"]
"""What extracts are counted by."""


class Extract(NamedTuple):
    """A thing that a message names: `text` stands from `start` to `end` in the message with this event `number`.

    `value` is its normal form, by which extracts are counted: an id of the records, `499.00 CNY`, `2026-11-28`, else
    the text in small letters. Personal data is masked in both. `day` is local. `maker` is the version of the model
    that found it, with the `probability` that it is right; `who` is the colleague who marked it, or who said that
    nothing stands there: then `kind` is empty, and it is no extract that anybody is shown or counts.
    """

    conversation_id: str
    number: int
    start: int
    end: int
    turn_id: str
    at: datetime
    day: date
    channel: str
    language: str
    kind: str
    text: str
    value: str
    probability: float
    maker: str
    who: str = ""


@dataclass(frozen=True, slots=True)
class Sought:
    """Which extracts, by everything that is not empty, within a scope; days are local, both included."""

    scope: Scope = Scope()  # noqa: RUF009 - frozen
    kind: str = ""
    value: str = ""
    channel: str = ""
    language: str = ""
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Count:
    """How many extracts have these traits, in the order in which they were asked for; `text` is one of theirs."""

    traits: tuple[str, ...]
    count: int
    text: str


@dataclass(frozen=True, slots=True)
class ExtractPage:
    """A part of a list, latest first; `next` begins the following part and is empty at the end."""

    entries: tuple[Extract, ...]
    next: str = ""


class Extracts(Protocol):
    """Extracts, replaced message by message; whoever may not see a conversation has none of its counted."""

    async def keep_extracts(
        self, found: Mapping[Message, Sequence[Extract]], name: str, after: int, position: int
    ) -> bool:
        """`turn_to`, and put these in the place of all extracts of their messages, in one transaction.

        A conversation that is erased is left out.
        """

    async def extracts(self, sought: Sought, after: str = "", limit: int = 50) -> ExtractPage:
        """A part of the extracts. Raises `BadInput` for an `after` that no part gave."""

    async def count_extracts(self, sought: Sought, by: Sequence[Trait], limit: int = 1000) -> Sequence[Count]:
        """How many there are of each combination of traits, the most first; a day counts as `2026-11-28`."""

    async def judged_messages(self) -> Sequence[Message]:
        """The messages in which a colleague marked something, or said that nothing stands there, in order."""
