"""Listening: whoever may, once each time in the trail; recordings go with their days and with the conversation."""

from __future__ import annotations

import io
import wave
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from small_house import make_bench

from kefu.adapters.recordings.files import open_recordings
from kefu.adapters.stores.memory import MemoryStore
from kefu.app.listening import LISTENED, Wave, listen, tidy
from kefu.app.people.team import Hand
from kefu.core.errors import NotAllowed, NotFound
from kefu.core.ports.recordings import Label, Recordings
from kefu.service.privacy.access import Operator
from kefu.testing.check_recordings import tone

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
MEI = Hand(Operator("Mei", "agent", id="p1"), "10.0.0.1")


@pytest.fixture
async def recordings(tmp_path: Path) -> AsyncIterator[Recordings]:
    async with open_recordings({"home": str(tmp_path), "secret": "r" * 32}) as opened:
        yield opened


@pytest.fixture
async def store() -> MemoryStore:
    bench = make_bench(NOW)
    await bench.say("你好")
    return bench.house.store


async def record(recordings: Recordings, conversation_id: str, call_id: str = "1", began_at: datetime = NOW) -> None:
    recording = await recordings.begin(Label(call_id, conversation_id, began_at, 16_000, "widget"))
    recording.add("caller", 0, tone(7, 1000))
    recording.add("house", 500, tone(9, 1000))
    await recording.close()


async def conversation_of(store: MemoryStore) -> str:
    return (await store.summaries())[0].id


async def test_each_listening_is_written_down_once(recordings: Recordings, store: MemoryStore) -> None:
    talk = await conversation_of(store)
    await record(recordings, talk)
    for minutes in (0, 1, 9, 30):
        (await listen(recordings, store, MEI, talk, "1", now=NOW + timedelta(minutes=minutes))).close()
    trail = await store.trail()
    assert [(one.deed.who, one.deed.what, one.deed.about, one.deed.origin) for one in trail] == [
        ("Mei", LISTENED, "call:1", "10.0.0.1")
    ] * 2


async def test_who_may_not_hears_nothing_and_leaves_no_trace(recordings: Recordings, store: MemoryStore) -> None:
    talk = await conversation_of(store)
    await record(recordings, talk)
    with pytest.raises(NotAllowed):
        await listen(recordings, store, Hand(Operator("Wei", "viewer")), talk, "1", now=NOW)
    for conversation_id, call_id in ((talk, "2"), ("c-none", "1"), ("../" + talk, "1")):
        with pytest.raises(NotFound):
            await listen(recordings, store, MEI, conversation_id, call_id, now=NOW)
    assert await store.trail() == []


async def test_recordings_go_with_their_days_and_their_conversation(recordings: Recordings, store: MemoryStore) -> None:
    talk = await conversation_of(store)
    await record(recordings, talk, "old", NOW - timedelta(days=30))
    await record(recordings, talk, "kept", NOW - timedelta(days=29))
    await record(recordings, "c-erased", "orphan", NOW - timedelta(hours=2))
    await record(recordings, "c-new", "begins", NOW)
    assert await tidy(recordings, store, timedelta(days=30), NOW) == 2
    assert {one.call_id async for one in recordings.labels()} == {"kept", "begins"}


async def test_any_part_of_the_wave_can_be_read(recordings: Recordings, store: MemoryStore) -> None:
    talk = await conversation_of(store)
    await record(recordings, talk)

    async def read(start: int, end: int) -> bytes:
        tape = await listen(recordings, store, MEI, talk, "1", now=NOW)
        return b"".join([part async for part in Wave(tape, 1500).read(start, end)])

    size = 44 + 1500 * 64
    whole = await read(0, size)
    assert len(whole) == size
    with wave.open(io.BytesIO(whole)) as file:
        assert (file.getnchannels(), file.getframerate(), file.getnframes()) == (2, 16_000, 24_000)
        assert file.readframes(8000) == b"\x07\0\0\0" * 8000
        assert file.readframes(8000) == b"\x07\0\x09\0" * 8000
        assert file.readframes(8000) == b"\0\0\x09\0" * 8000
    for start, end in ((0, 10), (40, 50), (44, 45), (32_001, 64_003), (size - 3, size)):
        assert await read(start, end) == whole[start:end]
