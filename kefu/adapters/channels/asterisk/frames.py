"""Frames of Asterisk's AudioSocket: one byte of kind, two of length (big endian), then so many bytes.

Source: docs.asterisk.org, Configuration / Channel Drivers / AudioSocket (2026): 0x00 hang-up, 0x01 UUID, 0x03 DTMF,
0x10 signed linear at 8 kHz, 0x11 to 0x18 at higher rates, 0xff error.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from kefu.core.errors import BadInput

HANG_UP, UUID, DTMF, ERROR = 0x00, 0x01, 0x03, 0xFF
RATES_HZ = {0x10: 8000, 0x11: 12000, 0x12: 16000, 0x13: 24000, 0x14: 32000, 0x15: 44100, 0x16: 48000}
LARGEST = 65535
HEAD = struct.Struct(">BH")
KEYS = frozenset("0123456789*#ABCD")


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame as it came."""

    kind: int
    payload: bytes


class Parser:
    """Bytes of a connection into frames; holds at most one frame that is not whole yet."""

    def __init__(self) -> None:
        self._waiting = bytearray()

    def push(self, data: bytes) -> list[Frame]:
        """The frames that became whole. Raises `BadInput` for a kind that there is not: the rest can't be trusted."""
        self._waiting += data
        found: list[Frame] = []
        while len(self._waiting) >= HEAD.size:
            kind, length = HEAD.unpack_from(self._waiting)
            if kind not in RATES_HZ and kind not in (HANG_UP, UUID, DTMF, ERROR):
                if found:
                    break  # what came before it was whole; the next look says what is wrong
                raise BadInput(f"AudioSocket has no frames of kind 0x{kind:02x}; is this Asterisk?")
            if len(self._waiting) < HEAD.size + length:
                break
            found.append(Frame(kind, bytes(self._waiting[HEAD.size : HEAD.size + length])))
            del self._waiting[: HEAD.size + length]
        return found


def pack(kind: int, payload: bytes = b"") -> bytes:
    """A frame as it goes out."""
    return HEAD.pack(kind, len(payload)) + payload
