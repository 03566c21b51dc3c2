"""The routes that messages of other servers come in by: bare, since they are the busiest.

Checking is the channels' business (`Channel.parse`); here is only the way from HTTP to
them, and from their replies to JSON.
"""

from __future__ import annotations

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from kefu.app import Taken
from kefu.core.errors import NotFound
from kefu.core.nouns import Inbound, Outbound
from kefu.core.ports.channel import Raw
from kefu.web.hall import Hall, hall_of, now
from kefu.web.transcript import Sentence, Source, sentence_of

ENCODER = msgspec.json.Encoder()


class Button(msgspec.Struct, frozen=True):
    """A quick reply as Rasa shows it: the payload is what pressing it sends."""

    title: str
    payload: str


class Custom(msgspec.Struct, frozen=True):
    """Where a reply comes from."""

    sources: tuple[Source, ...]


class RasaReply(msgspec.Struct, frozen=True, omit_defaults=True):
    """One reply in the shape of Rasa's REST channel."""

    recipient_id: str
    text: str
    buttons: tuple[Button, ...] = ()
    custom: Custom | None = None


class Reply(msgspec.Struct, frozen=True):
    """One reply in our own shape."""

    text: str
    statements: tuple[Sentence, ...]
    quick_replies: tuple[str, ...]


class Answered(msgspec.Struct, frozen=True):
    """What came of a message; `number` is that of the conversation's last event."""

    turn: str
    conversation: str
    number: int
    repeat: bool
    waiting: bool
    replies: tuple[Reply, ...]


async def rasa_webhook(request: Request) -> Response:
    """Rasa's REST channel; with `?stream=true` one JSON a line."""
    hall = hall_of(request)
    taken = await take(hall, hall.channel_of("rasa.v1"), await raw_of(request))
    replies = [_as_rasa(inbound, reply, hall) for inbound, one in taken for reply in one.replies]
    if request.query_params.get("stream", "").lower() == "true":
        return Response(ENCODER.encode_lines(replies), media_type="application/x-ndjson")
    return Response(ENCODER.encode(replies), media_type="application/json")


async def rest_webhook(request: Request) -> Response:
    """rest.v1: one message in, its replies out."""
    hall = hall_of(request)
    ((_, taken),) = await take(hall, hall.channel_of("rest.v1"), await raw_of(request))
    return Response(ENCODER.encode(answered(taken, hall)), media_type="application/json")


async def bridge_webhook(request: Request) -> Response:
    """A channel that pushes: the replies leave by its own way, so the answer only says taken."""
    hall, name = hall_of(request), request.path_params["channel"]
    channel = hall.kefu.channels.get(name)
    if channel is None or not channel.pushes:
        raise NotFound(f"There is no channel {name!r} that takes webhooks; add it to kefu.toml.")
    taken = await take(hall, name, await raw_of(request))
    body = [{"turn": one.turn_id, "conversation": one.conversation_id, "repeat": one.repeat} for _, one in taken]
    return Response(ENCODER.encode({"taken": body}), media_type="application/json")


async def is_there(_request: Request) -> Response:
    """Rasa's check that the channel is there."""
    return Response(b'{"status":"ok"}', media_type="application/json")


async def raw_of(request: Request) -> Raw:
    """A request as channels read it."""
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in request.headers.raw}
    return Raw(await request.body(), headers, request.query_params, now())


async def take(hall: Hall, channel: str, raw: Raw) -> list[tuple[Inbound, Taken]]:
    """Check a request at its channel's door and take its messages in order."""
    return [(inbound, await hall.take(inbound)) for inbound in hall.kefu.channels[channel].parse(raw)]


def answered(taken: Taken, hall: Hall) -> Answered:
    """What came of a message, in our own shape."""
    replies = tuple(Reply(reply.text, _sentences(reply, hall), reply.quick_replies) for reply in taken.replies)
    return Answered(taken.turn_id, taken.conversation_id, taken.number, taken.repeat, taken.waiting, replies)


def _as_rasa(inbound: Inbound, reply: Outbound, hall: Hall) -> RasaReply:
    recipient = inbound.sender if inbound.identity else inbound.sender.partition(":")[2]
    sources = tuple(dict.fromkeys(source for said in _sentences(reply, hall) for source in said.sources))
    buttons = tuple(Button(text, text) for text in reply.quick_replies)
    return RasaReply(recipient, reply.text, buttons, Custom(sources) if sources else None)


def _sentences(reply: Outbound, hall: Hall) -> tuple[Sentence, ...]:
    return tuple(sentence_of(said, hall.kefu.catalog, reply.language) for said in reply.statements)


ROUTES = [
    Route("/webhooks/rest/webhook", rasa_webhook, methods=["POST"]),
    Route("/api/v1/messages", rest_webhook, methods=["POST"]),
    Route("/webhooks/rest/", is_there),
    Route("/webhooks/{channel}", bridge_webhook, methods=["POST"]),
]
