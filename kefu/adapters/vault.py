"""A folder of files by the SHA-256 of their bytes: each kept once, written whole or not at all."""

from __future__ import annotations

import hashlib
import os
from datetime import datetime
from pathlib import Path
from tempfile import NamedTemporaryFile

HEX = hashlib.sha256().digest_size * 2
"""Characters of a digest."""


class Vault:
    """Bytes in `folder`, which is made when the first come; only its owner may read it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, data: bytes) -> str:
        """Keep bytes durably; returns their digest."""
        digest = hashlib.sha256(data).hexdigest()
        place = self._place(digest)
        if place.is_file():
            return digest
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=place.parent, delete=False) as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(file.name).replace(place)
        return digest

    def get(self, digest: str) -> bytes | None:
        """The bytes of a digest, or None where they are gone."""
        try:
            return self._place(digest).read_bytes()
        except FileNotFoundError:
            return None

    def drop(self, digest: str) -> None:
        """Forget bytes."""
        self._place(digest).unlink(missing_ok=True)

    def stale(self, before: datetime) -> list[str]:
        """The digests of bytes that were last put before a time."""
        old = [file for file in self._folder.glob("??/*") if file.stat().st_mtime < before.timestamp()]
        for file in old:
            if len(file.name) != HEX:  # a process was killed while it wrote
                file.unlink(missing_ok=True)
        return [file.name for file in old if len(file.name) == HEX]

    def _place(self, digest: str) -> Path:
        return self._folder / digest[:2] / digest
