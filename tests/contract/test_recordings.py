"""Recordings pass their kit; files also keep their secret, and survive a crash and a curious hand."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

import pytest

from kefu.adapters.recordings.files import open_recordings
from kefu.core.errors import BadConfig, RecordingFailed
from kefu.testing.check_recordings import RECORDINGS_CHECKS, label_of, tone

SECRET = "r" * 32


@pytest.mark.parametrize("check", RECORDINGS_CHECKS, ids=lambda check: check.__name__)
async def test_files(tmp_path: Path, check) -> None:
    async with open_recordings({"home": str(tmp_path), "secret": SECRET}) as recordings:
        await check(recordings)


async def record(home: Path, *calls: str) -> list[Path]:
    async with open_recordings({"home": str(home), "secret": SECRET}) as recordings:
        for call_id in calls:
            recording = await recordings.begin(label_of(call_id))
            recording.add("caller", 0, tone(ord(call_id), 2000))
            await recording.close()
    return files_in(home)


def files_in(home: Path) -> list[Path]:
    """The oldest first."""
    return sorted(home.rglob("*.rec"), key=lambda path: path.stat().st_mtime_ns)


async def heard(home: Path, call_id: str, secret: str = SECRET) -> bytes:
    async with open_recordings({"home": str(home), "secret": secret}) as recordings:
        tape = await recordings.open("c-kit", call_id)
        assert tape is not None
        try:
            return await tape.read("caller", 0, await tape.length_ms())
        finally:
            tape.close()


async def test_a_file_shows_nothing_of_the_sound(tmp_path: Path) -> None:
    (file,) = await record(tmp_path, "a")
    assert tone(ord("a"), 2) not in file.read_bytes()
    assert file.stat().st_mode & 0o077 == 0
    assert file.parent.stat().st_mode & 0o077 == 0


async def test_another_secret_opens_nothing(tmp_path: Path) -> None:
    await record(tmp_path, "a")
    with pytest.raises(RecordingFailed, match="secret"):
        await heard(tmp_path, "a", "s" * 32)


@pytest.mark.parametrize("place", [30, 400, -1])
async def test_a_changed_byte_is_found(tmp_path: Path, place: int) -> None:
    (file,) = await record(tmp_path, "a")
    body = bytearray(file.read_bytes())
    body[place] ^= 1
    file.write_bytes(body)
    with pytest.raises(RecordingFailed):
        await heard(tmp_path, "a")


async def test_pieces_can_not_be_moved(tmp_path: Path) -> None:
    """Neither within a call nor from one call into another."""
    one, other = await record(tmp_path, "a", "b")
    whole, foreign = one.read_bytes(), other.read_bytes()
    place = 12 + 16_000 + 16
    start = len(whole) - 7 * place  # the last piece of a track of four ends before an empty one of the other
    one.write_bytes(whole[:start] + whole[start + 2 * place : start + 3 * place] + whole[start + place :])
    with pytest.raises(RecordingFailed):
        await heard(tmp_path, "a")
    one.write_bytes(whole[:start] + foreign[start:])
    with pytest.raises(RecordingFailed):
        await heard(tmp_path, "a")


async def test_a_torn_end_costs_no_more_than_itself(tmp_path: Path) -> None:
    (file,) = await record(tmp_path, "a")
    os.truncate(file, file.stat().st_size - 100)
    assert await heard(tmp_path, "a") == tone(ord("a"), 1500)


CRASHES = """
import asyncio, os, sys
from kefu.adapters.recordings.files import open_recordings
from kefu.testing.check_recordings import label_of, tone
async def main():
    async with open_recordings({"home": sys.argv[1], "secret": "r" * 32}) as recordings:
        recording = await recordings.begin(label_of("a"))
        for frame in range(500):
            recording.add("caller", frame * 20, tone(97, 20))
        await (await recordings.begin(label_of("b"))).close()
        os.kill(os.getpid(), 9)
asyncio.run(main())
"""


async def test_a_crash_loses_a_second_at_most(tmp_path: Path) -> None:
    died = await asyncio.create_subprocess_exec(sys.executable, "-c", CRASHES, str(tmp_path))
    assert await died.wait() == -9
    kept = await heard(tmp_path, "a")
    assert len(kept) >= len(tone(97, 9000))
    assert set(kept) == {97, 0}


async def test_a_short_secret_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadConfig, match="recording_secret"):
        async with open_recordings({"home": str(tmp_path), "secret": "short"}):
            pass
