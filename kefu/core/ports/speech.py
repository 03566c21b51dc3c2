"""Speech: hear, say, and know when somebody has finished speaking.

Entry-point groups `kefu.recognisers`, `kefu.synthesisers`, `kefu.detectors`: factories `(settings) -> engine`;
`settings` are the engine's table in `kefu.toml`, plus `home`. A factory checks all that the engine needs (files,
checksums, sample rate, language) and raises `ModelMissing` or `BadConfig` naming what is missing and what to do;
nothing is ever downloaded.

Engines are plain blocking objects: whoever calls them crosses into a thread, in one place. All audio is PCM16,
little endian, one channel.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

from kefu.core.nouns import Language

Expects = Literal["free", "phrases", "yes_no"]
"""What the dialogue waits for: anything, one of the phrases, or a yes or no. Digits come from the keypad."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """Something that a caller may say now: a quick reply, an item of a menu, a likely question.

    `text` is what the turn gets when it was heard; `weight` says how likely it is beside the others.
    """

    id: str
    text: str
    language: Language
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Expected:
    """What is known before somebody speaks.

    Phrases are likeliest first; they become a closed recogniser's grammar and an open one's hot words.
    """

    language: Language
    expects: Expects = "free"
    phrases: tuple[Phrase, ...] = ()
    rate_hz: int = 16000
    longest_s: float = 30.0


@dataclass(frozen=True, slots=True)
class Abilities:
    """What a recogniser can do. A closed one hears nothing but phrases, `most_phrases` of each language at most."""

    languages: frozenset[Language]
    open_vocabulary: bool
    streaming: bool
    rates_hz: tuple[int, ...]
    most_phrases: Mapping[Language, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Partial:
    """What an utterance sounds like so far; a later one takes its place."""

    text: str


@dataclass(frozen=True, slots=True)
class Heard:
    """What an utterance was: `rejected` when it was none of the phrases or no speech; then `text` is empty.

    `phrase_id` names the phrase, if it was one. `confidence` in [0, 1], None where the engine has none.
    """

    text: str
    language: Language
    phrase_id: str = ""
    confidence: float | None = None
    rejected: bool = False
    audio_ms: int = 0


class Utterance(Protocol):
    """One stretch of speech on its way through a recogniser."""

    def accept(self, pcm: bytes) -> Sequence[Partial]:
        """Hear more; an odd last byte waits for its other half."""

    def finish(self) -> Heard:
        """What it was; asked again, the same."""

    def close(self) -> None:
        """Give back what it held, finished or not; the engine's next utterance works whatever happened to this one."""


class Recogniser(Protocol):
    """Turns speech into text. Several utterances may be open at once, each used by one thread at a time."""

    @property
    def abilities(self) -> Abilities:
        """What it can do."""

    @property
    def version(self) -> str:
        """Names engine and model: changes whenever a result could change."""

    def open(self, expected: Expected) -> Utterance:
        """Begin to listen. Raises `BadInput` for a rate or a language that it does not hear."""

    def close(self) -> None:
        """Give everything back."""


@dataclass(frozen=True, slots=True)
class Voice:
    """A voice by its name in the engine, and what it speaks."""

    name: str
    language: Language


class Synthesiser(Protocol):
    """Speaks. Safe to use from several threads; the text was normalised for speech before it comes here."""

    @property
    def voices(self) -> Sequence[Voice]:
        """The voices, the usual one of each language first."""

    @property
    def version(self) -> str:
        """Names engine and voices: changes whenever the sound could change."""

    def speak(self, text: str, voice: Voice, rate_hz: int, speed: float = 1.0) -> Iterator[bytes]:
        """The sound in pieces as they become ready; closing the iterator stops the engine at once."""

    def close(self) -> None:
        """Give everything back."""


@dataclass(frozen=True, slots=True)
class Began:
    """Somebody began to speak, or went on after a pause: `at_ms` into the audio of this ear."""

    at_ms: int


@dataclass(frozen=True, slots=True)
class Paused:
    """Speech stopped at `at_ms`; it may go on."""

    at_ms: int


@dataclass(frozen=True, slots=True)
class Ended:
    """The turn is over: the last speech was at `at_ms`."""

    at_ms: int


Sound = Began | Paused | Ended


class Ear(Protocol):
    """Voice activity and end of turn of one stream of audio."""

    def push(self, pcm: bytes) -> Sequence[Sound]:
        """What became clear with this audio, in order; cheap enough for the thread that carries the audio."""

    def expect(self, silence_ms: int) -> None:
        """How much silence ends a turn from now on: longer while digits or names are spelled."""


class Detector(Protocol):
    """Tells speech from noise, and the end of a turn from a pause."""

    @property
    def version(self) -> str:
        """Names engine and model."""

    def open(self, rate_hz: int, silence_ms: int) -> Ear:
        """Listen to a stream. Raises `BadInput` for a rate that it can't hear."""
