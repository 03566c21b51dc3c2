"""Two kinds of signed tokens: what the host site says of its customer, and our own sessions.

Both are JSON Web Tokens under HMAC-SHA256 (RFC 7519, RFC 7515). The algorithm is fixed
here; what a token's own header claims is not believed. The library is imported with the
first token, since it takes a tenth of a second.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from kefu.core.errors import NotSignedIn
from kefu.core.ports.channel import Session

SITE_AUDIENCE, SESSION_AUDIENCE = "kefu", "kefu-session"
SESSION_S = 30 * 24 * 3600
LONGEST_IDENTITY_S = 24 * 3600
"""A site's word is good for a day at most: it travels through a page."""
LEEWAY_S = 60
"""How far the site's clock may be off."""
LONGEST_TOKEN = 4096
LONGEST_CUSTOMER_ID = 100


def read_identity(token: str, secret: str, now: datetime) -> str:
    """The customer id that the host site vouches for; raises `NotSignedIn` saying what is wrong."""
    claims = _claims(token, secret, SITE_AUDIENCE, now)
    if not claims["exp"] <= now.timestamp() + LONGEST_IDENTITY_S + LEEWAY_S:
        raise NotSignedIn("The identity token is good for more than 24 hours; let the site sign shorter ones.")
    customer_id: str = claims["sub"]
    if not customer_id.isprintable() or not 0 < len(customer_id) <= LONGEST_CUSTOMER_ID:
        raise NotSignedIn(f"The identity token's sub must be 1 to {LONGEST_CUSTOMER_ID} printable characters.")
    return customer_id


def sign_session(sender: str, customer_id: str, secret: str, now: datetime) -> Session:
    """A new session, good for 30 days."""
    claims = {"aud": SESSION_AUDIENCE, "sub": sender, "exp": int(now.timestamp()) + SESSION_S}
    if customer_id:
        claims["customer"] = customer_id
    from joserfc import jwt
    from joserfc.jwk import OctKey

    return Session(jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(secret)), sender, customer_id)


def read_session(token: str, secret: str, now: datetime) -> Session:
    """The session that a token stands for; raises `NotSignedIn` when it is not ours or over."""
    claims = _claims(token, secret, SESSION_AUDIENCE, now)
    return Session(token, claims["sub"], claims.get("customer", ""))


def _claims(token: str, secret: str, audience: str, now: datetime) -> Mapping[str, Any]:
    from joserfc import jwt
    from joserfc.errors import JoseError
    from joserfc.jwk import OctKey

    if len(token) > LONGEST_TOKEN:
        raise NotSignedIn(f"A token of more than {LONGEST_TOKEN} characters is none of ours.")
    try:
        claims = jwt.decode(token, OctKey.import_key(secret), algorithms=["HS256"]).claims
        rules = jwt.JWTClaimsRegistry(
            now=int(now.timestamp()),
            leeway=LEEWAY_S,
            aud={"essential": True, "value": audience},
            sub={"essential": True},
            exp={"essential": True},
        )
        rules.validate(claims)
    except (JoseError, ValueError, TypeError, RecursionError) as error:
        raise NotSignedIn(f"The {audience} token does not hold ({error}); get a new one.") from error
    return claims
