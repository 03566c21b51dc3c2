"""Sound on its way: the telephone's code, exact frames by the clock, chunks in order, bounded memory."""

from __future__ import annotations

import asyncio
import tracemalloc
from array import array
from time import monotonic

import pytest
from callers import until
from hypothesis import given, settings
from hypothesis import strategies as st

from kefu.adapters.audio.inbox import MOST, Inbox
from kefu.adapters.audio.mulaw import SILENCE, decode, encode
from kefu.adapters.audio.ordering import Ordered
from kefu.adapters.audio.pacing import Echoes, Frames, Pacer
from kefu.core.ports.line import Audio, Played

KNOWN = {0xFF: 0, 0x7F: 0, 0x80: 32124, 0x00: -32124, 0x8F: 16764, 0x0F: -16764, 0xF0: 120, 0x70: -120, 0xD5: 716}
"""Codes of ITU-T G.711 with their values in 16 bits, as reference implementations have them."""


def test_the_code_of_the_telephone_is_that_of_the_standard() -> None:
    for code, sample in KNOWN.items():
        assert array("h", decode(bytes([code])))[0] == sample
    assert encode(bytes(2)) == bytes([SILENCE])


def test_a_code_is_what_its_own_sample_becomes() -> None:
    for code in range(256):
        again = encode(decode(bytes([code])))[0]
        assert again == code or {again, code} == {0xFF, 0x7F}  # both mean silence


@given(st.binary(max_size=64))
def test_any_samples_come_back_nearly_the_same(pcm: bytes) -> None:
    whole = pcm[: len(pcm) & ~1]
    back = array("h", decode(encode(pcm)))
    for sample, heard in zip(array("h", whole), back, strict=True):
        assert abs(sample - heard) <= max(abs(sample) // 16, 8) + 650 * (abs(sample) > 32124)


@given(st.lists(st.binary(max_size=700), max_size=20))
def test_pieces_of_any_length_become_exact_frames(pieces: list[bytes]) -> None:
    frames = Frames(320)
    found = [frame for piece in pieces for frame in frames.push(piece)]
    assert all(len(frame) == 320 for frame in found)
    assert b"".join(found) == b"".join(pieces)[: len(found) * 320]
    assert len(b"".join(pieces)) - len(found) * 320 < 320


@given(st.permutations(range(30)))
def test_chunks_a_little_out_of_order_come_in_order(order: list[int]) -> None:
    near = sorted(range(30), key=lambda number: number + order[number] % 4)
    ordered: Ordered[int] = Ordered()
    found = [one for number in near for one in ordered.push(number, number)]
    first = near[0]
    assert found == [number for number in found if number is not None]
    assert found == list(range(first, first + len(found)))


@given(st.sets(st.integers(1, 60), max_size=15), st.integers(0, 3))
def test_what_was_lost_is_passed_over_and_nothing_comes_twice(lost: set[int], repeats: int) -> None:
    ordered: Ordered[int] = Ordered()
    sent = [number for number in range(80) if number not in lost]
    found = [one for number in sent for _ in range(repeats + 1) for one in ordered.push(number, number)]
    there = [one for one in found if one is not None]
    assert there == sent[: len(there)]
    assert len(sent) - len(there) < 5


def test_who_begins_to_count_anew_is_heard_again() -> None:
    ordered: Ordered[int] = Ordered()
    ordered.push(1, 1)
    assert ordered.push(10**9, 7) == [7]


class Sent:
    """Where a pacer's frames go."""

    def __init__(self, pacer_ahead_ms: int = 0, jitter_s: float = 0.0) -> None:
        self.frames: list[tuple[float, str, bytes]] = []
        self.told: list[Played] = []
        self.marks: list[str] = []
        self._jitter_s = jitter_s
        self.pacer = Pacer(
            8000, self._send, self.told.append, begins=self._mark, ends=self._mark, ahead_ms=pacer_ahead_ms
        )

    async def _send(self, frame: bytes, mark: str) -> None:
        self.frames.append((monotonic(), mark, frame))
        if self._jitter_s and len(self.frames) % 7 == 0:
            await asyncio.sleep(self._jitter_s)

    async def _mark(self, mark: str) -> None:
        self.marks.append(mark)

    async def play(self, *pieces: tuple[str, bytes], wait_s: float = 5) -> None:
        running = asyncio.create_task(self.pacer.run())
        for mark, pcm in pieces:
            for at in range(0, len(pcm), 777):
                await self.pacer.play(mark, pcm[at : at + 777])
            await self.pacer.play(mark, b"", last=True)
        await until(lambda: len([one for one in self.told if one.done]) == len(pieces), wait_s)
        running.cancel()
        await asyncio.wait({running})


async def test_sound_leaves_in_frames_of_20_ms_by_the_clock() -> None:
    sent = Sent()
    await sent.play(("m1", bytes(range(1, 251)) * 64), ("m2", b"\1\0" * 500))
    assert {len(frame) for _, _, frame in sent.frames} == {320}
    took = sent.frames[-1][0] - sent.frames[0][0]
    assert took >= 0.02 * (len(sent.frames) - 1) - 0.02
    assert b"".join(frame for _, mark, frame in sent.frames if mark == "m1") == bytes(range(1, 251)) * 64
    assert [(one.mark, one.heard_ms) for one in sent.told if one.done] == [("m1", 1000), ("m2", 80)]
    assert sent.marks == ["m1", "m1", "m2", "m2"]


async def test_a_way_out_that_stutters_does_not_change_the_pace() -> None:
    sent = Sent(jitter_s=0.05)
    await sent.play(("m1", bytes(320 * 50)))
    assert sent.frames[-1][0] - sent.frames[0][0] < 0.02 * 50 + 0.3


async def test_a_browser_may_get_its_sound_a_little_ahead() -> None:
    sent = Sent(pacer_ahead_ms=120)
    await sent.play(("m1", bytes(320 * 20)))
    assert sent.frames[5][0] - sent.frames[0][0] < 0.06


async def test_what_was_cleared_is_never_sent_and_nobody_waits_for_it() -> None:
    sent = Sent()
    running = asyncio.create_task(sent.pacer.run())
    playing = asyncio.create_task(sent.pacer.play("m1", bytes(320 * 500)))
    await asyncio.sleep(0.15)
    assert not playing.done()
    assert sent.pacer.clear() == "m1"
    count = len(sent.frames)
    await asyncio.wait_for(playing, 1)
    await sent.pacer.play("m2", b"\1\0" * 160, last=True)
    await asyncio.sleep(0.1)
    assert [mark for _, mark, _ in sent.frames[count:]] == ["m2"]
    assert Played("m1", count * 20) in sent.told
    running.cancel()
    await asyncio.wait({running})


async def test_an_hour_of_sound_waits_for_its_turn_in_little_memory() -> None:
    sent = Sent()
    running = asyncio.create_task(sent.pacer.run())
    tracemalloc.start()

    async def play() -> None:
        for _ in range(3600):
            await sent.pacer.play("m1", bytes(16000))

    playing = asyncio.create_task(play())
    await asyncio.sleep(0.3)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 1_000_000
    for task in (playing, running):
        task.cancel()
    await asyncio.wait({playing, running})


async def test_an_end_that_keeps_its_marks_is_believed_after_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kefu.adapters.audio.pacing.ECHO_S", 0.05)
    told: list[Played] = []
    echoes = Echoes(told.append)
    echoes.progress(Played("m1", 100))
    echoes.sent("m1")
    echoes.sent("m2")
    echoes.heard("m2", 60)
    echoes.heard("m9")
    await asyncio.sleep(0.4)
    assert told == [Played("m2", 60, done=True), Played("m1", 100, done=True)]
    echoes.sent("m3")
    echoes.forget()
    await asyncio.sleep(0.2)
    assert len(told) == 2


async def test_what_nobody_reads_costs_sound_and_no_memory() -> None:
    inbox = Inbox()
    for _ in range(200_000):
        inbox.put(Audio(b"\0" * 320))
    inbox.close()
    inbox.put(Audio(b""))
    assert len([one async for one in inbox.read()]) == MOST
    assert inbox.lost == 200_000 - MOST


@settings(max_examples=20)
@given(st.floats(0.999, 1.001))
def test_a_clock_that_drifts_costs_no_frame(rate: float) -> None:
    """0.1 % of drift over an hour is 3.6 s: re-framing has no clock, so every sample arrives."""
    frames = Frames(320)
    pieces = [bytes(round(320 * rate / 2) * 2)] * 1000
    found = sum(len(frames.push(piece)) for piece in pieces)
    assert abs(found - len(pieces) * len(pieces[0]) // 320) <= 1
