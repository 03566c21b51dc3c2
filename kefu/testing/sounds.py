"""Sounds that nobody said, for the kits of speech: PCM16, little endian, one channel."""

from __future__ import annotations

import math
import random
from array import array
from collections.abc import Iterable, Iterator

LOUDEST = 32767
DTMF_5_HZ = (770, 1336)


def silence(seconds: float, rate_hz: int) -> bytes:
    """Exact zeros, as telephones send them."""
    return bytes(2 * round(seconds * rate_hz))


def noise(seconds: float, rate_hz: int, level_db: float = -30.0) -> bytes:
    """White noise, the same every time."""
    chance, level = random.Random(7), 10 ** (level_db / 20)  # noqa: S311 - noise, not a secret
    return _pcm(chance.gauss(0, level) for _ in range(round(seconds * rate_hz)))


def keypad(seconds: float, rate_hz: int) -> bytes:
    """The tones of the key 5, on and off ten times a second."""
    return _pcm(
        sum(0.3 * math.sin(2 * math.pi * tone * at / rate_hz) for tone in DTMF_5_HZ) * (at * 10 // rate_hz % 2)
        for at in range(round(seconds * rate_hz))
    )


def square(seconds: float, rate_hz: int) -> bytes:
    """A square wave of 200 Hz."""
    return _pcm(0.5 if at * 400 // rate_hz % 2 else -0.5 for at in range(round(seconds * rate_hz)))


def louder(pcm: bytes, times: float) -> bytes:
    """The same so many times as loud, cut off where it is too loud; less than 1 is quieter."""
    return _pcm(sample * times / LOUDEST for sample in _samples(pcm))


def backwards(pcm: bytes) -> bytes:
    """The same from its end to its beginning."""
    return array("h", reversed(_samples(pcm))).tobytes()


def half(pcm: bytes) -> bytes:
    """The first half."""
    return pcm[: len(pcm) // 4 * 2]


def pieces(pcm: bytes, size: int = 640) -> Iterator[bytes]:
    """The same in pieces of so many bytes."""
    return (pcm[at : at + size] for at in range(0, len(pcm), size))


def _samples(pcm: bytes) -> array[int]:
    return array("h", pcm)


def _pcm(samples: Iterable[float]) -> bytes:
    return array("h", (round(LOUDEST * max(-1.0, min(1.0, one))) for one in samples)).tobytes()
