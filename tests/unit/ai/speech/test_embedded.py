"""The engines that come with kefu[voice], in a round: said by one, heard by the other."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import numpy as np
import pytest

from kefu.ai.speech import espeak, silero, sphinx
from kefu.ai.speech.sound import Tail
from kefu.core.nouns import Language
from kefu.core.ports.speech import Began, Ended, Expected, Heard, Paused, Phrase
from kefu.service.voice.manners import Manners

SAID: dict[Language, tuple[str, ...]] = {
    "en": ("where is my order", "i want to cancel my order", "how do i get a refund", "i forgot my password"),
    "zh": ("我的订单到哪里了", "我想取消订单", "怎么申请退款", "请帮我转人工客服"),
}
FOREIGN: dict[Language, str] = {"en": "the moon is made of yellow cheese and honey", "zh": "昨天晚上的球赛北京队赢了"}


@pytest.fixture(scope="module")
def voice() -> Iterator[espeak.Espeak]:
    speaker = espeak.Espeak()
    yield speaker
    speaker.close()


@pytest.fixture(scope="module")
def ears() -> Iterator[sphinx.Sphinx]:
    engine = sphinx.Sphinx()
    yield engine
    engine.close()


def said(voice: espeak.Espeak, text: str, language: Language, rate_hz: int = 16_000) -> bytes:
    named = next(one for one in voice.voices if one.language == language)
    return bytes(rate_hz // 2) + b"".join(voice.speak(text, named, rate_hz)) + bytes(rate_hz)


def heard(ears: sphinx.Sphinx, pcm: bytes, language: Language, rate_hz: int = 16_000) -> Heard:
    phrases = tuple(Phrase(f"{language}{at}", text, language) for at, text in enumerate(SAID[language]))
    utterance = ears.open(Expected(language, "phrases", phrases, rate_hz))
    for at in range(0, len(pcm), 1001):
        utterance.accept(pcm[at : at + 1001])
    return utterance.finish()


@pytest.mark.parametrize("rate_hz", [8_000, 16_000, 48_000])
@pytest.mark.parametrize(("language", "at"), [(language, at) for language in ("en", "zh") for at in range(4)])
def test_what_is_said_is_heard(
    language: Language, at: int, rate_hz: int, voice: espeak.Espeak, ears: sphinx.Sphinx
) -> None:
    found = heard(ears, said(voice, SAID[language][at], language, rate_hz), language, rate_hz)
    assert (found.text, found.phrase_id, found.rejected) == (SAID[language][at], f"{language}{at}", False)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_is_no_phrase_is_not_believed(language: Language, voice: espeak.Espeak, ears: sphinx.Sphinx) -> None:
    found = heard(ears, said(voice, FOREIGN[language], language), language)
    assert found.rejected or (found.confidence or 0) < Manners().sure


def test_each_language_is_heard_beside_the_other(voice: espeak.Espeak, ears: sphinx.Sphinx) -> None:
    phrases = tuple(Phrase(text, text, language) for language in SAID for text in SAID[language])
    for language, texts in SAID.items():
        utterance = ears.open(Expected("zh", "phrases", phrases))
        utterance.accept(said(voice, texts[0], language))
        found = utterance.finish()
        assert (found.text, found.language, (found.confidence or 0) >= Manners().sure) == (texts[0], language, True)


def test_what_is_heard_so_far_is_shown(voice: espeak.Espeak, ears: sphinx.Sphinx) -> None:
    pcm = said(voice, SAID["en"][1], "en")
    utterance = ears.open(Expected("en", "phrases", tuple(Phrase(text, text, "en") for text in SAID["en"])))
    shown = [partial.text for at in range(0, len(pcm), 3200) for partial in utterance.accept(pcm[at : at + 3200])]
    assert shown
    assert all(text and SAID["en"][1].startswith(text) for text in shown)


def test_a_process_that_dies_takes_no_utterance_with_it(voice: espeak.Espeak) -> None:
    ears, pcm = sphinx.Sphinx(), said(voice, SAID["zh"][0], "zh")
    utterance = ears.open(Expected("zh", "phrases", tuple(Phrase(text, text, "zh") for text in SAID["zh"])))
    half = len(pcm) // 4 * 2
    utterance.accept(pcm[:half])
    for process in ears.processes.begun:
        process.kill()
    utterance.accept(pcm[half:])
    assert ears.processes.begun
    assert utterance.finish().text == SAID["zh"][0]
    ears.close()


def test_nobody_waits_for_the_library(voice: espeak.Espeak) -> None:
    """It keeps the interpreter to itself while it listens, so it must not do so in this process."""
    ears, code = sphinx.Sphinx(), "pocketsphinx"
    utterance = ears.open(Expected("zh", "phrases", tuple(Phrase(text, text, "zh") for text in SAID["zh"])))
    utterance.accept(said(voice, SAID["zh"][0] * 20, "zh"))
    assert utterance.finish().audio_ms > 20_000
    assert not any(code in name for name in sys.modules)
    ears.close()


def test_yes_is_heard_where_it_is_asked_for(voice: espeak.Espeak, ears: sphinx.Sphinx) -> None:
    utterance = ears.open(Expected("en", "yes_no"))
    utterance.accept(said(voice, "yes please", "en"))
    assert utterance.finish().text == "yes please"


def test_chinese_is_not_read_as_english_letters(voice: espeak.Espeak) -> None:
    """Debian's eSpeak NG 1.51 does that."""
    assert "(en)" not in voice.phonemes("您好", voice.voices[0])


def test_a_dead_process_is_replaced(voice: espeak.Espeak) -> None:
    before = said(voice, "hello", "en")
    voice.process.kill()
    assert abs(len(said(voice, "hello", "en")) - len(before)) < 8_000


def test_without_its_packages_an_engine_says_what_to_install() -> None:
    """As kefu meets it before it opens an engine, so that the pages can say so."""
    code = (
        "import sys; sys.modules['pocketsphinx'] = None\n"
        "from kefu.app.plugins import load_plugin; load_plugin('recognisers', 'pocketsphinx.v1')"
    )
    done = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True)
    assert "pip install 'kefu[voice]'" in done.stderr


def test_an_ear_tells_when_somebody_speaks(voice: espeak.Espeak) -> None:
    pcm = said(voice, "where is my order", "en") + bytes(32_000)
    ear = silero.SileroDetector().open(16_000, 384)
    began, paused, ended = (sound for at in range(0, len(pcm), 641) for sound in ear.push(pcm[at : at + 641]))
    assert (type(began), type(paused), type(ended)) == (Began, Paused, Ended)
    assert abs(began.at_ms - 250) < 100
    assert paused.at_ms == ended.at_ms


@pytest.mark.parametrize("background", [0.0, 0.003])
def test_the_pause_that_a_sound_ends_with_is_found(background: float) -> None:
    """Whatever pieces it comes in, with or without noise, and though something clicked first."""
    chance = np.random.default_rng(1)
    spoken = 0.1 * np.sin(np.arange(8000) / 9)
    click = np.where(np.arange(80) % 2, 0.9, -0.9)
    parts = [np.zeros(4800), click, np.zeros(1600), spoken, np.zeros(4000)]
    sound = np.concatenate(parts).astype(np.float32)
    sound += background * chance.standard_normal(len(sound)).astype(np.float32)
    ends = set()
    for size in (160, 1000, len(sound)):
        tail = Tail(16_000, 0.15)
        for at in range(0, len(sound), size):
            tail.take(sound[at : at + size])
        ends.add(tail.end)
    (end,) = ends
    assert end is not None
    assert abs(end - (len(sound) - 4000 + 2400)) <= 160


def test_a_sound_that_goes_on_ends_with_no_pause() -> None:
    tail = Tail(16_000, 0.15)
    tail.take(np.concatenate([np.zeros(4800), 0.1 * np.sin(np.arange(8000) / 9)]).astype(np.float32))
    assert tail.end is None
    tail.take(np.zeros(1600, np.float32))
    assert tail.end is None


def test_what_is_judged_ahead_is_what_is_judged_at_the_end(voice: espeak.Espeak, ears: sphinx.Sphinx) -> None:
    pcm = bytes(9600) + said(voice, SAID["en"][0], "en") + bytes(12_800)
    expected, found = Expected("en", "phrases", tuple(Phrase(text, text, "en") for text in SAID["en"])), set()
    for size in (640, 3200, len(pcm)):
        utterance = ears.open(expected)
        for at in range(0, len(pcm), size):
            utterance.accept(pcm[at : at + size])
        found.add(utterance.finish())
    (heard,) = found
    assert heard.text == SAID["en"][0]
