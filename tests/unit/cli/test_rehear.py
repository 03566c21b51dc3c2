"""kefu voice replay: recorded calls through another engine, for people and for machines."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from recorded_call import SAID, record_call, speak
from small_project import write_project

from kefu.adapters.recordings.files import open_recordings
from kefu.adapters.stores.sqlite import open_store
from kefu.cli import commands

SECRET = "r" * 32


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project without a call, and without a model: hearing again needs none."""
    monkeypatch.setenv("KEFU_SESSION_SECRET", SECRET)
    write_project(tmp_path / "house")
    return tmp_path / "house"


def replay(project: Path, *more: str) -> str:
    done = CliRunner().invoke(commands, ["voice", "replay", str(project), *more], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


def record(project: Path) -> None:
    """A call of three sentences, of which the second was misheard."""

    async def work() -> None:
        async with (
            open_store({"path": "kefu.db", "home": str(project)}) as store,
            open_recordings({"home": str(project), "secret": SECRET}) as recordings,
        ):
            await record_call(store, recordings, speak(), [SAID[0], "i want my order", SAID[2]])

    asyncio.run(work())


def test_without_recorded_calls_it_says_so(project: Path) -> None:
    assert "No recorded calls" in replay(project)


def test_calls_are_heard_again(project: Path) -> None:
    record(project)
    found = json.loads(replay(project, "--json", "--recogniser", "pocketsphinx.v1", "--calls", "5"))
    (call,) = found["calls"]
    assert [piece["then"] for piece in call["pieces"]] == [SAID[0], "i want my order", SAID[2]]
    assert [call["pieces"][place]["now"] for place in (0, 2)] == [SAID[0], SAID[2]]
    assert (found["total"]["pieces"], found["total"]["rate_then"]) == (3, 0)
    assert SAID[0] in replay(project)
