"""Calls over a WebSocket: the chat window's (`kefu.voice.v1`) and a telephone company's media stream.

The protocol of the chat window is in docs/en/reference/voice.md; what is in a frame is the channel's business.
"""

from __future__ import annotations

from contextlib import suppress
from urllib.parse import urlsplit

import msgspec
import structlog
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from kefu.core.errors import BadConfig, KefuError, NotAllowed, NotFound
from kefu.core.ports.line import Carrier, SocketLines
from kefu.web.api.live import FAILED, REFUSED, check_origin
from kefu.web.api.webhooks import raw_of
from kefu.web.errors import describe
from kefu.web.hall import Hall, hall_of, limit, now
from kefu.web.words import choose_language

log = structlog.get_logger()


class StarletteSocket:
    """A WebSocket as lines use it."""

    def __init__(self, socket: WebSocket) -> None:
        self._socket = socket

    async def receive(self) -> str | bytes | None:
        """See `Socket`."""
        message = await self._socket.receive()
        if message["type"] == "websocket.disconnect":
            return None
        binary: bytes | None = message.get("bytes")
        return message.get("text") or "" if binary is None else binary

    async def send(self, message: str | bytes) -> None:
        """See `Socket`."""
        if self._socket.application_state is WebSocketState.CONNECTED:
            with suppress(WebSocketDisconnect, RuntimeError, OSError):
                await (
                    self._socket.send_bytes(message) if isinstance(message, bytes) else self._socket.send_text(message)
                )


async def talk(socket: WebSocket) -> None:
    """A call from the chat window."""
    hall: Hall = socket.state.hall
    await socket.accept("kefu.voice.v1" if "kefu.voice.v1" in socket.scope.get("subprotocols", ()) else None)
    try:
        check_origin(socket, hall)
        limit(hall.sessions, socket)
        chat = hall.chat()
        if not isinstance(chat, SocketLines):
            raise NotAllowed(f"Channel {chat.name!r} takes no calls.")
        if hall.kefu.calls.why_not:
            raise BadConfig(hall.kefu.calls.why_not)
    except KefuError as error:
        await _refuse(socket, error)
        return
    await _serve(socket, chat)


async def media_stream(socket: WebSocket) -> None:
    """A call that a telephone company streams."""
    await socket.accept()
    try:
        channel = _carrier(socket)
    except KefuError as error:
        await _refuse(socket, error)
        return
    await _serve(socket, channel)


async def welcome_call(request: Request) -> Response:
    """What a telephone company shall do with a call."""
    channel = _carrier(request)
    raw = await raw_of(request)
    public = str(hall_of(request).kefu.config.values.get(f"channels.{channel.name}.url", "") or request.base_url)
    here = urlsplit(public.rstrip("/") + request.url.path)
    url = here._replace(query=request.url.query).geturl()
    socket = here._replace(scheme="wss" if here.scheme == "https" else "ws", path=here.path.removesuffix("/call"))
    return Response(channel.welcome(raw, url, f"{socket.geturl()}/stream"), media_type="application/xml")


async def _serve(socket: WebSocket, channel: SocketLines) -> None:
    hall: Hall = socket.state.hall
    try:
        line = await channel.open_line(StarletteSocket(socket), now())
        await hall.kefu.calls.answer(line)
    except KefuError as error:
        log.warning("call not answered", channel=channel.name, code=error.code, advice=error.message)
        await _refuse(socket, error)
        return
    with suppress(RuntimeError, WebSocketDisconnect):
        await socket.close()


async def _refuse(socket: WebSocket, error: KefuError) -> None:
    failure = describe(error, choose_language(socket, socket.state.hall.language))
    frame = {"type": "error", "code": failure.code, "message": failure.message}
    with suppress(RuntimeError, WebSocketDisconnect):
        await socket.send_text(msgspec.json.encode(frame).decode())
        await socket.close(REFUSED if error.status in (401, 403) else FAILED)


def _carrier(connection: HTTPConnection) -> Carrier:
    name = connection.path_params["channel"]
    channel = hall_of(connection).kefu.channels.get(name)
    if not isinstance(channel, Carrier):
        raise NotFound(f"There is no channel {name!r} that takes calls; add it to kefu.toml.")
    return channel


TELEPHONES: list[BaseRoute] = [
    Route("/webhooks/{channel}/call", welcome_call, methods=["POST"]),
    WebSocketRoute("/webhooks/{channel}/stream", media_stream),
]
