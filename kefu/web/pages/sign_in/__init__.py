"""Signing in at the desk: the operator token becomes a signed cookie."""

from __future__ import annotations

import re

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from kefu.web.hall import hall_of, limit, read_form
from kefu.web.screen import render
from kefu.web.viewer import operator_of, sign_in, sign_out

HOME = "/desk/"
LONGEST_NAME = 40


async def page(request: Request) -> Response:
    """Ask for name and token; few tries a minute."""
    target = safe_target(request.query_params.get("next", HOME))
    if request.method == "GET":
        return render(request, "sign_in/page.html", target=target, problem="", given="")
    limit(hall_of(request).sign_ins, request)
    form = await read_form(request)
    name = form.get("name", "").strip()[:LONGEST_NAME]
    if not hall_of(request).kefu.is_operator(form.get("token", "").strip()):
        return render(request, "sign_in/page.html", 401, target=target, problem="wrong", given=name)
    if not name or not name.isprintable():
        return render(request, "sign_in/page.html", 422, target=target, problem="nameless", given="")
    answer = RedirectResponse(target, 303)
    sign_in(answer, name, request)
    return answer


async def leave(request: Request) -> Response:
    """Sign out."""
    operator_of(request)
    answer = RedirectResponse("/desk/sign-in", 303)
    sign_out(answer, request)
    return answer


def safe_target(path: str) -> str:
    """Where to go after signing in: a page of the desk, never another site."""
    return path if re.fullmatch(r"/desk/[A-Za-z0-9/_-]*", path) else HOME
