"""Conformance of a Recogniser: what any of them must keep, ours and an outsider's alike.

    @pytest.mark.parametrize("check", RECOGNISER_CHECKS, ids=lambda check: check.__name__)
    def test_recogniser(check):
        check(lambda: open_recogniser({...}), Sample(pcm, expected, "where is my order"))

The sample is speech that the engine must hear right: PCM16 at `expected.rate_hz`, one sentence with silence around it.
"""

from __future__ import annotations

import resource
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from typing import Any, cast

from kefu.core.errors import BadInput
from kefu.core.ports.speech import Expected, Heard, Recogniser, Utterance
from kefu.testing.sounds import backwards, half, keypad, louder, noise, pieces, silence, square

Open = Callable[[], Recogniser]
LONG_S = 600
MOST_MORE_MB = 150
"""What an utterance of ten minutes may take more than none."""


@dataclass(frozen=True, slots=True)
class Sample:
    """Speech, what is expected of it, and what it says."""

    pcm: bytes
    expected: Expected
    text: str

    @property
    def audio_ms(self) -> int:
        """How long it is."""
        return 1000 * len(self.pcm) // (2 * self.expected.rate_hz)


@contextmanager
def _opened(open_recogniser: Open) -> Iterator[Recogniser]:
    recogniser = open_recogniser()
    try:
        yield recogniser
    finally:
        recogniser.close()


def _listen(recogniser: Recogniser, pcm: bytes, expected: Expected, size: int = 640) -> Heard:
    utterance = recogniser.open(expected)
    try:
        for piece in pieces(pcm, size):
            utterance.accept(piece)
        return utterance.finish()
    finally:
        utterance.close()


def _assert_sound(heard: Heard, expected: Expected) -> None:
    """What holds for everything that was heard."""
    assert heard.audio_ms >= 0
    assert heard.confidence is None or 0 <= heard.confidence <= 1
    assert not (heard.rejected and heard.text), "what was rejected has no text"
    assert heard.phrase_id in {"", *(phrase.id for phrase in expected.phrases)}


def check_tells_what_it_can(open_recogniser: Open, sample: Sample) -> None:
    """Its abilities cover the sample, and its version stays."""
    with _opened(open_recogniser) as one, _opened(open_recogniser) as other:
        assert sample.expected.language in one.abilities.languages
        assert one.abilities.open_vocabulary or one.abilities.most_phrases
        assert one.version == other.version != ""


def check_hears_the_sample(open_recogniser: Open, sample: Sample) -> None:
    """Speech is heard right, however it was cut into pieces: in the middle of a sample, all at once."""
    with _opened(open_recogniser) as recogniser:
        for size in (640, 1001, len(sample.pcm)):
            heard = _listen(recogniser, sample.pcm, sample.expected, size)
            _assert_sound(heard, sample.expected)
            assert (heard.text.lower(), heard.rejected) == (sample.text.lower(), False), f"pieces of {size}"
            assert heard.language == sample.expected.language
            assert abs(heard.audio_ms - sample.audio_ms) < 200


def check_hears_nothing_in_nothing(open_recogniser: Open, sample: Sample) -> None:
    """No audio, one sample, half a sample: rejected, and the next utterance works."""
    with _opened(open_recogniser) as recogniser:
        for pcm in (b"", b"\x01", b"\x01\x02", b"\x01\x02\x03"):
            utterance = recogniser.open(sample.expected)
            utterance.accept(pcm)
            utterance.accept(b"")
            heard = utterance.finish()
            assert (heard.text, heard.rejected) == ("", True), pcm
            utterance.close()
        assert _listen(recogniser, sample.pcm, sample.expected).text.lower() == sample.text.lower()


def check_hears_no_phrase_in_noise(open_recogniser: Open, sample: Sample) -> None:
    """Silence, noise, keys of a telephone and a square wave are rejected, at least where phrases are closed."""
    rate_hz = sample.expected.rate_hz
    with _opened(open_recogniser) as recogniser:
        may_invent = recogniser.abilities.open_vocabulary
        sounds = (silence(10, rate_hz), noise(3, rate_hz), keypad(2, rate_hz), square(2, rate_hz))
        for number, pcm in enumerate(sounds):
            heard = _listen(recogniser, pcm, sample.expected)
            _assert_sound(heard, sample.expected)
            assert heard.rejected or may_invent, f"sound {number}: {heard}"


def check_survives_bad_speech(open_recogniser: Open, sample: Sample) -> None:
    """Clipped, hardly audible, cut and reversed speech is heard or rejected, and never poisons what follows."""
    with _opened(open_recogniser) as recogniser:
        for pcm in (louder(sample.pcm, 20), louder(sample.pcm, 0.003), half(sample.pcm), backwards(sample.pcm)):
            _assert_sound(_listen(recogniser, pcm, sample.expected), sample.expected)
        assert _listen(recogniser, sample.pcm, sample.expected).text.lower() == sample.text.lower()


def check_hears_the_same_twice(open_recogniser: Open, sample: Sample) -> None:
    """The same audio gives the same result, whatever was heard before."""
    with _opened(open_recogniser) as recogniser:
        first = _listen(recogniser, sample.pcm, sample.expected)
        _listen(recogniser, noise(2, sample.expected.rate_hz), sample.expected)
        assert _listen(recogniser, sample.pcm, sample.expected) == first


def check_keeps_two_apart(open_recogniser: Open, sample: Sample) -> None:
    """Two utterances piece by piece in turns, one of them noise, are heard as each alone."""
    with _opened(open_recogniser) as recogniser:
        other = noise(sample.audio_ms / 1000, sample.expected.rate_hz)
        alone = [_listen(recogniser, pcm, sample.expected) for pcm in (sample.pcm, other)]
        one, two = recogniser.open(sample.expected), recogniser.open(sample.expected)
        for here, there in zip(pieces(sample.pcm), pieces(other), strict=False):
            one.accept(here)
            two.accept(there)
        assert [one.finish().text, two.finish().text] == [heard.text for heard in alone]
        one.close()
        two.close()


def check_finishes_once(open_recogniser: Open, sample: Sample) -> None:
    """Asked again, and after it was closed, it is what it was; more audio changes nothing."""
    with _opened(open_recogniser) as recogniser:
        utterance = recogniser.open(sample.expected)
        utterance.accept(sample.pcm)
        heard = utterance.finish()
        assert utterance.finish() == heard
        assert list(utterance.accept(sample.pcm)) == []
        utterance.close()
        utterance.close()
        assert utterance.finish() == heard


def _break(utterance: Utterance) -> None:
    utterance.accept(cast(Any, "no audio"))


def check_closes_in_the_middle(open_recogniser: Open, sample: Sample) -> None:
    """Given up halfway, or broken by what is no audio: the next utterance works."""
    with _opened(open_recogniser) as recogniser:
        for broken in (False, True) * 3:
            utterance = recogniser.open(sample.expected)
            utterance.accept(half(sample.pcm))
            if broken:
                with suppress(Exception):
                    _break(utterance)
            utterance.close()
        assert _listen(recogniser, sample.pcm, sample.expected).text.lower() == sample.text.lower()


def check_bounds_what_it_keeps(open_recogniser: Open, sample: Sample) -> None:
    """Ten minutes of speech take no more than the longest time and little memory."""
    expected = replace(sample.expected, longest_s=5.0)
    with _opened(open_recogniser) as recogniser:
        _listen(recogniser, sample.pcm, expected)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        utterance = recogniser.open(expected)
        second = (sample.pcm * (1 + 2 * expected.rate_hz // len(sample.pcm)))[: 2 * expected.rate_hz]
        for _ in range(LONG_S):
            utterance.accept(second)
        heard = utterance.finish()
        utterance.close()
        assert heard.audio_ms <= 6000, "what comes after longest_s is not listened to"
        assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024 < MOST_MORE_MB


def check_refuses_what_it_cannot_hear(open_recogniser: Open, sample: Sample) -> None:
    """A rate that nobody sends at is refused when it is opened."""
    with _opened(open_recogniser) as recogniser:
        for rate_hz in (0, 1_000_000):
            try:
                recogniser.open(replace(sample.expected, rate_hz=rate_hz))
            except BadInput:
                continue
            raise AssertionError(f"{rate_hz} samples a second were accepted")


def check_serves_many_threads(open_recogniser: Open, sample: Sample) -> None:
    """Eight utterances in four threads are heard as one."""
    with _opened(open_recogniser) as recogniser, ThreadPoolExecutor(4) as pool:
        found = pool.map(lambda pcm: _listen(recogniser, pcm, sample.expected), [sample.pcm] * 8)
        assert {heard.text.lower() for heard in found} == {sample.text.lower()}


RECOGNISER_CHECKS: tuple[Callable[[Open, Sample], None], ...] = (
    check_tells_what_it_can,
    check_hears_the_sample,
    check_hears_nothing_in_nothing,
    check_hears_no_phrase_in_noise,
    check_survives_bad_speech,
    check_hears_the_same_twice,
    check_keeps_two_apart,
    check_finishes_once,
    check_closes_in_the_middle,
    check_bounds_what_it_keeps,
    check_refuses_what_it_cannot_hear,
    check_serves_many_threads,
)
