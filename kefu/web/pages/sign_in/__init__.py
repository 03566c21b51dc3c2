"""Signing in at the desk: name and password, then perhaps a code; or the operator token of the house."""

from __future__ import annotations

import re

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from kefu.app.people.entrance import check_code, check_password, close_sign_in, open_sign_in
from kefu.core.errors import NotSignedIn
from kefu.core.people import Person, key_of
from kefu.core.trail import Deed
from kefu.web.hall import hall_of, limit, now, read_form
from kefu.web.screen import render
from kefu.web.viewer import (
    AUDIENCE,
    STEP_COOKIE,
    STEP_S,
    let_in,
    make_claim,
    operator_of,
    place_of,
    read_claim,
    refuse_other_sites,
    sign_in,
    sign_out,
)

HOME = "/desk/"
LONGEST_NAME = 40
STEP = f"{AUDIENCE}-step"
PATH = "/desk/sign-in"


async def page(request: Request) -> Response:
    """Ask who comes in; few tries a minute from one address."""
    target = safe_target(request.query_params.get("next", HOME))
    if request.method == "GET":
        return await ask(request, target)
    refuse_other_sites(request)
    limit(hall_of(request).sign_ins, request)
    form = await read_form(request)
    if "token" in form:
        return await _by_token(request, target, form)
    if "code" in form:
        return await _by_code(request, target, form["code"])
    return await _by_password(request, target, form)


async def leave(request: Request) -> Response:
    """Sign out, here alone."""
    operator_of(request)
    found = getattr(request.state, "signed_in", None)
    if found:
        held, person = found
        await close_sign_in(hall_of(request).kefu.store, held, person, now())
    answer = RedirectResponse(PATH, 303)
    sign_out(answer, request)
    return answer


async def enter(request: Request, person: Person, answer: Response, *, way: str = "password") -> Response:
    """Let an answer sign somebody in who has proven who they are."""
    token = await open_sign_in(hall_of(request).kefu.store, person, place_of(request), now(), way=way)
    let_in(answer, token, request)
    answer.delete_cookie(STEP_COOKIE, path=PATH)
    return answer


def safe_target(path: str) -> str:
    """Where to go after signing in: a page of the desk, never another site."""
    return path if re.fullmatch(r"/desk/[A-Za-z0-9/_-]*", path) else HOME


async def _by_password(request: Request, target: str, form: dict[str, str]) -> Response:
    store, given = hall_of(request).kefu.store, form.get("name", "")[:320]
    try:
        person = await check_password(store, given, form.get("password", ""), place_of(request), now())
    except NotSignedIn:
        return await ask(request, target, "wrong_password", given, status=401)
    if not person.secrets.second:
        return await enter(request, person, RedirectResponse(target, 303))
    answer = await ask(request, target, asks_code=True)
    claim, secure = make_claim(person.id, STEP, STEP_S, hall_of(request)), request.url.scheme == "https"
    answer.set_cookie(STEP_COOKIE, claim, STEP_S, path=PATH, httponly=True, samesite="strict", secure=secure)
    return answer


async def _by_code(request: Request, target: str, code: str) -> Response:
    hall = hall_of(request)
    try:
        person_id = read_claim(request.cookies.get(STEP_COOKIE, ""), STEP, hall)
    except NotSignedIn:
        return await ask(request, target, "too_late", status=401)
    try:
        person = await check_code(hall.kefu.store, person_id, code, place_of(request), now(), seal=hall.kefu.seal)
    except NotSignedIn:
        return await ask(request, target, "wrong_code", status=401, asks_code=True)
    return await enter(request, person, RedirectResponse(target, 303), way="password and code")


async def _by_token(request: Request, target: str, form: dict[str, str]) -> Response:
    """The operator token: under any name that is nobody's."""
    hall, name = hall_of(request), form.get("name", "").strip()[:LONGEST_NAME]
    if not hall.kefu.is_operator(form["token"].strip()):
        return await ask(request, target, "wrong", name, status=401)
    if not name or not name.isprintable():
        return await ask(request, target, "nameless", status=422)
    if any(key_of(name) in one.keys for one in await hall.kefu.store.people()):
        return await ask(request, target, "taken", name, status=422)
    deed = Deed(name, "sign_in", "house:operator", origin=place_of(request).address, detail="operator token")
    await hall.kefu.store.record([deed], now())
    answer = RedirectResponse(target, 303)
    sign_in(answer, name, request)
    return answer


async def ask(
    request: Request, target: str, problem: str = "", given: str = "", *, status: int = 200, asks_code: bool = False
) -> Response:
    """The page that asks who comes in."""
    hall = hall_of(request)
    company = hall.single_sign_on
    values = {"target": target, "problem": problem, "given": given, "asks_code": asks_code}
    values |= {"company": company.provider if company else None}
    return render(request, "sign_in/page.html", status, **values, staffed=bool(await hall.kefu.store.people()))
