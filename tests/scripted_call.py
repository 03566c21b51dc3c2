"""A call on a script: every order is obeyed by a world with a clock; nothing sleeps or makes a sound."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TypeVar

from kefu.core.ports.speech import Heard
from kefu.service.voice import signals
from kefu.service.voice.manners import Manners
from kefu.service.voice.orders import Hush, Order, Speak, Write
from kefu.service.voice.session import VoiceSession
from kefu.service.voice.signals import Reply, Signal
from kefu.service.voice.standing import Beginning

T = TypeVar("T")

WORDS = {
    "zh": {
        "greeting": "您好。", "consent": "同意录音吗？", "again": "没听清。",
        "offer": "请按键。", "there": "您还在吗？", "goodbye": "再见。", "trouble": "查不到。", "wait": "请稍等。",
        "connected": "{who}来了。", "again_limited": "可以说：{hints}。",
        "back": "我回来了。", "confirm": "是说{text}吗？", "person": "转人工", "yes": "同意", "no": "不同意",
    },
    "en": {"yes": "yes", "no": "no", "person": "a person", "again": "Pardon?"},
}  # fmt: skip
ANSWER = Reply("t1", "您已经学到第12课。还需要学习8课。", "zh")
MS_A_CHARACTER = 100


class Played:
    """A call whose every order is obeyed by a world with a clock: pieces sound for 100 ms a character."""

    def __init__(self, manners: Manners | None = None, consent: bool | None = None) -> None:
        self.now = 1000.0
        at = datetime(2026, 3, 2, 2, tzinfo=UTC)
        self.session = VoiceSession(Beginning("k1", "phone", "zh", at, self.now, consent), manners or Manners(), WORDS)
        self.orders: list[Order] = []
        self.sounding: list[tuple[Speak, float]] = []
        self.recognises = True
        self.heard = ""

    def on(self, signal: Signal) -> list[Order]:
        orders = self.session.on(signal, self.now)
        self.orders += orders
        for order in orders:
            if isinstance(order, Speak):
                begins = max([self.now, *(end for _, end in self.sounding)])
                self.sounding.append((order, begins + len(order.text) * MS_A_CHARACTER - order.from_ms))
                self.on(signals.Made(order.mark, len(order.text) * MS_A_CHARACTER))
                self.on(signals.Sounding(order.mark))
            elif isinstance(order, Hush):
                for speak, end in self.sounding[:1]:
                    length = len(speak.text) * MS_A_CHARACTER - speak.from_ms
                    self.on(signals.Listened(speak.mark, max(length - (end - self.now), 0.0)))
                self.sounding.clear()
        return orders

    def wait(self, ms: float) -> None:
        """Let time go on in frames of 20 ms."""
        until = self.now + ms
        while self.now < until and not self.session.is_over:
            self.now += 20
            for speak, end in list(self.sounding):
                if end <= self.now and (speak, end) in self.sounding:
                    self.sounding.remove((speak, end))
                    self.on(signals.Listened(speak.mark, len(speak.text) * MS_A_CHARACTER - speak.from_ms, done=True))
            self.on(signals.Tick())

    def connect(self) -> None:
        self.on(signals.Connected())
        self.wait(600)
        self.orders.clear()

    def speech(
        self, text: str, ms: float, *, rejected: bool = False, language: str = "zh", confidence: float | None = None
    ) -> None:
        """Somebody speaks for so long; what it was is known 20 ms after the silence that ends it."""
        self.wait(100)
        self.on(signals.SpeechBegan(100))
        self.wait(ms - 100)
        self.on(signals.SpeechPaused())
        self.wait(400)
        self.on(signals.SpeechEnded(400))
        self.wait(20)
        heard = Heard(text, language, text, confidence, rejected=rejected, audio_ms=int(ms))  # type: ignore[arg-type]
        self.on(signals.Recognised(heard))

    def answer(self, *replies: Reply, waiting: bool = False, digits: int = 0) -> None:
        self.wait(40)
        self.on(signals.Decided("t1", replies, waiting, digits))

    def of(self, kind: type[T]) -> list[T]:
        return [order for order in self.orders if isinstance(order, kind)]

    def events(self, kind: type[T]) -> list[T]:
        return [event for order in self.of(Write) for event in order.events if isinstance(event, kind)]

    @property
    def said(self) -> list[str]:
        return [order.text for order in self.of(Speak)]
