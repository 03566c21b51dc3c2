"""Fetch pages of one host: no other host, no private address, no more than was agreed."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urljoin, urlsplit

import httpx2

from kefu.core.errors import BadInput, NotAllowed, TooLarge

AGENT = "kefu/0.1 (knowledge)"
MOST_REDIRECTS = 5
LARGEST_MB = 20
TIMEOUT_S = 20.0
CARRIERS = tuple(map(ipaddress.ip_network, ("64:ff9b::/96", "2002::/16", "2001::/32")))
"""IPv6 networks whose addresses carry an IPv4 address inside."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """An answer: `status` 304 means that nothing changed since `headers` that came before."""

    url: str
    status: int
    content: bytes = b""
    kind: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


class Fetcher:
    """Fetches from one host and port. Each name is looked up here, and the address that was checked is the one used."""

    def __init__(self, client: httpx2.AsyncClient, home: str, *, allow_private: bool = False) -> None:
        parts = urlsplit(home)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.username:
            raise BadInput(f"{home!r} is no address of a web site; write https://host/sitemap.xml.")
        self.host = parts.netloc
        self._client = client
        self._allow_private = allow_private

    async def get(self, url: str, headers: Mapping[str, str] | None = None) -> Fetched:
        """Fetch an address, following redirects on the same host.

        Raises `NotAllowed` for another host or a private address, `TooLarge`, and `BadInput` when there is no answer.
        """
        for _ in range(MOST_REDIRECTS + 1):
            found, target = await self._once(url, headers or {})
            if found:
                return found
            url = urljoin(url, target)
        raise BadInput(f"{url} is redirected more than {MOST_REDIRECTS} times.")

    async def _once(self, url: str, headers: Mapping[str, str]) -> tuple[Fetched | None, str]:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or parts.netloc != self.host:
            raise NotAllowed(f"{url} is not on {self.host}, the only host that was named.")
        address = await self._address(parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80))
        shown = f"[{address}]" if ":" in address else address
        pinned = parts._replace(netloc=f"{shown}:{parts.port}" if parts.port else shown, fragment="").geturl()
        sent = {"Host": parts.netloc, "User-Agent": AGENT, "Accept-Encoding": "identity", **headers}
        try:
            async with self._client.stream(
                "GET", pinned, headers=sent, extensions={"sni_hostname": parts.hostname}
            ) as answer:
                if answer.has_redirect_location:
                    return None, answer.headers.get("location", "")
                content = await _body(url, answer) if answer.status_code == 200 else b""
                kept = {name: answer.headers[name] for name in ("etag", "last-modified") if name in answer.headers}
                kind = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
                return Fetched(url, answer.status_code, content, kind, kept), ""
        except httpx2.HTTPError as error:
            raise BadInput(f"{url} did not answer ({type(error).__name__}); try again later.") from error

    async def _address(self, host: str, port: int) -> str:
        try:
            found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except OSError as error:
            raise BadInput(f"{host} has no address; check how it is written.") from error
        addresses = [str(one[4][0]) for one in found]
        for address in addresses:
            if not self._allow_private and not is_public(address):
                raise NotAllowed(f"{host} leads to the private address {address}; --allow-private permits it.")
        return addresses[0]


def is_public(address: str) -> bool:
    """Whether an address is one of the open internet, also when it is wrapped into another."""
    plain = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(plain, ipaddress.IPv6Address):
        if plain.ipv4_mapped:
            return is_public(str(plain.ipv4_mapped))
        if any(plain in network for network in CARRIERS):
            return False
    return plain.is_global and not plain.is_multicast and not plain.is_reserved


async def _body(url: str, answer: httpx2.Response) -> bytes:
    if answer.headers.get("content-encoding", "identity") != "identity":
        raise BadInput(f"{url} comes packed although it was asked for plain; it can't be read safely.")
    chunks, size = [], 0
    async for chunk in answer.aiter_raw():
        size += len(chunk)
        if size > LARGEST_MB << 20:
            raise TooLarge(f"{url} has more than {LARGEST_MB} MB.")
        chunks.append(chunk)
    return b"".join(chunks)
