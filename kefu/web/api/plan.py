"""Teams, service levels, rules and fields for programs: as the files have them, with a version each."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field
from starlette.requests import HTTPConnection

from kefu.app import Operator
from kefu.app.clerk.tables import Changed, Kind, Table
from kefu.app.clerk.trying import Trial
from kefu.web import plan
from kefu.web.gate import Needs
from kefu.web.hall import Hall, hall_of
from kefu.web.plan import DEED

Hallway = Annotated[Hall, Depends(hall_of)]
Reader = Annotated[Operator, Depends(Needs("read_reports"))]
Keeper = Annotated[Operator, Depends(Needs("change_settings"))]
Changer = Annotated[Operator, Depends(Needs("change_settings", DEED))]

router = APIRouter(tags=["plan"])


class Written(BaseModel):
    """A table of kefu.toml or of a file in rules/; `table` holds its keys as they are written, and its name.

    `version` changes with it: whoever changes the table says which one they saw.
    """

    name: str
    file: str
    version: str
    table: dict[str, Any]


class Wish(BaseModel):
    """A table to write: in the place of the one called `name`, of which `seen` is the version, or a new one."""

    name: str = Field("", max_length=200)
    seen: str = Field("", max_length=64)
    table: dict[str, Any] = Field(max_length=60)


class Move(BaseModel):
    """Which table is to count before (-1) or after (1) its neighbour."""

    name: str = Field(max_length=200)
    seen: str = Field(max_length=64)
    by: Literal[-1, 1]


class Try(BaseModel):
    """A rule to try as `table` has it, in the place of the one called `name`, on so many days."""

    name: str = Field("", max_length=200)
    table: dict[str, Any] = Field(max_length=60)
    days: Annotated[int, Field(ge=1, le=3650)] = 30


class Done(BaseModel):
    """What a change did: null where there was nothing before, or is nothing now."""

    before: Written | None
    after: Written | None


class Told(Done):
    """A change in the audit trail, which `/plan/{kind}/undo/{entry}` puts back."""

    entry: int
    at: datetime
    who: str


@router.get("/plan/{kind}")
async def tables(kind: Kind, hall: Hallway, who: Reader) -> Sequence[Written]:
    """All of a kind as the files have them now, in the order in which they count."""
    return [_written(one) for one in await plan.list_tables(hall, who, kind)]


@router.post("/plan/{kind}")
async def keep(kind: Kind, wish: Wish, connection: HTTPConnection, hall: Hallway, who: Changer) -> Done:
    """Write one; refused as a whole where the files would no longer make sense."""
    wanted = Table(kind, wish.name, "", 0, wish.table)
    return _done(await plan.keep(hall, who, connection, wanted, name=wish.name, seen=wish.seen))


@router.delete("/plan/{kind}")
async def drop(kind: Kind, connection: HTTPConnection, hall: Hallway, who: Changer, *, name: str, seen: str) -> Done:
    """Take one out."""
    return _done(await plan.drop(hall, who, connection, kind, name, seen=seen))


@router.post("/plan/{kind}/move")
async def move(kind: Kind, wish: Move, connection: HTTPConnection, hall: Hallway, who: Changer) -> Done:
    """Let one count before or after its neighbour in the same file."""
    return _done(await plan.move(hall, who, connection, kind, wish.name, seen=wish.seen, by=wish.by))


@router.post("/plan/{kind}/undo/{entry}")
async def undo(kind: Kind, entry: int, connection: HTTPConnection, hall: Hallway, who: Changer) -> Done:
    """Put back what an entry of the audit trail changed, if nobody changed it since."""
    return _done(await plan.undo(hall, who, connection, kind, entry))


@router.get("/plan/{kind}/changes")
async def changes(kind: Kind, hall: Hallway, who: Keeper) -> Sequence[Told]:
    """The latest changes, which can be undone."""
    found = await plan.list_changes(hall, who, kind)
    return [Told(**dict(_done(one.done)), entry=one.entry, at=one.at, who=one.who) for one in found]


@router.post("/plan/rules/try")
async def try_rule(wish: Try, hall: Hallway, who: Reader) -> Trial:
    """What a rule would have done to past conversations if it were written so; nothing is written or done."""
    return await plan.try_rule(hall, who, wish.name, wish.table, wish.days)


def _done(done: Changed) -> Done:
    return Done(
        before=_written(done.before) if done.before else None, after=_written(done.after) if done.after else None
    )


def _written(one: Table) -> Written:
    return Written(name=one.name, file=one.file, version=one.version, table=dict(one.values))
