"""Links that whoever holds them may follow, for a while: signed, so that nobody makes or lengthens one. Pure."""

from __future__ import annotations

import hashlib
import hmac
from datetime import UTC, datetime


def key_for(purpose: str, secret: str) -> bytes:
    """A key of its own for one purpose (RFC 5869 would say: one `info` a key)."""
    return hmac.new(secret.encode(), f"kefu {purpose}".encode(), hashlib.sha256).digest()


def signed(name: str, until: datetime, key: bytes) -> str:
    """The query of a link to something by its name that holds until a time."""
    ends = int(until.timestamp())
    return f"until={ends}&sign={_sign(name, ends, key)}"


def holds(name: str, until: str, sign: str, key: bytes, now: datetime) -> bool:
    """Whether a link is one that we made and not over yet."""
    if not (until.isascii() and until.isdigit() and len(until) <= 12):
        return False
    good = hmac.compare_digest(sign.encode(), _sign(name, int(until), key).encode())
    return good and now < datetime.fromtimestamp(int(until), UTC)


def _sign(name: str, ends: int, key: bytes) -> str:
    return hmac.new(key, f"{name}\0{ends}".encode(), hashlib.sha256).hexdigest()[:32]
