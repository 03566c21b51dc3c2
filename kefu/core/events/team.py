"""What the team does to a conversation, and what routing, rules and service levels do for it.

`who` is the name that colleagues and customers see; `kefu` where the house did it by itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from kefu.core.events.base import Event
from kefu.core.nouns import Attachment
from kefu.core.work import Priority, Target


@dataclass(frozen=True, slots=True)
class PersonReplied(Event):
    """A member of the team wrote to the customer; `draft` is the turn whose draft they sent, if they did.

    Version 2 added `attachments`.
    """

    version: ClassVar[int] = 2
    who: str
    text: str
    draft: str = ""
    attachments: tuple[Attachment, ...] = ()


@dataclass(frozen=True, slots=True)
class PersonTook(Event):
    """A member of the team took the conversation."""

    who: str


@dataclass(frozen=True, slots=True)
class HandedBack(Event):
    """The machine serves the conversation again; `who` is a person or `customer`."""

    who: str


@dataclass(frozen=True, slots=True)
class Judged(Event):
    """A person judged a drawn enquiry: whether acting on its intent is (or was) right."""

    turn_id: str
    right: bool
    who: str


@dataclass(frozen=True, slots=True)
class QuestionSettled(Event):
    """A person settled a question that was left: `article` answers it from now on, or it was dismissed (empty)."""

    turn_id: str
    article: str
    who: str


@dataclass(frozen=True, slots=True)
class Noted(Event):
    """A member of the team wrote a note that the customer never sees; `mentions` are colleagues it names.

    Version 2 added `attachments`.
    """

    version: ClassVar[int] = 2
    who: str
    text: str
    mentions: tuple[str, ...] = ()
    attachments: tuple[Attachment, ...] = ()


@dataclass(frozen=True, slots=True)
class Assigned(Event):
    """The conversation belongs to a person, a team, both or (empty) nobody from now on; people have it."""

    who: str
    person: str = ""
    team: str = ""
    because: str = ""


@dataclass(frozen=True, slots=True)
class Prioritised(Event):
    """How soon the conversation must be looked at."""

    who: str
    priority: Priority


@dataclass(frozen=True, slots=True)
class Tagged(Event):
    """Tags were put on and taken off."""

    who: str
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FieldsSet(Event):
    """Fields of the company's own got values; an empty value takes a field away."""

    who: str
    fields: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Snoozed(Event):
    """Nobody needs to look until a time, or until the customer writes."""

    who: str
    until: datetime


@dataclass(frozen=True, slots=True)
class Woken(Event):
    """A snoozed conversation is open again: `because` is `time`, `customer` or `person`."""

    because: str


@dataclass(frozen=True, slots=True)
class Closed(Event):
    """What the customer wanted is settled."""

    who: str


@dataclass(frozen=True, slots=True)
class Reopened(Event):
    """It was not settled after all: people have it again."""

    who: str


@dataclass(frozen=True, slots=True)
class Merged(Event):
    """The conversation goes on in another one of the same customer."""

    who: str
    into: str


@dataclass(frozen=True, slots=True)
class RatingAsked(Event):
    """The customer was asked how it went."""


@dataclass(frozen=True, slots=True)
class Rated(Event):
    """The customer said how it went, from 1 to 5."""

    score: int
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Corrected(Event):
    """A person said what a message really wants; it becomes an example of `intent`."""

    who: str
    turn_id: str
    text: str
    intent: str


@dataclass(frozen=True, slots=True)
class SpanJudged(Event):
    """A person said what stands from `start` to `end` in the message with this event `number`.

    An empty `kind` says that nothing stands there; None takes back what was said.
    """

    who: str
    number: int
    start: int
    end: int
    kind: str | None


@dataclass(frozen=True, slots=True)
class SuggestionSettled(Event):
    """A suggestion (`kind`: reply, macro, action …) was accepted, edited or rejected."""

    who: str
    kind: str
    source: str
    outcome: str


@dataclass(frozen=True, slots=True)
class MacroApplied(Event):
    """A macro was applied; what it did follows as events of its own."""

    who: str
    macro: str


@dataclass(frozen=True, slots=True)
class RuleApplied(Event):
    """An automation rule held; what it did follows as events of its own."""

    rule: str
    because: str = ""


@dataclass(frozen=True, slots=True)
class TargetSet(Event):
    """A service level runs: `target` must be met by `due`; None ends it."""

    target: Target
    due: datetime | None


@dataclass(frozen=True, slots=True)
class TargetNear(Event):
    """A service level ends soon, and nobody has met it yet."""

    target: Target
    due: datetime


@dataclass(frozen=True, slots=True)
class TargetMissed(Event):
    """A service level was not met."""

    target: Target
    due: datetime


@dataclass(frozen=True, slots=True)
class Escalated(Event):
    """The conversation was given to somebody who can settle it."""

    because: str
    person: str = ""
    team: str = ""
