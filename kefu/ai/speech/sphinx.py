"""`pocketsphinx.v1`: hears closed phrases, in English and Chinese, with the acoustic model of its wheel.

A grammar is made from the phrases of the moment, one for each language; nothing else is heard. Beside them a loop over
all phones hears the same sound. What the loop hears where a phrase was said is known (`confusions`), so its phones tell
how likely the phrase was said at all. In English the fit of the phrase beside that of the loop tells it, too; Chinese
on an English model fits badly even when it is right.

The library works in processes of its own, since it lets nobody else of its process do anything. What is heard is asked
of any of them as a whole, so a process that dies takes no call with it.
"""

from __future__ import annotations

import json
import math
import os
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from importlib.metadata import version as version_of
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from kefu.ai.speech import need
from kefu.ai.speech.confusions import confusions
from kefu.ai.speech.grammar import MOST, Way, paths, phrases_of, ways_of
from kefu.ai.speech.letters import Dictionary
from kefu.ai.speech.process import EngineProcess, Processes
from kefu.ai.speech.sound import LEAST_HZ, MOST_HZ, Samples, Tail, as_pcm, evened, floored
from kefu.core.errors import ModelMissing, SpeechFailed
from kefu.core.nouns import Language
from kefu.core.ports.speech import Abilities, Expected, Heard, Partial, Phrase, Recogniser, Utterance

need("pocketsphinx", "soxr")

PROGRAM = Path(__file__).with_name("sphinx_process.py")
MOST_PROCESSES = 4
RATE_HZ = 16_000
LEVEL_DB, FLOOR_DB = -28.0, -64.0
"""Of full scale: speech is brought to the first, noise is laid under it at the second: what -55 is to a usual voice.

With exact zeros around speech, as telephones send them, many phrases are missed.
"""

BEAMS: Mapping[Language, Mapping[str, float]] = {
    "en": {},
    "zh": {"beam": 1e-120, "pbeam": 1e-120, "wbeam": 1e-120, "ds": 2},
}
"""How far behind a phrase may fall and still be followed. Chinese phrases are one word each, so all of them can be."""

WIDER: Mapping[Language, Mapping[str, float]] = {"en": {"beam": 1e-64, "pbeam": 1e-64, "wbeam": 1e-48}}
"""The same where nothing was left, and no phrase of the other language was likely: it takes four times as long."""

LOOP = {"beam": 1e-20, "pbeam": 1e-20, "ds": 2}
LEAST_FRAMES = 20
"""Less speech than 0.2 s is taken for as much when fits are compared."""

PAUSE_S, REST_S = 0.15, 0.2
"""After so much silence an utterance is judged, in case that it is over: its end is only known later. More silence,
without a sound, stands for what follows, since phrases without it are missed.
"""

FIRST_S = 0.8
"""So much sound makes the first partial result, twice as much the next: all of them cost no more than the end."""


@dataclass(frozen=True, slots=True)
class Odds:
    """How much of two measures makes the log odds that a phrase was said; what stays below `least` is rejected.

    `likely` weighs the loop's phones (see `Confusions`), `lag` the fit of the phrase less that of the loop, a log to
    base 1.0001 for each frame of 10 ms of speech. Fitted by logistic regression; `bench/voice` says on what.
    `choice` is what the first, of all its phones, counts beside the fit when the phrase is chosen.
    """

    start: float
    likely: float
    lag: float
    least: float = -2.0
    choice: float = 0.0


ODDS: Mapping[Language, Odds] = {"en": Odds(0.9, 2.6, 0.117), "zh": Odds(-0.8, 2.62, 0.0, -2.5, 400.0)}


class Grammars:
    """What is listened for: a grammar for each language, as the process takes it, and what its words mean."""

    def __init__(self, phrases: Sequence[Phrase], dictionary: Dictionary) -> None:
        self.languages = tuple(dict.fromkeys(phrase.language for phrase in phrases))
        self.named: dict[tuple[Language, str], Way] = {}
        self.asked = []
        for language in self.languages:
            ways = ways_of([phrase for phrase in phrases if phrase.language == language], dictionary)
            self.named |= {(language, " ".join(way.words)): way for way in reversed(ways)}
            words = {word: says for way in ways for word, says in zip(way.words, way.says, strict=True)}
            self.asked.append({"words": words, "paths": list(paths(ways)), "beams": BEAMS[language]})

    def wider(self, answer: Mapping[str, Any]) -> dict[int, Mapping[str, object]]:
        """What to ask once more, by place, after an answer in which no phrase was likely."""
        if any(odds >= 0 for odds, _ in self.judged(answer)):
            return {}
        empty = {at: language for at, language in enumerate(self.languages) if not answer["fits"][at]}
        return {at: {**self.asked[at], "beams": WIDER[language]} for at, language in empty.items() if language in WIDER}

    def so_far(self, answer: Mapping[str, Any]) -> str:
        """The words that fit best until now; of a Chinese phrase, which is one word, nothing before its end."""
        found = zip(answer["fits"], self.languages, strict=True)
        heard = [(fits[0][1], language, fits[0][0]) for fits, language in found if fits]
        if not heard:
            return ""
        _, language, words = max(heard)
        way = self.named.get((language, words))
        return way.phrase.text if way else words if language == "en" else ""

    def judged(self, answer: Mapping[str, Any]) -> Iterator[tuple[float, Phrase]]:
        """The log odds that a phrase was said, for the likeliest phrase of each language."""
        loop = answer["loop"]
        for fits, language in zip(answer["fits"], self.languages, strict=True):
            odds, table = ODDS[language], confusions(language)
            found = []
            for words, fit in fits:
                if way := self.named.get((language, words)):
                    phones = [phone for says in way.says for phone in says[0].split()]
                    likely = table.likely(phones, loop["phones"])
                    found.append((fit + odds.choice * likely * len(phones), fit, likely, way.phrase))
            if found:
                _, fit, likely, phrase = max(found, key=lambda one: one[0])
                lag = (fit - loop["fit"]) / max(loop["frames"], LEAST_FRAMES)
                yield odds.start + odds.likely * likely + odds.lag * lag, phrase


class SphinxUtterance:
    """One utterance: its sound is kept, and asked about as a whole, ahead of time where it pauses."""

    def __init__(self, engine: Sphinx, expected: Expected) -> None:
        self._engine, self._language = engine, expected.language
        phrases = phrases_of(expected)
        self._grammars = Grammars(phrases, engine.dictionary) if phrases else None
        self._samples, self._tail = Samples(expected.rate_hz, RATE_HZ), Tail(RATE_HZ, PAUSE_S)
        self._ahead: tuple[int, Future[Mapping[str, Any]]] | None = None
        self._most, self._taken, self._next = round(expected.longest_s * RATE_HZ), 0, round(FIRST_S * RATE_HZ)
        self._sound: list[np.ndarray] = []
        self._partial = ""
        self._heard: Heard | None = None

    def accept(self, pcm: bytes) -> Sequence[Partial]:
        """Hear more; what comes after the longest time or after the end is not listened to."""
        sound = self._samples.take(pcm)[: self._most - self._taken]
        if not len(sound) or self._heard:
            return ()
        self._taken += len(sound)
        self._sound.append(sound)
        self._tail.take(sound)
        if self._grammars is None or not self._engine.idle:
            return ()
        if end := self._tail.end:
            if not self._ahead or self._ahead[0] != end:
                self._ahead = end, self._engine.listen_ahead(self._grammars, self._whole(end))
            return ()
        if self._taken < self._next:
            return ()
        self._next = 2 * self._taken
        text = self._grammars.so_far(self._engine.follow(self._grammars, self._whole()))
        if not text or text == self._partial:
            return ()
        self._partial = text
        return (Partial(text),)

    def finish(self) -> Heard:
        """What it was; asked again, the same."""
        if self._heard is None:
            self._heard = self._judge() if self._grammars and self._taken else self._nothing()
            self._sound = []
        return self._heard

    def close(self) -> None:
        """Forget its sound, finished or not."""
        if self._heard is None:
            self._heard = self._nothing()
        self._sound = []

    def _judge(self) -> Heard:
        grammars = self._grammars
        assert grammars  # noqa: S101 - asked before
        end = self._tail.end
        if end and self._ahead and self._ahead[0] == end:
            answer = self._ahead[1].result()
        else:
            answer = self._engine.listen(grammars, self._whole(end))
        likely, phrase = max(grammars.judged(answer), key=lambda one: one[0], default=(-math.inf, None))
        if phrase is None or likely < ODDS[phrase.language].least:
            return self._nothing()
        confidence = 1 / (1 + math.exp(-likely))
        return Heard(phrase.text, phrase.language, phrase.id, confidence, audio_ms=1000 * self._taken // RATE_HZ)

    def _whole(self, end: int | None = None) -> np.ndarray:
        self._sound = [np.concatenate(self._sound)]
        return np.pad(self._sound[0][:end], (0, round(REST_S * RATE_HZ))) if end else self._sound[0]

    def _nothing(self) -> Heard:
        return Heard("", self._language, rejected=True, audio_ms=1000 * self._taken // RATE_HZ)


class Sphinx:
    """Asks its processes, of which there are as many as processors, four at most."""

    def __init__(self) -> None:
        spec = find_spec("pocketsphinx")
        folder = Path(str(spec and spec.origin)).parent / "model" / "en-us"
        model = folder / "en-us"
        if not (model / "mdef").is_file():
            raise ModelMissing(f"The acoustic model {model} is missing; pip install 'kefu[voice]'.")
        self.dictionary = Dictionary(folder / "cmudict-en-us.dict")
        most = min(os.cpu_count() or 1, MOST_PROCESSES)
        self.processes = Processes(lambda: EngineProcess("PocketSphinx", PROGRAM, str(model), extra="voice"), most)
        self._threads = ThreadPoolExecutor(most, "pocketsphinx")

    @property
    def abilities(self) -> Abilities:
        """Closed phrases of both languages."""
        return Abilities(frozenset(MOST), open_vocabulary=False, streaming=True, rates_hz=RATES_HZ, most_phrases=MOST)

    @property
    def version(self) -> str:
        """Engine and library, whose wheel holds the model."""
        return f"pocketsphinx.v1-{version_of('pocketsphinx')}"

    def open(self, expected: Expected) -> Utterance:
        """Begin to listen; raises `BadInput` for a rate that it does not hear."""
        return SphinxUtterance(self, expected)

    @property
    def idle(self) -> bool:
        """Whether a process has time for what can also be left."""
        return self.processes.idle

    def listen_ahead(self, grammars: Grammars, sound: np.ndarray) -> Future[Mapping[str, Any]]:
        """What `listen` will have answered, while the call goes on."""
        return self._threads.submit(self.listen, grammars, sound)

    def listen(self, grammars: Grammars, sound: np.ndarray) -> Mapping[str, Any]:
        """What fits a sound at 16 kHz in each grammar, and what the loop hears in it. Raises `SpeechFailed`."""
        pcm = _prepared(sound)
        answer = self._ask(pcm, grammars.asked, loop=LOOP, whole=True)
        if wider := grammars.wider(answer):
            found = self._ask(pcm, list(wider.values()), loop=None, whole=True)["fits"]
            for at, fits in zip(wider, found, strict=True):
                answer["fits"][at] = fits
        return answer

    def follow(self, grammars: Grammars, sound: np.ndarray) -> Mapping[str, Any]:
        """How far the grammars got in a sound that goes on. Raises `SpeechFailed`."""
        return self._ask(_prepared(sound), grammars.asked, loop=None, whole=False)

    def _ask(self, pcm: bytes, grammars: Sequence[Mapping[str, object]], **how: object) -> dict[str, Any]:
        try:
            answer: dict[str, Any] = json.loads(
                self.processes.ask({"grammars": grammars, "bytes": len(pcm), **how}, pcm)
            )
        except ValueError as error:
            raise SpeechFailed(f"PocketSphinx answered what is no JSON ({error}).") from error
        return answer

    def close(self) -> None:
        """End the processes."""
        self._threads.shutdown(cancel_futures=True)
        self.processes.close()


def _prepared(sound: np.ndarray) -> bytes:
    """A sound as the process hears it: at the usual level, over a floor of noise."""
    return as_pcm(floored(evened(sound, RATE_HZ, LEVEL_DB), FLOOR_DB))


RATES_HZ = (LEAST_HZ, RATE_HZ, 24_000, 32_000, MOST_HZ)
"""Those that transports use; any between the least and the most is heard."""


def open_recogniser(_settings: Mapping[str, object]) -> Recogniser:
    """The recogniser; raises `ModelMissing` where the wheel's model is not there."""
    return Sphinx()
