"""Recordings: the sound of calls, kept with consent alone, encrypted, for a number of days.

Entry-point group `kefu.recordings`: a factory `(settings) -> AsyncContextManager[Recordings]`; `settings` are
`[recordings]` of kefu.toml, plus `secret` and `home`. All audio is PCM16, little endian, one channel; times are
milliseconds since the call began. Who may listen is asked in one place, `kefu.app.listening`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

Side = Literal["caller", "house"]
"""Whose track: the customer's, or what they heard of us, a machine or a person."""

SIDES: tuple[Side, ...] = ("caller", "house")


@dataclass(frozen=True, slots=True)
class Label:
    """What a recording is of. `consent` says how the caller agreed (`widget`, `key`, `spoken`); it is never empty."""

    call_id: str
    conversation_id: str
    began_at: datetime
    rate_hz: int
    consent: str


class Recording(Protocol):
    """A recording under way: never waits for the disk, so it may be called where the audio is carried.

    What was added a second ago is safe from a crash, unless it is held.
    """

    def add(self, side: Side, at_ms: int, pcm: bytes) -> None:
        """Sound of one side, in order of time; between two pieces there is silence.

        Of the house, add what was heard, not what was handed to the line.
        """

    def hold(self, from_ms: int | None) -> None:
        """Somebody speaks or keys since then: keep back what is not written yet; None: it was read, let it go.

        After a minute it goes on as silence, so that a forgotten hold costs neither memory nor privacy.
        """

    def mask(self, from_ms: int, to_ms: int) -> None:
        """Silence a stretch on both tracks: before it is written, or in the file where it was."""

    async def close(self) -> None:
        """The call is over: all that is not masked is written when this returns. Raises `RecordingFailed`."""


class Tape(Protocol):
    """A recording as it can be read, also while it goes on."""

    @property
    def label(self) -> Label:
        """What it is of."""

    async def length_ms(self) -> int:
        """How long it is by now, in whole pieces."""

    async def read(self, side: Side, from_ms: int, to_ms: int) -> bytes:
        """A stretch of one track; silence where there is nothing.

        Raises `RecordingFailed` where it was changed, or recorded with another secret.
        """

    def close(self) -> None:
        """Let go of it."""


class Recordings(Protocol):
    """Where the recordings are."""

    async def begin(self, label: Label) -> Recording:
        """Record a call. Raises `BadInput` without consent, `RecordingFailed` where nothing can be written."""

    async def open(self, conversation_id: str, call_id: str) -> Tape | None:
        """The recording of a call, or None. Raises `RecordingFailed` for a file that is none."""

    def labels(self) -> AsyncIterator[Label]:
        """What there is, conversation by conversation."""

    async def erase(self, conversation_id: str, call_id: str = "") -> int:
        """Remove the recording of a call, or all of a conversation; how many went."""
