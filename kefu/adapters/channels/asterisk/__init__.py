"""asterisk.v1: calls of a telephone exchange, over Asterisk's AudioSocket.

Off until `kefu.toml` has such a channel. AudioSocket knows neither passwords nor encryption: it listens on this machine
alone unless told otherwise, and only a tunnel of yours may lead there. The UUID of the dialplan names the call; a
telephone number proves nothing, so a caller is nobody in particular until the dialogue has asked.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Mapping, Sequence
from contextlib import suppress

from kefu.adapters.audio.paced import PacedLine
from kefu.adapters.audio.pacing import Pacer
from kefu.adapters.channels.asterisk.frames import DTMF, ERROR, HANG_UP, KEYS, RATES_HZ, UUID, Frame, Parser, pack
from kefu.core.errors import BadConfig, BadInput, DeliveryFailed
from kefu.core.nouns import Inbound
from kefu.core.ports.channel import Parcel, Raw
from kefu.core.ports.line import Answer, Audio, Caller, Key

RATE_HZ = 8000
READ_BYTES = 4096
PATIENCE_S = 5.0
"""How long a connection may take to say which call it is."""

MOST_CALLS = 200


class AsteriskLine(PacedLine):
    """One call over one connection, of which `parser` has read `frames` beyond the call's name."""

    rate_hz = RATE_HZ

    def __init__(
        self,
        caller: Caller,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        *,
        parser: Parser,
        frames: Sequence[Frame],
    ) -> None:
        self.caller = caller
        self._parser, self._frames = parser, frames
        self._reader, self._writer = reader, writer
        super().__init__()
        self._pacer = Pacer(RATE_HZ, self._send, self._inbox.put)

    async def clear(self) -> None:
        """See `Line`."""
        self._pacer.clear()

    async def tell(self, kind: str, **said: object) -> None:
        """A telephone has no screen."""

    async def hang_up(self) -> None:
        """See `Line`."""
        self._inbox.close()
        with suppress(OSError):
            self._writer.write(pack(HANG_UP))
            await self._writer.drain()
        self._writer.close()

    async def _hear(self) -> None:
        try:
            frames = self._frames
            while True:
                for frame in frames:
                    if frame.kind in (HANG_UP, ERROR):
                        return
                    self._take(frame.kind, frame.payload)
                data = await self._reader.read(READ_BYTES)
                if not data:
                    return
                frames = self._parser.push(data)
        except (BadInput, OSError):
            return
        finally:
            self._inbox.close()

    def _take(self, kind: int, payload: bytes) -> None:
        if kind == DTMF:
            key = payload[:1].decode("ascii", "replace")
            if key in KEYS:
                self._inbox.put(Key(key))
        elif RATES_HZ.get(kind) == RATE_HZ:
            self._inbox.put(Audio(payload))

    async def _send(self, frame: bytes, _mark: str) -> None:
        try:
            self._writer.write(pack(0x10, frame))
            await self._writer.drain()
        except OSError:
            self._inbox.close()


class AsteriskChannel:
    """Listens for the exchange."""

    pushes = False

    def __init__(self, name: str, host: str, port: int) -> None:
        self.name = name
        self._host, self._port = host, port
        self.port = port

    def parse(self, raw: Raw) -> Sequence[Inbound]:
        """Nothing comes by request."""
        size = len(raw.body)
        raise BadInput(f"Channel {self.name!r} takes calls on port {self.port}, not requests ({size} bytes).")

    async def send(self, parcel: Parcel) -> None:
        """Nothing is pushed: what is answered is spoken."""
        raise DeliveryFailed(f"Channel {self.name!r} does not push; {parcel.key} is spoken on its call.")

    async def serve(self, answer: Answer) -> None:
        """See `Exchange`."""
        calls: set[asyncio.Task[None]] = set()

        async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.current_task()
            if task is None or len(calls) >= MOST_CALLS:
                writer.close()
                return
            calls.add(task)
            try:
                line = await self._open(reader, writer)
                if line:
                    await answer(line)
            finally:
                calls.discard(task)
                writer.close()

        try:
            server = await asyncio.start_server(take, self._host, self._port)
        except OSError as error:
            raise BadConfig(
                f"Channel {self.name!r} can't listen on {self._host}:{self._port} ({error.strerror}); set another port."
            ) from error
        self.port = server.sockets[0].getsockname()[1]
        try:
            async with server:
                await server.serve_forever()
        finally:
            for task in calls:
                task.cancel()
            if calls:
                await asyncio.wait(calls)

    async def _open(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> AsteriskLine | None:
        """The line of a connection, once it said which call it is; None for one that is no call."""
        parser = Parser()
        try:
            async with asyncio.timeout(PATIENCE_S):
                frames = parser.push(await reader.read(READ_BYTES))
                while not frames:
                    data = await reader.read(READ_BYTES)
                    if not data:
                        return None
                    frames = parser.push(data)
            first, *rest = frames
            if first.kind != UUID or len(first.payload) != 16:
                return None
        except (BadInput, OSError, TimeoutError):
            return None
        call_id = str(uuid.UUID(bytes=first.payload))
        return AsteriskLine(Caller(self.name, f"call:{call_id}", call_id), reader, writer, parser=parser, frames=rest)


def open_channel(name: str, settings: Mapping[str, object]) -> AsteriskChannel:
    """Make the channel; raises `BadConfig` for a port that can't be one."""
    host, port = str(settings.get("host", "127.0.0.1")), settings.get("port", 9092)
    if not isinstance(port, int) or not 0 <= port <= 65535:
        raise BadConfig(f"Channel {name!r}: port must be a number from 1 to 65535, not {port!r}.")
    return AsteriskChannel(name, host, port)
