"""The promise: what the verdicts would buy, what is in force, and whether it still holds."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from kefu.app import ALPHAS, Kept, Outcome, Outlook, as_mapping, outcome_as_mapping
from kefu.core.errors import BadInput
from kefu.web.gate import specify
from kefu.web.hall import hall_of, read_form
from kefu.web.pages.promise.chart import Curve, draw, places
from kefu.web.screen import render
from kefu.web.staff import certify as put_into_force
from kefu.web.staff import read_outlook, set_mode
from kefu.web.staff import withdraw as take_out_of_force
from kefu.web.viewer import operator_of

DELTA = 0.05
"""The page promises with a confidence of 95 %; the command and the API take any."""


async def show(request: Request) -> Response:
    """Where the promise stands."""
    return await _page(request)


async def certify(request: Request) -> Response:
    """Put a promise into force, or say why the verdicts don't prove it."""
    who, form = operator_of(request), await read_form(request)
    try:
        alpha = float(form.get("alpha", ""))
    except ValueError as error:
        raise BadInput("alpha is a share, such as 0.02.") from error
    by_intent = bool(form.get("by_intent"))
    outcome = await put_into_force(hall_of(request), who, alpha, DELTA, form.get("dial", ""), by_intent=by_intent)
    specify(request, f"{alpha:g} {form.get('dial', '')}: {type(outcome).__name__}")
    return RedirectResponse("/desk/promise", 303) if isinstance(outcome, Kept) else await _page(request, outcome, alpha)


async def withdraw(request: Request) -> Response:
    """Take the promise out of force."""
    who, form = operator_of(request), await read_form(request)
    await take_out_of_force(hall_of(request), who, anew=bool(form.get("anew")))
    specify(request, "anew" if form.get("anew") else "")
    return RedirectResponse("/desk/promise", 303)


async def mode(request: Request) -> Response:
    """Let kefu answer, or draft only."""
    who, form = operator_of(request), await read_form(request)
    specify(request, await set_mode(hall_of(request), who, form.get("mode", "")))
    return RedirectResponse("/desk/promise", 303)


async def _page(request: Request, refused: Outcome | None = None, alpha: float = 0.0) -> Response:
    who, hall = operator_of(request), hall_of(request)
    outlook = await read_outlook(hall, who)
    return render(
        request,
        "promise/page.html",
        200 if refused is None else 409,
        who=who,
        found=as_mapping(outlook),
        about=_about(outlook),
        curves=_curves(outlook),
        places=places(ALPHAS),
        refused=refused and outcome_as_mapping(refused),
        refused_alpha=alpha,
    )


def _about(outlook: Outlook) -> str:
    """Which sentence says what the mode means as the promise stands."""
    found = outlook.standing
    if outlook.shadow:
        return "about_required" if outlook.wish.mode == "live" else "about_shadow"
    if found.certificate is None or found.watched is None:
        return "about_live"
    state = "void" if found.void and found.watched.state != "broken" else found.watched.state
    return f"about_live_{state}" if state in ("void", "lowered", "broken") else "about_live_proven"


def _curves(outlook: Outlook) -> Mapping[str, Curve]:
    xs = places(ALPHAS)
    return {
        dial: draw([(one.coverage, one.low, one.high) if isinstance(one, Kept) else None for _, one in buys], xs)
        for dial, buys in outlook.dials.items()
    }
