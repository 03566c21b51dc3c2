"""Line: one call as a transport carries it, by browser, telephone exchange or carrier.

A line carries PCM16, little endian, one channel, at its own `rate_hz`; what a transport speaks on the wire
(μ-law, base64, frames of a telephone exchange) is its own affair, and so is pacing: whoever plays hands audio over
as fast as it comes, and the line lets it out by the clock in frames of 20 ms.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, runtime_checkable

from kefu.core.nouns import Identity, Language
from kefu.core.ports.channel import Channel, Raw

FRAME_MS = 20
"""How much audio travels together."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls: `sender` is the channel's id of the other end, `call_id` the transport's id of this call.

    `identity` is what the transport could prove; a telephone number proves nothing. `consent` is what the caller
    said to being recorded before the call began, None where nobody could ask. Who wants to say just one sentence is
    not greeted (`greet` False).
    """

    channel: str
    sender: str
    call_id: str
    identity: Identity | None = None
    language: Language | None = None
    consent: bool | None = None
    greet: bool = True


@dataclass(frozen=True, slots=True)
class Audio:
    """A piece of what the caller says."""

    pcm: bytes


@dataclass(frozen=True, slots=True)
class Key:
    """A key of the keypad: one of `0123456789*#`."""

    key: str


@dataclass(frozen=True, slots=True)
class Typed:
    """Words that the caller typed, or that a recogniser on the caller's side heard."""

    text: str


@dataclass(frozen=True, slots=True)
class Played:
    """The caller has heard a piece of speech up to `heard_ms`; `done` when that was all of it."""

    mark: str
    heard_ms: int
    done: bool = False


Signal = Audio | Key | Typed | Played
"""What comes from the other end; the end of the iterator is the end of the call."""


class Line(Protocol):
    """Both ways of one call."""

    @property
    def caller(self) -> Caller:
        """Who calls."""

    @property
    def rate_hz(self) -> int:
        """Samples a second, both ways."""

    def signals(self) -> AsyncIterator[Signal]:
        """What comes from the other end, until either end hangs up."""

    async def play(self, mark: str, pcm: bytes, *, last: bool = False) -> None:
        """Let more of a piece of speech be heard; `Played` tells how far it got. Waits while much is queued."""

    async def clear(self) -> None:
        """Silence at once: nothing that was handed over before is heard after this returns."""

    async def tell(self, kind: str, **said: object) -> None:
        """Show the other end what happened (`partial`, `final`, `handoff`, `error`), where it has a screen."""

    async def hang_up(self) -> None:
        """End the call."""


Answer = Callable[[Line], Awaitable[None]]
"""Serves a call until it is over; returns when both ends have hung up."""


class Socket(Protocol):
    """A WebSocket, whoever carries it."""

    async def receive(self) -> str | bytes | None:
        """The next message; None once the other end is gone."""

    async def send(self, message: str | bytes) -> None:
        """Send one; what is sent to an end that is gone is lost."""


@runtime_checkable
class SocketLines(Channel, Protocol):
    """A channel whose calls come over a WebSocket."""

    async def open_line(self, socket: Socket, now: datetime) -> Line:
        """Read who calls, and return the line; the socket was just accepted.

        Raises `BadInput`, `NotSignedIn` or `BadSignature`; then there is no call.
        """


@runtime_checkable
class Carrier(SocketLines, Protocol):
    """A telephone company's side: it asks by a request what to do with a call, and is told which socket to open."""

    def welcome(self, raw: Raw, url: str, socket_url: str) -> bytes:
        """Check the request, which came to `url`, and send the caller to `socket_url`; the answer is XML.

        Raises `BadSignature` or `BadInput`.
        """


@runtime_checkable
class Exchange(Channel, Protocol):
    """A channel that listens on a port of its own for calls of a telephone exchange."""

    async def serve(self, answer: Answer) -> None:
        """Take calls until cancelled; calls under way then end. Raises `BadConfig` where the port is taken."""
