"""Settings and channels for programs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field
from starlette.requests import HTTPConnection

from kefu.app import Operator
from kefu.app.settings import Changed, Kind, State
from kefu.web import manage
from kefu.web.first_steps import DISMISS, Step, read_steps
from kefu.web.gate import Needs
from kefu.web.hall import Hall, hall_of
from kefu.web.manage import DEED, ChannelState

Hallway = Annotated[Hall, Depends(hall_of)]
Keeper = Annotated[Operator, Depends(Needs("change_settings"))]
Changer = Annotated[Operator, Depends(Needs("change_settings", DEED))]
Dismisser = Annotated[Operator, Depends(Needs("change_settings", DISMISS))]

router = APIRouter(tags=["settings"])


class Shown(BaseModel):
    """A setting; `running` differs from `value` where it holds only after a restart of the server."""

    key: str
    kind: Kind
    value: Any
    running: Any
    origin: str
    least: float
    most: float
    live: bool


class Wanted(BaseModel):
    """New values by key; what is left out stays."""

    values: dict[str, Any] = Field(max_length=50)


class Made(BaseModel):
    """What changed; `undo` are the values that put it back."""

    changed: Mapping[str, Any]
    undo: Mapping[str, Any]
    restart: bool


@router.get("/settings")
async def settings(hall: Hallway, who: Keeper) -> Sequence[Shown]:
    """The settings of kefu.toml that can be changed here; secrets are not among them."""
    return [_shown(one) for one in await manage.list_settings(hall, who)]


@router.patch("/settings")
async def change(wanted: Wanted, connection: HTTPConnection, hall: Hallway, who: Changer) -> Made:
    """Change settings, all or none; they are written into kefu.toml and the audit trail."""
    return _made(await manage.set_settings(hall, who, connection, wanted.values))


@router.post("/settings/undo/{entry}")
async def undo(entry: int, connection: HTTPConnection, hall: Hallway, who: Changer) -> Made:
    """Put the values back that an entry of the audit trail replaced."""
    return _made(await manage.undo_settings(hall, who, connection, entry))


@router.get("/channels")
async def channels(hall: Hallway, who: Keeper) -> Sequence[ChannelState]:
    """Every channel: what it can do, its last message, and what could not be delivered."""
    return await manage.list_channels(hall, who)


@router.get("/checklist")
async def checklist(hall: Hallway, who: Keeper) -> Sequence[Step]:
    """The first steps of a new installation; empty when all are done or the list was put away."""
    return await read_steps(hall, who)


@router.post("/checklist/dismiss")
async def put_away(_hall: Hallway, _who: Dismisser) -> dict[str, bool]:
    """Put the list of first steps away, for everybody."""
    return {"dismissed": True}


def _shown(one: State) -> Shown:
    it = one.setting
    values = {"value": one.value, "running": one.running, "origin": one.origin}
    return Shown(key=it.key, kind=it.kind, least=it.least, most=it.most, live=it.live, **values)


def _made(found: Changed) -> Made:
    return Made(changed=found.after, undo=found.before, restart=found.restart)
