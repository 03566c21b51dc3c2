"""Work management for programs: the queue, who is there, teams and tickets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field

from kefu.app import Operator, Server, conversation_id_of
from kefu.app.clerk.trying import Trial
from kefu.core.ports.desk import TicketPage, View
from kefu.core.work import Priority, Status
from kefu.web.gate import Needs
from kefu.web.hall import Hall, hall_of
from kefu.web.staff import named
from kefu.web.viewer import server_of
from kefu.web.work import (
    Declared,
    Queue,
    Ruling,
    Standing,
    attend,
    is_here,
    list_rules,
    list_tickets,
    rate,
    read_queue,
    read_teams,
    try_rules,
)

Hallway = Annotated[Hall, Depends(hall_of)]
Reader = Annotated[Operator, Depends(Needs("read"))]
Doer = Annotated[Operator, Depends(Needs("act", "attendance"))]
Trier = Annotated[Operator, Depends(Needs("read_reports"))]

router = APIRouter(tags=["work"])
servers = APIRouter(tags=["messages"])


class Attending(BaseModel):
    """Whether somebody is there to be given conversations."""

    here: bool
    who: str = Field("", max_length=60, description="Only with the operator token")


class Wanted(BaseModel):
    """Which tickets: everything that is given must hold; `number` is how it begins."""

    number: str = Field("", max_length=64)
    status: list[Status] = Field(default_factory=list)
    person: str | None = None
    team: str | None = None
    priority: Priority | None = None
    tag: str | None = None
    customer_id: str | None = None
    after: str = Field("", description="`next` of the page before")
    limit: Annotated[int, Field(ge=1, le=200)] = 25


class Rating(BaseModel):
    """How it went for a customer, from 1 (bad) to 5 (very well)."""

    sender: str = Field(max_length=256)
    score: Annotated[int, Field(ge=1, le=5)]
    comment: str = Field("", max_length=2000)
    channel: str = Field("rest", max_length=64)


class Rated(BaseModel):
    """`number` of the conversation's last event."""

    number: int


class Trying(BaseModel):
    """Which rules to try on how many days; without a name all of them."""

    days: Annotated[int, Field(ge=1, le=3650)] = 30
    only: str = Field("", max_length=200)


@servers.post("/rating")
async def rating(wanted: Rating, hall: Hallway, who: Annotated[Server, Depends(server_of)]) -> Rated:
    """Say how it went for a customer, once they were asked."""
    talk_id = conversation_id_of(wanted.channel, wanted.sender)
    return Rated(number=await rate(hall, who, talk_id, wanted.score, wanted.comment))


@router.get("/fields")
async def fields(hall: Hallway, who: Reader) -> Sequence[Declared]:
    """The fields that conversations have."""
    del who
    return [Declared(one.name, dict(one.title), one.type, one.choices) for one in hall.kefu.clerk.plan.fields]


@router.get("/rules")
async def rules(hall: Hallway, who: Trier) -> Sequence[Ruling]:
    """The automation rules of the project, as they are in force."""
    return list_rules(hall, who)


@router.get("/rules/dry-run")
async def dry_run(wanted: Annotated[Trying, Query()], hall: Hallway, who: Trier) -> Trial:
    """What the rules of the project's files would have done to past conversations; nothing happens to any."""
    return await try_rules(hall, who, wanted.days, wanted.only)


@router.get("/queue")
async def queue(hall: Hallway, who: Reader) -> Queue:
    """What waits for somebody, in the order in which it is given out, and who is there."""
    return await read_queue(hall, who)


@router.get("/teams")
async def teams(hall: Hallway, who: Reader) -> Sequence[Standing]:
    """The teams of kefu.toml, and whether they are there now."""
    del who
    return read_teams(hall)


@router.get("/attendance")
async def attendance(hall: Hallway, who: Reader) -> Attending:
    """Whether you are there to be given conversations."""
    return Attending(here=await is_here(hall, who.who), who=who.who)


@router.post("/attendance")
async def set_attendance(wanted: Attending, hall: Hallway, who: Doer) -> Attending:
    """Say that you are there, or away."""
    name = named(who, wanted.who)
    await attend(hall, who, name, here=wanted.here)
    return Attending(here=wanted.here, who=name)


@router.get("/tickets")
async def tickets(hall: Hallway, who: Reader, wanted: Annotated[Wanted, Query()]) -> TicketPage:
    """Tickets with where their conversations stand, latest first."""
    names = ("person", "team", "priority", "tag", "customer_id")
    view = View(status=tuple(wanted.status), **{name: getattr(wanted, name) for name in names})
    return await list_tickets(hall, who, view, wanted.number, after=wanted.after, limit=wanted.limit)
