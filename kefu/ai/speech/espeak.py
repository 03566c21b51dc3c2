"""`espeak.v1`: eSpeak NG 1.52 in a process of its own; a robot's voice, clear, and there at once.

A clause of 200 characters takes about 5 ms, so a clause is made whole before its first piece is handed out, and whoever
stops listening costs no more than the clause that was begun. Debian's eSpeak NG 1.51 reads 您好 as English letters:
only the library of the package espeakng-loader is used.
"""

from __future__ import annotations

import json
import re
import struct
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from kefu.ai.speech.sound import as_pcm, as_sound, check_rate, stream
from kefu.core.errors import BadInput, SpeechFailed
from kefu.core.ports.speech import Synthesiser, Voice

VOICES = tuple(
    Voice(name, language)  # type: ignore[arg-type]
    for language, names in {"zh": "cmn cmn+f2 cmn+m3", "en": "en en-us en+f3 en-us+f3 en-us+m3"}.items()
    for name in names.split()
)
WORDS_A_MINUTE = 165
SLOWEST, FASTEST = 80, 450
LOUDNESS = 0.7
"""The library's sound goes to the limit and beyond once its rate is changed."""

CLAUSE = re.compile(
    r"[^。！？；!?;\n]{1,160}(?:[，、,\s](?=.)|[。！？；!?;\n]+|$)|[^。！？；!?;\n]{1,160}|.", re.DOTALL
)
CHINESE = re.compile(r"([\u3400-\u9fff][\u3400-\u9fff，。、！？；：“”（）]*)")
PROGRAM = Path(__file__).with_name("espeak_process.py")


class Espeak:
    """Talks to the process; begins another one when it died."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process, self._hello = self._begin()

    @property
    def voices(self) -> Sequence[Voice]:
        """The usual voice of each language first."""
        return VOICES

    @property
    def version(self) -> str:
        """The library's own version."""
        return f"espeak.v1-{self._hello['version']}"

    def speak(self, text: str, voice: Voice, rate_hz: int, speed: float = 1.0) -> Iterator[bytes]:
        """PCM16 clause by clause; raises `BadInput` for a rate or a voice that it has not."""
        check_rate(rate_hz)
        if voice not in VOICES:
            raise BadInput(f"espeak.v1 has no voice {voice.name!r}; it has {', '.join(one.name for one in VOICES)}.")
        return self._spoken(text, voice, rate_hz, round(min(max(WORDS_A_MINUTE * speed, SLOWEST), FASTEST)))

    def phonemes(self, text: str, voice: Voice) -> str:
        """How a text would be said, in the phonetic alphabet; `(en)` stands where the voice takes to English."""
        return self._ask({"text": text, "voice": voice.name, "phonemes": True}).decode()

    def close(self) -> None:
        """End the process."""
        with self._lock:
            _end(self._process)

    def _spoken(self, text: str, voice: Voice, rate_hz: int, words_a_minute: int) -> Iterator[bytes]:
        change = stream(int(self._hello["rate_hz"]), rate_hz)
        for part, name in parts(text, voice):
            sound = as_sound(self._ask({"text": part, "voice": name, "words_a_minute": words_a_minute})) * LOUDNESS
            if change and len(sound):
                sound = change.resample_chunk(sound)
            if len(sound):
                yield as_pcm(sound)
        if change and len(rest := change.resample_chunk(np.zeros(0, np.float32), last=True)):
            yield as_pcm(rest)

    def _ask(self, wanted: Mapping[str, object]) -> bytes:
        line = json.dumps(wanted).encode() + b"\n"
        with self._lock:
            try:
                return _answer(self._process, line)
            except (OSError, EOFError):
                _end(self._process)
                self._process, self._hello = self._begin()
            try:
                return _answer(self._process, line)
            except (OSError, EOFError) as error:
                raise SpeechFailed("eSpeak NG ended twice while it spoke; look at what it was to say.") from error

    def _begin(self) -> tuple[subprocess.Popen[bytes], dict[str, Any]]:
        command = [sys.executable, "-I", str(PROGRAM)]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)  # noqa: S603 - ours
        hello = process.stdout.readline() if process.stdout else b""
        if not hello:
            _end(process)
            raise SpeechFailed("eSpeak NG does not start; pip install 'kefu[voice]'.")
        return process, json.loads(hello)


def parts(text: str, voice: Voice) -> Iterator[tuple[str, str]]:
    """Clauses, each with the name of the voice that says it: Chinese names in English need a Chinese voice."""
    for clause in CLAUSE.findall(text):
        runs = CHINESE.split(clause) if voice.language == "en" else [clause]
        for run in runs:
            if any(map(str.isalnum, run)):
                yield run, "cmn" if voice.language == "en" and CHINESE.match(run) else voice.name


def _answer(process: subprocess.Popen[bytes], line: bytes) -> bytes:
    if process.stdin is None or process.stdout is None:
        raise EOFError
    process.stdin.write(line)
    process.stdin.flush()
    pieces = []
    while length := struct.unpack("<I", _exactly(process, 4))[0]:
        pieces.append(_exactly(process, length))
    return b"".join(pieces)


def _exactly(process: subprocess.Popen[bytes], count: int) -> bytes:
    found = process.stdout.read(count) if process.stdout else b""
    if len(found) < count:
        raise EOFError
    return found


def _end(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    for pipe in (process.stdin, process.stdout):
        if pipe:
            try:
                pipe.close()
            except OSError:  # what was still to be written has no reader any more
                continue
    process.wait()


def open_synthesiser(_settings: Mapping[str, object]) -> Synthesiser:
    """The synthesiser; raises `SpeechFailed` where the library can't be loaded."""
    return Espeak()
