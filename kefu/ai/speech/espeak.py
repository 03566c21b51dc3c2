"""`espeak.v1`: eSpeak NG 1.52 in a process of its own; a robot's voice, clear, and there at once.

A clause of 160 characters takes about 5 ms, so a clause is made whole before its first piece is handed out, and whoever
stops listening costs no more than the clause that was begun. Debian's eSpeak NG 1.51 reads 您好 as English letters:
only the library of the package espeakng-loader is used.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

from kefu.ai.speech import need
from kefu.ai.speech.clauses import clauses, spoken_in
from kefu.ai.speech.process import EngineProcess
from kefu.ai.speech.sound import as_sound, check_rate
from kefu.core.errors import BadInput
from kefu.core.ports.speech import Synthesiser, Voice

need("espeakng_loader", "soxr")

VOICES = tuple(
    Voice(name, language)  # type: ignore[arg-type]
    for language, names in {"zh": "cmn cmn+f2 cmn+m3", "en": "en en-us en+f3 en-us+f3 en-us+m3"}.items()
    for name in names.split()
)
WORDS_A_MINUTE = 165
SLOWEST, FASTEST = 80, 450
LOUDNESS = 0.7
"""The library's sound goes to the limit, and beyond once its rate is changed."""

CHINESE = re.compile(r"([\u3400-\u9fff][\u3400-\u9fff，。、！？；：“”（）]*)")
PROGRAM = Path(__file__).with_name("espeak_process.py")


class Espeak:
    """Asks the process clause by clause."""

    def __init__(self) -> None:
        self.process = EngineProcess("eSpeak NG", PROGRAM, extra="voice")

    @property
    def voices(self) -> Sequence[Voice]:
        """The usual voice of each language first."""
        return VOICES

    @property
    def version(self) -> str:
        """The library's own version."""
        return f"espeak.v1-{self.process.hello['version']}"

    def speak(self, text: str, voice: Voice, rate_hz: int, speed: float = 1.0) -> Iterator[bytes]:
        """PCM16 clause by clause; raises `BadInput` for a rate or a voice that it has not."""
        check_rate(rate_hz)
        if voice not in VOICES:
            raise BadInput(f"espeak.v1 has no voice {voice.name!r}; it has {', '.join(one.name for one in VOICES)}.")
        words_a_minute = round(min(max(WORDS_A_MINUTE * speed, SLOWEST), FASTEST))
        return spoken_in(parts(text, voice), lambda part: self._made(*part, words_a_minute), rate_hz)

    def phonemes(self, text: str, voice: Voice) -> str:
        """How a text would be said, in the phonetic alphabet; `(en)` stands where the voice takes to English."""
        return self.process.ask({"text": text, "voice": voice.name, "phonemes": True}).decode()

    def close(self) -> None:
        """End the process."""
        self.process.close()

    def _made(self, text: str, voice: str, words_a_minute: int) -> tuple[np.ndarray, int]:
        pcm = self.process.ask({"text": text, "voice": voice, "words_a_minute": words_a_minute})
        return as_sound(pcm) * np.float32(LOUDNESS), int(self.process.hello["rate_hz"])


def parts(text: str, voice: Voice) -> Iterator[tuple[str, str]]:
    """Clauses, each with the name of the voice that says it: Chinese names in English need a Chinese voice."""
    for clause in clauses(text):
        for run in CHINESE.split(clause) if voice.language == "en" else [clause]:
            if any(map(str.isalnum, run)):
                yield run, "cmn" if voice.language == "en" and CHINESE.match(run) else voice.name


def open_synthesiser(_settings: Mapping[str, object]) -> Synthesiser:
    """The synthesiser; raises `SpeechFailed` where the library can't be loaded."""
    return Espeak()
