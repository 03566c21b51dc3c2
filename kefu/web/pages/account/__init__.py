"""One's own account: name, password, second factor, and where one is signed in."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from kefu.app.people import fault_of
from kefu.app.people.account import new_secret
from kefu.core.errors import BadInput, NotFound
from kefu.web import roster
from kefu.web.hall import hall_of, limit, read_form
from kefu.web.roster import Pairing
from kefu.web.screen import render
from kefu.web.viewer import hand_of, operator_of, sign_in_of
from kefu.web.words import LANGUAGES

PLACE = "/desk/account"


async def show(request: Request) -> Response:
    """The account of whoever asks."""
    return await _page(request)


async def act(request: Request) -> Response:
    """Change it: `name`, `password`, `pair`, `second-on`, `second-off`, `sign-out`."""
    hall, hand, form, here = hall_of(request), hand_of(request), await read_form(request), sign_in_of(request)
    deed = request.path_params["deed"]
    if deed in ("password", "second-on", "second-off"):
        limit(hall.sign_ins, request)
    try:
        match deed:
            case "name":
                await roster.rename(
                    hall, hand, form.get("name", ""), [one for one in LANGUAGES if f"speaks_{one}" in form]
                )
            case "password":
                await roster.change_password(hall, hand, form.get("old", ""), form.get("new", ""), here)
            case "pair":
                return await _page(request, pairing=await roster.pair(hall, hand.who, new_secret()))
            case "second-on":
                return await _page(
                    request, codes=await roster.turn_on(hall, hand, form["secret"], form.get("code", ""))
                )
            case "second-off":
                await roster.turn_off(hall, hand, form.get("password", ""))
            case "sign-out":
                await roster.end_my_sign_ins(hall, hand, [form["id"]] if form.get("id") else [])
            case _:
                raise NotFound(f"There is no {deed!r} in an account.")
    except BadInput:
        return await _again(request, deed, form)
    return RedirectResponse(f"{PLACE}?done={deed}", 303)


async def _again(request: Request, deed: str, form: dict[str, str]) -> Response:
    """The page with what was wrong."""
    hall, who = hall_of(request), operator_of(request)
    if deed == "second-on":
        return await _page(request, problem="code", pairing=await roster.pair(hall, who, form["secret"]))
    person = await roster.myself(hall, who)
    weak = fault_of(form.get("new", ""), person.name, person.email) if deed == "password" else None
    return await _page(request, problem=weak or ("name" if deed == "name" else "old"))


async def _page(
    request: Request, *, problem: str = "", pairing: Pairing | None = None, codes: Sequence[str] = ()
) -> Response:
    hall, who = hall_of(request), operator_of(request)
    if not who.id:
        return render(request, "account/nobody.html", who=who)
    done = request.query_params.get("done", "")
    return render(
        request,
        "account/page.html",
        422 if problem else 200,
        who=who,
        person=await roster.myself(hall, who),
        sign_ins=await roster.my_sign_ins(hall, who, sign_in_of(request)),
        problem=problem,
        pairing=pairing,
        codes=codes,
        done=done if done in ("name", "password", "second-off", "sign-out") else "",
    )
