"""Numbers that people can read out."""

from __future__ import annotations

from base64 import b32encode
from datetime import datetime

CLEAR = str.maketrans("IOQL", "1089")
"""Letters that are read wrongly over the telephone become digits."""


def reference_of(turn_id: str, now: datetime) -> str:
    """A number for what a turn creates: day and five letters or digits. An id is a letter and hexadecimal digits."""
    letters = b32encode(bytes.fromhex(turn_id[1:])).decode().translate(CLEAR)
    return f"{now:%y%m%d}{letters[:5]}"
