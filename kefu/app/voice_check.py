"""What this machine can do by voice: the engines of kefu.toml, measured while they speak and listen."""

from __future__ import annotations

import os
import time
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeVar, cast

from kefu.app.config import Config
from kefu.app.plugins import load_plugin, needing
from kefu.core.errors import BadInput, KefuError
from kefu.core.nouns import Language
from kefu.core.ports.speech import Began, Detector, Ended, Expected, Phrase, Recogniser, Synthesiser

USUAL = {"detector": "silero.v1", "recogniser": "pocketsphinx.v1", "synthesiser": "espeak.v1"}
"""What is measured outside of a project."""

RATE_HZ, PIECE, SILENCE_MS = 16_000, 640, 400
SAID: Mapping[Language, tuple[str, ...]] = {
    "en": ("where is my order", "how do i get a refund", "i want to change my address", "cancel my appointment"),
    "zh": ("我的订单到哪里了", "怎么申请退款", "我要修改收货地址", "取消我的预约"),
}
TALKING = 0.4
"""The share of a call in which its customer speaks, for the number of calls."""

SPARE = 0.7
"""The share of the processors that calls may take."""

QUIET_DB, LOUD_SHARE = -40.0, 0.001
"""A recording quieter than this, or with more samples at the limit than this, is heard badly."""

MOST_SECONDS = 600

State = Literal["ok", "warning", "wrong"]


@dataclass(frozen=True, slots=True)
class Measure:
    """One thing that was measured: `part` is an engine, `calls` or `file`; `value` or `text` says what it was.

    `advice` is the code of what to do, empty where all is well.
    """

    part: str
    what: str
    value: float | None = None
    unit: str = ""
    text: str = ""
    state: State = "ok"
    advice: str = ""


Result = TypeVar("Result")
Taken = Generator[Measure, None, Result]
"""Measures, and at the end what the next ones need."""


def measure(config: Config | None, wav: Path | None = None) -> Iterator[Measure]:
    """Measures as they are taken; an engine that can't be opened is one of them, and the others go on."""
    detector: Detector | None = yield from _open(config, "detector")
    synthesiser: Synthesiser | None = yield from _open(config, "synthesiser")
    recogniser: Recogniser | None = yield from _open(config, "recogniser")
    try:
        said = (yield from _speaking(synthesiser)) if synthesiser else {}
        watching = (yield from _watching(detector, said)) if detector and said else None
        listening = (yield from _listening(recogniser, said)) if recogniser and said else None
        if watching is not None and listening is not None:
            yield _calls(watching, listening)
        if wav and detector and recogniser:
            with needing("voice"):
                yield from _file(wav, detector, recogniser)
    finally:
        for engine in (synthesiser, recogniser):
            if engine:
                engine.close()


def _open(config: Config | None, kind: str) -> Taken[Any]:
    settings = config.table(f"voice.{kind}") if config else {}
    use = str(settings.get("use") or USUAL[kind])
    home = str(config.home) if config else "."
    before, began = _memory_mb(), time.perf_counter()
    try:
        engine = load_plugin(f"{kind}s", use)({**settings, "home": home})
    except KefuError as error:
        yield Measure(kind, "engine", text=f"{use}: {error.message}", state="wrong")
        return None
    yield Measure(kind, "engine", text=engine.version)
    yield Measure(kind, "opening", round(1000 * (time.perf_counter() - began)), "ms")
    yield Measure(kind, "memory", round(max(0.0, _memory_mb() - before), 1), "MB")
    return engine


def _speaking(synthesiser: Synthesiser) -> Taken[Mapping[Language, Sequence[bytes]]]:
    """What is said in each language, each sentence by itself."""
    said: dict[Language, list[bytes]] = {}
    first, whole, length = [], 0.0, 0.0
    for language, texts in SAID.items():
        voice = next((one for one in synthesiser.voices if one.language == language), None)
        for text in texts if voice else ():
            began = time.perf_counter()
            with closing(cast(Any, synthesiser.speak(text, cast(Any, voice), RATE_HZ))) as pieces:
                pcm = next(pieces, b"")
                first.append(time.perf_counter() - began)
                pcm += b"".join(pieces)
            whole += time.perf_counter() - began
            length += len(pcm) / 2 / RATE_HZ
            said.setdefault(language, []).append(bytes(RATE_HZ // 2) + pcm + bytes(2 * RATE_HZ))
    slow = "slow_voice" if max(first) > 0.5 else ""
    yield Measure(
        "synthesiser", "first sound", round(1000 * max(first), 1), "ms", "", "warning" if slow else "ok", slow
    )
    yield Measure("synthesiser", "real-time factor", round(whole / max(length, 0.1), 4))
    return said


def _watching(detector: Detector, said: Mapping[Language, Sequence[bytes]]) -> Taken[float]:
    """CPU seconds a second of audio."""
    every = [pcm for pcms in said.values() for pcm in pcms]
    turns, began = 0, time.process_time()
    for pcm in every:
        ear = detector.open(RATE_HZ, SILENCE_MS)
        turns += sum(isinstance(sound, Ended) for piece in _pieces(pcm) for sound in ear.push(piece))
    factor = (time.process_time() - began) / _seconds(every)
    state: State = "ok" if turns == len(every) else "warning"
    yield Measure("detector", "turns found", turns, f"/ {len(every)}", "", state, "" if state == "ok" else "turns")
    yield Measure("detector", "real-time factor", round(factor, 4))
    return factor


def _listening(recogniser: Recogniser, said: Mapping[Language, Sequence[bytes]]) -> Taken[float | None]:
    """CPU seconds a second of speech, and the memory of one utterance."""
    right, cpu, last, spent = 0, 0.0, [], 0.0
    every = [pcm for language, pcms in said.items() if language in recogniser.abilities.languages for pcm in pcms]
    if not every:
        return None
    before = _memory_mb()
    for language, pcms in said.items():
        phrases = tuple(Phrase(text, text, language) for text in SAID[language])
        for pcm, text in zip(pcms, SAID[language], strict=True):
            began = _cpu_s()
            utterance = recogniser.open(Expected(language, "phrases", phrases, RATE_HZ))
            for piece in _pieces(pcm):
                utterance.accept(piece)
            asked = time.perf_counter()
            right += utterance.finish().text.lower().strip(" .。") == text
            last.append(time.perf_counter() - asked)
            utterance.close()
            cpu += _cpu_s() - began
    spent = cpu / _seconds(every)
    kind = "open" if recogniser.abilities.open_vocabulary else "phrases"
    yield Measure("recogniser", "vocabulary", text=kind, advice="" if kind == "open" else "limited")
    state: State = "ok" if right >= len(every) - 1 else "warning"
    yield Measure("recogniser", "heard right", right, f"/ {len(every)}", "", state, "" if state == "ok" else "misheard")
    yield Measure("recogniser", "result after the last sound", round(1000 * max(last), 1), "ms")
    slow = "slow_ears" if spent > 0.5 else ""
    yield Measure("recogniser", "real-time factor", round(spent, 4), "", "", "warning" if slow else "ok", slow)
    yield Measure("recogniser", "memory of its decoders", round(max(0.0, _memory_mb() - before), 1), "MB")
    return spent


def _calls(watching: float, listening: float) -> Measure:
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    calls = int(SPARE * cores / max(watching + TALKING * listening, 1e-4))
    few = calls < 4
    return Measure("calls", "at once", calls, f"({cores} cores)", "", "warning" if few else "ok", "few" if few else "")


def _file(wav: Path, detector: Detector, recogniser: Recogniser) -> Iterator[Measure]:
    """What is in a recording: its level, its turns, and what is heard of each."""
    import numpy as np
    import soundfile

    try:
        sound, rate_hz = soundfile.read(wav, MOST_SECONDS * 48_000, dtype="float32", always_2d=True)
    except (soundfile.LibsndfileError, OSError) as error:
        raise BadInput(f"{wav} can't be read as sound ({error}); record WAV, FLAC or OGG.") from error
    mono = sound.mean(1)
    level = 20 * np.log10(max(float(np.sqrt(np.mean(mono**2))) if len(mono) else 0.0, 1e-6))
    clipped = float(np.mean(np.abs(mono) > 0.99)) if len(mono) else 0.0
    narrow = "narrow" if rate_hz < RATE_HZ else ""
    yield Measure("file", "length", round(len(mono) / rate_hz, 1), "s")
    yield Measure("file", "rate", rate_hz, "Hz", "", "warning" if narrow else "ok", narrow)
    quiet = "quiet" if level < QUIET_DB else "loud" if clipped > LOUD_SHARE else ""
    yield Measure("file", "level", round(level, 1), "dBFS", "", "warning" if quiet else "ok", quiet)
    pcm = (mono * 32767).astype("<i2").tobytes() + bytes(2 * rate_hz)
    ear, began_ms, turns = detector.open(rate_hz, SILENCE_MS), 0, 0
    for sound_ in (one for piece in _pieces(pcm) for one in ear.push(piece)):
        if isinstance(sound_, Began) and not began_ms:
            began_ms = max(1, sound_.at_ms - 300)
        if isinstance(sound_, Ended):
            turns += 1
            part = pcm[2 * (began_ms * rate_hz // 1000) : 2 * ((sound_.at_ms + 400) * rate_hz // 1000)]
            yield Measure("file", f"{began_ms / 1000:.1f} s", text=_heard(recogniser, part, rate_hz))
            began_ms = 0
    silent = "no_speech" if not turns else ""
    yield Measure("file", "turns", turns, "", "", "warning" if silent else "ok", silent)


def _heard(recogniser: Recogniser, pcm: bytes, rate_hz: int) -> str:
    """The surest of what each language makes of it; closed vocabularies get the sentences of this check."""
    found = []
    for language in sorted(recogniser.abilities.languages):
        phrases = tuple(Phrase(text, text, language) for text in SAID[language])
        utterance = recogniser.open(Expected(language, "phrases", phrases, rate_hz))
        utterance.accept(pcm)
        heard = utterance.finish()
        utterance.close()
        found += [] if heard.rejected else [(heard.confidence or 0.5, heard.text)]
    return max(found)[1] if found else "–"


def _pieces(pcm: bytes) -> Iterator[bytes]:
    return (pcm[at : at + PIECE] for at in range(0, len(pcm), PIECE))


def _seconds(every: Sequence[bytes]) -> float:
    return sum(map(len, every)) / 2 / RATE_HZ


def _memory_mb() -> float:
    """What this process and those that it began hold now; 0 where the system does not tell."""
    pages = sum(int((folder / "statm").read_text("ascii").split()[1]) for folder in _processes())
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20 if pages else 0.0


def _cpu_s() -> float:
    """CPU seconds of this process and of those that it began, where the system tells of them."""
    ticks = 0
    for folder in _processes()[1:]:
        fields = (folder / "stat").read_text("ascii").rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return time.process_time() + ticks / os.sysconf("SC_CLK_TCK")


def _processes() -> Sequence[Path]:
    """Where Linux tells of this process, first, and of those that it began; nowhere on other systems."""
    own = Path("/proc/self")
    if not own.is_dir():
        return ()
    children = [file.read_text("ascii").split() for file in own.glob("task/*/children")]
    found = (Path("/proc") / child for several in children for child in several)
    return (own, *(folder for folder in found if folder.is_dir()))
