"""One call as Media Streams carry it: JSON messages with μ-law in base64, marks, clear, keys."""

from __future__ import annotations

import asyncio
import base64
from binascii import Error as NotBase64
from dataclasses import dataclass
from typing import Annotated

import msgspec

from kefu.adapters.audio.mulaw import SILENCE, decode, encode
from kefu.adapters.audio.ordering import Ordered
from kefu.adapters.audio.paced import PacedLine
from kefu.adapters.audio.pacing import Echoes, Pacer
from kefu.core.errors import BadInput
from kefu.core.ports.line import FRAME_MS, Audio, Caller, Key, Played, Socket

RATE_HZ = 8000
LARGEST = 64 * 1024
KEYS = frozenset("0123456789*#")
PATIENCE_S = 10.0
LOST = bytes([SILENCE]) * (RATE_HZ * FRAME_MS // 1000)


class Format(msgspec.Struct, frozen=True):
    """How sound is coded."""

    encoding: str = "audio/x-mulaw"
    rate: int = msgspec.field(name="sampleRate", default=RATE_HZ)
    channels: int = 1


class Begin(msgspec.Struct, frozen=True):
    """What a stream is of."""

    call: Annotated[str, msgspec.Meta(min_length=1, max_length=64)] = msgspec.field(name="callSid")
    format: Format = msgspec.field(name="mediaFormat", default=Format())
    own: dict[str, str] = msgspec.field(name="customParameters", default_factory=dict)


class Media(msgspec.Struct, frozen=True):
    """A piece of sound; numbers come as text."""

    payload: str = ""
    chunk: str | int = ""
    track: str = "inbound"


class Digit(msgspec.Struct, frozen=True):
    """A key."""

    digit: str = ""


class Mark(msgspec.Struct, frozen=True):
    """A piece of ours that was played, or cleared."""

    name: str = ""


class Message(msgspec.Struct, frozen=True):
    """Any message of the other end; kinds that we don't know are passed over."""

    event: str
    stream: str = msgspec.field(name="streamSid", default="")
    start: Begin | None = None
    media: Media | None = None
    dtmf: Digit | None = None
    mark: Mark | None = None


MESSAGE = msgspec.json.Decoder(Message)
ENCODER = msgspec.json.Encoder()


@dataclass(frozen=True, slots=True)
class Start:
    """Which call a socket carries, under which name, and our signed word."""

    call_id: str
    stream_id: str
    token: str


def read(message: str | bytes) -> Message:
    """One message; raises `BadInput`."""
    if len(message) > LARGEST:
        raise BadInput(f"A message has {len(message)} characters; at most {LARGEST} are read.")
    try:
        return MESSAGE.decode(message)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadInput(f"This is no message of a media stream: {error}.") from error


async def read_start(socket: Socket) -> Start:
    """Read up to `start`; raises `BadInput` where it does not come, or the sound is no μ-law at 8 kHz."""
    try:
        async with asyncio.timeout(PATIENCE_S):
            for _ in range(4):
                received = await socket.receive()
                if received is None:
                    break
                message = read(received)
                if message.event == "start" and message.start:
                    begin, stream = message.start, message.stream
                    if (begin.format.encoding, begin.format.rate, begin.format.channels) != ("audio/x-mulaw", 8000, 1):
                        raise BadInput("Only audio/x-mulaw at 8000 Hz, one channel, is understood.")
                    return Start(begin.call, stream, begin.own.get("token", ""))
    except TimeoutError:
        pass
    raise BadInput('A media stream begins with {"event": "connected"} and {"event": "start", …}.')


class MediaLine(PacedLine):
    """One call over one socket."""

    rate_hz = RATE_HZ

    def __init__(self, caller: Caller, socket: Socket, stream_id: str) -> None:
        self.caller = caller
        self._socket, self._stream = socket, stream_id
        super().__init__()
        self._order: Ordered[bytes] = Ordered()
        self._echoes = Echoes(self._inbox.put)
        self._pacer = Pacer(RATE_HZ, self._send_frame, self._sent, ends=self._mark)

    async def clear(self) -> None:
        """See `Line`."""
        self._pacer.clear()
        self._echoes.forget()
        await self._say(event="clear")

    async def tell(self, kind: str, **said: object) -> None:
        """A telephone has no screen."""

    async def hang_up(self) -> None:
        """See `Line`: the company ends the call when its socket closes."""
        self._inbox.close()

    def _leave(self) -> None:
        self._echoes.forget()

    async def _hear(self) -> None:
        try:
            while (received := await self._socket.receive()) is not None:
                try:
                    message = read(received)
                except BadInput:
                    continue
                if message.event == "stop":
                    return
                self._take(message)
        finally:
            self._inbox.close()

    def _take(self, message: Message) -> None:
        if message.event == "media" and message.media and message.media.track == "inbound":
            self._hear_sound(message.media)
        elif message.event == "dtmf" and message.dtmf and message.dtmf.digit in KEYS and message.dtmf.digit:
            self._inbox.put(Key(message.dtmf.digit))
        elif message.event == "mark" and message.mark:
            self._echoes.heard(message.mark.name)

    def _hear_sound(self, media: Media) -> None:
        try:
            coded = base64.b64decode(media.payload, validate=True)
            number = int(media.chunk)
        except (NotBase64, ValueError):
            return
        if len(coded) <= LARGEST // 8 and 0 <= number < 2**40:
            for one in self._order.push(number, coded):
                self._inbox.put(Audio(decode(LOST if one is None else one)))

    def _sent(self, played: Played) -> None:
        self._echoes.progress(played)
        if not played.done:
            self._inbox.put(played)

    async def _mark(self, mark: str) -> None:
        self._echoes.sent(mark)
        await self._say(event="mark", mark={"name": mark})

    async def _send_frame(self, frame: bytes, _mark: str) -> None:
        await self._say(event="media", media={"payload": base64.b64encode(encode(frame)).decode()})

    async def _say(self, **message: object) -> None:
        await self._socket.send(ENCODER.encode({**message, "streamSid": self._stream}).decode())
