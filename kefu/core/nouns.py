"""The nouns of customer service, as frozen values.

Everything that travels between the eight stages of a turn is one of these. They
hold no behaviour beyond small questions about themselves, and no I/O.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from kefu.core.work import Status, Work

Language = Literal["zh", "en"]
"""Languages that kefu speaks; what it can recognise is wider (see `Reading.script`)."""

Value = str | int | float | bool | None
"""A value that survives JSON and SQL unchanged: what slots and queries carry."""

Fact = str | int | float | bool | date | datetime | None
"""A value that a reply may name. Where it is kept, a date becomes its ISO text, which replies format alike."""

Row = Mapping[str, Fact]
"""One row of the business's records: column name to value."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Who the customer has proven to be.

    `method` says how: `token` (signed by the host site), `server` (the word of a
    server that holds an API token) or `check` (answers compared with the records).
    What a check proved lapses after a while; `at` is then when it was proven.
    """

    customer_id: str
    method: Literal["token", "server", "check"]
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that was sent: its id, its name as it may be saved, its media type as its bytes say, its size in bytes."""

    id: str
    name: str = ""
    kind: str = ""
    size: int = 0


@dataclass(frozen=True, slots=True)
class Inbound:
    """One message from a customer, checked at the door (stage 收 receive).

    `external_id` is the channel's own id of the message: with `channel` it makes
    a repeat recognisable. `sender` is the channel's id of the conversation's
    other end; nothing about the customer's identity follows from it.
    `can_prove` is False where the channel can't keep one sender from posing as
    another, so that no identity may be established inside the conversation.
    """

    channel: str
    external_id: str
    sender: str
    text: str
    received_at: datetime
    identity: Identity | None = None
    language: Language | None = None
    can_prove: bool = True
    attachments: tuple[Attachment, ...] = ()


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a text: `text[start:end]`, with what kind of thing it is."""

    kind: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Guarded:
    """A message after stage 护 guard.

    `text` is what the customer wrote, without control characters and cut to the
    longest accepted length. `personal` marks personal data in it. `flags` are
    among `injection`, `abuse`, `too_long`, `empty`.
    """

    text: str
    personal: tuple[Span, ...] = ()
    flags: frozenset[str] = frozenset()

    @property
    def masked(self) -> str:
        """The text with each personal span replaced by its kind, for screens and logs."""
        out, at = [], 0
        for span in self.personal:
            out += [self.text[at : span.start], f"[{span.kind}]"]
            at = span.end
        return "".join([*out, self.text[at:]])


@dataclass(frozen=True, slots=True)
class Token:
    """One word of a segmented text with its part of speech (jieba tag set / Penn-like)."""

    text: str
    tag: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Entity:
    """A thing named in a text, with its normalised value.

    `start` and `end` index the guarded text; `score` in [0, 1] is 1.0 for exact
    matches and lower for matches that tolerate a typo. `unit` is the currency of money
    (ISO 4217; empty where none was said) or what a quantity counts (`kg`, `门`, `seats`).
    """

    kind: str
    text: str
    value: Value
    start: int
    end: int
    score: float = 1.0
    unit: str = ""


@dataclass(frozen=True, slots=True)
class IntentScore:
    """An intent with its calibrated probability in [0, 1]."""

    name: str
    probability: float


Act = Literal["enquiry", "complaint", "suggestion", "praise"]
"""What a customer does by speaking. An enquiry is all that is none of the others: a question, a wish, an answer."""


@dataclass(frozen=True, slots=True)
class ActScore:
    """An act of speaking with its calibrated probability in [0, 1]."""

    name: Act
    probability: float


@dataclass(frozen=True, slots=True)
class Ask:
    """One request within a message: its stretch of text and its intents, likeliest first."""

    text: str
    intents: tuple[IntentScore, ...]

    @property
    def best(self) -> IntentScore:
        """The likeliest intent, or one called `unknown` with probability 0."""
        return self.intents[0] if self.intents else IntentScore("unknown", 0.0)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a reader understood of a message (stage 解 understand).

    `asks` holds the whole message first; when it carries several requests, the
    single requests follow in their order. `cues` are small words that steer a
    dialogue: `affirm`, `deny`, `cancel`, `correct`, `person`, `more`.
    `sentiment` runs from -1 (bad) to 1 (good), `urgency` and `anger` from 0 to 1. `act`
    is the likeliest act of speaking, None where the reader has not learned to tell.
    """

    language: Language
    asks: tuple[Ask, ...]
    entities: tuple[Entity, ...] = ()
    tokens: tuple[Token, ...] = ()
    cues: frozenset[str] = frozenset()
    sentiment: float = 0.0
    urgency: float = 0.0
    anger: float = 0.0
    act: ActScore | None = None
    reader: str = "none"

    @classmethod
    def unknown(cls, text: str, language: Language = "zh") -> Reading:
        """The reading when nothing could be understood; leads to a question or a person."""
        return cls(language=language, asks=(Ask(text, ()),))

    @property
    def best(self) -> IntentScore:
        """The likeliest intent of the whole message."""
        return self.asks[0].best

    @property
    def requests(self) -> tuple[Ask, ...]:
        """The single requests, in order; the whole message when there is just one."""
        return self.asks[1:] or self.asks


@dataclass(frozen=True, slots=True)
class Option:
    """One answer that a question offers: `value` is kept, `label` is shown.

    `facts` are named values that the replies of the chosen option may use.
    """

    value: Value
    label: str
    aliases: tuple[str, ...] = ()
    facts: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Question:
    """What the machine waits for: the answer for a slot, or a yes to a confirmation.

    `tries` counts the answers that could not be used.
    """

    about: str
    kind: Literal["slot", "confirm"]
    options: tuple[Option, ...] = ()
    tries: int = 0


@dataclass(frozen=True, slots=True)
class Flow:
    """A skill under way: what is known, which step comes next, what was asked.

    `text` is the customer's sentence that started it, `intent` what it was read as.
    """

    skill: str
    intent: str
    text: str
    slots: Mapping[str, Value] = field(default_factory=dict)
    facts: Mapping[str, Value] = field(default_factory=dict)
    step: int = 0
    question: Question | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """One line of a conversation as people read it."""

    by: Literal["customer", "machine", "person"]
    text: str
    at: datetime


Urgency = Literal["low", "normal", "high"]
"""How soon a person should look."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A conversation in the hands of people: why, since when, who took it (or nobody yet), how urgent it is."""

    reason: str
    since: datetime
    taken_by: str | None = None
    urgency: Urgency = "normal"


@dataclass(frozen=True, slots=True)
class OnCall:
    """A call under way: on which line (the name of its channel), since when, whether it is held."""

    id: str
    line: str
    since: datetime
    held: bool = False


@dataclass(frozen=True, slots=True)
class Conversation:
    """The state of a conversation: the fold of its events, nothing else.

    `version` counts its events. `heard` keeps the external ids of the latest
    messages, `recent` its latest lines, both bounded, so that a conversation of
    any length costs the same. `last` is the flow that ended last: what
    「那英语课呢？」 refers to. `stumbles` counts messages in a row that were not
    understood. `anger` in [0, 1] is that of the latest message, heightened by what is
    left of the anger before it. `work` is the team's side of it, `call` the call that it goes on in now.
    """

    id: str
    channel: str
    sender: str
    version: int = 0
    identity: Identity | None = None
    language: Language = "zh"
    flow: Flow | None = None
    paused: tuple[Flow, ...] = ()
    queue: tuple[str, ...] = ()
    last: Flow | None = None
    stumbles: int = 0
    failed_checks: int = 0
    waiting: Waiting | None = None
    offered: tuple[Option, ...] = ()
    heard: tuple[str, ...] = ()
    recent: tuple[Said, ...] = ()
    anger: float = 0.0
    work: Work = field(default_factory=Work)
    call: OnCall | None = None

    @property
    def status(self) -> Status:
        """Who has the conversation now."""
        if self.work.closed:
            return "closed"
        if self.waiting is None:
            return "machine"
        return "snoozed" if self.work.snoozed_until else "open"

    @property
    def waits_since(self) -> datetime | None:
        """Since when the customer has waited for a person, or None while nobody needs to answer."""
        if self.waiting is None or self.work.last_by == "person":
            return None
        return self.work.unanswered_since or self.waiting.since


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where a statement comes from: a query on the records, a passage, a fixed reply.

    `source` reads `records:course_progress/my_courses`, `reply:course_progress/progress` or
    `knowledge:` with an article, its version and a passage (`a1b2@3/0`); `detail` is what was found
    there, ready to show. `title` and `link` are those of an article.
    """

    source: str
    detail: str = ""
    title: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True)
class Statement:
    """One sentence that goes out, with its evidence (never empty)."""

    text: str
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Outbound:
    """One reply to a customer, ready for its channel (stage 复 compose)."""

    statements: tuple[Statement, ...]
    language: Language
    quick_replies: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The whole reply as one text."""
        return "".join(statement.text for statement in self.statements)


@dataclass(frozen=True, slots=True)
class Effect:
    """A write to the business's records that a turn promises to make, once.

    `statement` names one of the skill's SQL statements; `key` makes a second
    execution harmless: the statement must do nothing when its key exists.
    """

    skill: str
    statement: str
    key: str
    values: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Ticket:
    """Work for people: a complaint, a suggestion or a request, with its number."""

    number: str
    kind: str
    urgency: Urgency
    text: str
