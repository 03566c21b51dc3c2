"""What is heard right: of synthetic voices, of real ones, in noise, and of what is no phrase."""

from __future__ import annotations

import csv
import os
import random
import re
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
from soxr import resample

sys.path.insert(0, str(Path(__file__).parents[1]))
from sets import figure

from kefu.ai.speech import silero, sphinx
from kefu.ai.speech.espeak import Espeak
from kefu.ai.speech.sphinx_process import MOST_KEPT
from kefu.core.nouns import Language
from kefu.core.ports.speech import Ended, Expected, Heard, Phrase, Recogniser
from kefu.service.voice.manners import Manners
from kefu.testing.sounds import keypad, noise, square

HERE = Path(__file__).parent
VOICES: dict[Language, tuple[str, ...]] = {"en": ("en", "en-us", "en+f3"), "zh": ("cmn", "cmn+f2", "cmn+m3")}
MOST_PROMPTS = 180
WORDS = 150
LONG_WORD = re.compile(r"cmn-[\u4e00-\u9fff]{3,6}\.mp3")
IN_NOISE = 20
"""Of the prompts, those that are heard in noise too."""


@dataclass(frozen=True, slots=True)
class Clip:
    """Something said: samples in [-1, 1] at `rate_hz`, and its text."""

    sound: np.ndarray
    rate_hz: int
    text: str


def phrases(language: Language) -> tuple[str, ...]:
    """The forty sentences of a customer."""
    return tuple((HERE / f"phrases.{language}.txt").read_text("utf-8").split("\n")[:40])


def spoken_by(voice: str, language: Language, rate_hz: int) -> Iterator[Clip]:
    """The forty sentences as eSpeak NG says them."""
    speaker = Espeak()
    named = next(one for one in speaker.voices if one.name == voice)
    for text in phrases(language):
        pcm = b"".join(speaker.speak(text, named, rate_hz))
        yield Clip(np.frombuffer(pcm, "<i2").astype(np.float32) / 32768, rate_hz, text)
    speaker.close()


def prompts(folder: Path) -> list[Clip]:
    """The telephone prompts of Asterisk whose text is known, each text once."""
    texts = dict(
        re.findall(
            r"^([\w/-]+): ([^\[\]<>()*#\n]+)$",
            (folder / "core-sounds-en.txt").read_text("utf-8", "replace"),
            re.MULTILINE,
        )
    )
    found: dict[str, Clip] = {}
    for name, text in texts.items():
        said = " ".join(re.findall(r"[a-z']+", text.lower()))
        path = next(iter(sorted(folder.rglob(f"{name}.wav"))), None)
        if path and said not in found and len(said.split()) > 1 and not re.search(r"\d", text):
            sound, rate_hz = soundfile.read(path, dtype="float32")
            found[said] = Clip(sound, rate_hz, said)
    return list(found.values())[:MOST_PROMPTS]


def clips(data: Path, language: Language) -> list[Clip]:
    """Real voices from the fixtures of speech toolkits."""
    found = []
    with (data / "speech_clips" / "manifest.csv").open(encoding="utf-8") as opened:
        for row in csv.DictReader(opened):
            if row["lang"] == language and (data / "speech_clips" / row["file"]).is_file():
                sound, rate_hz = soundfile.read(data / "speech_clips" / row["file"], dtype="float32", always_2d=True)
                found.append(Clip(resample(sound.mean(1), rate_hz, 16_000), 16_000, row["text"].lower()))
    return found


def listen(recogniser: Recogniser, clip: Clip, language: Language, expected: Sequence[str]) -> Heard:
    """What is made of a clip, with exact zeros around it as a telephone would send them."""
    said = tuple(Phrase(text, text, language) for text in expected)
    utterance = recogniser.open(Expected(language, "phrases" if said else "free", said, clip.rate_hz))
    around = np.zeros(clip.rate_hz // 4, np.float32)
    pcm = (np.clip(np.concatenate((around, clip.sound, around)), -1, 1) * 32767).astype("<i2").tobytes()
    for at in range(0, len(pcm), clip.rate_hz // 25):
        utterance.accept(pcm[at : at + clip.rate_hz // 25])
    return utterance.finish()


def share(recogniser: Recogniser, heard: Sequence[Clip], language: Language, expected: Sequence[str]) -> float:
    """Percent that are heard right."""
    return 100 * sum(listen(recogniser, clip, language, expected).text == clip.text for clip in heard) / len(heard)


def taken(recogniser: Recogniser, heard: Sequence[Clip], language: Language, expected: Sequence[str]) -> float:
    """Percent that are taken for one of the phrases."""
    return 100 * sum(not listen(recogniser, clip, language, expected).rejected for clip in heard) / len(heard)


def believed(recogniser: Recogniser, heard: Sequence[Clip], language: Language, expected: Sequence[str]) -> float:
    """Percent that a call would act upon at once, without asking back."""
    found = (listen(recogniser, clip, language, expected).confidence for clip in heard)
    return 100 * sum(one is not None and one >= Manners().sure for one in found) / len(heard)


def mistaken(
    name: str, recogniser: Recogniser, foreign: Sequence[Clip], language: Language, expected: Sequence[str]
) -> Iterator[dict[str, Any]]:
    """What becomes of speech that is none of the phrases: taken for one at all, and without asking back."""
    found = taken(recogniser, foreign, language, expected)
    yield figure(f"{name}: no phrase, yet taken for one", found, "%", "lower")
    acted = believed(recogniser, foreign, language, expected)
    yield figure(f"{name}: no phrase, yet believed at once", acted, "%", "lower")


def noisy(clip: Clip, ratio_db: float) -> Clip:
    """The clip in white noise, so many decibels below it."""
    chance = np.random.default_rng(7)
    level = float(np.sqrt(np.mean(clip.sound**2))) * 10 ** (-ratio_db / 20)
    return Clip(
        clip.sound + chance.standard_normal(len(clip.sound)).astype(np.float32) * level, clip.rate_hz, clip.text
    )


def synthetic() -> Iterator[dict[str, Any]]:
    """Forty sentences in each language, said by eSpeak NG."""
    recogniser, floor = sphinx.Sphinx(), sphinx.FLOOR_DB
    goals = {"en": 98, "zh": 95}
    for language in ("en", "zh"):
        expected = phrases(language)
        for rate_hz in (16_000, 8_000):
            said = [
                clip
                for voice in VOICES[language][: 3 if rate_hz > 8000 else 1]
                for clip in spoken_by(voice, language, rate_hz)
            ]
            seconds, began = sum(len(one.sound) / rate_hz + 0.5 for one in said), cpu_s(recogniser)
            right = share(recogniser, said, language, expected)
            factor = (cpu_s(recogniser) - began) / seconds
            name = f"synthetic, {language}, {rate_hz // 1000} kHz"
            if rate_hz == 16_000:
                sphinx.FLOOR_DB = -300.0
                without = round(share(recogniser, said, language, expected), 1)
                sphinx.FLOOR_DB = floor
                yield figure(
                    f"{name}: heard right", right, "%", "higher", goal=goals[language], baseline=without,
                    baseline_name="exact zeros, no floor of noise",
                )  # fmt: skip
                yield figure(f"{name}: CPU of a second", factor, "s", "lower")
                other = phrases(language)[20:]
                foreign = [one for one in said if one.text not in other]
                yield from mistaken(name, recogniser, foreign, language, other)
                yield figure(f"{name}: believed at once", believed(recogniser, said, language, expected), "%", "higher")
            else:
                yield figure(f"{name}: heard right", right, "%", "higher")


def telephone(folder: Path) -> Iterator[dict[str, Any]]:
    """One professional speaker at 8 kHz, among all texts; then in white noise; then among texts that are not said.

    What is believed, and what is none of the phrases, is asked of every second prompt: the others were looked at when
    the odds were chosen.
    """
    recogniser, said = sphinx.Sphinx(), prompts(folder)
    expected = [clip.text for clip in said]
    yield figure("telephone prompts: clips", len(said), "", "higher")
    yield figure("telephone prompts: heard right", share(recogniser, said, "en", expected), "%", "higher", goal=98)
    for ratio_db in (20, 10, 5):
        loud = [noisy(clip, ratio_db) for clip in said[:IN_NOISE]]
        right = share(recogniser, loud, "en", expected[:IN_NOISE])
        yield figure(f"telephone prompts, white noise {ratio_db} dB: heard right", right, "%", "higher")
    yield from mistaken("telephone prompts", recogniser, said[1::2], "en", expected[::2])
    yield figure("telephone prompts: believed at once", believed(recogniser, said[1::2], "en", expected), "%", "higher")


def words(folder: Path) -> Iterator[dict[str, Any]]:
    """Short words, read by one real speaker of Mandarin, each among 50; none of them was looked at for any choice."""
    recogniser = sphinx.Sphinx()
    found = sorted(path for path in folder.rglob("64k/hsk/cmn-*.mp3") if LONG_WORD.fullmatch(path.name))
    random.Random(7).shuffle(found)  # noqa: S311 - the same every time
    said = []
    for path in found[WORDS : 2 * WORDS]:
        sound, rate_hz = soundfile.read(path, dtype="float32", always_2d=True)
        said.append(Clip(resample(sound.mean(1), rate_hz, 16_000), 16_000, path.stem.removeprefix("cmn-")))
    parts = [said[at : at + 50] for at in range(0, len(said), 50)]
    texts = [[clip.text for clip in part] for part in parts]
    others = [*texts[1:], texts[0]]
    yield figure("Mandarin words: words", len(said), "", "higher")
    for name, asked, among in (
        ("heard right", share, texts),
        ("believed at once", believed, texts),
        ("no phrase, yet taken for one", taken, others),
        ("no phrase, yet believed at once", believed, others),
    ):
        found_of = [asked(recogniser, part, "zh", phrases_) for part, phrases_ in zip(parts, among, strict=True)]
        better = "lower" if "yet" in name else "higher"
        yield figure(f"Mandarin words, each among 50: {name}", float(np.mean(found_of)), "%", better)


def real(data: Path) -> Iterator[dict[str, Any]]:
    """Real voices of the clips: Chinese among phrases, English open with the library's own language model."""
    recogniser, said = sphinx.Sphinx(), clips(data, "zh")
    among = [*(clip.text for clip in said), *phrases("zh")][:55]
    yield figure("Mandarin clips: clips", len(said), "", "higher")
    yield figure(
        f"Mandarin clips among {len(among)} phrases: heard right", share(recogniser, said, "zh", among), "%", "higher"
    )
    yield from mistaken("Mandarin clips", recogniser, said, "zh", phrases("zh"))
    yield figure("Mandarin clips: believed at once", believed(recogniser, said, "zh", among), "%", "higher")
    english = clips(data, "en")
    wrong, words = 0, 0
    for clip in english:
        right = re.findall(r"[a-z']+", clip.text)
        wrong += errors(right, dictated(clip))
        words += len(right)
    yield figure(
        "English clips, open with the library's language model: word errors", 100 * wrong / words, "%", "lower"
    )
    among = [clip.text for clip in english]
    yield figure("English clips among their texts: heard right", share(recogniser, english, "en", among), "%", "higher")


def dictated(clip: Clip) -> list[str]:
    """What the library writes without a grammar; kefu does not offer it."""
    from pocketsphinx import Decoder

    if not hasattr(dictated, "decoder"):
        dictated.decoder = Decoder(loglevel="FATAL")  # type: ignore[attr-defined]
    decoder = dictated.decoder  # type: ignore[attr-defined]
    decoder.start_utt()
    sound = clip.sound + np.random.default_rng(7).standard_normal(len(clip.sound)) * 10 ** (sphinx.FLOOR_DB / 20)
    decoder.process_raw((np.clip(sound, -1, 1) * 32767).astype("<i2").tobytes(), False, True)
    decoder.end_utt()
    return decoder.hyp().hypstr.split() if decoder.hyp() else []


def errors(right: Sequence[str], heard: Sequence[str]) -> int:
    """Words to change, to leave out or to add."""
    from rapidfuzz.distance import Levenshtein

    return Levenshtein.distance(right, heard)


def silence(data: Path | None) -> Iterator[dict[str, Any]]:
    """Turns that noise begins, and real sentences that are a turn."""
    detector = silero.SileroDetector()
    sounds = (noise(30, 16_000, -30), noise(30, 16_000, -50), keypad(30, 16_000), square(30, 16_000), bytes(960_000))
    began = sum(len(detector.open(16_000, 400).push(sound)) for sound in sounds)
    yield figure("silence: turns begun by 150 s of noise, keys and zeros", began, "", "lower", goal=0)
    if data is None:
        return
    for language in ("en", "zh"):
        said = clips(data, language)
        found = 0
        for clip in said:
            pcm = (clip.sound * 32767).astype("<i2").tobytes() + bytes(32_000)
            found += any(isinstance(one, Ended) for one in detector.open(16_000, 400).push(pcm))
        yield figure(f"silence: real sentences found, {language}", 100 * found / len(said), "%", "higher")


def memory() -> Iterator[dict[str, Any]]:
    """What a process takes that listens for 200 English phrases, and its part that no other process shares."""
    engine = sphinx.Sphinx()
    texts = [f"{one} {two}" for one in phrases("en") for two in ("please", "now", "today", "again", "tomorrow")][:200]
    said = Clip(np.frombuffer(noise(10, 16_000, -40), "<i2").astype(np.float32) / 32768, 16_000, "")
    for _ in range(3):
        listen(engine, said, "en", texts)
        listen(engine, said, "zh", phrases("zh"))
    (process,) = engine.processes.begun
    held = dict(
        re.findall(r"^(\w+): +(\d+) kB", Path(f"/proc/{process.id}/smaps_rollup").read_text("ascii"), re.MULTILINE)
    )
    own = (int(held["Private_Clean"]) + int(held["Private_Dirty"])) / 1024
    yield figure("memory of a process that listens, 200 phrases", int(held["Rss"]) / 1024, "MB", "lower")
    yield figure("memory of a process that listens, its own part", own, "MB", "lower")
    yield figure("memory of a decoder, mean", own / MOST_KEPT, "MB", "lower", goal=30)
    engine.close()


def stalls() -> Iterator[dict[str, Any]]:
    """How long the interpreter could do nothing else while half a minute of speech was heard."""
    engine, spoken = sphinx.Sphinx(), list(spoken_by("cmn", "zh", 16_000))
    whole = Clip(np.concatenate([clip.sound for clip in spoken])[: 30 * 16_000], 16_000, "")
    listen(engine, spoken[0], "zh", phrases("zh"))
    for name, work in (
        ("in processes of their own", lambda: listen(engine, whole, "zh", phrases("zh"))),
        ("in this process", lambda: dictated(whole)),
    ):
        over, gaps = threading.Event(), [0.0]

        def watch(over: threading.Event = over, gaps: list[float] = gaps) -> None:
            before = time.perf_counter()
            while not over.wait(0.001):
                now = time.perf_counter()
                gaps[0], before = max(gaps[0], now - before), now
            gaps[0] = max(gaps[0], time.perf_counter() - before)

        watching = threading.Thread(target=watch)
        watching.start()
        work()
        over.set()
        watching.join()
        goal = 50 if "own" in name else None
        yield figure(f"longest stall while 30 s are heard, {name}", 1000 * gaps[0], "ms", "lower", goal=goal)
    engine.close()


def cpu_s(recogniser: sphinx.Sphinx) -> float:
    """CPU seconds of this process and of those that listen."""
    ticks = 0
    for process in recogniser.processes.begun:
        fields = Path(f"/proc/{process.id}/stat").read_text("ascii").rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return time.process_time() + ticks / os.sysconf("SC_CLK_TCK")


def digit_figures(data: Path, model: Path) -> Iterator[dict[str, Any]]:
    """The model that `digits.py` trained, run by `sherpa.v1`: single digits of speakers it knows, and of a stranger."""
    from digits import STRANGER, TRAINED
    from digits import clips as digit_clips

    from kefu.ai.speech.sherpa import open_recogniser

    recogniser = open_recogniser({"folder": str(model), "kind": "tdnn_ctc", "languages": ["en"]})
    sets: dict[str, list[Clip]] = {"known speakers, official test": [], "a stranger": []}
    for path in sorted((data / "fsdd" / "test").glob("*.wav")):
        digit, speaker, _ = path.stem.split("_")
        sound, rate_hz = soundfile.read(path, dtype="float32")
        if speaker in TRAINED:
            sets["known speakers, official test"].append(Clip(sound, rate_hz, digit))
    for (speaker, number), takes in digit_clips(data).items():
        if speaker == STRANGER:
            sets["a stranger"] += [Clip(sound.astype(np.float32), 8000, str(number)) for sound in takes]
    began, seconds = time.process_time(), 0.0
    for name, said in sets.items():
        yield figure(
            f"spoken digits, our CTC through sherpa.v1, {name}: heard right",
            share(recogniser, said, "en", ()),
            "%",
            "higher",
        )
        seconds += sum(len(one.sound) / 8000 + 0.5 for one in said)
    yield figure(
        "spoken digits, our CTC through sherpa.v1: CPU of a second",
        (time.process_time() - began) / seconds,
        "s",
        "lower",
    )
    closed = [str(digit) for digit in range(10)]
    few = sets["a stranger"][::3]
    yield figure(
        "spoken digits, pocketsphinx.v1, the stranger: heard right",
        share(sphinx.Sphinx(), few, "en", closed), "%", "higher",
    )  # fmt: skip
