"""The chat widget's side: a session, messages, and what is new, by number.

Every function asks for the session token; a session reaches its own conversation alone,
since the conversation follows from the session and is never named by the caller.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from contextlib import suppress
from typing import Annotated

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from kefu.app import Catalog, Customer, Viewer, conversation_id_of
from kefu.core.errors import BadInput, NotSignedIn
from kefu.core.nouns import Language
from kefu.core.ports.channel import Raw
from kefu.core.ports.line import SocketLines
from kefu.web.api.webhooks import raw_of, take
from kefu.web.files import CHAT
from kefu.web.hall import Hall, hall_of, limit, now
from kefu.web.reading_room import is_of_use
from kefu.web.transcript import NOTHING, Transcript, read_lines
from kefu.web.viewer import customer_of
from kefu.web.words import choose_language

LONGEST_WAIT_S = 30
MOST_SUGGESTIONS = 3
LONGEST_SUGGESTION = {"zh": 18, "en": 44}

Token = Annotated[str, msgspec.Meta(max_length=4096)]


class Arrival(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who comes: with `identity`, the host site's signed word; with `session`, an earlier session to go on with."""

    identity: Token = ""
    session: Token = ""
    language: Language | None = None


class Voice(msgspec.Struct, frozen=True):
    """Whether customers may call, whether calls are recorded with their consent, whether their browser may hear."""

    calls: bool
    recording: bool
    browser_speech: bool


class Welcome(msgspec.Struct, frozen=True):
    """A session and what the widget shows first; `help` says whether /help has something to read.

    `files` is how many files a message may carry, `largest` how many bytes each may have.
    """

    session: str
    identified: bool
    title: str
    language: Language
    suggestions: tuple[str, ...]
    last: int
    waiting: bool
    help: bool
    files: int
    largest: int
    voice: Voice


class Accepted(msgspec.Struct, frozen=True):
    """A message was taken, durably; `number` is that of the conversation's last event."""

    id: str
    number: int
    repeat: bool
    waiting: bool


class Since(msgspec.Struct, frozen=True):
    """What was said after a number; with `wait`, up to so many seconds until there is something."""

    after: Annotated[int, msgspec.Meta(ge=0)] = 0
    wait: Annotated[float, msgspec.Meta(ge=0, le=LONGEST_WAIT_S)] = 0


class Opinion(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How it went for the customer, from 1 (bad) to 5 (very well), and what they want to say about it."""

    score: Annotated[int, msgspec.Meta(ge=1, le=5)]
    comment: Annotated[str, msgspec.Meta(max_length=2000)] = ""


class Thanks(msgspec.Struct, frozen=True):
    """It was taken; `number` is that of the conversation's last event."""

    number: int


OPINION = msgspec.json.Decoder(Opinion)
ARRIVAL = msgspec.json.Decoder(Arrival)
ENCODER = msgspec.json.Encoder()


async def sessions(request: Request) -> Response:
    """Begin, or go on with a session that still holds; a new identity begins a new one."""
    hall = hall_of(request)
    limit(hall.sessions, request)
    try:
        arrival = ARRIVAL.decode(await request.body())
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadInput(f"The body is not as /api/v1/docs describes: {error}.") from error
    return _json(await open_session(arrival, arrival.language or choose_language(request, hall.language), hall))


async def say(request: Request) -> Response:
    """Say something; the reply is among the messages that follow."""
    return _json(await take_message(hall_of(request), await raw_of(request)))


async def messages(request: Request) -> Response:
    """What was said after a number; with `wait`, up to so many seconds until there is something."""
    hall, who = hall_of(request), customer_of(request)
    try:
        since = msgspec.convert(dict(request.query_params), Since, strict=False)
    except msgspec.ValidationError as error:
        raise BadInput(f"The query is not as /api/v1/docs describes: {error}.") from error
    conversation_id = conversation_id_of(who.channel, who.sender)
    return _json(await wait_for_lines(hall, who, conversation_id, since.after, since.wait))


async def rate(request: Request) -> Response:
    """Say how it went, once the conversation was closed and the widget was asked to ask; the latest word holds."""
    hall, who = hall_of(request), customer_of(request)
    limit(hall.opinions, request)
    try:
        opinion = OPINION.decode(await request.body())
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadInput(f"The body is not as /api/v1/docs describes: {error}.") from error
    number = await hall.kefu.rate(conversation_id_of(who.channel, who.sender), opinion.score, opinion.comment)
    return _json(Thanks(number))


async def open_session(arrival: Arrival, language: Language, hall: Hall) -> Welcome:
    """A session, new or gone on with; raises `NotSignedIn` for an identity that does not hold."""
    chat = hall.chat()
    session = None
    if arrival.session and not arrival.identity:
        with suppress(NotSignedIn):
            session = chat.read_session(arrival.session, now())
    session = session or chat.open_session(arrival.identity, now())
    conversation_id = conversation_id_of(chat.name, session.sender)
    known = await read_lines(hall, Customer(chat.name, session.sender), conversation_id)
    return Welcome(
        session=session.token,
        identified=bool(session.customer_id),
        title=hall.kefu.config.get("kefu.name", str),
        language=language,
        suggestions=tuple(suggest(hall.kefu.catalog, language)),
        last=known.last,
        waiting=known.waiting,
        help=await is_of_use(hall),
        files=hall.kefu.attachments.terms.most,
        largest=hall.kefu.attachments.terms.largest,
        voice=voice_of(hall),
    )


def voice_of(hall: Hall) -> Voice:
    """What customers may do with their voice."""
    config = hall.kefu.config
    calls = isinstance(hall.chat(), SocketLines) and not hall.kefu.calls.why_not
    recording = calls and config.get("voice.recording", str) == "ask"
    return Voice(calls, recording, config.get("voice.browser_speech", bool))


async def take_message(hall: Hall, raw: Raw) -> Accepted:
    """Take a widget's message through its channel's door."""
    ((inbound, taken),) = await take(hall, hall.chat().name, raw)
    own_id = inbound.external_id.removeprefix(f"{inbound.sender}:")
    return Accepted(id=own_id, number=taken.number, repeat=taken.repeat, waiting=taken.waiting)


async def wait_for_lines(hall: Hall, who: Viewer, conversation_id: str, after: int, wait_s: float) -> Transcript:
    """The lines after a number, at once if there are any, else as soon as there are."""
    if not wait_s:
        return await read_lines(hall, who, conversation_id, after)
    news = NOTHING
    with suppress(TimeoutError):
        async with asyncio.timeout(wait_s), hall.kefu.broker.listen(f"conversation:{conversation_id}") as notes:
            news = await read_lines(hall, who, conversation_id, after)
            while not news.messages:
                await anext(notes)
                news = await read_lines(hall, who, conversation_id, after)
    return news


def suggest(catalog: Catalog, language: Language) -> Iterator[str]:
    """A few things to ask, in customers' own words: short first examples of skills that look something up."""
    found = 0
    for skill in catalog.skills.values():
        plain = (re.sub(r"\[([^\]]+)\]\([^)]*\)", r"\1", text) for _, text in skill.examples.get(language, ()))
        first = next((text for text in plain if len(text) <= LONGEST_SUGGESTION[language]), "")
        if first and skill.risk == "read" and found < MOST_SUGGESTIONS:
            found += 1
            yield first


def _json(value: object) -> Response:
    return Response(ENCODER.encode(value), media_type="application/json")


ROUTES = [
    Route("/sessions", sessions, methods=["POST"]),
    Route("/messages", say, methods=["POST"]),
    Route("/messages", messages, methods=["GET"]),
    Route("/rating", rate, methods=["POST"]),
    *CHAT,
]
