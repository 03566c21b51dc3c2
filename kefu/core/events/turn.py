"""What a turn writes down: what the customer said, what was understood, decided, done and said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Literal

from kefu.core.events.base import Event
from kefu.core.nouns import (
    ActScore,
    Attachment,
    Effect,
    Entity,
    Identity,
    IntentScore,
    Language,
    Option,
    Question,
    Span,
    Statement,
    Ticket,
    Urgency,
    Value,
)


@dataclass(frozen=True, slots=True)
class ConversationOpened(Event):
    """A channel's sender wrote for the first time."""

    channel: str
    sender: str
    language: Language


@dataclass(frozen=True, slots=True)
class MessageReceived(Event):
    """The customer said something, or sent files (stages receive and guard).

    Version 2 added `attachments`.
    """

    version: ClassVar[int] = 2
    external_id: str
    text: str
    personal: tuple[Span, ...] = ()
    flags: tuple[str, ...] = ()
    attachments: tuple[Attachment, ...] = ()


@dataclass(frozen=True, slots=True)
class IdentityProven(Event):
    """The customer proved who they are."""

    identity: Identity


@dataclass(frozen=True, slots=True)
class IdentityLapsed(Event):
    """What the customer proved by answers is too long ago; what was under way for them ended with it."""


@dataclass(frozen=True, slots=True)
class CheckFailed(Event):
    """An answer to an identity question was wrong."""

    about: str


@dataclass(frozen=True, slots=True)
class MessageUnderstood(Event):
    """What the reader made of the message.

    Version 2 added `anger` and `act`.
    """

    version: ClassVar[int] = 2
    language: Language
    intents: tuple[IntentScore, ...]
    entities: tuple[Entity, ...]
    cues: tuple[str, ...]
    sentiment: float
    urgency: float
    anger: float
    act: ActScore | None
    reader: str


@dataclass(frozen=True, slots=True)
class DecisionTaken(Event):
    """What was decided (`run`, `answer`, `clarify`, `cancel`, `hand_off`, `note`) and why."""

    decision: str
    because: str
    skill: str = ""


@dataclass(frozen=True, slots=True)
class FlowStarted(Event):
    """A skill began; what was under way is paused."""

    skill: str
    intent: str
    text: str


@dataclass(frozen=True, slots=True)
class SlotsFilled(Event):
    """Values became known to the flow under way."""

    slots: Mapping[str, Value]
    facts: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class StepReached(Event):
    """The flow under way goes on at this step (an index into the skill's steps)."""

    step: int


@dataclass(frozen=True, slots=True)
class QuestionAsked(Event):
    """The machine waits for an answer."""

    question: Question


@dataclass(frozen=True, slots=True)
class FlowEnded(Event):
    """The flow under way ended; a paused one, if any, takes its place."""

    outcome: Literal["done", "cancelled", "failed", "handed_off"]


@dataclass(frozen=True, slots=True)
class RequestsQueued(Event):
    """The message held more requests; these wait for their turn."""

    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RequestTaken(Event):
    """The first waiting request is being served now."""


@dataclass(frozen=True, slots=True)
class Clarified(Event):
    """The machine asked what the customer means."""

    options: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class QuestionLeft(Event):
    """Neither a skill nor the company's texts answered this question; `probability` is that of the best passage."""

    text: str
    language: Language
    probability: float


@dataclass(frozen=True, slots=True)
class HandedOff(Event):
    """The conversation was given to people, with a summary for them."""

    reason: str
    summary: str
    urgency: Urgency


@dataclass(frozen=True, slots=True)
class TicketOpened(Event):
    """Work for people was written down under a number."""

    ticket: Ticket


@dataclass(frozen=True, slots=True)
class EffectPromised(Event):
    """A write to the business's records will be made, once, after this turn."""

    effect: Effect


@dataclass(frozen=True, slots=True)
class Replied(Event):
    """The machine answered; every statement carries its evidence."""

    statements: tuple[Statement, ...]
    language: Language
    quick_replies: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The reply as one text."""
        return "".join(statement.text for statement in self.statements)


@dataclass(frozen=True, slots=True)
class Drafted(Event):
    """What the machine would have done in the shadow, where people answer: none of it happened.

    `statements` are what it would have said, in all its replies; `effects` and `tickets`
    what it would have asked for; `asks` says that it would have waited for an answer.
    `binding` says that its words only hold together with what did not happen.
    """

    decision: str
    because: str
    skill: str
    statements: tuple[Statement, ...]
    language: Language
    effects: tuple[Effect, ...] = ()
    tickets: tuple[Ticket, ...] = ()
    asks: bool = False
    binding: bool = False

    @property
    def text(self) -> str:
        """The draft as one text."""
        return "".join(statement.text for statement in self.statements)

    @property
    def can_be_sent(self) -> bool:
        """Whether a person may send these words as they are."""
        return bool(self.statements) and not self.binding


@dataclass(frozen=True, slots=True)
class Stage:
    """One of the eight stages of a turn: what went in and out, and its wall time.

    `took_ms` is in milliseconds. `went_in` and `came_out` are short and masked.
    """

    name: str
    took_ms: float
    went_in: str = ""
    came_out: str = ""


@dataclass(frozen=True, slots=True)
class DrawnForReview(Event):
    """This turn's enquiry is one of the random share that people judge.

    `intent` is what the machine would act on and `score` how sure it was, whether or
    not that was enough to act; `reader` is the version that read it. `answer` is what it would
    say from the company's texts, where these are what it would act on (`intent` is `knowledge`).
    """

    intent: str
    score: float
    reader: str
    answer: str = ""


@dataclass(frozen=True, slots=True)
class TurnTraced(Event):
    """The record of a turn's stages, for `kefu why`; the last event of a turn."""

    stages: tuple[Stage, ...]
