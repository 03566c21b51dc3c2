"""What happens to a call, beside the turns that are taken on it.

What the customer says on a call is an ordinary `MessageReceived`; what is answered, an ordinary `Replied` or
`PersonReplied`. `Spoken` then says how much of that was heard, which is all that counts as said.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from kefu.core.events.base import Event
from kefu.core.nouns import Language


@dataclass(frozen=True, slots=True)
class CallBegan(Event):
    """A call was answered on a line (`line` is its channel); `recording` says that its sound is kept."""

    call_id: str
    line: str
    language: Language
    recording: bool = False


@dataclass(frozen=True, slots=True)
class CallEnded(Event):
    """A call is over after `lasted_ms`.

    `because` is `caller`, `person` or `house` for who hung up, `silence`, `too_long`, `failed`, or `lost`: the
    process that served it died, and the next one to start wrote so.
    """

    call_id: str
    because: str
    lasted_ms: int


@dataclass(frozen=True, slots=True)
class Spoken(Event):
    """Something was said aloud: `heard` of `text` reached the customer, `whole` when that was all of it.

    `turn_id` is the turn whose reply it was, empty for what the call says by itself (a greeting, a question whether
    somebody is still there).
    """

    call_id: str
    turn_id: str
    text: str
    heard: str
    whole: bool


@dataclass(frozen=True, slots=True)
class Misheard(Event):
    """`audio_ms` of speech led to no text: `not_expected`, `nothing` (no words in it) or `failed`."""

    call_id: str
    because: str
    audio_ms: int


@dataclass(frozen=True, slots=True)
class KeysPressed(Event):
    """Keys of the keypad; digits that look like a card's are masked."""

    call_id: str
    keys: str


@dataclass(frozen=True, slots=True)
class CallHeld(Event):
    """The call waits: nothing is heard on either side."""

    call_id: str
    who: str


@dataclass(frozen=True, slots=True)
class CallResumed(Event):
    """The call goes on."""

    call_id: str
    who: str


@dataclass(frozen=True, slots=True)
class CallTimed(Event):
    """How long a turn of a call took from the end of speech, in ms, by stage.

    `heard` until the speech was over for certain, `text` until its words were known, `decided` until there was an
    answer, `sound` until its first audio left.
    """

    call_id: str
    turn_id: str
    stages: Mapping[str, float] = field(default_factory=dict)
