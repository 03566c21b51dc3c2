"""Who asks: sessions of customers, tokens of servers, staff at the desk."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from starlette.requests import HTTPConnection
from starlette.responses import Response

from kefu.app import Customer, Operator, Server
from kefu.app.people import entrance
from kefu.app.people.entrance import Place, operator_from
from kefu.app.people.team import Hand
from kefu.core.errors import NotAllowed, NotSignedIn
from kefu.core.people import SignIn
from kefu.web.hall import Hall, hall_of, now
from kefu.web.words import words_in

if TYPE_CHECKING:
    from joserfc.jwk import OctKey

COOKIE, STEP_COOKIE = "kefu_desk", "kefu_step"
AUDIENCE = "kefu-desk"
SHIFT_S = int(entrance.SHIFT.total_seconds())
STEP_S = 300
"""How long a sign-in may stay half done."""
LOCAL = ("127.0.0.1", "localhost", "::1")
SAFE = ("GET", "HEAD", "OPTIONS")
UNNAMED = "api"
"""Who acts when the operator's token comes without a name."""


def bearer(connection: HTTPConnection) -> str:
    """The bearer token of a request, or nothing."""
    scheme, _, token = connection.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def customer_of(connection: HTTPConnection) -> Customer:
    """The customer whose session token came along; raises `NotSignedIn`."""
    return customer_with(bearer(connection), hall_of(connection))


def customer_with(token: str, hall: Hall) -> Customer:
    """The customer of a session token; raises `NotSignedIn`."""
    chat = hall.chat()
    return Customer(chat.name, chat.read_session(token, now()).sender)


def server_of(connection: HTTPConnection) -> Server:
    """The company's server whose API token came along; it speaks for its own channels.

    Raises `NotSignedIn`.
    """
    hall = hall_of(connection)
    if not hall.kefu.is_server(bearer(connection)):
        raise NotSignedIn("Send Authorization: Bearer with one of [security] api_tokens.")
    chat = [name for name, channel in hall.kefu.channels.items() if hasattr(channel, "open_session")]
    return Server(frozenset(hall.kefu.channels) - frozenset(chat))


async def recognise(connection: HTTPConnection) -> None:
    """Find out, once a request, whose cookie came along; `operator_of` then needs no store."""
    cookie = connection.cookies.get(COOKIE, "")
    if cookie and "." not in cookie:
        with suppress(NotSignedIn):
            connection.state.signed_in = await entrance.recognise(hall_of(connection).kefu.store, cookie, now())


def operator_of(connection: HTTPConnection) -> Operator:
    """The member of the team who asks: by the desk's cookie, the operator token, or anyone in a local demo.

    Raises `NotSignedIn`; `NotAllowed` when another site sent the browser here to change
    something.
    """
    hall, token = hall_of(connection), bearer(connection)
    if token:
        if hall.kefu.is_operator(token):
            return Operator(UNNAMED)
        raise NotSignedIn("This is not the operator token; it stands in the project's .env as KEFU_OPERATOR_TOKEN.")
    if connection.scope.get("method", "GET") not in SAFE:
        refuse_other_sites(connection)
    cookie = connection.cookies.get(COOKIE, "")
    if "." in cookie:
        return Operator(read_claim(cookie, AUDIENCE, hall))
    if cookie:
        found = getattr(connection.state, "signed_in", None)
        if found is None:
            raise NotSignedIn("The sign-in is over; sign in again at /desk/sign-in.")
        return operator_from(found[1])
    if hall.demo and connection.url.hostname in LOCAL:
        return Operator(words_in(hall.language).say("desk", "demo_name"))
    raise NotSignedIn("Sign in at /desk/sign-in, or send Authorization: Bearer with the operator token.")


def hand_of(connection: HTTPConnection) -> Hand:
    """Who does something, and from where; raises as `operator_of` does."""
    return Hand(operator_of(connection), place_of(connection).address)


def place_of(connection: HTTPConnection) -> Place:
    """Where a request comes from."""
    address = connection.client.host if connection.client else ""
    return Place(address, connection.headers.get("user-agent", ""))


def sign_in_of(connection: HTTPConnection) -> SignIn | None:
    """The sign-in that the request stands on; None for the operator token."""
    found = getattr(connection.state, "signed_in", None)
    return found[0] if found else None


def sign_in(answer: Response, name: str, connection: HTTPConnection) -> None:
    """Let an answer carry the desk's cookie for whoever has the operator token."""
    _set(answer, make_claim(name, AUDIENCE, SHIFT_S, hall_of(connection)), SHIFT_S, connection)


def let_in(answer: Response, token: str, connection: HTTPConnection) -> None:
    """Let an answer carry the token of a person's sign-in."""
    _set(answer, token, SHIFT_S, connection)


def sign_out(answer: Response, connection: HTTPConnection) -> None:
    """Take the desk's cookie away."""
    _set(answer, "", 0, connection)


def _set(answer: Response, value: str, age_s: int, connection: HTTPConnection) -> None:
    secure = connection.url.scheme == "https"
    answer.set_cookie(COOKIE, value, max_age=age_s, httponly=True, samesite="strict", secure=secure)


def make_claim(subject: str, audience: str, age_s: int, hall: Hall) -> str:
    """A signed word that holds for a while."""
    from joserfc import jwt

    claims = {"aud": audience, "sub": subject, "exp": int(now().timestamp()) + age_s}
    return jwt.encode({"alg": "HS256"}, claims, _key(hall))


def read_claim(token: str, audience: str, hall: Hall) -> str:
    """The subject of a signed word; raises `NotSignedIn` when it does not hold."""
    from joserfc import jwt
    from joserfc.errors import JoseError

    try:
        claims: Mapping[str, str] = jwt.decode(token, _key(hall), algorithms=["HS256"]).claims
        jwt.JWTClaimsRegistry(
            now=int(now().timestamp()),
            aud={"essential": True, "value": audience},
            sub={"essential": True},
            exp={"essential": True},
        ).validate(dict(claims))
    except (JoseError, ValueError, TypeError) as error:
        raise NotSignedIn("The sign-in is over; sign in again at /desk/sign-in.") from error
    return claims["sub"]


def _key(hall: Hall) -> OctKey:
    """Both secrets together: a new operator token signs everybody out."""
    from joserfc.jwk import OctKey

    parts = (hall.kefu.config.get("security.session_secret", str), hall.kefu.operator_token)
    return OctKey.import_key(hashlib.sha256("\0".join(parts).encode()).digest())


def refuse_other_sites(connection: HTTPConnection) -> None:
    """A cookie must not let another site act: browsers say where a request comes from."""
    site = connection.headers.get("sec-fetch-site", "same-origin")
    origin = connection.headers.get("origin", "")
    foreign = bool(origin) and urlsplit(origin).netloc != connection.headers.get("host", "")
    if foreign or site not in ("same-origin", "none"):
        raise NotAllowed("Another site sent this request; do it from the desk itself.")
