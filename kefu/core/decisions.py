"""What a turn can decide (stage 断 decide): one small class each, with its reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from kefu.core.nouns import Option, Value
from kefu.core.ports.knowledge import Found


@dataclass(frozen=True, slots=True)
class Run:
    """Run a skill: start it, or go on with it.

    `fresh` starts the skill anew and pauses what was under way. `slots` are values
    to set before the flow goes on, `mention` is a text to match with the options
    of slots, `confirmed` tells that the customer said yes. `again` means that the
    last answer could not be used. `queue` holds further requests of the message.
    """

    skill: str
    because: str
    text: str = ""
    intent: str = ""
    fresh: bool = False
    slots: Mapping[str, Value] = field(default_factory=dict)
    mention: str = ""
    confirmed: bool = False
    again: bool = False
    queue: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """Answer from the company's texts."""

    question: str
    found: Found
    because: str


@dataclass(frozen=True, slots=True)
class Clarify:
    """Ask once what the customer means, offering the likeliest readings."""

    options: tuple[Option, ...]
    because: str


@dataclass(frozen=True, slots=True)
class Cancel:
    """Give up what is under way, as the customer wishes."""

    because: str


@dataclass(frozen=True, slots=True)
class HandOff:
    """Give the conversation to a person."""

    because: str


@dataclass(frozen=True, slots=True)
class Note:
    """Keep the message for the person who has the conversation; the machine stays back."""

    because: str


@dataclass(frozen=True, slots=True)
class TakeBack:
    """Serve the customer again by machine, as they wish, while nobody has taken over yet."""

    because: str


Decision = Run | Answer | Clarify | Cancel | HandOff | Note | TakeBack


@dataclass(frozen=True, slots=True)
class Search:
    """Look into the company's texts first: their answer goes out if it is sure enough.

    So it is from the probability `least` on, and above `rival`, that of the skill which would serve
    otherwise; with `of`, the id of an article, if all of it stands there. `because` is then the reason; else
    `otherwise` is done.
    """

    question: str
    least: float
    rival: float
    otherwise: Decision
    because: str
    of: str = ""

    def is_met_by(self, found: Found) -> bool:
        """Whether what was found goes out."""
        if self.of and any(part.hit.article.id != self.of for part in found.parts):
            return False
        return found.probability >= self.least and found.probability > self.rival
