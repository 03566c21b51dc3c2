"""The conformance kit of recordings: run every check of `RECORDINGS_CHECKS` with recordings that are empty."""

from __future__ import annotations

from array import array
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from kefu.core.errors import BadInput
from kefu.core.ports.recordings import SIDES, Label, Recording, Recordings, Side

RATE = 16_000
AT = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)


def label_of(call_id: str = "call/1 客", conversation_id: str = "c-kit", consent: str = "widget") -> Label:
    """What a recording of the kit is of; ids of calls are the transport's, so they hold anything."""
    return Label(call_id, conversation_id, AT, RATE, consent)


def tone(value: int, length_ms: int) -> bytes:
    """Samples that are all alike."""
    return array("h", [value] * (RATE // 1000 * length_ms)).tobytes()


async def what_was_said_comes_back(recordings: Recordings) -> None:
    """Both sides, each in its place, silence between; in parts as well as whole."""
    recording = await recordings.begin(label_of())
    _say(recording, "caller", 0, 7, 1000)
    _say(recording, "house", 1200, 9, 800)
    _say(recording, "caller", 2500, 5, 100)
    await recording.close()
    tape = await recordings.open("c-kit", "call/1 客")
    assert tape is not None
    assert tape.label == label_of()
    assert await tape.length_ms() >= 2600
    caller = tone(7, 1000) + tone(0, 1500) + tone(5, 100)
    assert await tape.read("caller", 0, 2600) == caller
    assert await tape.read("caller", 990, 2510) == caller[990 * 32 : 2510 * 32]
    assert await tape.read("house", 1100, 1300) == tone(0, 100) + tone(9, 100)
    tape.close()


async def nothing_is_recorded_without_consent(recordings: Recordings) -> None:
    """Whoever begins says how it was given."""
    try:
        await recordings.begin(label_of(consent=""))
    except BadInput:
        assert await recordings.open("c-kit", "call/1 客") is None
    else:
        raise AssertionError("recorded without consent")


async def a_call_under_way_can_be_heard(recordings: Recordings) -> None:
    """All but the last second; what is held stays back until it was read."""
    recording = await recordings.begin(label_of())
    _say(recording, "caller", 0, 7, 3000)
    recording.hold(3000)
    _say(recording, "caller", 3000, 8, 3000)
    other = await recordings.begin(label_of("another"))
    await other.close()  # what was added before is written by now
    tape = await recordings.open("c-kit", "call/1 客")
    assert tape is not None
    assert 2000 <= await tape.length_ms() <= 3000
    recording.hold(None)
    _say(recording, "caller", 6000, 8, 100)
    await recording.close()
    assert await tape.read("caller", 2900, 3100) == tone(7, 100) + tone(8, 100)
    tape.close()


async def masked_stretches_are_silent(recordings: Recordings) -> None:
    """On both tracks, whether they were written or not, and what is held when the call ends, too."""
    recording = await recordings.begin(label_of())
    for side in SIDES:
        _say(recording, side, 0, 7, 5000)
    recording.mask(1100, 1900)
    recording.hold(4000)
    recording.mask(4800, 6200)
    for side in SIDES:
        _say(recording, side, 5000, 7, 2000)
    recording.hold(6500)
    await recording.close()
    tape = await recordings.open("c-kit", "call/1 客")
    assert tape is not None
    house = tone(7, 1100) + tone(0, 800) + tone(7, 2900) + tone(0, 1400) + tone(7, 800)
    assert await tape.read("house", 0, 7000) == house
    assert await tape.read("caller", 0, 7000) == house[: 6500 * 32] + tone(0, 500)
    tape.close()


async def a_forgotten_hold_becomes_silence(recordings: Recordings) -> None:
    """After a minute; so nothing is kept in memory for ever, and nothing unread is written."""
    recording = await recordings.begin(label_of())
    recording.hold(0)
    for second in range(90):
        _say(recording, "caller", second * 1000, 7, 1000)
    recording.hold(None)
    await recording.close()
    tape = await recordings.open("c-kit", "call/1 客")
    assert tape is not None
    assert not (await tape.read("caller", 0, 29_000)).strip(b"\0")
    assert await tape.read("caller", 31_000, 90_000) == tone(7, 59_000)
    tape.close()


async def erased_means_gone(recordings: Recordings) -> None:
    """One call, or all of a conversation, and nothing else."""
    for call_id, conversation_id in (("1", "c-kit"), ("2", "c-kit"), ("3", "c-kit"), ("1", "c-other")):
        await (await recordings.begin(label_of(call_id, conversation_id))).close()
    assert await recordings.erase("c-kit", "2") == 1
    assert await recordings.open("c-kit", "2") is None
    assert await recordings.erase("c-kit") == 2
    assert await recordings.erase("c-kit") == 0
    assert [one.conversation_id async for one in recordings.labels()] == ["c-other"]


def _say(recording: Recording, side: Side, at_ms: int, value: int, length_ms: int) -> None:
    """Add sound as a line carries it, in frames of 20 ms."""
    for offset in range(0, length_ms, 20):
        recording.add(side, at_ms + offset, tone(value, 20))


RECORDINGS_CHECKS: tuple[Callable[[Recordings], Awaitable[None]], ...] = (
    what_was_said_comes_back,
    nothing_is_recorded_without_consent,
    a_call_under_way_can_be_heard,
    masked_stretches_are_silent,
    a_forgotten_hold_becomes_silence,
    erased_means_gone,
)
