"""The chat widget's socket: one numbered stream of lines, and acknowledgements beside it.

client  {"type": "hello", "session": "…", "after": 12}            first, within ten seconds
{"type": "say", "id": "m1", "text": "…", "language": "zh", "attachments": ["…"]}
{"type": "typing"}                                                while they type, at most every few seconds
server  {"type": "message", "number": 13, "by": "machine", …}     every line after `after`, in order
{"type": "ready", "last": 14, "waiting": false}           all that was missing has been sent
{"type": "ack", "id": "m1", "number": 18}                 durable; its lines come as messages
{"type": "typing"}                                        an answer is on its way
{"type": "error", "id": "m1", "code": "…", "message": "…"}
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any, TypeVar
from urllib.parse import urlsplit

import msgspec
from starlette.websockets import WebSocket, WebSocketDisconnect

from kefu.app import Customer, conversation_id_of
from kefu.core.errors import BadInput, KefuError, NotAllowed
from kefu.core.ports.channel import Raw
from kefu.web.api.chat import take_message
from kefu.web.errors import describe
from kefu.web.hall import Hall, now
from kefu.web.news import CUSTOMER_RESTS, CUSTOMER_TYPES
from kefu.web.transcript import Transcript, read_lines
from kefu.web.viewer import customer_with
from kefu.web.words import choose_language

T = TypeVar("T")

PATIENCE_S = 10.0
"""How long a socket may stay silent before it says who it is."""
REFUSED = 4401
"""Close code: this session does not hold; get a new one."""
FAILED = 1011
"""Close code: try again in a while (RFC 6455, 7.4.1)."""


class Hello(msgspec.Struct, tag="hello", frozen=True):
    """The first frame: which session, and the last number that it has seen."""

    session: str
    after: int = 0


class Typing(msgspec.Struct, tag="typing", frozen=True):
    """The customer is typing; what they type is not sent."""


class Say(msgspec.Struct, tag="say", frozen=True):
    """A message; its fields are checked at the channel's door."""

    id: str = ""


HELLO = msgspec.json.Decoder(Hello)
SAID = msgspec.json.Decoder(Say | Typing)
ENCODER = msgspec.json.Encoder()


async def live(socket: WebSocket) -> None:
    """Serve one socket until either end closes it."""
    hall: Hall = socket.state.hall
    await socket.accept()
    with suppress(WebSocketDisconnect):
        try:
            check_origin(socket, hall)
            hello = await _hello(socket)
            customer = customer_with(hello.session, hall)
        except KefuError as error:
            await _tell_error(socket, error)
            await socket.close(REFUSED)
            return
        try:
            await _both(_hear(socket, hall, hello.session, customer), _tell(socket, hall, customer, hello.after))
        except KefuError as error:
            await _tell_error(socket, error)
            await socket.close(FAILED)


async def _both(*ways: Coroutine[Any, Any, None]) -> None:
    """Run both ways of a socket until one ends; then end the other."""
    tasks = [asyncio.create_task(way) for way in ways]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)


async def _tell(socket: WebSocket, hall: Hall, customer: Customer, after: int) -> None:
    """Every line after `after`, in order, each once; the store is read anew at every note."""
    conversation_id = conversation_id_of(customer.channel, customer.sender)
    async with hall.kefu.broker.listen(f"conversation:{conversation_id}") as notes:
        news = await read_lines(hall, customer, conversation_id, after)
        await _send_lines(socket, news)
        await _send(socket, type="ready", last=news.last, waiting=news.waiting)
        async for _ in notes:
            news = await read_lines(hall, customer, conversation_id, news.last)
            await _send_lines(socket, news)


async def _hear(socket: WebSocket, hall: Hall, session: str, customer: Customer) -> None:
    """Take what the customer says, in order."""
    headers = {"authorization": f"Bearer {session}"}
    conversation_id = conversation_id_of(customer.channel, customer.sender)
    while True:
        body, own_id = (await _receive(socket)).encode("utf-8", "replace"), ""
        try:
            said = _decoded(SAID, body)
            if isinstance(said, Typing):
                await hall.news.appear(conversation_id, CUSTOMER_TYPES)
                continue
            own_id = said.id
            await hall.news.appear(conversation_id, CUSTOMER_RESTS)
            await _send(socket, type="typing")
            accepted = await take_message(hall, Raw(body, headers, {}, now()))
            await _send(socket, type="ack", id=accepted.id, number=accepted.number)
        except KefuError as error:
            await _tell_error(socket, error, own_id)


async def _hello(socket: WebSocket) -> Hello:
    try:
        async with asyncio.timeout(PATIENCE_S):
            return _decoded(HELLO, (await _receive(socket)).encode("utf-8", "replace"))
    except TimeoutError as error:
        raise BadInput('The first frame must be {"type": "hello", "session": "…", "after": 0}.') from error


async def _receive(socket: WebSocket) -> str:
    message = await socket.receive()
    if message["type"] == "websocket.disconnect":
        raise WebSocketDisconnect(message.get("code", 1005))
    return message.get("text") or ""


def _decoded(decoder: msgspec.json.Decoder[T], body: bytes) -> T:
    try:
        return decoder.decode(body)
    except (msgspec.DecodeError, RecursionError) as error:
        raise BadInput(f"This frame is not as /api/v1/docs describes: {error}.") from error


async def _send_lines(socket: WebSocket, news: Transcript) -> None:
    for line in news.messages:
        await socket.send_text((b'{"type":"message",' + ENCODER.encode(line)[1:]).decode())


async def _send(socket: WebSocket, **frame: object) -> None:
    await socket.send_text(ENCODER.encode(frame).decode())


async def _tell_error(socket: WebSocket, error: KefuError, own_id: str = "") -> None:
    failure = describe(error, choose_language(socket, socket.state.hall.language))
    await _send(socket, type="error", id=own_id, code=failure.code, message=failure.message)


def check_origin(socket: WebSocket, hall: Hall) -> None:
    """The same sites as for the other chat routes; programs send no origin and need none."""
    origin = socket.headers.get("origin", "")
    allowed = hall.kefu.config.get("web.origins", list)
    if origin and urlsplit(origin).netloc != socket.headers.get("host", "") and not {origin, "*"} & set(allowed):
        raise NotAllowed(f"{origin} may not carry this chat; add it to kefu.toml [web] origins.")
