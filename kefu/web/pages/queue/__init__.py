"""The queue: what waits for somebody, who is there, and whether you are."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from kefu.web.hall import hall_of, read_form
from kefu.web.screen import render
from kefu.web.viewer import operator_of
from kefu.web.work import attend, is_here, read_queue, read_teams

SHOWN = 50


async def show(request: Request) -> Response:
    """What waits, in the order in which it is given out."""
    who, hall = operator_of(request), hall_of(request)
    queue = await read_queue(hall, who)
    shown = {"queue": queue, "teams": read_teams(hall), "most": SHOWN, "here": await is_here(hall, who.who)}
    return render(request, "queue/page.html", who=who, shown=shown)


async def set_attendance(request: Request) -> Response:
    """Be there, or away; then go on with the page where the form stood."""
    who, hall, form = operator_of(request), hall_of(request), await read_form(request)
    await attend(hall, who, who.who, here=form.get("here") == "1")
    return RedirectResponse("/desk/queue", 303)
