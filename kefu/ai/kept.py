"""Files with what was worked out before: never needed and never wrong, so that one may be deleted at any time."""

from __future__ import annotations

import hashlib
import io
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import numpy as np

DIGEST_BYTES = 32


def read_kept(file: Path | None, maker: str) -> Mapping[str, np.ndarray]:
    """The arrays that `maker` kept; none where the file is missing, damaged or somebody else's."""
    try:
        content = memoryview(file.read_bytes() if file else b"")
    except OSError:
        return {}
    body, digest = content[:-DIGEST_BYTES], content[-DIGEST_BYTES:]
    if hashlib.sha256(body).digest() != digest:
        return {}
    with np.load(io.BytesIO(body), allow_pickle=False) as kept:
        found = {name: kept[name] for name in kept.files}
    return found if str(found.pop("maker", "")) == maker else {}


def write_kept(file: Path, maker: str, arrays: Mapping[str, np.ndarray]) -> None:
    """Keep arrays, where there is room and leave to write.

    Of several processes that do so at the same time, one replaces the whole file after the other.
    """
    body = io.BytesIO()
    np.savez(body, maker=np.array(maker), **arrays)  # type: ignore[arg-type]
    making = file.with_name(f"{file.name}-{os.getpid()}")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with making.open("wb") as opened:
            opened.write(body.getbuffer())
            opened.write(hashlib.sha256(body.getbuffer()).digest())
        making.replace(file)
    except OSError:
        with suppress(OSError):
            making.unlink()
