"""An utterance for engines that want the whole of it: kept until it ends, then read once."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from kefu.core.errors import BadInput
from kefu.core.ports.speech import Expected, Heard, Partial, Phrase

LEAST_HZ, MOST_HZ = 8000, 48000
SHORTEST_MS = 60
"""Less than this holds no word."""

SAME = re.compile(r"[\W_]+")

Transcribe = Callable[[bytes, Expected], str]
"""Reads whole PCM16 at `expected.rate_hz`; may take seconds; empty for no speech. May raise `SpeechFailed`."""


class WholeUtterance:
    """Keeps at most `expected.longest_s` of audio; raises `BadInput` for a rate or a language that is not heard."""

    def __init__(self, expected: Expected, languages: frozenset[str], transcribe: Transcribe) -> None:
        if not LEAST_HZ <= expected.rate_hz <= MOST_HZ:
            raise BadInput(f"{expected.rate_hz} samples a second can't be heard; send {LEAST_HZ} to {MOST_HZ}.")
        if expected.language not in languages:
            raise BadInput(f"The engine does not hear {expected.language!r}, only {', '.join(sorted(languages))}.")
        self._expected, self._transcribe = expected, transcribe
        self._pcm = bytearray()
        self._most = 2 * round(expected.longest_s * expected.rate_hz)
        self._heard: Heard | None = None

    def accept(self, pcm: bytes) -> Sequence[Partial]:
        """Keep more; nothing is known before the end."""
        if self._heard is None:
            self._pcm += memoryview(pcm)[: self._most - len(self._pcm)]
        return ()

    def finish(self) -> Heard:
        """What it was; asked again, the same."""
        if self._heard is None:
            whole = bytes(self._pcm[: len(self._pcm) & ~1])
            audio_ms = 500 * len(whole) // self._expected.rate_hz
            text = self._transcribe(whole, self._expected) if audio_ms >= SHORTEST_MS and any(whole) else ""
            self._heard = heard_as(text, self._expected, audio_ms)
            self._pcm.clear()
        return self._heard

    def close(self) -> None:
        """Forget the audio."""
        if self._heard is None:
            self._heard = heard_as("", self._expected, 0)
        self._pcm.clear()


def heard_as(text: str, expected: Expected, audio_ms: int, confidence: float | None = None) -> Heard:
    """What an open engine wrote: the phrase that it equals but for case and punctuation, else itself."""
    text = text.strip()
    if not SAME.sub("", text):
        return Heard("", expected.language, rejected=True, audio_ms=audio_ms)
    phrase = phrase_of(text, expected.phrases)
    if phrase:
        return Heard(phrase.text, phrase.language, phrase.id, confidence, audio_ms=audio_ms)
    return Heard(text, expected.language, "", confidence, audio_ms=audio_ms)


def phrase_of(text: str, phrases: Sequence[Phrase]) -> Phrase | None:
    """The phrase that a text equals, but for case, blanks and punctuation."""
    plain = SAME.sub("", text.lower())
    return next((phrase for phrase in phrases if SAME.sub("", phrase.text.lower()) == plain), None)
