"""Sound as bytes and as numbers: PCM16 in any pieces, at any rate, and a floor of noise under it."""

from __future__ import annotations

import math
from collections import deque
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from kefu.core.errors import BadInput

if TYPE_CHECKING:
    from soxr import ResampleStream

LEAST_HZ, MOST_HZ = 8000, 48000
LOUDEST = 32767
SILENCE = 10**-6.5
"""What is quieter, -65 dB of full scale as a mean square, is as good as nothing."""

ABOVE = 10**0.8
"""How many times louder than its background a voice is at least: 8 dB."""


def check_rate(rate_hz: int) -> None:
    """Raises `BadInput` for a rate that no engine of ours hears or speaks at."""
    if not LEAST_HZ <= rate_hz <= MOST_HZ:
        raise BadInput(f"{rate_hz} samples a second can't be heard; send {LEAST_HZ} to {MOST_HZ}.")


def as_pcm(sound: np.ndarray) -> bytes:
    """Samples in [-1, 1] as PCM16; what is louder is cut off."""
    return bytes((np.clip(sound, -1.0, 1.0) * LOUDEST).astype("<i2").tobytes())


def as_sound(pcm: bytes) -> np.ndarray:
    """PCM16 as samples in [-1, 1], float32."""
    return np.frombuffer(pcm, "<i2").astype(np.float32) / (LOUDEST + 1)


class Samples:
    """Turns pieces of PCM16 into samples at another rate; half a sample waits for its other half."""

    def __init__(self, from_hz: int, to_hz: int, *, promptly: bool = False) -> None:
        check_rate(from_hz)
        self._half = b""
        self._stream = stream(from_hz, to_hz, promptly=promptly)

    def take(self, pcm: bytes) -> np.ndarray:
        """The samples that became ready, float32."""
        whole = self._half + pcm
        even = len(whole) & ~1
        self._half = whole[even:]
        sound = as_sound(whole[:even])
        return self._stream.resample_chunk(sound) if self._stream and len(sound) else sound


def stream(from_hz: int, to_hz: int, *, promptly: bool = False) -> ResampleStream | None:
    """Changes the rate of one channel piece by piece; None where there is nothing to change.

    A clean change keeps 40 ms back; one that is made `promptly` none, for whoever must know soon and not well.
    """
    if from_hz == to_hz:
        return None
    from soxr import ResampleStream

    return ResampleStream(from_hz, to_hz, 1, dtype="float32", quality="QQ" if promptly else "MQ")


def evened(sound: np.ndarray, rate_hz: int, target_db: float, most_db: float = 25.0) -> np.ndarray:
    """Speech brought to one loudness, by `most_db` louder at most: what is 20 dB below its loudest is not weighed."""
    frame = rate_hz // 50
    frames = sound[: len(sound) // frame * frame].reshape(-1, frame)
    loud = np.sqrt((frames**2).mean(1))
    loud = loud[loud > max(0.1 * loud.max(initial=0.0), 1e-4)]
    if not len(loud):
        return sound
    gain = min(10 ** (target_db / 20) / float(np.sqrt(np.mean(loud**2))), 10 ** (most_db / 20))
    return sound * np.float32(gain)


def floored(sound: np.ndarray, level_db: float) -> np.ndarray:
    """With quiet noise under it: closed recognisers need it, and telephones send exact zeros in silence.

    The noise is the same every time, so that the same audio is always heard the same.
    """
    noise = _noise()
    return sound + np.resize(noise, len(sound)) * np.float32(10 ** (level_db / 20))


@cache
def _noise() -> np.ndarray:
    return np.random.default_rng(7).standard_normal(65_536).astype(np.float32)


class Tail:
    """Finds the pause that a sound ends with: `pause_s` of no more than its background.

    The background is what the quietest tenth of a second had, so neither a click nor a noisy line passes for the voice.
    """

    def __init__(self, rate_hz: int, pause_s: float) -> None:
        self._hop, self._pause = rate_hz // 100, round(100 * pause_s)
        self._rest = np.zeros(0, np.float32)
        self._levels: deque[float] = deque(maxlen=10)
        self._background = math.inf
        self._hops, self._last = 0, 0

    def take(self, sound: np.ndarray) -> None:
        """Hear more of it, float32 (n,)."""
        sound = np.concatenate([self._rest, sound])
        count = len(sound) // self._hop
        self._rest = sound[count * self._hop :]
        for level in np.square(sound[: count * self._hop].reshape(count, self._hop)).mean(axis=1):
            self._levels.append(max(float(level), SILENCE))
            self._hops += 1
            if len(self._levels) == self._levels.maxlen:
                self._background = min(self._background, sum(self._levels) / len(self._levels))
            if self._levels[-1] > ABOVE * self._background:
                self._last = self._hops

    @property
    def end(self) -> int | None:
        """How many samples there are up to the pause, as much of it as makes one included; None without a pause."""
        return (self._last + self._pause) * self._hop if 0 < self._last <= self._hops - self._pause else None
