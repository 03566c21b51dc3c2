"""The inbox for programs and for the desk's own pages: lists, counts, search, and deeds with their undoing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, get_args

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field
from starlette.requests import HTTPConnection

from kefu.app import Deed, Operator, TeamDeed
from kefu.core.nouns import Language
from kefu.core.ports.desk import Line, Order, Page, View
from kefu.core.work import Priority, Status
from kefu.web.gate import Needs, specify
from kefu.web.hall import Hall, hall_of
from kefu.web.inbox import act, act_on_all, count_views, find_lines, read_inbox
from kefu.web.staff import named

Hallway = Annotated[Hall, Depends(hall_of)]
Reader = Annotated[Operator, Depends(Needs("read"))]
Doer = Annotated[Operator, Depends(Needs("act", "conversation.deeds"))]
Limit = Annotated[int, Query(ge=1, le=200)]
Doing = Annotated[TeamDeed, Field(discriminator="deed")]

router = APIRouter(tags=["inbox"])


class Wanted(BaseModel):
    """Which conversations: everything that is given must hold; an empty `person` or `team` means that nobody has it."""

    status: list[Status] = Field(default_factory=list)
    person: str | None = None
    team: str | None = None
    channel: str | None = None
    language: Language | None = None
    priority: Priority | None = None
    tag: str | None = None
    customer_id: str | None = None
    mentions: str | None = None
    to_review: bool = False
    order: Order = Field("waiting", description=", ".join(get_args(Order)))
    after: str = Field("", description="`next` of the page before")
    limit: Annotated[int, Field(ge=1, le=200)] = 25


class Deeds(BaseModel):
    """What to do in one conversation, in this order and together."""

    deeds: Annotated[list[Doing], Field(min_length=1, max_length=20)]
    who: str = Field("", max_length=60, description="Shown to the customer; only with the operator token")


class SeenDeeds(Deeds):
    """What to do, and what was seen before: with `expected`, nothing happens where somebody else acted since."""

    expected: int | None = Field(None, description="The last event that was seen; 409 where somebody else acted since")


class ManyDeeds(Deeds):
    """What to do in each of these conversations."""

    conversations: Annotated[list[str], Field(min_length=1, max_length=500)]


class Done(BaseModel):
    """What became of it: `number` of the last event, or `error`; `undo` are deeds that put things back."""

    id: str
    number: int
    undo: list[Annotated[Deed, Field(discriminator="deed")]]
    error: str = ""


@router.get("/inbox")
async def inbox(hall: Hallway, who: Reader, wanted: Annotated[Wanted, Query()]) -> Page:
    """Conversations of a view, a page at a time."""
    names = ("person", "team", "channel", "language", "priority", "tag", "customer_id", "mentions", "to_review")
    view = View(status=tuple(wanted.status), **{name: getattr(wanted, name) for name in names})
    return await read_inbox(hall, who, view, wanted.order, after=wanted.after, limit=wanted.limit)


@router.get("/inbox/counts")
async def counts(hall: Hallway, who: Reader) -> dict[str, int]:
    """How many conversations each usual view has, at most 1,000."""
    return await count_views(hall, who)


@router.get("/search")
async def search(
    hall: Hallway, who: Reader, q: Annotated[str, Query(min_length=1, max_length=200)], limit: Limit = 30
) -> Sequence[Line]:
    """Lines of conversations that hold all words of `q`, latest first."""
    return await find_lines(hall, who, q, limit)


@router.post("/conversations/{conversation_id}/deeds")
async def do(conversation_id: str, wanted: SeenDeeds, connection: HTTPConnection, hall: Hallway, who: Doer) -> Done:
    """Reply, note, assign, tag, snooze, close and the like; all of it happens or nothing."""
    name = named(who, wanted.who)
    done = await act(hall, who, conversation_id, wanted.deeds, name, seen=wanted.expected)
    specify(connection, _named_deeds(wanted.deeds))
    return Done(id=done.id, number=done.number, undo=list(done.undo))


@router.post("/deeds")
async def do_many(wanted: ManyDeeds, connection: HTTPConnection, hall: Hallway, who: Doer) -> Sequence[Done]:
    """The same in many conversations; each says what became of it."""
    found = await act_on_all(hall, who, wanted.conversations, wanted.deeds, named(who, wanted.who))
    happened = " ".join(one.id for one in found if not one.error)
    specify(connection, _named_deeds(wanted.deeds), f"conversation:{happened}")
    return [Done(id=one.id, number=one.number, undo=list(one.undo), error=one.error) for one in found]


def _named_deeds(deeds: Sequence[TeamDeed]) -> str:
    """What was done, without what was said."""
    return ", ".join(deed.deed for deed in deeds)
