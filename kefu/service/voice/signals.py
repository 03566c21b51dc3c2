"""What a call notices: from the line, the engines, the turn, and colleagues at the desk."""

from __future__ import annotations

from dataclasses import dataclass

from kefu.core.nouns import Language
from kefu.core.ports.speech import Heard


@dataclass(frozen=True, slots=True)
class Connected:
    """Both ways are open; `hints` are some things to say, where only some are understood."""

    hints: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SpeechBegan:
    """The customer has been speaking for `since_ms`."""

    since_ms: float


@dataclass(frozen=True, slots=True)
class SpeechPaused:
    """The customer stopped; they may go on."""


@dataclass(frozen=True, slots=True)
class SpeechEnded:
    """The customer has finished; their last sound was `silent_ms` ago."""

    silent_ms: float


@dataclass(frozen=True, slots=True)
class Sounded:
    """What the speech under way sounds like so far."""

    text: str


@dataclass(frozen=True, slots=True)
class Recognised:
    """What an utterance was; None where the recogniser failed."""

    heard: Heard | None


@dataclass(frozen=True, slots=True)
class Pressed:
    """A key of the keypad."""

    key: str


@dataclass(frozen=True, slots=True)
class Wrote:
    """The customer typed something."""

    text: str


@dataclass(frozen=True, slots=True)
class Reply:
    """Something to say to the customer: the text of a reply, and the turn whose it is (empty: the call's own)."""

    turn_id: str
    text: str
    language: Language
    uninterruptible: bool = False


@dataclass(frozen=True, slots=True)
class Decided:
    """The turn that a sentence made: its replies, and whether people have the conversation now.

    `digits` is how many digits the question waits for (0: none), `hints` some of what can be said next, where only
    some things are understood.
    """

    turn_id: str
    replies: tuple[Reply, ...]
    waiting: bool = False
    digits: int = 0
    hints: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Failed:
    """The turn could not be taken."""


@dataclass(frozen=True, slots=True)
class Said:
    """A colleague's words, or an answer to what the customer wrote in the chat meanwhile."""

    reply: Reply


@dataclass(frozen=True, slots=True)
class Handed:
    """The conversation is in people's hands (`who` has it, or nobody yet), or with `waiting` False no longer."""

    waiting: bool
    who: str = ""


@dataclass(frozen=True, slots=True)
class Held:
    """A colleague puts the call on hold."""

    who: str


@dataclass(frozen=True, slots=True)
class Resumed:
    """A colleague lets it go on."""

    who: str


@dataclass(frozen=True, slots=True)
class Made:
    """A piece of speech is ready as sound, `length_ms` long."""

    mark: str
    length_ms: float


@dataclass(frozen=True, slots=True)
class Sounding:
    """The first sound of a piece was handed to the line."""

    mark: str


@dataclass(frozen=True, slots=True)
class Listened:
    """The customer has heard a piece up to `heard_ms`; `done` when that was all of it."""

    mark: str
    heard_ms: float
    done: bool = False


@dataclass(frozen=True, slots=True)
class HungUp:
    """The line is gone, or a colleague ends the call: `because` as in `CallEnded`."""

    because: str = "caller"


@dataclass(frozen=True, slots=True)
class Tick:
    """Time went on."""


Signal = (
    Connected
    | SpeechBegan
    | SpeechPaused
    | SpeechEnded
    | Sounded
    | Recognised
    | Pressed
    | Wrote
    | Decided
    | Failed
    | Said
    | Handed
    | Held
    | Resumed
    | Made
    | Sounding
    | Listened
    | HungUp
    | Tick
)
