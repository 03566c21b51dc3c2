"""Macros: ready words with what they do beside, written by the team."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_args

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from kefu.app import may
from kefu.core.ports.tools import Tool
from kefu.core.work import Priority
from kefu.web.hall import hall_of, read_form
from kefu.web.screen import render
from kefu.web.tools import SHARES, drop_tool, keep_tool, read_tools
from kefu.web.viewer import operator_of

SNOOZES = (1, 3, 24, 72, 168)
"""Hours for which a macro may put a conversation aside."""


async def show(request: Request) -> Response:
    """All macros, each in a form of its own, and an empty one."""
    who, hall = operator_of(request), hall_of(request)
    macros = [(tool, form_of(tool)) for tool in await read_tools(hall, who, "macro")]
    shown: dict[str, Any] = {"macros": macros, "snoozes": SNOOZES, "teams": [*hall.kefu.clerk.plan.teams]}
    return render(request, "macros/page.html", who=who, may_share=may(who, SHARES), **shown)


async def change(request: Request) -> Response:
    """Keep or forget a macro, then show them all."""
    who, hall, form = operator_of(request), hall_of(request), await read_form(request)
    if form.get("do") == "drop":
        await drop_tool(hall, who, "macro", form.get("id", ""))
    else:
        owner = "" if form.get("shared") else who.who
        await keep_tool(hall, who, Tool(form.get("id", ""), "macro", form.get("name", ""), owner, body_of(form)))
    return RedirectResponse("/desk/macros", 303)


def body_of(form: Mapping[str, str]) -> dict[str, Any]:
    """What a form says of a macro."""
    deeds: list[dict[str, Any]] = []
    tags = [tag.strip() for tag in form.get("tags", "").replace("，", ",").split(",") if tag.strip()]
    if tags:
        deeds.append({"deed": "tag", "add": tags})
    if form.get("priority") in get_args(Priority):
        deeds.append({"deed": "prioritise", "priority": form["priority"]})
    if form.get("team", "").strip():
        deeds.append({"deed": "assign", "team": form["team"].strip()})
    if form.get("close"):
        deeds.append({"deed": "close"})
    hours = next((one for one in SNOOZES if str(one) == form.get("snooze")), 0)
    text = {name: form.get(name, "").strip()[:5000] for name in ("zh", "en")}
    return {"text": text, "deeds": deeds, "snooze_hours": hours}


def form_of(tool: Tool) -> dict[str, Any]:
    """A macro as its form shows it."""
    body: Mapping[str, Any] = tool.body
    deeds = {one["deed"]: one for one in body.get("deeds", ())}
    return {
        **{name: body.get("text", {}).get(name, "") for name in ("zh", "en")},
        "tags": ", ".join(deeds.get("tag", {}).get("add", ())),
        "priority": deeds.get("prioritise", {}).get("priority", ""),
        "team": deeds.get("assign", {}).get("team", ""),
        "close": "close" in deeds,
        "snooze": body.get("snooze_hours", 0),
    }
