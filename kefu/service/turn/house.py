"""What a turn stands on, and what it hands back."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from typing import TypeVar

from kefu.core.events import Event
from kefu.core.nouns import Attachment, Fact, Language, Outbound, Reading
from kefu.core.ports.knowledge import Found, Query
from kefu.core.ports.reader import Reader
from kefu.core.ports.records import Records
from kefu.core.ports.store import Store
from kefu.service.desk.hours import Hours
from kefu.service.dialogue.scene import Promise
from kefu.service.skills.catalog import Catalog
from kefu.service.turn.gate import Gate
from kefu.service.turn.rewrite import Pen

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class House:
    """The sockets and rules that every turn uses.

    `pushes` names the channels whose replies leave through the outbox; the others
    fetch theirs. `language` is that of a conversation whose first message does not
    tell. `notify` names who is told of a hand-off (addresses of notices).
    `review_share` of the customers have their enquiries drawn for review. With `shadow`
    the machine drafts and people answer; then it is `shadow_share` of them.
    `check_holds` is how long an identity proven by answers is believed.
    `compute` runs a CPU-bound function where it does not block the loop. `find` looks into the
    company's texts, where there are any; what answers at least as likely as `offer_at` is offered where nothing is
    sure enough. With `pen` a writer may rephrase what was found.
    `help_place` is where everybody reads the public articles, empty where nobody does. `link` makes an address at
    which a customer finds a file whose channel can't carry it. `foreseen` reads what is foreseen of a customer, as
    far as the company lets skills word their replies by it.
    """

    store: Store
    reader: Reader
    catalog: Catalog
    records: Mapping[str, Records]
    promise: Promise
    hours: Hours
    clock: Callable[[], datetime]
    zone: tzinfo
    compute: Callable[[Callable[[], Reading]], Awaitable[Reading]]
    find: Callable[[Query], Awaitable[Found]] | None = None
    offer_at: float = 0.2
    language: Language = "zh"
    longest_text: int = 2000
    check_holds: timedelta = timedelta(hours=1)
    pushes: frozenset[str] = frozenset()
    notify: tuple[str, ...] = ()
    review_share: float = 0.0
    shadow: bool = False
    pen: Pen | None = None
    help_place: str = ""
    link: Callable[[Attachment, datetime], str] | None = None
    shadow_share: float = 1.0
    foreseen: Callable[[str], Awaitable[Mapping[str, Fact]]] | None = None
    gate: Gate = field(default_factory=lambda: Gate(capacity=256))

    @property
    def drawn_share(self) -> float:
        """The share of the customers whose enquiries are drawn for review now, from 0 to 1."""
        return self.shadow_share if self.shadow else self.review_share


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of a turn: its replies, and where the conversation stands now.

    `number` is the number of the conversation's last event. `repeat` says that the
    message had been taken before; the replies are those of that time. `waiting`
    says that the conversation is in people's hands. `events` are what the turn
    committed, for those who measure it; empty for a repeat. `leaving` says that
    something of it waits in the outbox.
    """

    turn_id: str
    conversation_id: str
    number: int
    replies: tuple[Outbound, ...]
    repeat: bool = False
    waiting: bool = False
    leaving: bool = False
    events: tuple[Event, ...] = field(default=(), repr=False)
