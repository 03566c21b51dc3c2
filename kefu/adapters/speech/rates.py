"""Sound from elsewhere, at the rate that is wanted here."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np


def changed(pieces: Iterator[tuple[bytes, int]], rate_hz: int) -> Iterator[bytes]:
    """PCM16 at `rate_hz` of pieces that each come with their own rate; half a sample waits for its other half."""
    from soxr import ResampleStream

    half, change, own_hz = b"", None, 0
    for piece, piece_hz in pieces:
        if piece_hz != own_hz:
            own_hz = piece_hz
            change = ResampleStream(own_hz, rate_hz, 1, dtype="int16") if own_hz != rate_hz else None
        whole = half + piece
        even = len(whole) & ~1
        half, whole = whole[even:], whole[:even]
        sound = change.resample_chunk(np.frombuffer(whole, "<i2")).tobytes() if change and whole else whole
        if sound:
            yield sound
    if change and (rest := change.resample_chunk(np.zeros(0, np.int16), last=True).tobytes()):
        yield rest
