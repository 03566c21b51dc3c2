"""Signing in with the company's own accounts: OpenID Connect, authorization code flow with PKCE.

Sources: OpenID Connect Core 1.0, 3.1 (flow and checks of the ID token); Discovery 1.0, 4; RFC 7636 (PKCE);
RFC 9207 (the issuer in the answer, against mix-up); RFC 9700 (security of the whole).
"""

from __future__ import annotations

import base64
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from hashlib import sha256
from secrets import token_urlsafe
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

import msgspec

from kefu.app.config import Config
from kefu.app.people.team import known_role
from kefu.core.errors import BadConfig, BadInput, NotSignedIn
from kefu.core.people import ROLES, Role

if TYPE_CHECKING:
    import ssl

    import httpx2
    from joserfc.jwk import KeySet

ALGORITHMS = ["RS256", "PS256", "ES256", "EdDSA"]
"""What an ID token may be signed with: public keys alone, never `none` or a shared secret."""
LEEWAY_S = 60
TIMEOUT_S = 10.0
LARGEST = 512 * 1024
KNOWN_S = 3600.0
"""How long what a provider says of itself, and its keys, are remembered; an unknown key is looked for at once."""
LOCAL = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True, slots=True)
class Provider:
    """The company's sign-in, as `[sign_in.oidc]` in kefu.toml says it.

    Who has a verified address in one of `domains` may join by themselves, with `role`; `roles` maps values of the
    claim `claim`, such as groups, to roles.
    """

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    title: str
    domains: tuple[str, ...]
    role: Role
    claim: str
    roles: Mapping[str, Role]
    address: str


@dataclass(frozen=True, slots=True)
class Journey:
    """What must be known again when somebody comes back from the provider; it travels in their own cookie."""

    state: str
    nonce: str
    verifier: str
    target: str
    back: str


@dataclass(frozen=True, slots=True)
class Visitor:
    """Whom the provider has vouched for: `email` only when it is verified, `role` when a claim gives one."""

    subject: str
    email: str
    name: str
    role: Role | None


def provider_of(config: Config) -> Provider | None:
    """The provider of a project, or None; raises `BadConfig` for what can't be one."""
    said = config.table("sign_in.oidc")
    issuer = str(said["issuer"])
    if not issuer:
        return None
    _require_safe(issuer, "kefu.toml: sign_in.oidc.issuer")
    if not said["client_id"]:
        raise BadConfig("kefu.toml: sign_in.oidc.client_id is missing; the provider gives one for each application.")
    roles: dict[str, Role] = {}
    try:
        for line in config.get("sign_in.oidc.roles", list):
            group, _, role = str(line).rpartition("=")
            roles[group.strip()] = known_role(role.strip())
        usual = known_role(str(said["role"]))
    except BadInput as error:
        raise BadConfig(
            f'kefu.toml: sign_in.oidc: {error.message} Write roles like "support-leads=supervisor".'
        ) from error
    domains = tuple(str(one).casefold().lstrip("@") for one in config.get("sign_in.oidc.domains", list))
    title, claim, address = (str(said[key]) for key in ("title", "claim", "address"))
    secret, client = str(said["client_secret"]), str(said["client_id"])
    return Provider(issuer, client, secret, title, domains, usual, claim, roles, address.rstrip("/"))


class SingleSignOn:
    """Speaks with one provider; remembers what it says of itself."""

    def __init__(self, provider: Provider) -> None:
        self.provider = provider
        self._known: tuple[float, Mapping[str, Any]] | None = None
        self._keys: tuple[float, KeySet] | None = None

    async def begin(self, back: str, target: str, now_s: float) -> tuple[str, Journey]:
        """Where the browser goes, and what to keep for its return to `back`.

        Raises `NotSignedIn` when the provider does not answer.
        """
        import httpx2

        async with httpx2.AsyncClient(timeout=TIMEOUT_S, verify=_tls(), trust_env=False) as client:
            about = await self._about(client, now_s)
        journey = Journey(token_urlsafe(24), token_urlsafe(24), token_urlsafe(48), target, back)
        challenge = base64.urlsafe_b64encode(sha256(journey.verifier.encode()).digest()).rstrip(b"=").decode()
        asked = {
            "response_type": "code",
            "client_id": self.provider.client_id,
            "redirect_uri": back,
            "scope": "openid email profile",
            "state": journey.state,
            "nonce": journey.nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        start = _place(about, "authorization_endpoint")
        return f"{start}{'&' if '?' in start else '?'}{urlencode(asked)}", journey

    async def finish(self, journey: Journey, answer: Mapping[str, str], now: datetime) -> Visitor:
        """Whom the provider vouches for; raises `NotSignedIn` with the reason when any check fails."""
        import httpx2

        if not hmac.compare_digest(answer.get("state", "").encode(), journey.state.encode()):
            raise NotSignedIn("The answer belongs to another sign-in; begin again.")
        async with httpx2.AsyncClient(timeout=TIMEOUT_S, verify=_tls(), trust_env=False) as client:
            about = await self._about(client, now.timestamp())
            named = answer.get("iss", "")
            if (named or about.get("authorization_response_iss_parameter_supported")) and named != self.provider.issuer:
                raise NotSignedIn("The answer comes from another provider.")
            if "code" not in answer:
                raise NotSignedIn(f"The provider refused: {answer.get('error', 'it sent no code')!r:.80}.")
            tokens = await self._exchange(client, about, journey, answer["code"])
            claims = await self._claims(client, about, str(tokens.get("id_token", "")), journey, now)
            if not claims.get("email") and "userinfo_endpoint" in about:
                claims = {**await self._user(client, about, tokens, str(claims["sub"])), **claims}
        return self._visitor(claims)

    async def _about(self, client: httpx2.AsyncClient, now_s: float) -> Mapping[str, Any]:
        """The provider's own description; it must be of this issuer."""
        if self._known and now_s - self._known[0] < KNOWN_S:
            return self._known[1]
        issuer = self.provider.issuer
        about = await _json(await _sent(client, "GET", f"{issuer.rstrip('/')}/.well-known/openid-configuration"))
        if about.get("issuer") != issuer:
            raise NotSignedIn(f"The provider says it is {about.get('issuer')!r:.200}, not {issuer!r}; check kefu.toml.")
        self._known = (now_s, about)
        return about

    async def _exchange(
        self, client: httpx2.AsyncClient, about: Mapping[str, Any], journey: Journey, code: str
    ) -> Mapping[str, Any]:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": journey.back,
            "code_verifier": journey.verifier,
            "client_id": self.provider.client_id,
        }
        secret = self.provider.client_secret
        ways = about.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        place, basic = _place(about, "token_endpoint"), None
        if secret and "client_secret_basic" in ways:
            pair = urlencode({self.provider.client_id: secret}).replace("=", ":", 1)
            basic = {"Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}
        elif secret:
            form["client_secret"] = secret
        return await _json(await _sent(client, "POST", place, data=form, headers=basic))

    async def _claims(
        self, client: httpx2.AsyncClient, about: Mapping[str, Any], token: str, journey: Journey, now: datetime
    ) -> Mapping[str, Any]:
        """The claims of an ID token whose signature and every claim hold."""
        from joserfc import jwt
        from joserfc.errors import JoseError

        moment, claims = int(now.timestamp()), None
        for fresh in (False, True):
            keys = await self._key_set(client, about, now.timestamp(), fresh=fresh)
            try:
                claims = jwt.decode(token, keys, algorithms=ALGORITHMS).claims
                break
            except (JoseError, ValueError, KeyError) as error:
                if fresh:
                    raise NotSignedIn(f"The ID token does not hold: {type(error).__name__}.") from error
        must: dict[str, Any] = {
            "iss": {"essential": True, "value": self.provider.issuer},
            "aud": {"essential": True, "value": self.provider.client_id},
            "nonce": {"essential": True, "value": journey.nonce},
            **{name: {"essential": True} for name in ("sub", "exp", "iat")},
        }
        found: dict[str, Any] = dict(claims or {})
        try:
            jwt.JWTClaimsRegistry(now=moment, leeway=LEEWAY_S, **must).validate(found)
        except (JoseError, TypeError) as error:
            raise NotSignedIn(f"The ID token does not hold: {error}.") from error
        if found.get("azp", self.provider.client_id) != self.provider.client_id:
            raise NotSignedIn("The ID token was made for another application.")
        return found

    async def _key_set(
        self, client: httpx2.AsyncClient, about: Mapping[str, Any], now_s: float, *, fresh: bool
    ) -> KeySet:
        from joserfc.errors import JoseError
        from joserfc.jwk import KeySet

        if self._keys and not fresh and now_s - self._keys[0] < KNOWN_S:
            return self._keys[1]
        said: Any = await _json(await _sent(client, "GET", _place(about, "jwks_uri")))
        try:
            self._keys = (now_s, KeySet.import_key_set(said))
        except (JoseError, ValueError, KeyError, TypeError) as error:
            raise NotSignedIn("The provider's keys can't be read.") from error
        return self._keys[1]

    async def _user(
        self, client: httpx2.AsyncClient, about: Mapping[str, Any], tokens: Mapping[str, Any], subject: str
    ) -> Mapping[str, Any]:
        """What the provider says of the user elsewhere, if it is the same one."""
        headers = {"Authorization": f"Bearer {tokens.get('access_token', '')}"}
        user = await _json(await _sent(client, "GET", _place(about, "userinfo_endpoint"), headers=headers))
        if user.get("sub") != subject:
            raise NotSignedIn("The provider speaks of somebody else.")
        return user

    def _visitor(self, claims: Mapping[str, Any]) -> Visitor:
        verified = claims.get("email_verified") in (True, "true")
        said = claims.get(self.provider.claim, ()) if self.provider.claim else ()
        groups = {str(one) for one in (said if isinstance(said, list) else [said])}
        given = {role for group, role in self.provider.roles.items() if group in groups}
        role = next((one for one in ROLES if one in given), None)
        email, name = str(claims.get("email", "")), str(claims.get("name") or claims.get("preferred_username") or "")
        return Visitor(f"{self.provider.issuer} {claims['sub']}", email if verified else "", name, role)


def _place(about: Mapping[str, Any], name: str) -> str:
    """An address of the provider; raises `NotSignedIn` when it has none or it is not safe."""
    place = str(about.get(name, ""))
    try:
        _require_safe(place, name)
    except BadConfig as error:
        raise NotSignedIn(error.message) from error
    return place


def _require_safe(url: str, name: str) -> None:
    parts = urlsplit(url)
    if not parts.hostname or (parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOCAL)):
        raise BadConfig(f"{name}: {url!r} must begin with https://.")


@cache
def _tls() -> ssl.SSLContext:
    """The certificates that this machine trusts: reading them takes 20 ms, so they are read once."""
    import httpx2

    return httpx2.create_ssl_context(trust_env=False)


async def _sent(client: httpx2.AsyncClient, method: str, url: str, **more: Any) -> httpx2.Response:  # noqa: ANN401
    import httpx2

    try:
        return await client.request(method, url, **more)
    except (httpx2.HTTPError, httpx2.InvalidURL) as error:
        raise NotSignedIn(f"The provider does not answer at {urlsplit(url).netloc}: {type(error).__name__}.") from error


async def _json(answer: httpx2.Response) -> Mapping[str, Any]:
    if answer.status_code != 200 or len(answer.content) > LARGEST:
        raise NotSignedIn(f"The provider answered with status {answer.status_code} at {answer.url.path}.")
    try:
        return msgspec.json.decode(answer.content, type=dict[str, Any])
    except msgspec.DecodeError as error:
        raise NotSignedIn(f"The provider's answer at {answer.url.path} is no JSON object.") from error
