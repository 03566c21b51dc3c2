"""The desk's live side: one numbered stream of what changed (server-sent events), and who looks at what.

id: 4711
event: change
data: {"conversation": "c1", "number": 12, "kinds": ["MessageReceived", "HandedOff"]}

`presence` names all colleagues at a conversation. `lists` says that something moved
that this viewer may not see. `reset` says that the viewer was away too long: read anew. After a break, send
the last id as `Last-Event-ID`, as browsers do by themselves.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from functools import lru_cache
from typing import Annotated, Literal

import msgspec
from fastapi import APIRouter, Depends, Header, Query
from pydantic import BaseModel, Field
from starlette.responses import StreamingResponse

from kefu.app import Operator, may_read_conversation, scope_of
from kefu.web.gate import Needs
from kefu.web.hall import Hall, hall_of
from kefu.web.news import Change, Note, Present, Seen
from kefu.web.staff import named, talk_of

Hallway = Annotated[Hall, Depends(hall_of)]
Reader = Annotated[Operator, Depends(Needs("read"))]
Doer = Annotated[Operator, Depends(Needs("act"))]

PULSE_S = 15.0
"""How often a silent stream shows that it is alive."""

LONGEST_S = 900.0
"""A stream ends after so long; the browser comes again, and its sign-in is looked at anew."""

router = APIRouter(tags=["inbox"])


class Presence(BaseModel):
    """Where a screen is: it looks at a conversation, types in it, or left it; said again every 15 seconds."""

    conversation: str = Field(max_length=64)
    screen: str = Field(pattern="^[A-Za-z0-9]{4,20}$", description="Names the window, chosen by it")
    state: Literal["looks", "types", "left"] = "looks"
    who: str = Field("", max_length=60, description="Only with the operator token")


@router.get("/desk/stream", response_class=StreamingResponse)
async def stream(
    hall: Hallway,
    who: Reader,
    after: int | None = None,
    last_event_id: Annotated[str, Header()] = "",
    seconds: Annotated[float, Query(ge=0, le=LONGEST_S)] = LONGEST_S,
) -> StreamingResponse:
    """What changes from `after` (or Last-Event-ID) on, as server-sent events, for some seconds or until one leaves."""
    place = int(last_event_id) if last_event_id.isdecimal() else hall.news.position if after is None else after
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(_frames(hall, who, place, seconds), media_type="text/event-stream", headers=headers)


@router.post("/desk/presence", status_code=204)
async def appear(wanted: Presence, hall: Hallway, who: Doer) -> None:
    """Let colleagues know who looks at a conversation or types in it."""
    await talk_of(hall, who, wanted.conversation)
    await hall.news.appear(wanted.conversation, Present(wanted.screen, named(who, wanted.who), wanted.state))


async def _frames(hall: Hall, who: Operator, after: int, seconds: float) -> AsyncIterator[bytes]:
    ends = asyncio.get_running_loop().time() + seconds
    with hall.news.listening() as notes:
        missed = hall.news.since(after)
        yield b"retry: 1000\n" + _frame("hello", hall.news.position if missed is None else after, {})
        for earlier in (None,) if missed is None else missed:
            yield await _told(hall, who, earlier)
        while (left := ends - asyncio.get_running_loop().time()) > 0:
            try:
                note = await asyncio.wait_for(notes.get(), min(left, PULSE_S))
            except TimeoutError:
                yield b": alive\n\n"
                continue
            if not isinstance(note, Change) or note.position > after:
                yield await _told(hall, who, note)


async def _told(hall: Hall, who: Operator, note: Note) -> bytes:
    """A note as this viewer may hear it."""
    if note is None:
        return _frame("reset", hall.news.position, {})
    hidden = not await _may_hear(hall, who, note.conversation_id)
    match note:
        case Change() if hidden:
            return _frame("lists", note.position, {})
        case Change():
            return _change(note)
        case Seen() if hidden:
            return b""
        case Seen():
            people = hall.news.people(note.conversation_id)
            return _frame("presence", None, {"conversation": note.conversation_id, "people": people})


@lru_cache(maxsize=64)
def _change(note: Change) -> bytes:
    """The same for all who may see it, so it is written once."""
    told = {"conversation": note.conversation_id, "number": note.number, "kinds": note.kinds}
    return _frame("change", note.position, told)


async def _may_hear(hall: Hall, who: Operator, conversation_id: str) -> bool:
    if scope_of(who).teams is None:
        return True
    talk = await hall.kefu.store.conversation(conversation_id)
    return talk is not None and may_read_conversation(who, talk)


def _frame(event: str, position: int | None, data: dict[str, object]) -> bytes:
    head = b"" if position is None else b"id: %d\n" % position
    return head + b"event: " + event.encode() + b"\ndata: " + msgspec.json.encode(data) + b"\n\n"
