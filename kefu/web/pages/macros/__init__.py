"""Macros: ready words with what they do beside, written by the team."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_args

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from kefu.app import may
from kefu.core.errors import NotFound, Overtaken
from kefu.core.ports.tools import Tool
from kefu.core.work import Priority
from kefu.web.hall import hall_of, read_form
from kefu.web.screen import render
from kefu.web.tools import SHARES, drop_tool, keep_tool, list_changes, read_tools, undo, version_of
from kefu.web.viewer import operator_of

FIELD = "field."
"""How the form's boxes for fields begin."""

SNOOZES = (1, 3, 24, 72, 168)
"""Hours for which a macro may put a conversation aside."""


ON_FORM = ("tag", "prioritise", "assign", "set_fields", "close")
"""Deeds that the form asks for; others, which programs gave a macro, stay with it."""


async def show(request: Request) -> Response:
    """All macros, each in a form of its own, and an empty one."""
    return await _page(request)


async def change(request: Request) -> Response:
    """Keep or forget a macro, then show them all."""
    who, hall, form = operator_of(request), hall_of(request), await read_form(request)
    id_, seen = form.get("id", ""), form.get("seen", "")
    try:
        if form.get("do") == "drop":
            await drop_tool(hall, who, request, "macro", id_, seen=seen)
        else:
            owner = "" if form.get("shared") else who.who
            before = next((one for one in await read_tools(hall, who, "macro") if one.id == id_), None)
            body = body_of(form, before)
            await keep_tool(hall, who, request, Tool(id_, "macro", form.get("name", ""), owner, body), seen=seen)
    except Overtaken:
        return await _page(request, given=form, status=409)
    return RedirectResponse("/desk/macros", 303)


async def take_back(request: Request) -> Response:
    """Put a change back."""
    entry = request.path_params["entry"]
    if not entry.isdecimal() or len(entry) > 15:
        raise NotFound
    try:
        await undo(hall_of(request), operator_of(request), request, int(entry))
    except Overtaken:
        return await _page(request, given={}, status=409)
    return RedirectResponse("/desk/macros", 303)


async def _page(request: Request, *, given: Mapping[str, str] | None = None, status: int = 200) -> Response:
    """The page; `given` is a form that was refused since somebody else was faster, and is shown as it was sent."""
    who, hall = operator_of(request), hall_of(request)
    plan, refused = hall.kefu.clerk.plan, (given or {}).get("id", "")
    macros = []
    for tool in await read_tools(hall, who, "macro"):
        mine = Tool(tool.id, "macro", (given or {}).get("name", ""), tool.owner, body_of(given or {}, tool))
        shown = mine if tool.id == refused else tool
        macros.append((shown, form_of(shown), version_of(tool), tool.id == refused))
    values: dict[str, Any] = {
        "macros": macros,
        "snoozes": SNOOZES,
        "teams": [*plan.teams],
        "fields": plan.fields,
        "blank": form_of(Tool("", "macro", "", "", {})),
        "may_share": may(who, SHARES),
        "changes": await list_changes(hall, who) if may(who, SHARES) else (),
    }
    return render(request, "macros/page.html", status, who=who, overtaken=given is not None, **values)


def body_of(form: Mapping[str, str], before: Tool | None = None) -> dict[str, Any]:
    """What a form says of a macro; deeds that it does not ask for stay."""
    deeds: list[dict[str, Any]] = []
    tags = [tag.strip() for tag in form.get("tags", "").replace("，", ",").split(",") if tag.strip()]
    if tags:
        deeds.append({"deed": "tag", "add": tags})
    if form.get("priority") in get_args(Priority):
        deeds.append({"deed": "prioritise", "priority": form["priority"]})
    if form.get("team", "").strip():
        deeds.append({"deed": "assign", "team": form["team"].strip()})
    fields = {key.removeprefix(FIELD): said.strip() for key, said in form.items() if key.startswith(FIELD)}
    if any(fields.values()):
        deeds.append({"deed": "set_fields", "fields": {name: said for name, said in fields.items() if said}})
    if form.get("close"):
        deeds.append({"deed": "close"})
    hours = next((one for one in SNOOZES if str(one) == form.get("snooze")), 0)
    text = {name: form.get(name, "").strip()[:5000] for name in ("zh", "en")}
    known: Any = before.body.get("deeds", ()) if before else ()
    deeds += [dict(one) for one in known if one["deed"] not in ON_FORM]
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
        "fields": deeds.get("set_fields", {}).get("fields", {}),
        "close": "close" in deeds,
        "snooze": body.get("snooze_hours", 0),
    }
