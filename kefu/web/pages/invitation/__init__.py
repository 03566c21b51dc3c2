"""Coming in by a link: a new colleague chooses name and password, or somebody sets a new password."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from kefu.app.people import fault_of
from kefu.app.people.team import accept, find, invitation_with
from kefu.core.errors import BadInput, NotFound
from kefu.web.hall import hall_of, limit, now, read_form
from kefu.web.pages.sign_in import HOME, PATH, enter
from kefu.web.screen import render
from kefu.web.viewer import place_of, refuse_other_sites


async def page(request: Request) -> Response:
    """Say what the link is for, and take what is needed for it."""
    hall, token = hall_of(request), request.path_params["token"]
    problem, status, name = "", 200, ""
    if request.method == "POST":
        refuse_other_sites(request)
        limit(hall.sign_ins, request)
        form = await read_form(request)
        name = form.get("name", "")
        password, origin = form.get("password", ""), place_of(request).address
        try:
            person = await accept(hall.kefu.store, token, name, password, origin=origin, now=now())
        except BadInput:
            invitation = await invitation_with(hall.kefu.store, token, now())
            problem, status = fault_of(password, name, invitation.email) or "name", 422
        except NotFound:
            problem = "over"
        else:
            if person.secrets.second or person.disabled_at:
                return RedirectResponse(PATH, 303)
            held = await find(hall.kefu.store, person.id)
            return await enter(request, held, RedirectResponse(HOME, 303), way="invitation")
    try:
        invitation = await invitation_with(hall.kefu.store, token, now())
    except NotFound:
        return render(request, "invitation/over.html", 404)
    return render(request, "invitation/page.html", status, invitation=invitation, problem=problem, given=name)
