"""The chat window's calls: `kefu.voice.v1`, PCM16 frames and JSON over one WebSocket.

Whoever holds the session may call in its conversation, so that chat and call are one.
"""

from __future__ import annotations

import asyncio
from typing import Annotated, Literal

import msgspec

from kefu.adapters.audio.paced import PacedLine
from kefu.adapters.audio.pacing import Echoes, Pacer
from kefu.core.errors import BadInput
from kefu.core.nouns import Language
from kefu.core.ports.line import Audio, Caller, Key, Socket, Typed

PATIENCE_S = 10.0
LARGEST = 64 * 1024
AHEAD_MS = 120
"""How far sound may be ahead of the clock: a browser has a queue of its own, and its network is not even."""


class Start(msgspec.Struct, tag="start", frozen=True):
    """The first frame: who calls, in which language, how sound is sampled, what was said to recording.

    `purpose` `sentence` is for one sentence alone: nobody is greeted.
    """

    session: Annotated[str, msgspec.Meta(min_length=1, max_length=4096)]
    language: Language | None = None
    rate: Literal[8000, 16000] = 16000
    consent: bool | None = None
    purpose: Literal["call", "sentence"] = "call"


class Pressed(msgspec.Struct, tag="key", frozen=True):
    """A key of the keypad on the screen."""

    key: Annotated[str, msgspec.Meta(pattern=r"\A[0-9*#]\Z")]


class Wrote(msgspec.Struct, tag="typed", frozen=True):
    """Words that were typed, or heard on the caller's side."""

    text: Annotated[str, msgspec.Meta(min_length=1, max_length=10_000, pattern=r"\S")]


class Heard(msgspec.Struct, tag="played", frozen=True):
    """How far a piece was played."""

    mark: Annotated[str, msgspec.Meta(max_length=64)]
    ms: Annotated[float, msgspec.Meta(ge=0, le=86_400_000)] = 0
    done: bool = False


class Bye(msgspec.Struct, tag="bye", frozen=True):
    """The caller hangs up."""


Frame = Pressed | Wrote | Heard | Bye
START = msgspec.json.Decoder(Start)
FRAME = msgspec.json.Decoder(Frame)
ENCODER = msgspec.json.Encoder()


async def read_start(socket: Socket) -> Start:
    """The first frame; raises `BadInput` where it does not come or is another one."""
    try:
        async with asyncio.timeout(PATIENCE_S):
            received = await socket.receive()
        return START.decode(received or b"")
    except (TimeoutError, msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadInput('The first frame must be {"type": "start", "session": "…", "rate": 16000}.') from error


class BrowserLine(PacedLine):
    """One call over one socket."""

    def __init__(self, caller: Caller, socket: Socket, rate_hz: int) -> None:
        self.caller = caller
        self.rate_hz = rate_hz
        self._socket = socket
        super().__init__()
        self._echoes = Echoes(self._inbox.put)
        self._texts: dict[str, object] = {}
        self._pacer = Pacer(
            rate_hz,
            self._send_frame,
            self._echoes.progress,
            begins=self._begins,
            ends=self._ends,
            ahead_ms=AHEAD_MS,
        )

    async def clear(self) -> None:
        """See `Line`."""
        mark = self._pacer.clear()
        self._echoes.forget()
        self._texts.clear()
        await self.tell("clear", mark=mark)

    async def tell(self, kind: str, **said: object) -> None:
        """See `Line`; the text of a piece is told when its sound begins."""
        if kind == "speak":
            self._texts[str(said["mark"])] = said["text"]
        else:
            await self._socket.send(ENCODER.encode({"type": kind, **said}).decode())

    async def hang_up(self) -> None:
        """See `Line`."""
        self._inbox.close()

    def _leave(self) -> None:
        self._echoes.forget()

    async def _hear(self) -> None:
        try:
            while (received := await self._socket.receive()) is not None:
                if isinstance(received, bytes):
                    if len(received) <= LARGEST:
                        self._inbox.put(Audio(received))
                elif not await self._take(received):
                    return
        finally:
            self._inbox.close()

    async def _take(self, received: str) -> bool:
        """Read a frame; False when the caller hangs up. One that is none is told, and the call goes on."""
        try:
            frame = FRAME.decode(received)
        except (msgspec.DecodeError, RecursionError) as error:
            await self.tell("error", code=BadInput.code, message=f"This frame is not of kefu.voice.v1: {error}")
            return True
        match frame:
            case Pressed():
                self._inbox.put(Key(frame.key))
            case Wrote():
                self._inbox.put(Typed(frame.text))
            case Heard():
                self._echoes.heard(frame.mark, int(frame.ms), done=frame.done)
            case Bye():
                return False
        return True

    async def _begins(self, mark: str) -> None:
        if mark in self._texts:
            await self._socket.send(
                ENCODER.encode({"type": "speak", "mark": mark, "text": self._texts.pop(mark)}).decode()
            )

    async def _ends(self, mark: str) -> None:
        self._echoes.sent(mark)
        await self.tell("spoken", mark=mark)

    async def _send_frame(self, frame: bytes, _mark: str) -> None:
        await self._socket.send(frame)
