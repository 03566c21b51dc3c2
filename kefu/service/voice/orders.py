"""What a call wants done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from kefu.core.events import Event
from kefu.core.nouns import Language
from kefu.core.ports.speech import Expects


@dataclass(frozen=True, slots=True)
class Listen:
    """Begin to recognise, from a little before the speech that was noticed."""

    expects: Expects
    language: Language


@dataclass(frozen=True, slots=True)
class Finish:
    """The utterance is over: say what it was."""


@dataclass(frozen=True, slots=True)
class Drop:
    """Forget the utterance under way."""


@dataclass(frozen=True, slots=True)
class Pause:
    """From now on so much silence ends a turn."""

    silence_ms: int


@dataclass(frozen=True, slots=True)
class Speak:
    """Let a piece be heard from `from_ms` on, under a mark that no other has."""

    mark: str
    text: str
    language: Language
    from_ms: float = 0


@dataclass(frozen=True, slots=True)
class Hush:
    """Silence at once: `mark` is not to be heard any further."""

    mark: str


@dataclass(frozen=True, slots=True)
class Take:
    """Let the customer have said this."""

    text: str
    language: Language | None = None


@dataclass(frozen=True, slots=True)
class Write:
    """Write down what happened."""

    events: tuple[Event, ...]


@dataclass(frozen=True, slots=True)
class Tell:
    """Show the other end what happened, where it has a screen."""

    kind: str
    said: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Record:
    """The caller agreed to being recorded: by the `widget`, a `key`, or `spoken`."""

    consent: str


@dataclass(frozen=True, slots=True)
class HangUp:
    """End the call."""

    because: str


Order = Listen | Finish | Drop | Pause | Speak | Hush | Take | Write | Tell | Record | HangUp
