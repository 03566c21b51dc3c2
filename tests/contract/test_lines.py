"""Our lines pass the kit: the chat window's, the exchange's, the telephone company's, each over a real socket."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import pytest
from callers import AsteriskCaller, BrowserCaller, Caller, MediaCaller, until
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from kefu.adapters.channels import media_streams, webchat
from kefu.adapters.channels.asterisk import AsteriskChannel
from kefu.core.ports.channel import Raw
from kefu.core.ports.line import Line, SocketLines
from kefu.testing.check_line import LINE_CHECKS, Subject

SECRETS = {"session_secret": "s" * 32, "site_secret": "h" * 32}


class Wire:
    """A WebSocket of the library as lines use it."""

    def __init__(self, socket: ServerConnection) -> None:
        self._socket = socket

    async def receive(self) -> str | bytes | None:
        try:
            return await self._socket.recv()
        except ConnectionClosed:
            return None

    async def send(self, message: str | bytes) -> None:
        try:
            await self._socket.send(message)
        except ConnectionClosed:
            return


@asynccontextmanager
async def subject_of(kind: str) -> AsyncIterator[Subject]:
    found: asyncio.Future[Line] = asyncio.get_running_loop().create_future()
    over = asyncio.Event()

    async def answer(line: Line) -> None:
        found.set_result(line)
        await over.wait()

    if kind == "asterisk":
        exchange = AsteriskChannel("phone", "127.0.0.1", 0)
        serving = asyncio.create_task(exchange.serve(answer))
        await until(lambda: exchange.port)
        try:
            async with subject_with(AsteriskCaller(exchange.port), found) as subject:
                yield subject
        finally:
            over.set()
            serving.cancel()
            await asyncio.wait({serving})
        return

    chat = webchat.open_channel("webchat", {"security": SECRETS})
    hotline = media_streams.open_channel("hotline", {"auth_token": "a" * 32})
    channel: SocketLines = chat if kind == "browser" else hotline

    async def take(socket: ServerConnection) -> None:
        await answer(await channel.open_line(Wire(socket), datetime.now(UTC)))

    offered = ["kefu.voice.v1"] if kind == "browser" else None
    async with serve(take, "127.0.0.1", 0, subprotocols=offered) as server:  # type: ignore[arg-type]
        address = f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        caller: Caller = BrowserCaller(address, chat.open_session("", datetime.now(UTC)).token)
        if kind == "media":
            signature = hotline.sign("u", [("CallSid", "CA1")])
            raw = Raw(b"CallSid=CA1", {"x-twilio-signature": signature}, {}, datetime.now(UTC))
            caller = MediaCaller(address, hotline.welcome(raw, "u", "s").decode().split('value="')[1].split('"')[0])
        try:
            async with subject_with(caller, found) as subject:
                yield subject
        finally:
            over.set()


@asynccontextmanager
async def subject_with(caller: Caller, found: asyncio.Future[Line]) -> AsyncIterator[Subject]:
    async def speak(pcm: bytes) -> None:
        await caller.utter(pcm)

    def heard() -> bytes:
        return b"".join(pcm for _, pcm in caller.all)

    async with caller:
        line = await asyncio.wait_for(found, 5)
        subject = Subject(line, speak, caller.press, heard, caller.hang_up)
        listening = asyncio.create_task(subject.listen())
        yield subject
        listening.cancel()
        await asyncio.wait({listening})


@pytest.mark.parametrize("kind", ["browser", "asterisk", "media"])
@pytest.mark.parametrize("check", LINE_CHECKS, ids=lambda check: check.__name__)
async def test_our_lines(check: object, kind: str) -> None:
    async with subject_of(kind) as subject:
        await check(subject)  # type: ignore[operator]
