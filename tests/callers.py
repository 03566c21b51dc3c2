"""Callers in real time: a browser, a telephone exchange, a telephone company; they speak and hear in tones."""

from __future__ import annotations

import asyncio
import base64
import json
import struct
import uuid
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from contextlib import suppress
from inspect import isawaitable
from time import monotonic
from typing import Any, Self

import numpy as np
from websockets.asyncio.client import ClientConnection, connect

from kefu.adapters.audio.mulaw import decode, encode
from kefu.testing.tones import LOUD, hear, sing

FRAME_S = 0.02


async def until(check: Callable[[], Awaitable[object] | object], patience_s: float = 20) -> None:
    """Wait until something holds that nobody tells of."""
    end = monotonic() + patience_s
    while True:
        found = check()
        if await found if isawaitable(found) else found:
            return
        assert monotonic() < end, "it never happens"
        await asyncio.sleep(0.01)


class Caller(ABC):
    """What all callers do: send a frame every 20 ms, keep what comes with its time. Kinds of it know a wire."""

    rate_hz = 8000

    def __init__(self) -> None:
        self.heard: list[tuple[float, bytes]] = []
        self.all: list[tuple[float, bytes]] = []
        self.told: list[dict[str, Any]] = []
        self.late = 0
        self.over = asyncio.Event()
        self._speech = bytearray()
        self._quiet = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> Self:
        await self.dial()
        self._tasks = [asyncio.create_task(self._send_frames()), asyncio.create_task(self._listen())]
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.wait(self._tasks)
        await self.hang_up()

    @abstractmethod
    async def dial(self) -> None:
        """Open the wire."""

    @abstractmethod
    async def hang_up(self) -> None:
        """Close it."""

    @abstractmethod
    async def send(self, frame: bytes) -> None:
        """A frame onto the wire."""

    @abstractmethod
    async def press(self, key: str) -> None:
        """A key of the keypad."""

    @abstractmethod
    async def receive(self) -> None:
        """One thing from the wire, kept by `keep` or in `told`; raises at the end."""

    def keep(self, pcm: bytes) -> None:
        self.all.append((monotonic(), pcm))
        if np.abs(np.frombuffer(pcm, "<i2").astype(int)).max(initial=0) > LOUD:
            self.heard.append((monotonic(), pcm))

    async def say(self, text: str) -> float:
        """Speak; returns when the last sound was sent."""
        return await self.utter(sing(text, self.rate_hz))

    async def utter(self, pcm: bytes) -> float:
        self._quiet.clear()
        self._speech += pcm
        await self._quiet.wait()
        return monotonic()

    def sound(self, since: float) -> list[tuple[float, bytes]]:
        """Frames since a time that are not silent."""
        return [(at, pcm) for at, pcm in self.heard if at >= since]

    def text(self, since: float) -> str:
        """What was said since a time."""
        return hear(b"".join(pcm for _, pcm in self.sound(since)), self.rate_hz)

    async def until_said(self, text: str, since: float, patience_s: float = 20) -> float:
        """Wait until a text was heard whole; how long its first sound took from `since`."""
        end, count = monotonic() + patience_s, -1
        while count == len(self.heard) or text not in self.text(since):
            count = len(self.heard)
            assert monotonic() < end, f"heard {self.text(since)!r}, told {self.told[-8:]}"
            await asyncio.sleep(0.1)
        return self.sound(since)[0][0] - since

    async def until_quiet(self, quiet_s: float = 0.3, patience_s: float = 20) -> float:
        """Wait until nothing was heard for a while; when the last sound came."""
        end = monotonic() + patience_s
        while True:
            last = self.heard[-1][0] if self.heard else 0.0
            if monotonic() - last > quiet_s and last:
                return last
            assert monotonic() < end, "it never stops"
            await asyncio.sleep(0.02)

    async def until_told(self, kind: str, patience_s: float = 10) -> dict[str, Any]:
        end = monotonic() + patience_s
        while not (found := [one for one in self.told if one["type"] == kind]):
            assert monotonic() < end, f"told {self.told}"
            await asyncio.sleep(0.02)
        return found[-1]

    async def _send_frames(self) -> None:
        size = int(self.rate_hz * 2 * FRAME_S)
        due = monotonic()
        while True:
            frame = bytes(self._speech[:size])
            del self._speech[:size]
            await self.send(frame.ljust(size, b"\0"))
            if not self._speech:
                self._quiet.set()
            due += FRAME_S
            await asyncio.sleep(max(due - monotonic(), 0))

    async def _listen(self) -> None:
        with suppress(Exception):
            while True:
                await self.receive()
        self.over.set()


class BrowserCaller(Caller):
    """`kefu.voice.v1`, with a player that plays by the clock and says how far it got."""

    rate_hz = 16000

    def __init__(self, address: str, session: str, **start: object) -> None:
        super().__init__()
        self._address, self._session, self._start = address, session, start
        self._socket: ClientConnection
        self._queue: list[tuple[str, bytes]] = []
        self._mark, self._played, self._sent = "", {}, set()
        self.clears: list[float] = []

    async def dial(self) -> None:
        self._socket = await connect(f"{self._address}/api/v1/voice/live", subprotocols=["kefu.voice.v1"])  # type: ignore[list-item]
        start = {"type": "start", "session": self._session, "language": "zh", "rate": self.rate_hz, "consent": False}
        await self._socket.send(json.dumps(start | self._start))

    async def __aenter__(self) -> Self:
        await super().__aenter__()
        self._tasks.append(asyncio.create_task(self._play()))
        return self

    async def hang_up(self) -> None:
        await self._socket.close()

    async def send(self, frame: bytes) -> None:
        await self._socket.send(frame)

    async def tell(self, **frame: object) -> None:
        await self._socket.send(json.dumps(frame))

    async def press(self, key: str) -> None:
        await self.tell(type="key", key=key)

    async def receive(self) -> None:
        message = await self._socket.recv()
        if isinstance(message, bytes):
            if self._mark:
                self._queue.append((self._mark, message))
            return
        frame = json.loads(message)
        self.told.append(frame)
        if frame["type"] == "speak":
            self._mark = frame["mark"]
        elif frame["type"] == "spoken":
            self._sent.add(frame["mark"])
        elif frame["type"] == "clear":
            self.clears.append(monotonic())
            self._queue.clear()
            for mark in {self._mark, frame["mark"]} - {""}:
                await self.tell(type="played", mark=mark, ms=self._played.get(mark, 0), done=False)
            self._mark = ""  # what still arrives of it is not played

    async def _play(self) -> None:
        due = monotonic()
        while True:
            if self._queue:
                mark, pcm = self._queue.pop(0)
                self.keep(pcm)
                self._played[mark] = self._played.get(mark, 0) + 20
                if mark in self._sent and not any(one == mark for one, _ in self._queue):
                    await self.tell(type="played", mark=mark, ms=self._played[mark], done=True)
            due = max(due + FRAME_S, monotonic() - 10 * FRAME_S)
            await asyncio.sleep(max(due - monotonic(), 0))
            for mark in self._sent - {mark for mark, _ in self._queue} - set(self._played):
                await self.tell(type="played", mark=mark, ms=0, done=True)


class AsteriskCaller(Caller):
    """Asterisk's side of an AudioSocket."""

    def __init__(self, port: int) -> None:
        super().__init__()
        self._port = port
        self.id = uuid.uuid4()
        self._reader: asyncio.StreamReader
        self._writer: asyncio.StreamWriter

    async def dial(self) -> None:
        self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port)
        self._write(0x01, self.id.bytes)

    async def hang_up(self) -> None:
        with suppress(OSError):
            self._write(0x00)
            await self._writer.drain()
        self._writer.close()

    async def send(self, frame: bytes) -> None:
        self._write(0x10, frame)
        await self._writer.drain()

    async def press(self, key: str) -> None:
        self._write(0x03, key.encode())

    async def receive(self) -> None:
        kind, length = struct.unpack(">BH", await self._reader.readexactly(3))
        payload = await self._reader.readexactly(length)
        if kind == 0x00:
            raise EOFError
        assert kind == 0x10
        assert length == 320
        self.keep(payload)

    def _write(self, kind: int, payload: bytes = b"") -> None:
        self._writer.write(struct.pack(">BH", kind, len(payload)) + payload)


class MediaCaller(Caller):
    """A telephone company that streams a call as Twilio does; plays by the clock and sends marks back."""

    def __init__(self, address: str, token: str, call_id: str = "CA1") -> None:
        super().__init__()
        self._address, self._token, self.id = address, token, call_id
        self._socket: ClientConnection
        self._queue: list[bytes | str] = []
        self._chunk = 0
        self.swaps, self.loses = False, 0
        self._kept: list[str] = []

    async def dial(self) -> None:
        self._socket = await connect(self._address)
        await self._socket.send(json.dumps({"event": "connected", "protocol": "Call", "version": "1.0.0"}))
        start = {
            "streamSid": "MZ1", "accountSid": "AC1", "callSid": self.id, "tracks": ["inbound"],
            "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1},
            "customParameters": {"token": self._token},
        }  # fmt: skip
        await self._socket.send(
            json.dumps({"event": "start", "sequenceNumber": "1", "start": start, "streamSid": "MZ1"})
        )

    async def __aenter__(self) -> Self:
        await super().__aenter__()
        self._tasks.append(asyncio.create_task(self._play()))
        return self

    async def hang_up(self) -> None:
        with suppress(Exception):
            await self._socket.send(json.dumps({"event": "stop", "streamSid": "MZ1", "stop": {"callSid": self.id}}))
        await self._socket.close()

    async def send(self, frame: bytes) -> None:
        self._chunk += 1
        media = {"track": "inbound", "chunk": str(self._chunk), "timestamp": str(20 * self._chunk)}
        media["payload"] = base64.b64encode(encode(frame)).decode()
        message = json.dumps({"event": "media", "media": media, "streamSid": "MZ1"})
        if self.loses and self._chunk % self.loses == 0:
            return
        self._kept.insert(0, message)  # two that change places
        if len(self._kept) == 2 or not self.swaps:
            for one in self._kept:
                await self._socket.send(one)
            self._kept = []

    async def press(self, key: str) -> None:
        await self._socket.send(
            json.dumps({"event": "dtmf", "streamSid": "MZ1", "dtmf": {"track": "inbound_track", "digit": key}})
        )

    async def receive(self) -> None:
        message = json.loads(await self._socket.recv())
        assert message["streamSid"] == "MZ1"
        if message["event"] == "media":
            coded = base64.b64decode(message["media"]["payload"])
            assert len(coded) == 160
            self._queue.append(decode(coded))
        elif message["event"] == "mark":
            self._queue.append(message["mark"]["name"])
        elif message["event"] == "clear":
            for mark in [one for one in self._queue if isinstance(one, str)]:
                await self._echo(mark)
            self._queue.clear()

    async def _play(self) -> None:
        while True:
            while self._queue and isinstance(self._queue[0], str):
                await self._echo(str(self._queue.pop(0)))
            if self._queue:
                self.keep(bytes(self._queue.pop(0)))  # type: ignore[arg-type]
                await asyncio.sleep(FRAME_S * 0.9)
            else:
                await asyncio.sleep(0.005)

    async def _echo(self, mark: str) -> None:
        await self._socket.send(json.dumps({"event": "mark", "streamSid": "MZ1", "mark": {"name": mark}}))
