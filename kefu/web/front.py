"""The front of the house: what holds for every request, whatever it asks for.

A request's body is read here, up to the limit and no further; every answer gets an id
and the security headers; every request is counted. Pure ASGI, since it is on the way
of every message.
"""

from __future__ import annotations

import re
from contextlib import suppress
from secrets import token_hex
from time import perf_counter

import structlog
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kefu.core.errors import KefuError, TooLarge
from kefu.web.errors import answer_error
from kefu.web.hall import now
from kefu.web.viewer import customer_of, operator_of, recognise

log = structlog.get_logger()

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "font-src 'self'; media-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = [
    (b"content-security-policy", POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=(self)"),
    (b"cross-origin-opener-policy", b"same-origin"),
]
EVERYWHERE = [(b"access-control-allow-origin", b"*"), (b"cross-origin-resource-policy", b"cross-origin")]
"""The widget's own files may be loaded by the company's other sites."""
GOOD_ID = re.compile(rb"[A-Za-z0-9._-]{8,64}")
UPLOADS = ("/api/v1/knowledge", "/desk/knowledge")
CHAT_FILES = "/api/v1/chat/attachments"
TEAM_FILES = re.compile(r"/api/v1/conversations/[^/]+/attachments")
LARGEST_UPLOAD = 20 << 20
"""Bytes of an article or a file; only the team may send so much, which is known before it is read."""
STAFF = ("/desk", "/api/v1", "/files", "/metrics")
"""Where the team's cookie counts."""
AREAS = ("webhooks", "api", "desk", "help", "widget", "static", "files", "model", "healthz", "readyz", "metrics")


class Front:
    """Wraps the whole application; `largest` is the most bytes of a body, `largest_file` of a file that is sent."""

    def __init__(self, app: ASGIApp, largest: int, largest_file: int) -> None:
        self._app = app
        self._largest = largest
        self._largest_file = largest_file

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request; the lifespan passes through, sockets once it is known who asks."""
        if scope["type"] != "http":
            if scope["type"] == "websocket" and scope["path"].startswith(STAFF):
                with suppress(KefuError):
                    await recognise(HTTPConnection(scope))
            await self._app(scope, receive, send)
            return
        started = perf_counter()
        request_id = _request_id(scope)
        path: str = scope["path"]
        added = [(b"x-request-id", request_id.encode()), *(EVERYWHERE if path.startswith("/widget") else ())]
        status = 0

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                if status < 400:
                    await _write_down(scope)
                headers = list(message.get("headers", ()))
                present = {name for name, _ in headers}
                message["headers"] = [*headers, *added, *(one for one in HEADERS if one[0] not in present)]
            await send(message)

        structlog.contextvars.bind_contextvars(request_id=request_id)  # each request has a context of its own
        try:
            if path.startswith(STAFF):
                await recognise(HTTPConnection(scope))
            body = await read_body(scope, receive, self._most(HTTPConnection(scope)))
            await self._app(scope, _replay(body, receive), send_with_headers)
        except Exception as error:  # noqa: BLE001 - the border: it becomes an answer
            if not status:
                await answer_error(HTTPConnection(scope), error)(scope, receive, send_with_headers)
        took_ms = round((perf_counter() - started) * 1e3, 2)
        area = path[1:].partition("/")[0]
        scope["state"]["hall"].measures.request(area if area in AREAS else "site", scope["method"], status)
        write = log.info if status >= 400 else log.debug
        write("request", method=scope["method"], area=area, status=status, took_ms=took_ms)

    def _most(self, connection: HTTPConnection) -> int:
        """How many bytes whoever asks may send here; raises `NotSignedIn` where more is for those who are known."""
        path = connection.scope["path"]
        if path == CHAT_FILES:
            customer_of(connection)
            return self._largest_file
        if path.startswith(UPLOADS) or TEAM_FILES.fullmatch(path):
            operator_of(connection)
            return LARGEST_UPLOAD if path.startswith(UPLOADS) else self._largest_file
        return self._largest


async def _write_down(scope: Scope) -> None:
    """Into the audit trail, before the answer leaves: what was done, and who looked at which conversation."""
    state = scope["state"]
    if deed := state.get("deed"):
        await state["hall"].kefu.store.record([deed], now())
    if look := state.get("look"):
        await state["hall"].looks.note(look, now())


def _request_id(scope: Scope) -> str:
    """The caller's id of the request, if it may stand in a log; else a new one."""
    for name, value in scope["headers"]:
        if name == b"x-request-id" and GOOD_ID.fullmatch(value):
            return str(value, "ascii")
    return token_hex(8)


async def read_body(scope: Scope, receive: Receive, largest: int) -> bytes:
    """The body of a request; raises `TooLarge` before more than `largest` bytes are kept."""
    claimed = 0
    for name, value in scope["headers"]:
        if name == b"content-length":
            claimed = int(value) if value.isdigit() else 0
        elif name == b"transfer-encoding":
            claimed = max(claimed, 1)
    if claimed > largest:
        raise TooLarge(f"The body has {claimed} bytes; at most {largest} are read.")
    chunks: list[bytes] = []
    size, more = 0, claimed > 0
    while more:
        message = await receive()
        chunks.append(message.get("body", b""))
        size += len(chunks[-1])
        more = message.get("more_body", False)
        if size > largest:
            raise TooLarge(f"The body has more than {largest} bytes; at most so many are read.")
    return b"".join(chunks)


def _replay(body: bytes, receive: Receive) -> Receive:
    """Hand the body that was read to whoever asks, then whatever else comes."""
    first = True

    async def again() -> Message:
        nonlocal first
        if first:
            first = False
            return {"type": "http.request", "body": body, "more_body": False}
        return await receive()

    return again
