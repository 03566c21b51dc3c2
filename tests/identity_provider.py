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
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            with suppress(httpx2.TransportError):
                httpx2.get(f"{self.issuer}/jwks")
                return
            time.sleep(0.05)
        raise AssertionError("the provider does not start")

    def next(self, **claims: object) -> None:
        """What the next ID token says, beside what it must."""
        httpx2.post(f"{self.issuer}/next", json=claims).raise_for_status()

    def follow(self, address: str) -> str:
        """Be the browser of somebody who is signed in there; where it is sent back to."""
        return str(httpx2.get(address).headers["location"])

    def stop(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.wait()


def make_app(port: int) -> Any:
    """The provider as an application."""
    from joserfc import jwt
    from joserfc.jwk import KeySet, RSAKey
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import JSONResponse, RedirectResponse, Response
    from starlette.routing import Route

    issuer = f"http://127.0.0.1:{port}"
    keys = [RSAKey.generate_key(2048, {"kid": "first"})]
    asked: dict[str, dict[str, str]] = {}
    wish: dict[str, Any] = {}

    async def configuration(_: Request) -> Response:
        return JSONResponse(
            {
                "issuer": wish.get("_says_issuer", issuer),
                "authorization_endpoint": f"{issuer}/authorize?tenant=1",
                "token_endpoint": f"{issuer}/token",
                "jwks_uri": f"{issuer}/jwks",
                "userinfo_endpoint": f"{issuer}/user",
                "authorization_response_iss_parameter_supported": True,
            }
        )

    async def authorize(request: Request) -> Response:
        query = dict(request.query_params)
        assert (query["response_type"], query["client_id"]) == ("code", CLIENT)
        assert query["code_challenge_method"] == "S256"
        assert "openid" in query["scope"].split()
        code = token_urlsafe(16)
        asked[code] = query
        answer = {"code": code, "state": query["state"], "iss": wish.get("_answers_issuer", issuer)}
        return RedirectResponse(f"{query['redirect_uri']}?{urlencode(answer)}", 303)

    async def token(request: Request) -> Response:
        form = {name: values[0] for name, values in parse_qs((await request.body()).decode()).items()}
        basic = base64.b64decode(request.headers["authorization"].removeprefix("Basic ")).decode()
        query = asked.pop(form["code"], None)
        challenge = base64.urlsafe_b64encode(sha256(form["code_verifier"].encode()).digest()).rstrip(b"=").decode()
        expected = urlencode({CLIENT: SECRET}).replace("=", ":", 1)
        if (
            query is None
            or challenge != query["code_challenge"]
            or form["redirect_uri"] != query["redirect_uri"]
            or basic != expected
        ):
            return JSONResponse({"error": "invalid_grant"}, 400)
        moment = int(time.time())
        claims = {"iss": issuer, "aud": CLIENT, "sub": "42", "iat": moment, "exp": moment + 60, "nonce": query["nonce"]}
        claims |= {name: value for name, value in wish.items() if not name.startswith("_")}
        if wish.get("_new_key"):
            keys.append(RSAKey.generate_key(2048, {"kid": f"key {len(keys)}"}))
        key = RSAKey.generate_key(2048, {"kid": "first"}) if wish.get("_forged") else keys[-1]
        signed = jwt.encode({"alg": "RS256", "kid": key.kid}, claims, key)
        if wish.get("_unsigned"):
            head, body, _ = signed.split(".")
            head = base64.urlsafe_b64encode(b'{"alg":"none"}').rstrip(b"=").decode()
            signed = f"{head}.{body}."
        return JSONResponse({"id_token": signed, "access_token": "access", "token_type": "Bearer"})

    async def user(request: Request) -> Response:
        assert request.headers["authorization"] == "Bearer access"
        return JSONResponse({"sub": "42", **wish.get("_user", {})})

    async def jwks(_: Request) -> Response:
        return JSONResponse(KeySet(keys).as_dict(private=False))

    async def next_(request: Request) -> Response:
        wish.clear()
        wish.update(await request.json())
        return Response()

    return Starlette(
        routes=[
            Route("/.well-known/openid-configuration", configuration),
            Route("/authorize", authorize),
            Route("/token", token, methods=["POST"]),
            Route("/user", user),
            Route("/jwks", jwks),
            Route("/next", next_, methods=["POST"]),
        ]
    )


if __name__ == "__main__":
    import uvicorn

    uvicorn.run(make_app(int(sys.argv[1])), port=int(sys.argv[1]), log_level="error")
