"""The team's tools for the API and the desk's pages alike: saved views and macros.

What is everybody's is changed by supervisors and above, what is one's own by oneself. What becomes of a macro that is
everybody's stands in the audit trail, and can be put back.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from secrets import token_hex
from typing import Any

from starlette.requests import HTTPConnection

from kefu.app import Operator, Right, fill, may
from kefu.core.errors import BadInput, NotAllowed, NotFound, Overtaken
from kefu.core.ports.tools import Kind, Tool
from kefu.core.trail import Entry, fingerprint
from kefu.web.gate import require, specify
from kefu.web.hall import Hall, now
from kefu.web.staff import talk_of

LONGEST_NAME = 60
SHARES: Right = "edit_knowledge"
"""Who has this right changes what is everybody's."""

DEED = "macro.write"
"""How the audit trail calls a change of a macro."""

SHOWN_CHANGES = 10


@dataclass(frozen=True, slots=True)
class Ready:
    """A macro as it reads in one conversation: its text filled in, and the deeds that go with it."""

    id: str
    name: str
    text: str
    deeds: Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Change:
    """A change of everybody's macro as the audit trail has it: None where there was none before, or is none now."""

    entry: int
    at: datetime
    who: str
    before: Tool | None
    after: Tool | None


def version_of(tool: Tool) -> str:
    """A short digest of a tool, another one as soon as anything of it changed."""
    return fingerprint(asdict(tool))


async def read_tools(hall: Hall, who: Operator, kind: Kind) -> list[Tool]:
    """Everybody's tools and one's own."""
    return [tool for tool in await hall.kefu.store.tools(kind) if tool.owner in ("", who.who)]


async def keep_tool(hall: Hall, who: Operator, connection: HTTPConnection, tool: Tool, *, seen: str = "") -> Tool:
    """Keep a tool; with an empty id a new one. Raises `NotAllowed` or `NotFound` for what is not one's to change.

    With `seen`, the version that the viewer knows, raises `Overtaken` where it is another one by now.
    """
    name = " ".join(tool.name.split())[:LONGEST_NAME]
    if not name:
        raise BadInput("Give it a name.")
    _require(who, tool.owner)
    before = await _find(hall, who, tool.kind, tool.id, seen) if tool.id else None
    kept = Tool(tool.id or token_hex(6), tool.kind, name, tool.owner, tool.body)
    await hall.kefu.store.keep_tool(kept)
    _tell(connection, before, kept)
    return kept


async def drop_tool(
    hall: Hall, who: Operator, connection: HTTPConnection, kind: Kind, tool_id: str, *, seen: str = ""
) -> None:
    """Forget a tool; with `seen` as `keep_tool`."""
    before = await _find(hall, who, kind, tool_id, seen)
    await hall.kefu.store.drop_tool(tool_id)
    _tell(connection, before, None)


async def list_changes(hall: Hall, who: Operator) -> Sequence[Change]:
    """The latest changes of everybody's macros, which can be undone."""
    require(who, SHARES)
    entries = await hall.kefu.store.latest(what=DEED, limit=SHOWN_CHANGES)
    return [_change(one) for one in entries if one.deed.detail]


async def undo(hall: Hall, who: Operator, connection: HTTPConnection, entry: int) -> None:
    """Put back what an entry of the audit trail changed; raises `NotFound` for any other entry, `Overtaken`."""
    require(who, SHARES)
    found = await hall.kefu.store.trail(entry - 1, 1)
    if not found or found[0].number != entry or found[0].deed.what != DEED or not found[0].deed.detail:
        raise NotFound(f"Entry {entry} of the audit trail is no change of a macro.")
    done = _change(found[0])
    tools = {tool.id: tool for tool in await hall.kefu.store.tools("macro")}
    before, after = done.before, done.after
    tool = after or before
    now = tools.get(tool.id) if tool else None
    if now != after:
        raise Overtaken("This macro was changed since; look at it first.")
    if before:
        await hall.kefu.store.keep_tool(before)
    elif now:
        await hall.kefu.store.drop_tool(now.id)
    _tell(connection, now, before)


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


async def _find(hall: Hall, who: Operator, kind: Kind, tool_id: str, seen: str) -> Tool:
    for tool in await read_tools(hall, who, kind):
        if tool.id == tool_id:
            _require(who, tool.owner)
            if seen and version_of(tool) != seen:
                raise Overtaken(f"{tool.name!r} was changed meanwhile; look at it, then do it again.")
            return tool
    raise NotFound(f"There is no {kind} {tool_id!r}.")


def _tell(connection: HTTPConnection, before: Tool | None, after: Tool | None) -> None:
    """Let the audit trail hold which tool it was; what a macro said and says where it is everybody's."""
    tool = after or before
    if tool:
        shared = tool.kind == "macro" and all(one is None or not one.owner for one in (before, after))
        told = {"before": asdict(before) if before else None, "after": asdict(after) if after else None}
        specify(connection, json.dumps(told, ensure_ascii=False) if shared else "", f"{tool.kind}:{tool.id}")


def _change(entry: Entry) -> Change:
    told = json.loads(entry.deed.detail)
    before, after = (Tool(**told[name]) if told[name] else None for name in ("before", "after"))
    return Change(entry.number, entry.at, entry.deed.who, before, after)


def _require(who: Operator, owner: str) -> None:
    if not (may(who, "act") and owner == who.who) and not (may(who, SHARES) and not owner):
        raise NotAllowed("What is everybody's is changed by supervisors, admins and owners.")
