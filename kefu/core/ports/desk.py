"""Desk: conversations as the team works on them. A face of the store."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from kefu.core.nouns import Language, Urgency
from kefu.core.work import Priority, Speaker, Status, Target

Order = Literal["waiting", "newest", "due"]
"""Longest waiting for an answer first, latest first, or the service level that ends next first."""

MOST_COUNTED = 1000
"""A tally counts no further: nobody reads the difference."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose conversations may be seen: of `teams` and of no team, and those of `person`; `teams` None means all."""

    person: str = ""
    teams: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class View:
    """Which conversations, by everything that is not None, within a scope.

    `person` and `team` may be empty: those that nobody has. `mentions` names a colleague whom notes name,
    `to_review` means with an enquiry that waits for a verdict, `ids` are exactly these. `due_by` means with a service
    level that ends by then, `wakes_by` snoozed until then at most.
    """

    scope: Scope = Scope()
    status: tuple[Status, ...] = ()
    person: str | None = None
    team: str | None = None
    channel: str | None = None
    language: Language | None = None
    priority: Priority | None = None
    tag: str | None = None
    customer_id: str | None = None
    mentions: str | None = None
    to_review: bool = False
    since: datetime | None = None
    ids: tuple[str, ...] | None = None
    due_by: datetime | None = None
    wakes_by: datetime | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """A conversation as the inbox shows it. `anger` is from 0 to 1; `due` is `Work.ends`."""

    id: str
    channel: str
    sender: str
    customer_id: str
    language: Language
    status: Status
    person: str
    team: str
    priority: Priority
    tags: tuple[str, ...]
    anger: float
    last_by: Speaker
    last_line: str
    opened_at: datetime
    updated_at: datetime
    waits_since: datetime | None
    waiting_reason: str
    due: tuple[Target, datetime] | None
    snoozed_until: datetime | None
    version: int


@dataclass(frozen=True, slots=True)
class Page:
    """A part of a list; `next` begins the following part and is empty at the end."""

    entries: tuple[Entry, ...]
    next: str = ""


@dataclass(frozen=True, slots=True)
class TicketEntry:
    """A ticket with where its conversation stands: `kind`, `urgency` and `text` are what it was opened with."""

    number: str
    kind: str
    urgency: Urgency
    text: str
    opened_at: datetime
    entry: Entry


@dataclass(frozen=True, slots=True)
class TicketPage:
    """A part of the tickets, latest first; `next` begins the following part and is empty at the end."""

    entries: tuple[TicketEntry, ...]
    next: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """Something that was said or noted, to be found again."""

    conversation_id: str
    number: int
    at: datetime
    by: Literal["customer", "machine", "person", "note"]
    text: str


class Desk(Protocol):
    """Lists, counts and search; whoever may not see a conversation never has it counted or ranked."""

    async def inbox(self, view: View, order: Order = "waiting", after: str = "", limit: int = 25) -> Page:
        """A part of the conversations of a view. Raises `BadInput` for an `after` that no page gave."""

    async def tally(self, views: Sequence[View]) -> Sequence[int]:
        """How many conversations each view has, at most `MOST_COUNTED`."""

    async def tickets(self, view: View, number: str = "", after: str = "", limit: int = 25) -> TicketPage:
        """A part of the tickets of a view's conversations; those whose number begins with `number`.

        Raises `BadInput` for an `after` that no part gave.
        """

    async def search(self, words: Sequence[str], scope: Scope, limit: int = 30) -> Sequence[Line]:
        """Lines that hold all words, latest first; each is one of those that it was indexed by."""
