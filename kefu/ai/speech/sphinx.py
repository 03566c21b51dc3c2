"""`pocketsphinx.v1`: hears closed phrases, in English and Chinese, with the acoustic model of its wheel.

A grammar is made from the phrases of the moment; nothing else is heard. Beside it runs a loop over all phones: what
fits the phrases much worse than it fits any sounds was none of them, and is rejected. Chinese on an English model fits
badly even when it is right, so two more are weighed there: the lead over the next phrase, and how many phones the loop
heard.

The beams, the ways to say Chinese and the odds were chosen on synthetic voices; `bench/voice` asks real ones.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version as version_of
from importlib.util import find_spec
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from kefu.ai.speech import need
from kefu.ai.speech.grammar import MOST, Way, paths, phrases_of, ways_of
from kefu.ai.speech.letters import Dictionary
from kefu.ai.speech.pool import Pool
from kefu.ai.speech.sound import LEAST_HZ, MOST_HZ, Floor, Level, Samples, as_pcm
from kefu.core.errors import ModelMissing, SpeechFailed
from kefu.core.nouns import Language
from kefu.core.ports.speech import Abilities, Expected, Heard, Partial, Phrase, Recogniser, Utterance

need("pocketsphinx", "soxr")

RATE_HZ = 16_000
LEVEL_DB, FLOOR_DB = -28.0, -64.0
"""Of full scale: speech is brought to the first, noise is laid under it at the second: what -55 is to a usual voice.

With exact zeros around speech, as telephones send them, every third phrase is missed.
"""

BEAMS: Mapping[Language, Mapping[str, object]] = {
    "en": {"beam": 1e-64, "pbeam": 1e-64, "wbeam": 1e-48},
    "zh": {"beam": 1e-120, "pbeam": 1e-120, "wbeam": 1e-120, "ds": 2},
}
"""How far behind a phrase may fall and still be followed. Chinese ones are one word each, so all can be followed."""

LOOP = {"beam": 1e-20, "pbeam": 1e-20, "ds": 2}
LEAST_FRAMES = 20
"""Less speech than 0.2 s is taken for as much when fits are compared."""

MOST_TRIED = 20
"""How many ways through the grammar are looked at for the best other phrase."""

WIDEST = 5000.0
"""A lead over every other phrase of more than this, in `LOG`, says no more than this."""

NOTHING = np.zeros(0, np.float32)
LOG = math.log(1.0001)
WHOLE = re.compile(r"p\d+")
"""What a Chinese phrase is called by its decoder."""

MOST_IDLE = 8


@dataclass(frozen=True, slots=True)
class Odds:
    """How a fit becomes log odds that the phrase was said: `start`, and so much for each of three measures.

    `lag` behind the loop and `lead` over the next phrase are logs to base 1.0001 a frame of speech; `length` is how far
    the log of (phones of the phrase / phones of the loop) is from `usual`. What stays below `least` is rejected.
    """

    start: float
    lag: float
    lead: float
    length: float
    usual: float
    least: float


ODDS: Mapping[Language, Odds] = {
    "en": Odds(7.2, 0.3, 0.0, 0.0, 0.0, -2.0),
    "zh": Odds(-3.7, 0.0, 0.25, -4.0, -0.42, -4.7),
}
"""Chinese that no machine says fits worse: much is let through in doubt, for the caller to be asked back."""


class Decoder:
    """One decoder of the library and one search: a grammar, or a loop over all phones. 5 MB."""

    def __init__(self, model: Path, ways: Sequence[Way]) -> None:
        from pocketsphinx import Decoder as Library

        chinese = all(way.phrase.language == "zh" for way in ways)
        options = BEAMS["zh" if chinese else "en"] if ways else LOOP
        self.library: Any = Library(hmm=str(model), lm=None, dict=None, loglevel="FATAL", **options)
        if not ways:
            self.library.add_allphone_file("now")
        else:
            for way in ways:
                self._learn(way)
            self.library.add_fsg("now", self.library.create_fsg("now", 0, 1, list(paths(ways))))
        self.library.activate_search("now")

    def _learn(self, way: Way) -> None:
        for word, says in zip(way.words, way.says, strict=True):
            if self.library.lookup_word(word) is None:
                for number, phones in enumerate(says, 1):
                    self.library.add_word(word if number == 1 else f"{word}({number})", phones, False)

    def begin(self) -> None:
        """Start an utterance with nothing left of the one before: neither its voice nor its noise."""
        self.library.reinit_feat()
        self.library.start_utt()

    def best(self) -> tuple[str, float]:
        """The words so far and the log of their fit; none where nothing fits."""
        found = self.library.hyp()
        return (found.hypstr, _log(found.score)) if found else ("", 0.0)

    def lead(self, words: str) -> float:
        """By how much the best words fit better than the best others, once the utterance has ended."""
        best = self.best()[1]
        tried = (one for one in islice(self.library.nbest(), MOST_TRIED) if one)
        return next((min(best - _log(one.score), WIDEST) for one in tried if one.hypstr != words), WIDEST)

    def phones(self) -> tuple[int, int]:
        """How many phones the loop heard, and how many frames of 10 ms they took."""
        spans = [one for one in self.library.seg() if one.word != "SIL" and not one.word.startswith("+")]
        return len(spans), sum(one.end_frame - one.start_frame + 1 for one in spans)


class Listener:
    """A decoder with the phrases and one with the loop, for one utterance at a time."""

    def __init__(self, model: Path, ways: Sequence[Way]) -> None:
        self.named = {" ".join(way.words): way for way in reversed(ways)}
        self.grammar, self.loop = Decoder(model, ways), Decoder(model, ())
        self._started = False

    def hear(self, pcm: bytes) -> str:
        """Hear more; the words so far."""
        if not self._started:
            self.grammar.begin()
            self.loop.begin()
            self._started = True
        for decoder in (self.grammar, self.loop):
            decoder.library.process_raw(pcm, False, False)
        return self.grammar.best()[0] if self.named else ""

    def end(self) -> None:
        """End the utterance: the library refuses every later one otherwise."""
        if self._started:
            self._started = False
            for decoder in (self.grammar, self.loop):
                decoder.library.end_utt()

    def judge(self) -> tuple[Phrase, float] | None:
        """After the end: the phrase that fits best, with the log odds that it was said; None where none fits."""
        words, fit = self.grammar.best()
        way = self.named.get(words)
        if way is None:
            return None
        odds = ODDS[way.phrase.language]
        heard, frames = self.loop.phones()
        frames = max(frames, LEAST_FRAMES)
        likely = odds.start + odds.lag * (fit - self.loop.best()[1]) / frames
        if odds.lead:
            likely += odds.lead * self.grammar.lead(words) / frames
        if odds.length:
            said = sum(len(says[0].split()) for says in way.says)
            likely += odds.length * abs(math.log(said / max(heard, 1)) - odds.usual)
        return (way.phrase, likely) if likely >= odds.least else None


def _log(fit: float) -> float:
    return math.log(fit) / LOG if fit > 0 else -1e6


class SphinxUtterance:
    """One utterance; its listener goes back to the engine when it is over, or is let go when it broke."""

    def __init__(self, engine: Sphinx, expected: Expected) -> None:
        self._engine, self._language = engine, expected.language
        self._phrases = tuple(phrases_of(expected))
        self._samples, self._level = Samples(expected.rate_hz, RATE_HZ), Level(RATE_HZ, LEVEL_DB)
        self._floor = Floor(FLOOR_DB)
        self._most, self._taken = round(expected.longest_s * RATE_HZ), 0
        self._listener = engine.borrow(self._phrases)
        self._partial = ""
        self._heard: Heard | None = None

    def accept(self, pcm: bytes) -> Sequence[Partial]:
        """Hear more; what comes after the longest time or after the end is not listened to."""
        sound = self._samples.take(pcm)[: self._most - self._taken]
        if not len(sound) or self._heard:
            return ()
        self._taken += len(sound)
        words = self._hear(self._level.even(sound))
        way = self._listener.named.get(words) if self._listener else None
        text = way.phrase.text if way else "" if WHOLE.fullmatch(words) else words
        if not text or text == self._partial:
            return ()
        self._partial = text
        return (Partial(text),)

    def _hear(self, sound: np.ndarray) -> str:
        """The words so far."""
        if self._listener is None or not len(sound):
            return ""
        try:
            return self._listener.hear(as_pcm(self._floor.under(sound)))
        except RuntimeError as error:
            self._listener = None
            raise SpeechFailed(f"PocketSphinx broke off ({error}); the next utterance gets another decoder.") from error

    def finish(self) -> Heard:
        """What it was; asked again, the same."""
        if self._heard is None:
            self._hear(self._level.even(NOTHING, last=True))
            listener = self._give_back()
            found = listener.judge() if listener else None
            self._heard = self._nothing() if found is None else self._said(*found)
            self._return(listener)
        return self._heard

    def close(self) -> None:
        """Give the listener back, finished or not."""
        if self._heard is None:
            self._heard = self._nothing()
            self._return(self._give_back())

    def _give_back(self) -> Listener | None:
        """The listener with its utterance ended; None where there is none or it broke."""
        listener, self._listener = self._listener, None
        try:
            if listener:
                listener.end()
        except RuntimeError:
            return None
        return listener

    def _return(self, listener: Listener | None) -> None:
        if listener:
            self._engine.give_back(self._phrases, listener)

    def _said(self, phrase: Phrase, likely: float) -> Heard:
        confidence = 1 / (1 + math.exp(-likely))
        return Heard(phrase.text, phrase.language, phrase.id, confidence, audio_ms=1000 * self._taken // RATE_HZ)

    def _nothing(self) -> Heard:
        return Heard("", self._language, rejected=True, audio_ms=1000 * self._taken // RATE_HZ)


class Sphinx:
    """Makes listeners for the phrases of the moment, and keeps a few for when those come again."""

    def __init__(self) -> None:
        spec = find_spec("pocketsphinx")
        folder = Path(str(spec and spec.origin)).parent / "model" / "en-us"
        self._model = folder / "en-us"
        if not (self._model / "mdef").is_file():
            raise ModelMissing(f"The acoustic model {self._model} is missing; pip install 'kefu[voice]'.")
        self._dictionary = Dictionary(folder / "cmudict-en-us.dict")
        self._pool: Pool[Listener] = Pool(MOST_IDLE)

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

    def close(self) -> None:
        """Let the idle listeners go."""
        self._pool.clear()

    def borrow(self, phrases: tuple[Phrase, ...]) -> Listener | None:
        """A listener for these phrases; None where they have nothing that can be said."""
        return self._pool.borrow(phrases, lambda: self._listener(phrases)) if phrases else None

    def give_back(self, phrases: tuple[Phrase, ...], listener: Listener) -> None:
        """Keep the listener for when these phrases come again."""
        self._pool.give_back(phrases, listener)

    def _listener(self, phrases: tuple[Phrase, ...]) -> Listener:
        return Listener(self._model, ways_of(phrases, self._dictionary))


RATES_HZ = (LEAST_HZ, RATE_HZ, 24_000, 32_000, MOST_HZ)
"""Those that transports use; any between the least and the most is heard."""


def open_recogniser(_settings: Mapping[str, object]) -> Recogniser:
    """The recogniser; raises `ModelMissing` where the wheel's model is not there."""
    return Sphinx()
