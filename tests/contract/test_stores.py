"""Every store passes the same kit, and what it acknowledged survives a killed process."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from kefu.adapters.sql.codec import decode_event, encode, to_micros
from kefu.adapters.sql.engine import make_engine
from kefu.adapters.sql.migrate import HEAD, migrate
from kefu.adapters.stores import memory, postgres, sqlite
from kefu.core.errors import BadConfig, StoreFailed
from kefu.core.nouns import Waiting
from kefu.core.ports.desk import View
from kefu.core.ports.store import Memory
from kefu.core.trail import Deed
from kefu.testing.check_attachments import ATTACHMENT_CHECKS
from kefu.testing.check_desk import DESK_CHECKS
from kefu.testing.check_extracts import EXTRACT_CHECKS
from kefu.testing.check_foresight import FORESIGHT_CHECKS
from kefu.testing.check_insight import INSIGHT_CHECKS
from kefu.testing.check_library import LIBRARY_CHECKS, NOW, SHARED_LIBRARY_CHECKS, article_of
from kefu.testing.check_people import PEOPLE_CHECKS, SHARED_PEOPLE_CHECKS
from kefu.testing.check_reports import REPORT_CHECKS
from kefu.testing.check_store import SHARED_STORE_CHECKS, STORE_CHECKS, talk_of, turn_of

CHECKS = [
    *STORE_CHECKS, *LIBRARY_CHECKS, *DESK_CHECKS, *ATTACHMENT_CHECKS, *REPORT_CHECKS, *EXTRACT_CHECKS,
    *INSIGHT_CHECKS, *FORESIGHT_CHECKS, *PEOPLE_CHECKS,
]  # fmt: skip
SHARED_CHECKS = [*SHARED_STORE_CHECKS, *SHARED_LIBRARY_CHECKS, *SHARED_PEOPLE_CHECKS]
KINDS = ["memory", "sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]
DATABASES = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]


@asynccontextmanager
async def open_at(url: str) -> AsyncIterator[Memory]:
    plugin = postgres if url.startswith("postgresql") else sqlite
    async with plugin.open_store({"url": url, "path": url.removeprefix("sqlite:///")}) as store:
        yield store


@pytest.fixture
async def store(request: pytest.FixtureRequest) -> AsyncIterator[Memory]:
    if request.param == "memory":
        async with memory.open_store({}) as opened:
            yield opened
    else:
        async with open_at(request.getfixturevalue(f"{request.param}_url")) as opened:
            yield opened


@pytest.mark.parametrize("store", KINDS, indirect=True)
@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
async def test_a_store_keeps_its_promises(store: Memory, check) -> None:
    await check(store)


@pytest.mark.parametrize("store_url", DATABASES, indirect=True)
@pytest.mark.parametrize(
    "check", [*SHARED_STORE_CHECKS, *SHARED_LIBRARY_CHECKS, *SHARED_PEOPLE_CHECKS], ids=lambda check: check.__name__
)
async def test_two_stores_on_one_database(store_url: str, check) -> None:
    async with AsyncExitStack() as stack:
        await check(*[await stack.enter_async_context(open_at(store_url)) for _ in range(2)])


@pytest.mark.parametrize("store_url", DATABASES, indirect=True)
async def test_it_is_all_there_after_opening_again(store_url: str) -> None:
    async with open_at(store_url) as store:
        commit = turn_of(talk_of("again"), "again")
        await store.commit(commit)
        await store.shelve([article_of("again")], [], "mei", NOW)
    async with open_at(store_url) as store:
        assert await store.load("kit", "again") == commit.conversation
        assert [one.id for one in await store.articles()] == ["again"]


@pytest.mark.parametrize("database", DATABASES, indirect=True)
def test_migrations_lead_to_the_tables_of_the_code(database: str) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    from kefu.adapters.sql.tables import metadata

    engine = make_engine(database)
    migrate(engine)
    migrate(engine)
    with engine.connect() as connection:
        known = {"include_name": lambda name, *_: not str(name).startswith("line_words")}
        assert compare_metadata(MigrationContext.configure(connection, opts=known), metadata) == []
    engine.dispose()


@pytest.mark.parametrize("database", DATABASES, indirect=True)
async def test_a_database_of_an_older_kefu_gets_what_is_new_and_keeps_what_it_has(database: str) -> None:
    waiting = replace(talk_of("older"), version=1, language="en", waiting=Waiting("asked", NOW, "mei"))
    engine = make_engine(database)
    migrate(engine, "0002")
    state = json.loads(encode(waiting))
    del state["work"]
    row = {"id": waiting.id, "since": to_micros(NOW), "state": json.dumps(state).encode()}
    with engine.begin() as connection:
        insert = (
            "INSERT INTO conversations (id, channel, sender, version, customer_id, waiting_since, waiting_reason,"
            " updated_at, last_line, state) VALUES (:id, 'kit', 'older', 1, '', :since, 'asked', :since, '', :state)"
        )
        connection.execute(text(insert), row)
    engine.dispose()
    async with open_at(database) as store:
        assert await store.load("kit", "older") == waiting
        found = (await store.inbox(View(status=("open",)))).entries
        assert [(one.person, one.language, one.waits_since, one.opened_at) for one in found] == [
            ("mei", "en", NOW, NOW)
        ]
        await store.shelve([article_of("new")], [], "mei", NOW)
        assert (await store.changes(0)).edition == 1


@pytest.mark.parametrize("store_url", DATABASES, indirect=True)
@pytest.mark.parametrize("change", ["UPDATE audit SET who = 'li'", "DELETE FROM audit"])
async def test_the_database_itself_keeps_the_audit_trail(store_url: str, change: str) -> None:
    async with open_at(store_url) as store:
        await store.record([Deed("mei", "person.role", "person:p-li")], NOW)
    engine = make_engine(store_url)
    with pytest.raises(SQLAlchemyError, match="only grows"), engine.begin() as connection:
        connection.execute(text(change))
    engine.dispose()


@pytest.mark.parametrize("database", DATABASES, indirect=True)
def test_a_database_of_a_newer_kefu_is_refused(database: str) -> None:
    engine = make_engine(database)
    migrate(engine)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreFailed, match="run the newer kefu"):
        migrate(engine)
    assert HEAD < "9999"
    engine.dispose()


async def test_a_database_that_can_not_be_opened_says_so(tmp_path: Path) -> None:
    with pytest.raises(StoreFailed, match="can't be opened"):
        async with open_at(f"sqlite:///{tmp_path}/no/such/folder/kefu.db"):
            pass
    with pytest.raises(BadConfig, match="needs url"):
        postgres.open_store({})


def test_an_event_of_a_newer_kefu_is_named() -> None:
    with pytest.raises(StoreFailed, match="newer kefu"):
        decode_event("TimeTravelled", 1, b"{}")


async def test_a_full_disk_fails_the_commit_and_the_next_one_works(tmp_path: Path) -> None:
    engine = make_engine(f"sqlite:///{tmp_path}/full.db")
    async with sqlite.open_store({"path": f"{tmp_path}/full.db"}) as store:
        await store.commit(turn_of(talk_of("a"), "a"))
        writer = store._writer._engine  # type: ignore[attr-defined]
        with writer.begin() as connection:
            pages = connection.execute(text("PRAGMA page_count")).scalar_one()
            connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
        big = "字" * 200_000
        with pytest.raises(StoreFailed, match="Nothing was kept"):
            await store.commit(turn_of(talk_of("b"), "b" + big))
        assert await store.load("kit", "b") is None
        with writer.begin() as connection:
            connection.exec_driver_sql("PRAGMA max_page_count = 1000000")
        await store.commit(turn_of(talk_of("b"), "b"))
    engine.dispose()


WRITER = """
import asyncio, sys
from kefu.adapters.stores.sqlite import open_store
from kefu.testing.check_library import LIBRARY_CHECKS, NOW, SHARED_LIBRARY_CHECKS, article_of
from kefu.testing.check_store import talk_of, turn_of
async def main(path, name):
    async with open_store({"path": path}) as store:
        talk = await store.load("kit", name) or talk_of(name)
        while True:
            commit = turn_of(talk, f"{name}-{talk.version}")
            await store.commit(commit)
            talk = commit.conversation
            print(talk.version, flush=True)
asyncio.run(main(*sys.argv[1:]))
"""


def test_what_was_acknowledged_survives_kill_9(tmp_path: Path) -> None:
    path, acknowledged = str(tmp_path / "killed.db"), 0
    for _ in range(5):
        process = subprocess.Popen([sys.executable, "-c", WRITER, path, "k"], stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        for _ in range(20):
            acknowledged = int(process.stdout.readline())
        os.kill(process.pid, signal.SIGKILL)
        acknowledged = int([str(acknowledged), *process.communicate()[0].split()][-1])

    async def stored() -> list[int]:
        async with sqlite.open_store({"path": path}) as store:
            return [one.number for one in await store.events("c-k")]

    numbers = asyncio.run(stored())
    assert numbers == list(range(1, len(numbers) + 1))
    assert acknowledged <= len(numbers) <= acknowledged + 1


SHELVER = """
import asyncio, sys
from kefu.adapters.stores.sqlite import open_store
from kefu.testing.check_library import NOW, article_of
async def main(path):
    async with open_store({"path": path}) as store:
        while True:
            edition = (await store.changes(0)).edition
            batch = [article_of(f"{n:03}", f"{edition}") for n in range(50)]
            print((await store.shelve(batch, [], "k", NOW)).edition, flush=True)
asyncio.run(main(*sys.argv[1:]))
"""


def test_a_change_of_the_library_is_whole_or_not_at_all_after_kill_9(tmp_path: Path) -> None:
    path, acknowledged = str(tmp_path / "killed.db"), 0
    for _ in range(4):
        process = subprocess.Popen([sys.executable, "-c", SHELVER, path], stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        for _ in range(8):
            acknowledged = int(process.stdout.readline())
        os.kill(process.pid, signal.SIGKILL)
        acknowledged = int([str(acknowledged), *process.communicate()[0].split()][-1])

    async def stored() -> tuple[int, set[tuple[int, str]]]:
        async with sqlite.open_store({"path": path}) as store:
            changes = await store.changes(0)
            return changes.edition, {(one.version, one.passages[0].text) for one in changes.put}

    edition, articles = asyncio.run(stored())
    assert acknowledged <= edition <= acknowledged + 1
    assert articles == {(edition, str(edition - 1))}
