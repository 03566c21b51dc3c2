"""Tags for programs: which are in use, and calling them otherwise."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field
from starlette.requests import HTTPConnection

from kefu.app import Operator
from kefu.web import tags
from kefu.web.gate import Needs
from kefu.web.hall import Hall, hall_of
from kefu.web.tags import DEED, Renamed, Used

Hallway = Annotated[Hall, Depends(hall_of)]
Reader = Annotated[Operator, Depends(Needs("read_reports"))]
Changer = Annotated[Operator, Depends(Needs("change_settings", DEED))]

router = APIRouter(tags=["plan"])


class Wish(BaseModel):
    """A tag, and what conversations are to have instead; empty: nothing."""

    tag: str = Field(max_length=64)
    new: str = Field("", max_length=64)


@router.get("/tags")
async def used(hall: Hallway, who: Reader) -> Sequence[Used]:
    """Tags of the latest conversations, the most used first, with what else names them."""
    return await tags.list_tags(hall, who)


@router.post("/tags/rename")
async def rename(wish: Wish, connection: HTTPConnection, hall: Hallway, who: Changer) -> Renamed:
    """Let conversations have another tag instead, at most 200 at once; ask again while there are `more`."""
    return await tags.rename(hall, who, connection, wish.tag, wish.new)


@router.post("/tags/undo/{entry}")
async def undo(entry: int, connection: HTTPConnection, hall: Hallway, who: Changer) -> Renamed:
    """Give conversations back the tag that an entry of the audit trail replaced."""
    return await tags.undo(hall, who, connection, entry)
