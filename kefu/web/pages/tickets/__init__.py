"""Tickets by their numbers, with where their conversations stand."""

from __future__ import annotations

from typing import get_args

from starlette.requests import Request
from starlette.responses import Response

from kefu.core.ports.desk import View
from kefu.core.work import Priority, Status
from kefu.web.hall import hall_of
from kefu.web.screen import render
from kefu.web.viewer import operator_of
from kefu.web.work import list_tickets

STATES: tuple[Status, ...] = get_args(Status)
PRIORITIES: tuple[Priority, ...] = get_args(Priority)


async def show(request: Request) -> Response:
    """The latest tickets, or those that begin and stand as was asked."""
    who, hall, query = operator_of(request), hall_of(request), request.query_params
    asked = {name: query.get(name, "").strip()[:64] for name in ("number", "status", "priority", "team", "tag")}
    view = View(
        status=tuple(state for state in STATES if state == asked["status"]),
        priority=next((one for one in PRIORITIES if one == asked["priority"]), None),
        team=asked["team"] or None,
        tag=asked["tag"] or None,
    )
    page = await list_tickets(hall, who, view, asked["number"], after=query.get("after", ""))
    kept = {name: value for name, value in asked.items() if value}
    choices = {"states": STATES, "priorities": PRIORITIES, "teams": [*hall.kefu.clerk.plan.teams]}
    return render(request, "tickets/page.html", who=who, page=page, asked=asked, kept=kept, choices=choices)
