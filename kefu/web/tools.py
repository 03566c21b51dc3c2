"""The team's tools for the API and the desk's pages alike: saved views and macros.

What is everybody's is changed by supervisors and above, what is one's own by oneself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from secrets import token_hex
from typing import Any

from kefu.app import Operator, Right, fill, may
from kefu.core.errors import BadInput, NotAllowed, NotFound
from kefu.core.ports.tools import Kind, Tool
from kefu.web.hall import Hall, now
from kefu.web.staff import talk_of

LONGEST_NAME = 60
SHARES: Right = "edit_knowledge"
"""Who has this right changes what is everybody's."""


@dataclass(frozen=True, slots=True)
class Ready:
    """A macro as it reads in one conversation: its text filled in, and the deeds that go with it."""

    id: str
    name: str
    text: str
    deeds: Sequence[Mapping[str, Any]]


async def read_tools(hall: Hall, who: Operator, kind: Kind) -> list[Tool]:
    """Everybody's tools and one's own."""
    return [tool for tool in await hall.kefu.store.tools(kind) if tool.owner in ("", who.who)]


async def keep_tool(hall: Hall, who: Operator, tool: Tool) -> Tool:
    """Keep a tool; with an empty id a new one. Raises `NotAllowed` or `NotFound` for what is not one's to change."""
    name = " ".join(tool.name.split())[:LONGEST_NAME]
    if not name:
        raise BadInput("Give it a name.")
    _require(who, tool.owner)
    if tool.id:
        await _find(hall, who, tool.kind, tool.id)
    kept = Tool(tool.id or token_hex(6), tool.kind, name, tool.owner, tool.body)
    await hall.kefu.store.keep_tool(kept)
    return kept


async def drop_tool(hall: Hall, who: Operator, kind: Kind, tool_id: str) -> None:
    """Forget a tool."""
    await _find(hall, who, kind, tool_id)
    await hall.kefu.store.drop_tool(tool_id)


async def read_macros(hall: Hall, who: Operator, conversation_id: str, name: str) -> list[Ready]:
    """The macros as they read in a conversation, in its language where they have it."""
    talk = await talk_of(hall, who, conversation_id)
    company = hall.kefu.config.get("kefu.name", str)
    ready = []
    for tool in await read_tools(hall, who, "macro"):
        texts: Any = tool.body.get("text", {})
        text = texts.get(talk.language) or next((one for one in texts.values() if one), "")
        deeds: Any = tool.body.get("deeds", ())
        hours: Any = tool.body.get("snooze_hours", 0)
        deeds = [*deeds]
        if hours:
            deeds.append({"deed": "snooze", "until": (now() + timedelta(hours=hours)).isoformat()})
        ready.append(Ready(tool.id, tool.name, fill(text, talk, name, company), deeds))
    return ready


async def _find(hall: Hall, who: Operator, kind: Kind, tool_id: str) -> Tool:
    for tool in await read_tools(hall, who, kind):
        if tool.id == tool_id:
            _require(who, tool.owner)
            return tool
    raise NotFound(f"There is no {kind} {tool_id!r}.")


def _require(who: Operator, owner: str) -> None:
    if not (may(who, "act") and owner == who.who) and not (may(who, SHARES) and not owner):
        raise NotAllowed("What is everybody's is changed by supervisors, admins and owners.")
