"""Starting long work from the pages that show it."""

from __future__ import annotations

from contextlib import suppress

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from kefu.app.jobs import KINDS
from kefu.core.errors import BadInput, NotFound
from kefu.web import teaching
from kefu.web.hall import hall_of, read_form
from kefu.web.viewer import operator_of

BACKS = ("models", "examples", "skills", "topics", "foresight")


async def begin(request: Request) -> Response:
    """Start work, and go back to where it is watched."""
    form, wish = await read_form(request), request.path_params["kind"]
    kind = next((one for one in KINDS if one == wish), None)
    if kind is None:
        raise NotFound
    with suppress(BadInput):  # other work began meanwhile, which the page says
        await teaching.begin_job(hall_of(request), operator_of(request), kind, form.get("version", ""))
    back = next((one for one in BACKS if one == form.get("back")), BACKS[0])
    return RedirectResponse(f"/desk/{back}", 303)
