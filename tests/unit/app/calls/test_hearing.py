"""The hearing side: engines that are slow, or fail, lose no utterance and hold nobody up."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from threading import Event
from time import sleep

import pytest
from call_house import tone_engines
from callers import until

from kefu.app.calls.engines import Engines
from kefu.app.calls.hearing import Hearing
from kefu.core.errors import SpeechFailed
from kefu.core.ports.speech import Expected, Heard, Partial
from kefu.service.voice.signals import Recognised, Signal, SpeechBegan, SpeechEnded
from kefu.testing.tones import ToneRecogniser, ToneUtterance, sing

SILENCE = bytes(640)


class SlowRecogniser(ToneRecogniser):
    """Knows what it heard only when somebody lets it."""

    def __init__(self) -> None:
        super().__init__()
        self.may = Event()

    def open(self, expected: Expected) -> ToneUtterance:
        utterance, finish = super().open(expected), ToneUtterance.finish

        def later() -> Heard:
            self.may.wait(10)
            return finish(utterance)

        utterance.finish = later  # type: ignore[method-assign]
        return utterance


class BrokenRecogniser(ToneRecogniser):
    """Breaks off as soon as somebody speaks."""

    def open(self, expected: Expected) -> ToneUtterance:
        raise SpeechFailed


class Ear:
    """A hearing side whose session begins to listen whenever somebody speaks, and finishes when they end."""

    def __init__(self, engines: Engines) -> None:
        self.told: list[Signal] = []
        self.hearing = Hearing(engines, 16000, 200, self.on)

    def on(self, signal: Signal) -> None:
        self.told.append(signal)
        if isinstance(signal, SpeechBegan):
            self.hearing.listen(Expected("zh"))
        elif isinstance(signal, SpeechEnded):
            self.hearing.finish()

    async def hear(self, text: str) -> None:
        pcm = sing(text, 16000) + SILENCE * 15
        for at in range(0, len(pcm), 640):
            self.hearing.push(pcm[at : at + 640])
            await asyncio.sleep(0)

    @property
    def texts(self) -> list[str]:
        return [one.heard.text if one.heard else "" for one in self.told if isinstance(one, Recognised)]

    async def until(self, count: int) -> None:
        await until(lambda: len(self.texts) >= count)


@pytest.fixture
async def engines() -> AsyncIterator[Engines]:
    made = tone_engines()
    yield made
    made.close()


async def test_the_first_sounds_of_a_sentence_are_heard_with_it(engines: Engines) -> None:
    ear = Ear(engines)
    await ear.hear("我学到哪了")
    await ear.until(1)
    assert ear.texts == ["我学到哪了"]
    await ear.hearing.close()


async def test_a_sentence_that_follows_at_once_costs_the_one_before_nothing(engines: Engines) -> None:
    slow = SlowRecogniser()
    ear = Ear(replace(engines, recogniser=slow))
    await ear.hear("我学到哪了")
    await ear.hear("我要退款")
    assert ear.texts == []
    slow.may.set()
    await ear.until(2)
    assert sorted(ear.texts) == sorted(["我学到哪了", "我要退款"])
    await ear.hearing.close()


async def test_a_recogniser_that_breaks_is_told_when_the_sentence_is_over(engines: Engines) -> None:
    ear = Ear(replace(engines, recogniser=BrokenRecogniser()))
    await ear.hear("我学到哪了")
    await ear.until(1)
    kinds = [type(one) for one in ear.told]
    assert kinds.index(Recognised) > kinds.index(SpeechEnded)
    assert ear.texts == [""]
    await ear.hearing.close()


class Watched(ToneUtterance):
    """Notices two threads in it at once."""

    inside, clashes, closed = 0, 0, 0

    def accept(self, pcm: bytes) -> Sequence[Partial]:
        Watched.inside += 1
        sleep(0.2)
        Watched.inside -= 1
        return ()

    def close(self) -> None:
        Watched.clashes += Watched.inside
        Watched.closed += 1


class WatchedRecogniser(ToneRecogniser):
    def open(self, expected: Expected) -> ToneUtterance:
        return Watched(expected, None)


async def test_an_utterance_that_is_dropped_is_never_in_two_threads(engines: Engines) -> None:
    ear = Ear(replace(engines, recogniser=WatchedRecogniser()))
    await ear.hear("我学到哪了")
    await until(lambda: Watched.inside)
    await ear.hearing.close()
    await until(lambda: Watched.closed)
    assert Watched.clashes == 0


async def test_who_hangs_up_leaves_nothing_behind(engines: Engines) -> None:
    slow = SlowRecogniser()
    ear = Ear(replace(engines, recogniser=slow))
    await ear.hear("我学到哪了")
    slow.may.set()
    await ear.hearing.close()
    assert len(asyncio.all_tasks()) <= 2
