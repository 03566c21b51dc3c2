"""The team: who works here, who is invited, and what each may."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from kefu.app import may_give, rights_of
from kefu.app.people.team import Edit
from kefu.core.errors import BadInput, NotFound
from kefu.core.nouns import Language
from kefu.core.people import ROLES
from kefu.web import roster
from kefu.web.hall import hall_of, read_form
from kefu.web.roster import Way
from kefu.web.screen import render
from kefu.web.viewer import hand_of, operator_of
from kefu.web.words import LANGUAGES

PLACE = "/desk/people"


async def show(request: Request) -> Response:
    """Everybody, with the form to invite another one."""
    return await _page(request)


async def invite(request: Request) -> Response:
    """Invite somebody, and show the link once."""
    form = await read_form(request)
    try:
        way = await roster.invite(
            hall_of(request), hand_of(request), form.get("email", ""), form.get("role", ""), _words(form, "teams")
        )
    except BadInput:
        return await _page(request, problem="problem_email", given=form.get("email", ""))
    return await _page(request, way=way)


async def withdraw(request: Request) -> Response:
    """Take an invitation back."""
    await roster.withdraw(hall_of(request), hand_of(request), request.path_params["invitation"])
    return RedirectResponse(PLACE, 303)


async def act(request: Request) -> Response:
    """Change somebody: `edit`, `disable`, `enable`, `reset`, `sign-out`."""
    hall, hand, form = hall_of(request), hand_of(request), await read_form(request)
    person_id = request.path_params["person"]
    match request.path_params["deed"]:
        case "edit":
            try:
                await roster.edit(hall, hand, person_id, _edit(form))
            except BadInput:
                return await _page(request, problem="problem_edit")
        case "disable" | "enable" as deed:
            try:
                await roster.set_disabled(hall, hand, person_id, disabled=deed == "disable")
            except BadInput:
                return await _page(request, problem="problem_edit")
        case "reset":
            way = await roster.reset_password(hall, hand, person_id, second_factor="second_factor" in form)
            return await _page(request, way=way)
        case "sign-out":
            await roster.end_sign_ins_of(hall, hand, person_id)
        case deed:
            raise NotFound(f"Nobody can {deed!r} somebody.")
    return RedirectResponse(PLACE, 303)


async def _page(request: Request, *, way: Way | None = None, problem: str = "", given: str = "") -> Response:
    hall, who = hall_of(request), operator_of(request)
    return render(
        request,
        "people/page.html",
        422 if problem else 200,
        who=who,
        people=await roster.list_people(hall, who),
        invitations=await roster.list_invitations(hall, who),
        roles=[role for role in ROLES if may_give(who, role)],
        all_roles=[(role, rights_of(role)) for role in ROLES],
        link=f"{str(request.base_url).rstrip('/')}{way.path}" if way else "",
        way=way,
        problem=problem,
        given=given,
    )


def _edit(form: dict[str, str]) -> Edit:
    capacity = form.get("capacity", "")
    if not capacity.isdecimal():
        raise BadInput("capacity is a whole number.")
    languages: list[Language] = [one for one in LANGUAGES if f"speaks_{one}" in form]
    return Edit(
        role=form.get("role") or None,  # type: ignore[arg-type]  # checked where it is used
        teams=_words(form, "teams"),
        languages=languages,
        skills=_words(form, "skills"),
        capacity=int(capacity),
    )


def _words(form: dict[str, str], name: str) -> list[str]:
    """Names that a form divides by commas, of either language."""
    return form.get(name, "").replace("，", ",").replace("、", ",").split(",")
