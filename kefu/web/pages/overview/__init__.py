"""The desk at a glance."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from kefu.web.first_steps import steps_for
from kefu.web.hall import hall_of
from kefu.web.screen import render
from kefu.web.staff import list_conversations, read_counts, read_dead, revive_dead
from kefu.web.viewer import operator_of

LATEST = 20


async def show(request: Request) -> Response:
    """The first steps while there are some, counts, and the latest conversations."""
    who, hall = operator_of(request), hall_of(request)
    talks = await list_conversations(hall, who, limit=LATEST)
    counts, steps = await read_counts(hall, who), await steps_for(hall, who)
    return render(request, "overview/page.html", who=who, counts=counts, talks=talks, steps=steps)


async def put_away(_request: Request) -> Response:
    """Put the list of first steps away; that it was is what the audit trail says."""
    return RedirectResponse("/desk/", 303)


async def revive(request: Request) -> Response:
    """Send everything again that could not be delivered."""
    who, hall = operator_of(request), hall_of(request)
    await revive_dead(hall, who, [letter.id for letter in await read_dead(hall, who, 1000)])
    return RedirectResponse("/desk/", 303)
