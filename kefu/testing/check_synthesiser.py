"""Conformance of a Synthesiser: what any of them must keep, ours and an outsider's alike.

@pytest.mark.parametrize("check", SYNTHESISER_CHECKS, ids=lambda check: check.__name__)
def test_synthesiser(check):
check(lambda: open_synthesiser({...}))
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from typing import Any, cast

from kefu.core.errors import BadInput
from kefu.core.nouns import Language
from kefu.core.ports.speech import Synthesiser, Voice

Open = Callable[[], Synthesiser]
SAID: dict[Language, str] = {"en": "Your order is on its way.", "zh": "您的订单已经在路上了。"}
STRANGE = ("", " ", "\x00", "。。。", "👨‍👩‍👧‍👦", "<speak>", "a" * 300, "!?" * 50, "שלום")


@contextmanager
def _opened(open_synthesiser: Open) -> Iterator[Synthesiser]:
    synthesiser = open_synthesiser()
    try:
        yield synthesiser
    finally:
        synthesiser.close()


def _whole(synthesiser: Synthesiser, text: str, voice: Voice, rate_hz: int = 16_000, speed: float = 1.0) -> bytes:
    pieces = list(synthesiser.speak(text, voice, rate_hz, speed))
    assert all(len(piece) % 2 == 0 for piece in pieces), "a piece ends in the middle of a sample"
    return b"".join(pieces)


def check_has_voices(open_synthesiser: Open) -> None:
    """It has voices, each once, and its version stays."""
    with _opened(open_synthesiser) as one, _opened(open_synthesiser) as other:
        assert one.voices
        assert len(set(one.voices)) == len(one.voices)
        assert one.version == other.version != ""


def check_speaks_with_every_voice(open_synthesiser: Open) -> None:
    """Each voice says a sentence of its language: between half a second and ten, and not silence."""
    with _opened(open_synthesiser) as synthesiser:
        for voice in synthesiser.voices:
            pcm = _whole(synthesiser, SAID[voice.language], voice)
            assert 0.5 < len(pcm) / 32_000 < 10, voice
            assert any(pcm), voice


def check_speaks_at_any_rate(open_synthesiser: Open) -> None:
    """At 8, 16 and 48 kHz the sentence takes the same time."""
    with _opened(open_synthesiser) as synthesiser:
        voice = synthesiser.voices[0]
        took = [len(_whole(synthesiser, SAID[voice.language], voice, rate)) / rate for rate in (8000, 16_000, 48_000)]
        assert max(took) - min(took) < 0.2


def check_speaks_faster(open_synthesiser: Open) -> None:
    """Speed 1.5 takes less time than speed 1."""
    with _opened(open_synthesiser) as synthesiser:
        voice = synthesiser.voices[0]
        slow, fast = (len(_whole(synthesiser, SAID[voice.language], voice, speed=speed)) for speed in (1.0, 1.5))
        assert fast < slow


def check_never_breaks(open_synthesiser: Open) -> None:
    """Any text gives sound or none."""
    with _opened(open_synthesiser) as synthesiser:
        for text in STRANGE:
            _whole(synthesiser, text, synthesiser.voices[0])
        assert _whole(synthesiser, "", synthesiser.voices[0]) == b""


def check_stops_when_closed(open_synthesiser: Open) -> None:
    """A long text that nobody listens to any more leaves the engine free for the next sentence."""
    with _opened(open_synthesiser) as synthesiser:
        voice = synthesiser.voices[0]
        for _ in range(5):
            with closing(cast(Any, synthesiser.speak(SAID[voice.language] * 200, voice, 16_000))) as spoken:
                assert next(iter(spoken))
        assert 0.5 < len(_whole(synthesiser, SAID[voice.language], voice)) / 32_000 < 10


def check_refuses_what_it_has_not(open_synthesiser: Open) -> None:
    """A voice that it has not, and a rate that nobody hears at, are refused."""
    with _opened(open_synthesiser) as synthesiser:
        voice = synthesiser.voices[0]
        for wrong, rate_hz in ((Voice("nobody", "en"), 16_000), (voice, 0)):
            try:
                list(synthesiser.speak("a", wrong, rate_hz))
            except BadInput:
                continue
            raise AssertionError(f"{wrong.name} spoke at {rate_hz} samples a second")


def check_serves_many_threads(open_synthesiser: Open) -> None:
    """Sentences in four threads are each as long as alone."""
    with _opened(open_synthesiser) as synthesiser, ThreadPoolExecutor(4) as pool:
        voice = synthesiser.voices[0]
        text = SAID[voice.language]
        alone = len(_whole(synthesiser, text, voice))
        for length in pool.map(lambda _: len(_whole(synthesiser, text, voice)), range(12)):
            assert abs(length - alone) < 0.1 * alone


SYNTHESISER_CHECKS: tuple[Callable[[Open], None], ...] = (
    check_has_voices,
    check_speaks_with_every_voice,
    check_speaks_at_any_rate,
    check_speaks_faster,
    check_never_breaks,
    check_stops_when_closed,
    check_refuses_what_it_has_not,
    check_serves_many_threads,
)
