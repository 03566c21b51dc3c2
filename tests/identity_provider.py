"""A small OpenID Connect provider that runs as a process of its own: it checks what clients send, as a real one does.

What the next ID token says is told to it by POST /next.
"""

from __future__ import annotations

import base64
import subprocess
import sys
import time
from contextlib import suppress
from hashlib import sha256
from secrets import token_urlsafe
from socket import socket
from typing import Any
from urllib.parse import parse_qs, urlencode

import httpx2
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

CLIENT, SECRET = "kefu desk", "a secret: with=signs"
PATIENCE_S = 20


class IdentityProvider:
    """The process; `issuer` is its address."""

    def __init__(self) -> None:
        with socket() as free:
            free.bind(("127.0.0.1", 0))
            self._port = free.getsockname()[1]
        self.issuer = f"http://127.0.0.1:{self._port}"
        self._process = subprocess.Popen([sys.executable, __file__, str(self._port)])
        self._browser = httpx2.Client(verify=False)
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            with suppress(httpx2.TransportError):
                self._browser.get(f"{self.issuer}/jwks")
                return
            time.sleep(0.05)
        raise AssertionError("the provider does not start")

    def next(self, **claims: object) -> None:
        """What the next ID token says, beside what it must."""
        self._browser.post(f"{self.issuer}/next", json=claims).raise_for_status()

    def follow(self, address: str) -> str:
        """Be the browser of somebody who is signed in there; where it is sent back to."""
        return str(self._browser.get(address).headers["location"])

    def stop(self) -> None:
        """End the process."""
        self._browser.close()
        self._process.kill()
        self._process.wait()


class Issuer:
    """What the process serves; `wish` is what the next answers say, and with an underscore how they are wrong."""

    def __init__(self, port: int) -> None:
        self._issuer = f"http://127.0.0.1:{port}"
        self._keys = [RSAKey.generate_key(2048, {"kid": "first"})]
        self._asked: dict[str, dict[str, str]] = {}
        self._wish: dict[str, Any] = {}

    def app(self) -> Starlette:
        """As an application."""
        return Starlette(
            routes=[
                Route("/.well-known/openid-configuration", self.configuration),
                Route("/authorize", self.authorize),
                Route("/token", self.token, methods=["POST"]),
                Route("/user", self.user),
                Route("/jwks", self.jwks),
                Route("/next", self.next, methods=["POST"]),
            ]
        )

    async def configuration(self, _: Request) -> Response:
        return JSONResponse(
            {
                "issuer": self._wish.get("_says_issuer", self._issuer),
                "authorization_endpoint": f"{self._issuer}/authorize?tenant=1",
                "token_endpoint": f"{self._issuer}/token",
                "jwks_uri": f"{self._issuer}/jwks",
                "userinfo_endpoint": f"{self._issuer}/user",
                "authorization_response_iss_parameter_supported": True,
            }
        )

    async def authorize(self, request: Request) -> Response:
        query = dict(request.query_params)
        assert (query["response_type"], query["client_id"]) == ("code", CLIENT)
        assert query["code_challenge_method"] == "S256"
        assert "openid" in query["scope"].split()
        code = token_urlsafe(16)
        self._asked[code] = query
        answer = {"code": code, "state": query["state"], "iss": self._wish.get("_answers_issuer", self._issuer)}
        return RedirectResponse(f"{query['redirect_uri']}?{urlencode(answer)}", 303)

    async def token(self, request: Request) -> Response:
        form = {name: values[0] for name, values in parse_qs((await request.body()).decode()).items()}
        basic = base64.b64decode(request.headers["authorization"].removeprefix("Basic ")).decode()
        query = self._asked.pop(form["code"], None)
        challenge = base64.urlsafe_b64encode(sha256(form["code_verifier"].encode()).digest()).rstrip(b"=").decode()
        if (
            query is None
            or challenge != query["code_challenge"]
            or form["redirect_uri"] != query["redirect_uri"]
            or basic != urlencode({CLIENT: SECRET}).replace("=", ":", 1)
        ):
            return JSONResponse({"error": "invalid_grant"}, 400)
        return JSONResponse(
            {"id_token": self._signed(query["nonce"]), "access_token": "access", "token_type": "Bearer"}
        )

    def _signed(self, nonce: str) -> str:
        moment = int(time.time())
        claims = {"iss": self._issuer, "aud": CLIENT, "sub": "42", "iat": moment, "exp": moment + 60, "nonce": nonce}
        claims |= {name: value for name, value in self._wish.items() if not name.startswith("_")}
        if self._wish.get("_new_key"):
            self._keys.append(RSAKey.generate_key(2048, {"kid": f"key {len(self._keys)}"}))
        key = RSAKey.generate_key(2048, {"kid": "first"}) if self._wish.get("_forged") else self._keys[-1]
        signed = jwt.encode({"alg": "RS256", "kid": key.kid}, claims, key)
        if not self._wish.get("_unsigned"):
            return signed
        head = base64.urlsafe_b64encode(b'{"alg":"none"}').rstrip(b"=").decode()
        return f"{head}.{signed.split('.')[1]}."

    async def user(self, request: Request) -> Response:
        assert request.headers["authorization"] == "Bearer access"
        return JSONResponse({"sub": "42", **self._wish.get("_user", {})})

    async def jwks(self, _: Request) -> Response:
        return JSONResponse(KeySet(self._keys).as_dict(private=False))

    async def next(self, request: Request) -> Response:
        self._wish = await request.json()
        return Response()


if __name__ == "__main__":
    import uvicorn

    uvicorn.run(Issuer(int(sys.argv[1])).app(), port=int(sys.argv[1]), log_level="error")
