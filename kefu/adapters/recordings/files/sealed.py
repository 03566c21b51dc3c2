"""A recording as a file: a readable head, then places of one size, each encrypted by itself.

    8 bytes `KEFUREC1` · 2 bytes length · head in JSON · places: caller 0, house 0, caller 1, house 1 …

A place is a nonce, the samples of half a second under AES-256-GCM, and their tag. What is authenticated with it is the
head and the number of the place, so that no piece can be moved, or put into another call. A place that was never
written, or holds zeros alone, is silence: a sparse file costs nothing for it. The key of a call is derived (HKDF) from
the secret of the house and a salt in the head. Source: NIST SP 800-38D; RFC 5869.
"""

from __future__ import annotations

import json
import os
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from secrets import token_bytes

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from kefu.adapters.recordings.files.track import PIECE_MS
from kefu.core.errors import RecordingFailed
from kefu.core.ports.recordings import SIDES, Label, Side

MAGIC = b"KEFUREC1"
PURPOSE = b"kefu recording v1"
NONCE, TAG, SALT = 12, 16, 16

TRIES = 2
"""A piece may be read in the moment in which it is written."""


class SealedFile:
    """An open recording: pieces in, pieces out, by side and number. Blocking; one thread at a time writes."""

    def __init__(self, descriptor: int, label: Label, head: bytes, salt: bytes, secret: bytes) -> None:
        self.label = label
        self._descriptor = descriptor
        self._head = head
        self._cipher = AESGCM(HKDF(SHA256(), 32, salt, PURPOSE).derive(secret))
        self._sound = label.rate_hz * PIECE_MS // 1000 * 2
        self._place = NONCE + self._sound + TAG

    @classmethod
    def make(cls, path: Path, label: Label, secret: bytes) -> SealedFile:
        """Begin a file; raises `FileExistsError` for a call that has one."""
        salt = token_bytes(SALT)
        said = {"call": label.call_id, "conversation": label.conversation_id, "began": label.began_at.isoformat()}
        body = json.dumps({**said, "rate": label.rate_hz, "consent": label.consent, "salt": salt.hex()}).encode()
        head = MAGIC + len(body).to_bytes(2, "big") + body
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        os.write(descriptor, head)
        return cls(descriptor, label, head, salt, secret)

    @classmethod
    def open(cls, path: Path, secret: bytes) -> SealedFile:
        """Open a file to read it; raises `FileNotFoundError`, `RecordingFailed` for what is none."""
        label, head, salt = read_head(path)
        return cls(os.open(path, os.O_RDONLY), label, head, salt, secret)

    def write(self, side: Side, number: int, pcm: bytes) -> None:
        """Keep a piece; silence takes no room where nothing was before."""
        place = self._number(side, number)
        if pcm.strip(b"\0") or self._raw(place).strip(b"\0"):
            nonce = token_bytes(NONCE)
            os.pwrite(self._descriptor, nonce + self._cipher.encrypt(nonce, pcm, self._bound(place)), self._at(place))
        elif os.fstat(self._descriptor).st_size < self._at(place + 1):
            os.ftruncate(self._descriptor, self._at(place + 1))

    def read(self, side: Side, number: int) -> bytes:
        """A piece; raises `RecordingFailed` where it was changed, or the secret is another one."""
        place = self._number(side, number)
        for _ in range(TRIES):
            raw = self._raw(place)
            if len(raw) < self._place or not raw.strip(b"\0"):
                return bytes(self._sound)
            with suppress(InvalidTag):
                return self._cipher.decrypt(raw[:NONCE], raw[NONCE:], self._bound(place))
        raise RecordingFailed(
            f"The recording of call {self.label.call_id!r} can't be read: it was changed, or made with another "
            "[security] recording_secret; put the old one back."
        )

    def pieces(self) -> int:
        """How many pieces there are of the longer side; one that a power cut tore does not count."""
        places = max(0, os.fstat(self._descriptor).st_size - len(self._head)) // self._place
        return -(-places // len(SIDES))

    def close(self) -> None:
        """Let go of the file."""
        os.close(self._descriptor)

    def _raw(self, place: int) -> bytes:
        return os.pread(self._descriptor, self._place, self._at(place))

    def _bound(self, place: int) -> bytes:
        return self._head + place.to_bytes(8, "big")

    def _at(self, place: int) -> int:
        return len(self._head) + place * self._place

    @staticmethod
    def _number(side: Side, number: int) -> int:
        return number * len(SIDES) + SIDES.index(side)


def read_head(path: Path) -> tuple[Label, bytes, bytes]:
    """What a file says of itself, that as bytes, and its salt; raises `RecordingFailed`."""
    try:
        with path.open("rb") as file:
            start = file.read(len(MAGIC) + 2)
            head = start + file.read(int.from_bytes(start[len(MAGIC) :], "big"))
        said = json.loads(head[len(start) :] if start.startswith(MAGIC) else b"")
        began_at = datetime.fromisoformat(said["began"])
        label = Label(said["call"], said["conversation"], began_at, said["rate"], said["consent"])
        return label, head, bytes.fromhex(said["salt"])
    except (ValueError, KeyError, TypeError) as error:
        raise RecordingFailed(f"{path} is no recording of kefu; move it out of the folder.") from error
