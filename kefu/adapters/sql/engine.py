"""Engines for both databases, set up the way this house needs them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import QueuePool, StaticPool

from kefu.adapters.sql import shim
from kefu.core.errors import BadConfig

POOL_SIZE = 4
"""Connections for reading; writing has one of its own."""

PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "cache_size=-4000", "temp_store=MEMORY")
READING = ("foreign_keys=ON", "cache_size=-1000", "temp_store=MEMORY")
"""There are many connections that read, and the system keeps the file's pages for all of them."""


def make_engine(url: str, home: str = "", *, read_only: bool = False) -> Engine:
    """An engine for a database URL; a relative SQLite path counts from `home`.

    SQLite runs on apsw's library with write-ahead log and full synchronisation: what is
    committed survives power loss. Transactions of a writing engine begin with the write
    lock, so that they never fail half way. Raises `BadConfig` for a URL that can't be read.
    """
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise BadConfig(
            f"{url!r} is no database URL; write sqlite:///file.db or postgresql://user@host/name."
        ) from error
    if parsed.get_backend_name() == "sqlite":
        return _sqlite(parsed, home, read_only=read_only)
    if parsed.get_backend_name() == "postgresql":
        return _postgresql(parsed)
    raise BadConfig(f"{url!r}: kefu speaks with sqlite:/// and postgresql:// only.")


def require_file(engine: Engine) -> None:
    """Raise `BadConfig` when an SQLite database should be there and is not."""
    name = engine.url.database
    if engine.dialect.name == "sqlite" and name and name != ":memory:" and not Path(name).is_file():
        raise BadConfig(f"There is no database file {name}; check the url in kefu.toml.")


def _sqlite(url: URL, home: str, *, read_only: bool) -> Engine:
    name = url.database or ":memory:"
    if name != ":memory:":
        url = url.set(database=str(Path(home) / name))
    pool: dict[str, Any] = {"poolclass": StaticPool} if name == ":memory:" else {"poolclass": QueuePool}
    if name != ":memory:":
        pool |= {"pool_size": POOL_SIZE, "max_overflow": 2}
    engine = create_engine(url, module=shim, connect_args={"read_only": read_only}, **pool)

    @event.listens_for(engine, "connect")
    def set_up(connection: shim.Connection, _record: object) -> None:
        for pragma in READING if read_only else PRAGMAS[2:] if name == ":memory:" else PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")

    if not read_only:

        @event.listens_for(engine, "begin")
        def begin(connection: Connection) -> None:
            connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def _postgresql(url: URL) -> Engine:
    if url.drivername == "postgresql":
        url = url.set(drivername="postgresql+psycopg")
    try:
        return create_engine(url, pool_size=POOL_SIZE, max_overflow=2, pool_pre_ping=True)
    except ModuleNotFoundError as error:
        raise BadConfig("PostgreSQL needs a driver; run pip install 'kefu[postgres]'.") from error
