"""Tickets by their numbers, with where their conversations stand."""

from __future__ import annotations

from typing import get_args

from starlette.requests import Request
from starlette.responses import Response

from kefu.core.ports.desk import View
from kefu.core.work import Status
from kefu.web.hall import hall_of
from kefu.web.screen import render
from kefu.web.viewer import operator_of
from kefu.web.work import list_tickets

STATES: tuple[Status, ...] = get_args(Status)


async def show(request: Request) -> Response:
    """The latest tickets, or those whose number begins with what was typed."""
    who, hall, query = operator_of(request), hall_of(request), request.query_params
    status = tuple(state for state in STATES if state == query.get("status"))
    number = query.get("number", "").strip()[:64]
    page = await list_tickets(hall, who, View(status=status), number, after=query.get("after", ""))
    wanted = {"number": number, "status": status[0] if status else "", "states": STATES}
    return render(request, "tickets/page.html", who=who, page=page, wanted=wanted)
