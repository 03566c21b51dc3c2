"""The speaking side of a call: pieces made to sound in threads, handed to the line in order, cut off at once."""

from __future__ import annotations

import asyncio
import threading
from collections import OrderedDict
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing

import structlog

from kefu.app.calls.engines import Engines
from kefu.core.nouns import Language
from kefu.core.ports.line import Line
from kefu.service.voice.orders import Speak
from kefu.service.voice.signals import Listened, Made, Signal, Sounding

log = structlog.get_logger()

MOST_BYTES = 8 << 20
"""Sound that is remembered for all calls: greetings, frequent sentences, and what was interrupted."""

KEPT = 4
"""Pieces whose sound is kept while they are being heard."""

LARGEST = 2 << 20
"""Of one piece: a minute."""


class Sounds:
    """Texts as sound, remembered while there is room."""

    def __init__(self, engines: Engines, most: int = MOST_BYTES) -> None:
        self._engines, self._most = engines, most
        self._known: OrderedDict[tuple[str, Language, int], bytes] = OrderedDict()
        self._size = 0

    async def of(
        self, text: str, language: Language, rate_hz: int, made_whole: Callable[[int], None]
    ) -> AsyncGenerator[bytes]:
        """The sound of a text in pieces as they become ready; leaving the loop stops the engine.

        `made_whole` hears how many bytes it is, as soon as that is known.
        """
        key = text, language, rate_hz
        known = self._known.get(key)
        if known is not None:
            self._known.move_to_end(key)
            made_whole(len(known))
            yield known
            return
        made = bytearray()
        async for pcm in self._make(text, language, rate_hz, made_whole):
            made += pcm
            yield pcm
        self._keep(key, bytes(made))

    async def _make(
        self, text: str, language: Language, rate_hz: int, made_whole: Callable[[int], None]
    ) -> AsyncGenerator[bytes]:
        engines, loop = self._engines, asyncio.get_running_loop()
        voice = engines.voices.get(language) or next(iter(engines.voices.values()))
        ready: asyncio.Queue[bytes | None] = asyncio.Queue()
        stopped = threading.Event()

        def make() -> None:
            sound = engines.synthesiser.speak(engines.spell(text, language), voice, rate_hz, engines.speed)
            size = 0
            try:
                for pcm in sound:
                    if stopped.is_set():
                        return
                    size += len(pcm)
                    loop.call_soon_threadsafe(ready.put_nowait, pcm)
                loop.call_soon_threadsafe(made_whole, size)
            finally:
                close = getattr(sound, "close", None)
                if close:
                    close()

        making = asyncio.ensure_future(engines.run(make))
        making.add_done_callback(lambda _: ready.put_nowait(None))
        try:
            while (pcm := await ready.get()) is not None:
                yield pcm
            await making
        finally:
            stopped.set()
            if not making.done():
                making.add_done_callback(_forget)

    def _keep(self, key: tuple[str, Language, int], pcm: bytes) -> None:
        if len(pcm) > LARGEST or key in self._known:
            return
        self._known[key] = pcm
        self._size += len(pcm)
        while self._size > self._most:
            _, gone = self._known.popitem(last=False)
            self._size -= len(gone)


def _forget(making: asyncio.Future[None]) -> None:
    """What became of speech that nobody wanted any more."""
    if not making.cancelled() and making.exception():
        log.warning("synthesiser failed", error=str(making.exception()))


class Speaking:
    """Plays pieces one after the other on a line; `sounds` are the latest of them as they were handed over, by mark."""

    def __init__(self, line: Line, sounds: Sounds, tell: Callable[[Signal], None]) -> None:
        self._line, self._sounds, self._tell = line, sounds, tell
        self._waiting: asyncio.Queue[tuple[int, Speak]] = asyncio.Queue()
        self._playing: asyncio.Task[None] | None = None
        self._clearing: asyncio.Task[None] | None = None
        self._hushed = 0
        self.sounds: dict[str, bytearray] = {}

    def speak(self, order: Speak) -> None:
        """Play a piece after those that wait."""
        self._waiting.put_nowait((self._hushed, order))

    def hush(self) -> None:
        """Silence at once; nothing of what was asked for before is played any more."""
        self._hushed += 1
        if self._playing:
            self._playing.cancel()
        self._clearing = asyncio.create_task(self._clear(self._clearing))

    async def run(self) -> None:
        """Play until cancelled."""
        try:
            while True:
                hushed, order = await self._waiting.get()
                if self._clearing:
                    await self._clearing
                if hushed == self._hushed:
                    self._playing = asyncio.create_task(self._play(order))
                    await asyncio.wait({self._playing})
                    self._playing = None
        finally:
            if self._playing:
                self._playing.cancel()

    async def _clear(self, before: asyncio.Task[None] | None) -> None:
        if before:
            await before
        await self._line.clear()

    async def _play(self, order: Speak) -> None:
        rate = self._line.rate_hz
        skip, got = int(order.from_ms * rate / 1000) * 2, 0
        sounds = self.sounds[order.mark] = bytearray()
        while len(self.sounds) > KEPT:
            del self.sounds[next(iter(self.sounds))]
        await self._line.tell("speak", mark=order.mark, text=order.text)

        def made(size: int) -> None:
            self._tell(Made(order.mark, size / 2 / rate * 1000))

        try:
            async with aclosing(self._sounds.of(order.text, order.language, rate, made)) as sound:
                async for pcm in sound:
                    fresh = pcm[max(skip - got, 0) :]
                    if fresh and got <= skip:
                        self._tell(Sounding(order.mark))
                    got += len(pcm)
                    if fresh:
                        sounds += fresh
                        await self._line.play(order.mark, fresh)
        except Exception:
            log.exception("synthesiser failed", characters=len(order.text))
        if got <= skip:
            self._tell(Listened(order.mark, 0, done=True))
        else:
            await self._line.play(order.mark, b"", last=True)
