"""Saved views and macros, for programs and for the desk's own pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field
from starlette.requests import HTTPConnection

from kefu.app import Operator, TeamDeed
from kefu.core.nouns import Language
from kefu.core.ports.tools import Tool
from kefu.core.work import Priority, Status
from kefu.web.gate import Needs
from kefu.web.hall import Hall, hall_of
from kefu.web.staff import named
from kefu.web.tools import (
    DEED,
    SHARES,
    Change,
    Ready,
    drop_tool,
    keep_tool,
    list_changes,
    read_macros,
    read_tools,
    undo,
    version_of,
)

Hallway = Annotated[Hall, Depends(hall_of)]
Reader = Annotated[Operator, Depends(Needs("read"))]
ViewWriter = Annotated[Operator, Depends(Needs("act", "view.write"))]
MacroWriter = Annotated[Operator, Depends(Needs("act", DEED))]
Sharer = Annotated[Operator, Depends(Needs(SHARES))]
Undoer = Annotated[Operator, Depends(Needs(SHARES, DEED))]
Doing = Annotated[TeamDeed, Field(discriminator="deed")]

router = APIRouter(tags=["tools"])


class Filter(BaseModel):
    """Which conversations; `person` may be `@me`, or empty for nobody's."""

    status: list[Status] = Field(default_factory=list)
    person: str | None = None
    team: str | None = None
    channel: str | None = None
    language: Language | None = None
    priority: Priority | None = None
    tag: str | None = None
    customer_id: str | None = None


class Named(BaseModel):
    """A tool: with an `id` it takes the place of the one before; `shared` makes it everybody's."""

    id: str = ""
    name: str = Field(max_length=60)
    shared: bool = False


class SavedView(Named):
    """A view to keep."""

    filter: Filter


class Texts(BaseModel):
    """What a macro says, in both languages; names in braces are filled in: `{customer}`, `{agent}`, `{company}`."""

    zh: str = Field("", max_length=5000)
    en: str = Field("", max_length=5000)


class Macro(Named):
    """A macro to keep: what it says, and what it does beside."""

    shared: bool = True
    text: Texts = Texts(zh="", en="")
    deeds: list[Doing] = Field(default_factory=list, max_length=10)
    seen: str = Field("", max_length=64, description="The `version` that you saw: refused where it is another one")
    snooze_hours: int = Field(0, ge=0, le=24 * 90, description="Look again so many hours after it was used; 0: don't")


class Kept(BaseModel):
    """A macro as it is kept; its `version` changes with it."""

    id: str
    kind: Literal["macro"] = "macro"
    name: str
    owner: str
    body: Mapping[str, Any]
    version: str


@router.get("/views")
async def views(hall: Hallway, who: Reader) -> Sequence[Tool]:
    """Saved views: everybody's and one's own."""
    return await read_tools(hall, who, "view")


@router.post("/views")
async def keep_view(wanted: SavedView, connection: HTTPConnection, hall: Hallway, who: ViewWriter) -> Tool:
    """Keep a view."""
    body = wanted.filter.model_dump(exclude_none=True)
    tool = Tool(wanted.id, "view", wanted.name, "" if wanted.shared else who.who, body)
    return await keep_tool(hall, who, connection, tool)


@router.delete("/views/{view_id}", status_code=204)
async def drop_view(view_id: str, connection: HTTPConnection, hall: Hallway, who: ViewWriter) -> None:
    """Forget a view."""
    await drop_tool(hall, who, connection, "view", view_id)


@router.get("/macros")
async def macros(hall: Hallway, who: Reader) -> Sequence[Kept]:
    """Macros: everybody's and one's own."""
    return [_kept(one) for one in await read_tools(hall, who, "macro")]


@router.post("/macros")
async def keep_macro(wanted: Macro, connection: HTTPConnection, hall: Hallway, who: MacroWriter) -> Kept:
    """Keep a macro."""
    body = wanted.model_dump(mode="json", include={"text", "deeds", "snooze_hours"})
    tool = Tool(wanted.id, "macro", wanted.name, "" if wanted.shared else who.who, body)
    return _kept(await keep_tool(hall, who, connection, tool, seen=wanted.seen))


@router.delete("/macros/{macro_id}", status_code=204)
async def drop_macro(macro_id: str, connection: HTTPConnection, hall: Hallway, who: MacroWriter) -> None:
    """Forget a macro."""
    await drop_tool(hall, who, connection, "macro", macro_id)


@router.get("/conversations/{conversation_id}/macros")
async def macros_in(conversation_id: str, hall: Hallway, who: Reader) -> Sequence[Ready]:
    """The macros as they read in a conversation."""
    return await read_macros(hall, who, conversation_id, named(who, ""))


@router.get("/macros/changes")
async def macro_changes(hall: Hallway, who: Sharer) -> Sequence[Change]:
    """The latest changes of everybody's macros."""
    return await list_changes(hall, who)


@router.post("/macros/undo/{entry}", status_code=204)
async def undo_macro(entry: int, connection: HTTPConnection, hall: Hallway, who: Undoer) -> None:
    """Put back what an entry of the audit trail changed, if nobody changed it since."""
    await undo(hall, who, connection, entry)


def _kept(tool: Tool) -> Kept:
    return Kept(id=tool.id, name=tool.name, owner=tool.owner, body=tool.body, version=version_of(tool))
