"""The hearing side of a call: the ear in the loop, since it must be prompt; recognisers in threads, being slow."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any, TypeVar

import structlog

from kefu.app.calls.engines import Engines
from kefu.core.ports.line import FRAME_MS
from kefu.core.ports.speech import Began, Ended, Expected, Heard, Paused, Utterance
from kefu.service.voice.signals import Recognised, Signal, Sounded, SpeechBegan, SpeechEnded, SpeechPaused

T = TypeVar("T")

log = structlog.get_logger()

BEFORE_MS = 300
"""How much sound before the speech that was noticed is heard with it: first consonants are quiet."""

KEPT_MS = 1000
PORTION_MS = 100
"""How much sound a recogniser gets at once: smaller portions cost more than they save."""

LONGEST_MS = 60_000
"""Sound that waits for a recogniser; what comes after it is lost, so that a slow one costs no memory."""


class Speech:
    """One utterance on its way through the recogniser."""

    def __init__(self, engines: Engines, expected: Expected, tell: Callable[[Signal], None]) -> None:
        self._engines, self._expected, self._tell = engines, expected, tell
        self._waiting = bytearray()
        self._more = asyncio.Event()
        self._portion = expected.rate_hz * 2 * PORTION_MS // 1000
        self._longest = self._portion * LONGEST_MS // PORTION_MS
        self._finished = asyncio.Event()
        self._working: asyncio.Future[Any] | None = None
        self._task = asyncio.create_task(self._run())

    def feed(self, pcm: bytes) -> None:
        """More sound."""
        if len(self._waiting) < self._longest:
            self._waiting += pcm
        if len(self._waiting) >= self._portion:
            self._more.set()

    def finish(self) -> None:
        """No more sound comes: say what it was."""
        self._finished.set()
        self._more.set()

    def drop(self) -> None:
        """Nobody wants to know any more."""
        self._task.cancel()

    async def drained(self) -> None:
        """Wait until the recogniser let go of it."""
        with suppress(asyncio.CancelledError):
            await self._task

    async def _run(self) -> None:
        heard: Heard | None = None
        try:
            utterance = await self._work(lambda: self._engines.recogniser.open(self._expected))
            try:
                heard = await self._follow(utterance)
            finally:
                await asyncio.shield(asyncio.ensure_future(self._close(utterance)))
        except Exception:
            log.exception("recogniser failed", recogniser=self._engines.recogniser.version)
            await self._finished.wait()
        self._tell(Recognised(heard))

    async def _work(self, work: Callable[[], T]) -> T:
        """Let the engine work; a call that ends meanwhile does not wait, but what comes next of this utterance does."""
        working = asyncio.ensure_future(self._engines.run(work))
        self._working = working
        return await asyncio.shield(working)

    async def _close(self, utterance: Utterance) -> None:
        """An utterance is used by one thread at a time, so what is under way comes to its end first."""
        if self._working:
            await asyncio.gather(self._working, return_exceptions=True)
        await self._engines.run(utterance.close)

    async def _follow(self, utterance: Utterance) -> Heard:
        while True:
            await self._more.wait()
            self._more.clear()
            last, pcm = self._finished.is_set(), bytes(self._waiting)
            self._waiting.clear()
            if pcm:
                for partial in await self._work(lambda pcm=pcm: utterance.accept(pcm)):  # type: ignore[misc]
                    self._tell(Sounded(partial.text))
            if last:
                return await self._work(utterance.finish)


class Hearing:
    """What the customer says, as signals. `push` takes frames of 20 ms."""

    def __init__(self, engines: Engines, rate_hz: int, silence_ms: int, tell: Callable[[Signal], None]) -> None:
        self._engines, self._rate_hz, self._tell = engines, rate_hz, tell
        self._ear = engines.detector.open(rate_hz, silence_ms)
        self._kept: deque[bytes] = deque(maxlen=KEPT_MS // FRAME_MS)
        self._speech: Speech | None = None
        self._dropped: list[Speech] = []
        self._at_ms = 0
        self._since_ms = 0.0

    def push(self, frame: bytes) -> None:
        """Hear 20 ms more."""
        speech = self._speech
        self._at_ms += FRAME_MS
        self._kept.append(frame)
        for sound in self._ear.push(frame):
            match sound:
                case Began():
                    self._since_ms = float(self._at_ms - sound.at_ms)
                    self._tell(SpeechBegan(self._since_ms))
                case Paused():
                    self._tell(SpeechPaused())
                case Ended():
                    self._kept.clear()  # it belongs to this utterance, and to no other
                    self._tell(SpeechEnded(float(self._at_ms - sound.at_ms)))
        if speech and speech is self._speech:
            speech.feed(frame)

    def listen(self, expected: Expected) -> None:
        """Recognise from a little before the speech that was noticed."""
        if self._speech:
            self._speech.drop()
        self._speech = Speech(self._engines, replace(expected, rate_hz=self._rate_hz), self._tell)
        count = int(self._since_ms + BEFORE_MS) // FRAME_MS
        for frame in list(self._kept)[-count:]:
            self._speech.feed(frame)

    async def warm(self, expected: Expected) -> None:
        """Let the recogniser learn what is expected before anybody speaks: a grammar may take it a second."""
        wanted, recogniser = replace(expected, rate_hz=self._rate_hz), self._engines.recogniser

        def learn() -> None:
            utterance = recogniser.open(wanted)
            try:
                utterance.accept(bytes(self._rate_hz // 25))
            finally:
                utterance.close()

        try:
            await self._engines.run(learn)
        except Exception:
            log.exception("recogniser failed", recogniser=recogniser.version)

    def finish(self) -> None:
        """The utterance is over."""
        if self._speech:
            self._speech.finish()
            self._dropped = [*self._dropped[-8:], self._speech]
            self._speech = None

    def drop(self) -> None:
        """Forget the utterance under way."""
        for speech in (*self._dropped, *([self._speech] if self._speech else [])):
            speech.drop()
        self._dropped = []
        self._speech = None

    def expect(self, silence_ms: int) -> None:
        """How much silence ends a turn from now on."""
        self._ear.expect(silence_ms)

    async def close(self) -> None:
        """Let go of everything."""
        speeches = [*self._dropped, *([self._speech] if self._speech else [])]
        self.drop()
        for speech in speeches:
            await speech.drained()
