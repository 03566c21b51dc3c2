"""Speech for tests: what eSpeak NG says, as the kits want it."""

from __future__ import annotations

from functools import cache

from kefu.ai.speech.espeak import Espeak
from kefu.core.nouns import Language
from kefu.core.ports.speech import Expected, Phrase
from kefu.testing.check_recogniser import Sample
from kefu.testing.sounds import silence

PHRASES: dict[Language, tuple[str, ...]] = {
    "en": ("where is my order", "i want to cancel my order", "how do i get a refund", "i forgot my password"),
    "zh": ("我的订单到哪里了", "我想取消订单", "怎么申请退款", "请帮我转人工客服"),
}


@cache
def said(text: str, language: Language, rate_hz: int = 16_000) -> bytes:
    """A text with the usual voice, and nothing around it."""
    speaker = Espeak()
    try:
        voice = next(one for one in speaker.voices if one.language == language)
        return b"".join(speaker.speak(text, voice, rate_hz))
    finally:
        speaker.close()


def sample(language: Language, rate_hz: int = 16_000) -> Sample:
    """The first phrase, with silence around it, among all of them."""
    phrases = tuple(Phrase(f"{language}{at}", text, language) for at, text in enumerate(PHRASES[language]))
    text = PHRASES[language][0]
    pcm = silence(0.3, rate_hz) + said(text, language, rate_hz) + silence(0.5, rate_hz)
    return Sample(pcm, Expected(language, "phrases", phrases, rate_hz), text)
