"""Conformance of a Detector: what any of them must keep, ours and an outsider's alike.

    @pytest.mark.parametrize("check", DETECTOR_CHECKS, ids=lambda check: check.__name__)
    def test_detector(check):
        check(lambda: open_detector({}), pcm)

`pcm` is a sentence at 16 kHz without silence around it, a second at least.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import zip_longest

from kefu.core.errors import BadInput
from kefu.core.ports.speech import Began, Detector, Ear, Ended, Paused, Sound
from kefu.testing.sounds import keypad, noise, pieces, silence

Open = Callable[[], Detector]
RATE_HZ = 16_000
LEAD_S, SILENCE_MS = 1.0, 400


def _around(pcm: bytes) -> bytes:
    return noise(LEAD_S, RATE_HZ, -60.0) + pcm + noise(1.5, RATE_HZ, -60.0)


def _hear(ear: Ear, pcm: bytes, size: int = 640) -> list[Sound]:
    return [sound for piece in pieces(pcm, size) for sound in ear.push(piece)]


def _assert_in_order(sounds: Sequence[Sound]) -> None:
    """Began, then pauses and beginnings by turns, then the end after a pause."""
    before: Sound | None = None
    for sound in sounds:
        match sound:
            case Began():
                assert not isinstance(before, Began)
            case Paused():
                assert isinstance(before, Began)
            case Ended():
                assert isinstance(before, Paused)
        before = sound


def check_hears_a_turn(open_detector: Open, pcm: bytes) -> None:
    """A sentence begins within 150 ms of its first sound, ends within 300 ms of its last, and is one turn."""
    sounds = _hear(open_detector().open(RATE_HZ, SILENCE_MS), _around(pcm))
    _assert_in_order(sounds)
    assert [type(sound) for sound in sounds].count(Ended) == 1
    assert abs(sounds[0].at_ms - 1000 * LEAD_S) < 150
    assert abs(sounds[-1].at_ms - 1000 * (LEAD_S + len(pcm) / 2 / RATE_HZ)) < 300


def check_is_the_same_however_cut(open_detector: Open, pcm: bytes) -> None:
    """Pieces of any size, odd ones too, give the same."""
    detector, sizes = open_detector(), (640, 7, 1001, 10**7)
    heard = [_hear(detector.open(RATE_HZ, SILENCE_MS), _around(pcm), size) for size in sizes]
    assert heard.count(heard[0]) == len(heard)


def check_takes_no_noise_for_speech(open_detector: Open, _pcm: bytes) -> None:
    """Silence, noise and the keys of a telephone begin no turn."""
    for sound in (silence(5, RATE_HZ), noise(5, RATE_HZ), keypad(3, RATE_HZ)):
        assert _hear(open_detector().open(RATE_HZ, SILENCE_MS), sound) == []


def check_waits_as_long_as_asked(open_detector: Open, pcm: bytes) -> None:
    """With more silence asked for, two sentences with a pause between them are one turn; with less, two."""
    both = noise(0.5, RATE_HZ, -60.0) + pcm + noise(1, RATE_HZ, -60.0) + pcm + noise(3, RATE_HZ, -60.0)
    for silence_ms, turns in ((300, 2), (2000, 1)):
        ear = open_detector().open(RATE_HZ, 300)
        ear.expect(silence_ms)
        assert sum(isinstance(sound, Ended) for sound in _hear(ear, both)) == turns


def check_keeps_two_apart(open_detector: Open, pcm: bytes) -> None:
    """Two streams in turns are heard as each alone."""
    detector = open_detector()
    here, there = _around(pcm), silence(1, RATE_HZ) + _around(pcm)
    alone = [_hear(detector.open(RATE_HZ, SILENCE_MS), one) for one in (here, there)]
    ears = [detector.open(RATE_HZ, SILENCE_MS) for _ in range(2)]
    heard: list[list[Sound]] = [[], []]
    for both in zip_longest(pieces(here), pieces(there), fillvalue=b""):
        for number, piece in enumerate(both):
            heard[number] += ears[number].push(piece)
    assert heard == alone


def check_refuses_what_it_cannot_hear(open_detector: Open, _pcm: bytes) -> None:
    """A rate that nobody sends at is refused; nothing at all is no sound."""
    detector = open_detector()
    assert list(detector.open(RATE_HZ, SILENCE_MS).push(b"")) == []
    assert detector.version == open_detector().version != ""
    for rate_hz in (0, 1_000_000):
        try:
            detector.open(rate_hz, SILENCE_MS)
        except BadInput:
            continue
        raise AssertionError(f"{rate_hz} samples a second were accepted")


DETECTOR_CHECKS: tuple[Callable[[Open, bytes], None], ...] = (
    check_hears_a_turn,
    check_is_the_same_however_cut,
    check_takes_no_noise_for_speech,
    check_waits_as_long_as_asked,
    check_keeps_two_apart,
    check_refuses_what_it_cannot_hear,
)
