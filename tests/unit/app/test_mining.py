"""Mining a store: on all cores, in pages, each message once, whatever is killed when; later only what is new."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import mining_work
import pytest
from mining_work import NOW, SAID, fill, work

from kefu.adapters.stores.memory import open_store as open_memory
from kefu.adapters.stores.sqlite import open_store
from kefu.app.insight.gather import INSIGHT
from kefu.app.insight.run import open_run
from kefu.core.ports.desk import Scope
from kefu.core.ports.insight import Mention

TALKS = 3000
MESSAGES = TALKS + TALKS // mining_work.EVERY


async def read(home: Path) -> list[Mention]:
    async with open_store({"path": str(home / "kefu.db")}) as store:
        return list(await store.mentions(NOW - timedelta(days=90), NOW, Scope()))


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project's folder with a full store, from which each test has a copy."""

    async def make() -> None:
        async with open_store({"path": str(home / "kefu.db")}) as store:
            await fill(store, 0, TALKS)

    home = tmp_path_factory.mktemp("filled")
    asyncio.run(make())
    return home


@pytest.fixture(scope="module")
def mined(filled: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Mention]:
    """What a run that nobody disturbs finds."""
    home = tmp_path_factory.mktemp("mined")
    shutil.copytree(filled, home, dirs_exist_ok=True)
    asyncio.run(mining_work.main(home))
    return asyncio.run(read(home))


def ask(home: Path, query: str) -> int:
    with sqlite3.connect(f"file:{home}/kefu.db?mode=ro", uri=True, timeout=10) as connection:
        return int(connection.execute(query).fetchone()[0] or 0)


def test_every_message_is_mined_once_and_alike_texts_belong_together(mined: list[Mention]) -> None:
    assert len({(one.conversation_id, one.number) for one in mined}) == len(mined) == MESSAGES
    assert {one.text for one in mined} == set(SAID)
    assert len({(one.text, one.topic) for one in mined if one.topic}) == len(SAID)


@pytest.mark.parametrize(
    "until",
    [
        f"SELECT max(position) > 2000 FROM bookmarks WHERE name = '{INSIGHT}'",
        "SELECT count(*) > 1000 FROM insight_mentions WHERE closeness > 0",
    ],
    ids=["while it gathers", "while it places"],
)
def test_a_run_that_is_killed_goes_on_and_nothing_is_lost_or_double(
    filled: Path, mined: list[Mention], tmp_path: Path, until: str
) -> None:
    shutil.copytree(filled, tmp_path, dirs_exist_ok=True)
    process = subprocess.Popen([sys.executable, mining_work.__file__, str(tmp_path)], start_new_session=True)
    while not ask(tmp_path, until):
        assert process.poll() is None
    process.kill()
    process.wait()
    kept = ask(tmp_path, f"SELECT max(position) FROM bookmarks WHERE name = '{INSIGHT}'")
    placed = ask(tmp_path, "SELECT count(*) FROM insight_mentions WHERE closeness > 0")
    before = open_run(tmp_path / ".insight")
    assert placed < MESSAGES
    asyncio.run(mining_work.main(tmp_path))
    assert asyncio.run(read(tmp_path)) == mined
    after = open_run(tmp_path / ".insight")
    assert after
    assert after.is_done
    if before:  # it went on with the topics that it had, from the page that was written last
        assert (after.at, after.ids, after.model) == (before.at, before.ids, before.model)
        assert kept == ask(tmp_path, "SELECT max(position) FROM events")
        assert after.read == MESSAGES


async def test_a_second_run_takes_only_what_is_new(tmp_path: Path) -> None:
    async with open_memory({}) as store:
        await fill(store, 0, 600)
        first = await work(store, tmp_path / "run", 1)
        assert first.messages == 600 + 600 // mining_work.EVERY
        again = await work(store, tmp_path / "run", 1)
        assert (again.messages, again.topics) == (0, first.topics)
        await fill(store, 600, 30)
        later = await work(store, tmp_path / "run", 1)
        assert later.messages == 30 + 30 // mining_work.EVERY + 1
        assert later.placed == later.messages
        assert [one.id for one in later.topics] == [one.id for one in first.topics]
        said = await store.mentions(NOW - timedelta(days=90), NOW, Scope())
        assert len({(one.text, one.topic) for one in said}) == len(SAID)
