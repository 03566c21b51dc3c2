"""Signing in with the company's own accounts: there and back again."""

from __future__ import annotations

from time import time

import msgspec
import structlog
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from kefu.app.people.joining import admit
from kefu.app.people.single_sign_on import Journey, SingleSignOn
from kefu.core.errors import BadInput, NotFound, NotSignedIn
from kefu.web.hall import hall_of, limit, now
from kefu.web.pages.sign_in import HOME, PATH, ask, enter, safe_target
from kefu.web.screen import render
from kefu.web.viewer import AUDIENCE, make_claim, place_of, read_claim

log = structlog.get_logger()

COOKIE, JOURNEY, JOURNEY_S = "kefu_journey", f"{AUDIENCE}-journey", 600
DECODER = msgspec.json.Decoder(Journey)


async def leave(request: Request) -> Response:
    """Send the browser to the provider."""
    hall, company = hall_of(request), _company(request)
    limit(hall.sign_ins, request)
    host = company.provider.address or str(request.base_url).rstrip("/")
    target = safe_target(request.query_params.get("next", HOME))
    try:
        there, journey = await company.begin(f"{host}{PATH}/oidc/back", target, time())
    except NotSignedIn as error:
        log.warning("provider did not answer", reason=error.message)
        return await ask(request, target, "company_away", status=502)
    answer = RedirectResponse(there, 303)
    claim = make_claim(msgspec.json.encode(journey).decode(), JOURNEY, JOURNEY_S, hall)
    secure = request.url.scheme == "https"  # lax: the browser comes back from another site
    answer.set_cookie(COOKIE, claim, JOURNEY_S, path=PATH, httponly=True, samesite="lax", secure=secure)
    return answer


async def come_back(request: Request) -> Response:
    """Let somebody in whom the provider has vouched for."""
    hall, company, place = hall_of(request), _company(request), place_of(request)
    try:
        journey = DECODER.decode(read_claim(request.cookies.get(COOKIE, ""), JOURNEY, hall))
        visitor = await company.finish(journey, request.query_params, now())
        person = await admit(hall.kefu.store, company.provider, visitor, place, now())
    except (NotSignedIn, BadInput) as error:
        log.warning("company sign-in refused", reason=error.message)
        return await ask(request, HOME, "company_refused", status=401)
    # A page of our own goes on to the desk: a redirect would still count as coming from the provider's site,
    # and browsers would keep the strict cookie back.
    answer = render(request, "sign_in/through.html", target=journey.target)
    answer.delete_cookie(COOKIE, path=PATH)
    return await enter(request, person, answer, way="company account")


def _company(request: Request) -> SingleSignOn:
    company = hall_of(request).single_sign_on
    if company is None:
        raise NotFound("kefu.toml has no [sign_in.oidc] issuer.")
    return company
