"""Small engines that hear and speak without a model: text travels as tones, half a byte each 20 ms.

They are exact on any line that carries 500 to 2500 Hz, μ-law included, so tests of calls can compare what was said to
what was heard. Nothing of them is meant for people's ears.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import numpy as np

from kefu.core.errors import BadInput
from kefu.core.nouns import Language
from kefu.core.ports.speech import Abilities, Began, Ended, Expected, Heard, Partial, Paused, Phrase, Sound, Voice

SYMBOL_MS = 20
LOWEST_HZ, STEP_HZ = 500, 125
LOUDNESS, LOUD = 8000, 1500
RATES_HZ = (8000, 16000)
VOICES = (Voice("tones-zh", "zh"), Voice("tones-en", "en"))


def sing(text: str, rate_hz: int) -> bytes:
    """A text as PCM16."""
    count = rate_hz * SYMBOL_MS // 1000
    times = np.arange(count) / rate_hz
    data = text.encode()
    symbols = [part for byte in data for part in (byte >> 4, byte & 15)]
    waves = [np.sin(2 * np.pi * (LOWEST_HZ + STEP_HZ * symbol) * times) * LOUDNESS for symbol in symbols]
    return np.concatenate([*waves, np.zeros(0)]).astype("<i2").tobytes()


def hear(pcm: bytes, rate_hz: int) -> str:
    """The text of PCM16 that holds one stretch of tones; nothing where it holds none."""
    sound = np.frombuffer(pcm[: len(pcm) & ~1], "<i2").astype(float)
    loud = np.flatnonzero(np.abs(sound) > LOUD)
    if not len(loud):
        return ""
    count = rate_hz * SYMBOL_MS // 1000
    times = np.arange(count) / rate_hz
    waves = np.exp(-2j * np.pi * np.outer(LOWEST_HZ + STEP_HZ * np.arange(16), times))
    begin, symbols = int(loud[0]), []
    for at in range(begin, int(loud[-1]) + count // 2, count):
        part = sound[at : at + count]
        if len(part) < count // 2 or np.abs(part).max() < LOUD:
            break
        symbols.append(int(np.argmax(np.abs(waves[:, : len(part)] @ part))))
    data = bytes(high << 4 | low for high, low in zip(symbols[::2], symbols[1::2], strict=False))
    return data.decode("utf-8", "replace")


class ToneSynthesiser:
    """Sings."""

    version = "tones"
    voices: Sequence[Voice] = VOICES

    def speak(self, text: str, voice: Voice, rate_hz: int, speed: float = 1.0) -> Iterator[bytes]:
        """See `Synthesiser`; a fifth of a second at a time, whatever the voice, at one speed."""
        if rate_hz not in RATES_HZ or voice not in VOICES or speed <= 0:
            raise BadInput(f"Tones are sung at one of {RATES_HZ} samples a second.")
        pcm = sing(text, rate_hz)
        piece = rate_hz * 2 // 5
        for at in range(0, len(pcm), piece):
            yield pcm[at : at + piece]

    def close(self) -> None:
        """Nothing is held."""


class ToneUtterance:
    """One stretch of tones."""

    def __init__(self, expected: Expected, phrases: dict[str, Phrase] | None) -> None:
        self._expected, self._phrases = expected, phrases
        self._pcm = bytearray()
        self._told = ""

    def accept(self, pcm: bytes) -> Sequence[Partial]:
        """See `Utterance`."""
        if len(self._pcm) < self._expected.longest_s * self._expected.rate_hz * 2:
            self._pcm += pcm
        text = hear(bytes(self._pcm), self._expected.rate_hz).rstrip("\ufffd")
        fresh = [Partial(text)] if text and text != self._told else []
        self._told = text
        return fresh

    def finish(self) -> Heard:
        """See `Utterance`."""
        text = hear(bytes(self._pcm), self._expected.rate_hz)
        length = len(self._pcm) * 500 // self._expected.rate_hz
        language: Language = "zh" if re.search(r"[\u3400-\u9fff]", text) else "en"
        if not text or "\ufffd" in text:
            return Heard("", self._expected.language, rejected=bool(text), audio_ms=length)
        if self._phrases is not None and text not in self._phrases:
            return Heard("", self._expected.language, rejected=True, audio_ms=length)
        phrase = self._phrases[text].id if self._phrases else ""
        return Heard(text, language, phrase, 1.0, audio_ms=length)

    def close(self) -> None:
        """See `Utterance`."""
        self._pcm.clear()


class ToneRecogniser:
    """Hears tones; `limited`, only the phrases that are expected."""

    version = "tones"

    def __init__(self, *, limited: bool = False) -> None:
        self._limited = limited
        most: dict[Language, int] = {"zh": 50, "en": 200} if limited else {}
        self.abilities = Abilities(
            frozenset(("zh", "en")), not limited, streaming=True, rates_hz=RATES_HZ, most_phrases=most
        )

    def open(self, expected: Expected) -> ToneUtterance:
        """See `Recogniser`."""
        if expected.rate_hz not in RATES_HZ:
            raise BadInput(f"Tones are heard at one of {RATES_HZ} samples a second.")
        phrases = {phrase.text: phrase for phrase in expected.phrases} if self._limited else None
        return ToneUtterance(expected, phrases)

    def close(self) -> None:
        """Nothing is held."""


class LoudEar:
    """Takes what is loud for speech: 100 ms of it is a beginning, 100 ms without a pause."""

    def __init__(self, rate_hz: int, silence_ms: int) -> None:
        self._frame = rate_hz * 2 * SYMBOL_MS // 1000
        self._silence_ms = silence_ms
        self._waiting = bytearray()
        self._at_ms = self._last_ms = self._loud = 0
        self._speaks = self._open = False

    def push(self, pcm: bytes) -> Sequence[Sound]:
        """See `Ear`."""
        self._waiting += pcm
        found: list[Sound] = []
        while len(self._waiting) >= self._frame:
            frame = np.frombuffer(bytes(self._waiting[: self._frame]), "<i2")
            del self._waiting[: self._frame]
            self._at_ms += SYMBOL_MS
            found += self._hear(loud=bool(np.abs(frame.astype(int)).max() > LOUD))
        return found

    def expect(self, silence_ms: int) -> None:
        """See `Ear`."""
        self._silence_ms = silence_ms

    def _hear(self, *, loud: bool) -> Iterator[Sound]:
        self._loud = self._loud + 1 if loud else 0
        if self._loud >= 5 and not self._speaks:
            self._speaks = self._open = True
            yield Began(self._at_ms - self._loud * SYMBOL_MS)
        if loud:
            self._last_ms = self._at_ms
        elif self._speaks and self._at_ms - self._last_ms >= 100:
            self._speaks = False
            yield Paused(self._last_ms)
        if self._open and not self._speaks and self._at_ms - self._last_ms >= self._silence_ms:
            self._open = False
            yield Ended(self._last_ms)


class LoudDetector:
    """Opens such ears."""

    version = "loudness"

    def open(self, rate_hz: int, silence_ms: int) -> LoudEar:
        """See `Detector`."""
        if rate_hz not in RATES_HZ:
            raise BadInput(f"Loudness is heard at one of {RATES_HZ} samples a second.")
        return LoudEar(rate_hz, silence_ms)
