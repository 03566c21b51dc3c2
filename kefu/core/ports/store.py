"""Store: the only memory of kefu. Outbox, Archive, Reviews and Log are its other faces; more have files of their own.

Entry-point group `kefu.stores`: a factory `(settings) -> AsyncContextManager[Memory]`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from kefu.core.events import Event
from kefu.core.nouns import Conversation
from kefu.core.ports.attachments import Attachments
from kefu.core.ports.attendance import Attendance
from kefu.core.ports.calls import Calls
from kefu.core.ports.desk import Desk, Line
from kefu.core.ports.extracts import Extracts
from kefu.core.ports.foresight import Foresight
from kefu.core.ports.insight import Findings, Judging, Mining
from kefu.core.ports.library import Library
from kefu.core.ports.opinions import Opinions
from kefu.core.ports.past import Past
from kefu.core.ports.people import Audit, People, SignIns
from kefu.core.ports.questions import Questions
from kefu.core.ports.reports import Reports
from kefu.core.ports.tools import Tools


@dataclass(frozen=True, slots=True)
class Parting:
    """Something that must leave the house after a commit.

    `kind` `message`: `body` is a `Parcel` as a mapping, `address` its channel.
    `kind` `effect`: `body` is an `Effect`, `address` the name of the records.
    `kind` `notice`: `body` is told to the listener named by `address`.
    """

    id: str
    kind: Literal["message", "effect", "notice"]
    address: str
    body: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Commit:
    """All that a turn writes, in one transaction.

    `conversation` is the state after `events`; `expected` the version before
    them. `external_id` makes the message unique within the conversation's
    channel; it is empty when the events do not come from a customer's message.
    `claims` are keys that must be unused until now and are used up by this commit.
    """

    turn_id: str
    external_id: str
    at: datetime
    conversation: Conversation
    expected: int
    events: tuple[Event, ...]
    partings: tuple[Parting, ...] = ()
    claims: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Recorded:
    """A stored event: its place in the conversation (from 1) and in the whole store."""

    position: int
    conversation_id: str
    number: int
    turn_id: str
    event: Event


class Store(Protocol):
    """What a turn needs: load a conversation, commit a turn."""

    async def load(self, channel: str, sender: str) -> Conversation | None:
        """The conversation with a channel's sender, or None when they never wrote."""

    async def commit(self, commit: Commit) -> None:
        """Write a turn durably, or nothing of it.

        Raises `Repeat` when (channel, external id) was committed before,
        `Conflict` when the conversation's version is not `expected` or a claim is
        used up, `StoreFailed` when the database refused.
        """

    async def events(self, conversation_id: str, after: int = 0) -> Sequence[Recorded]:
        """The events of a conversation whose number is greater than `after`, in order."""

    async def claimed(self, prefix: str) -> int:
        """How many claims begin with this prefix."""

    async def erase(self, conversation_id: str) -> int:
        """Remove a conversation and all that hangs on it; returns how many events went."""


@dataclass(frozen=True, slots=True)
class Due:
    """A parting that is due: leased to the caller until it is settled."""

    parting: Parting
    conversation_id: str
    turn_id: str
    attempts: int


@dataclass(frozen=True, slots=True)
class Settled:
    """How a try went: `error` is empty on success.

    `retry_at` None together with an error means: give up (dead letter).
    """

    id: str
    error: str = ""
    retry_at: datetime | None = None


class Outbox(Protocol):
    """What stage 送 deliver needs: partings leave in the order of their turn."""

    async def take(self, now: datetime, limit: int, lease_s: float) -> Sequence[Due]:
        """Lease due partings, oldest first; a lease that runs out is due again.

        Of one conversation, a parting is only due when all earlier ones are settled
        or dead.
        """

    async def settle(self, settled: Sequence[Settled], now: datetime) -> None:
        """Write down how tries went."""

    async def dead(self, limit: int = 100) -> Sequence[Due]:
        """Partings that were given up, latest first."""

    async def revive(self, ids: Sequence[str], now: datetime) -> int:
        """Make given-up partings due again; returns how many."""


@dataclass(frozen=True, slots=True)
class Summary:
    """A conversation as a list shows it."""

    id: str
    channel: str
    sender: str
    customer_id: str
    updated_at: datetime
    waiting_since: datetime | None
    waiting_reason: str
    last_line: str


class Archive(Protocol):
    """Reading across conversations; who asks is checked by `service.privacy`."""

    async def conversation(self, conversation_id: str) -> Conversation | None:
        """The state of a conversation by its id."""

    async def summaries(self, *, waiting: bool = False, customer_id: str = "", limit: int = 50) -> Sequence[Summary]:
        """Conversations, latest first; with `waiting`, only those in people's hands, longest first."""

    async def turn(self, turn_id: str) -> Sequence[Recorded]:
        """The events of one turn, in order."""

    async def turns(self, limit: int = 50) -> Sequence[tuple[str, str, datetime]]:
        """The latest turns: (turn id, conversation id, time), latest first."""

    async def counts(self) -> Mapping[str, int]:
        """Rows by kind: `conversations`, `turns`, `events`, `due`, `dead`, `waiting`."""


@dataclass(frozen=True, slots=True)
class Review:
    """An enquiry drawn for review; `right` is None until somebody has judged it."""

    turn_id: str
    conversation_id: str
    drawn_at: datetime
    intent: str
    score: float
    reader: str
    right: bool | None = None
    who: str = ""


class Reviews(Protocol):
    """What the promise rests on: what people think of enquiries that were drawn at random."""

    async def reviews(self, *, judged: bool, limit: int = 1_000_000) -> Sequence[Review]:
        """Enquiries drawn for review, latest first: those that were judged, or those that wait for it."""


class Log(Protocol):
    """Everything that happened in all conversations, in one order, to be followed from a kept place."""

    async def happened(
        self, after: int = 0, limit: int = 1000, kinds: Collection[type[Event]] = ()
    ) -> Sequence[Recorded]:
        """The events behind a position of the whole store, in order; those of some kinds, or all."""

    async def head(self) -> int:
        """The position of the latest event; 0 where nothing ever happened."""

    async def bookmark(self, name: str) -> int:
        """Up to which position a follower has read; 0 at the beginning."""

    async def turn_to(self, name: str, after: int, position: int) -> bool:
        """Keep a follower's place; False, and nothing done, where it isn't `after` (another process was there)."""

    async def index(self, lines: Sequence[tuple[Line, str]], name: str, after: int, position: int) -> bool:
        """`turn_to`, and make lines findable by their words (with blanks between), in one transaction."""


class Memory(
    Store,
    Outbox,
    Archive,
    Reviews,
    Library,
    Opinions,
    Questions,
    Desk,
    Calls,
    Log,
    Attachments,
    Attendance,
    Tools,
    Reports,
    Extracts,
    Mining,
    Findings,
    Judging,
    Past,
    Foresight,
    People,
    SignIns,
    Audit,
    Protocol,
):
    """A store with all its faces, as a factory of `kefu.stores` opens it."""
