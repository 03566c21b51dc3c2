"""Run skills' SQL: quick answers at once, others on threads, all with a time limit and helpful errors."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from functools import lru_cache
from time import perf_counter
from typing import Any, TypeVar

from sqlalchemy import Engine, PoolProxiedConnection, text
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import SQLAlchemyError

from kefu.adapters.sql import shim
from kefu.core.errors import RecordsFailed
from kefu.core.nouns import Row, Value
from kefu.core.ports.records import Records
from kefu.core.skill import Query

T = TypeVar("T")

MOST_ROWS = 1000
THREADS = 3

QUICK_S = 0.005
"""How long a query of an SQLite file may hold up the event loop; a thread would cost 0.2 ms for each."""

STEPS = 2000
"""After how many steps of SQLite's machine the time is looked at: some 50 µs."""


@lru_cache(maxsize=1024)
def prepared(sql: str, dialect: Dialect) -> tuple[str, tuple[str, ...] | None]:
    """A statement in the driver's own form, and the names of its places where they have none."""
    compiled = text(sql).compile(dialect=dialect)
    names = getattr(compiled, "positiontup", None)
    return str(compiled), None if names is None else tuple(names)


def fetch(cursor: Any, query: Query, values: Mapping[str, Value], dialect: Dialect) -> list[Row]:  # noqa: ANN401
    """The first rows of a query on a driver's cursor; raises `KeyError` for a value that is missing."""
    sql, names = prepared(query.sql, dialect)
    cursor.execute(sql, dict(values) if names is None else [values[name] for name in names])
    columns = [column[0] for column in cursor.description or ()]
    return [dict(zip(columns, row, strict=True)) for row in cursor.fetchmany(MOST_ROWS)]


class Quick:
    """Answers on the event loop's own thread what an SQLite file answers in a moment.

    A query that takes longer, or meets a lock, is given up and never tried here again:
    it belongs on a thread.
    """

    def __init__(self, engine: Engine) -> None:
        self._dialect = engine.dialect
        self._until = 0.0
        self._slow: set[str] = set()
        self._connection = engine.raw_connection()
        raw: shim.Connection = self._connection.driver_connection  # type: ignore[assignment]
        raw.raw.set_busy_timeout(0)
        raw.raw.set_progress_handler(lambda: perf_counter() > self._until, STEPS)

    def find(self, query: Query, values: Mapping[str, Value]) -> list[Row] | None:
        """The rows, or None when the query needs a thread (also to say what is wrong with it)."""
        if query.sql in self._slow:
            return None
        self._until = perf_counter() + QUICK_S
        cursor = self._connection.cursor()
        try:
            return fetch(cursor, query, values, self._dialect)
        except (shim.Error, KeyError):
            if perf_counter() > self._until:
                self._slow.add(query.sql)
            return None
        finally:
            cursor.close()

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()


class SqlRecords:
    """The business's records in any SQL database (implements `Records`).

    `reading` should not be able to write; `writing` is None where the records are for
    reading alone. Each thread keeps one connection, so a query costs no handshake.
    """

    def __init__(
        self, reading: Engine, writing: Engine | None, timeout_s: float, threads: int, quick: Quick | None
    ) -> None:
        self._reading = reading
        self._writing = writing
        self._timeout_s = timeout_s
        self._quick = quick
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="kefu-records")
        self._local = threading.local()
        self._kept: list[PoolProxiedConnection] = []

    async def find(self, query: Query, values: Mapping[str, Value]) -> Sequence[Row]:
        """See `Records`."""
        rows = self._quick.find(query, values) if self._quick else None
        return await self._run(query, lambda: self._find(query, values)) if rows is None else rows

    async def write(self, statement: Query, values: Mapping[str, Value]) -> int:
        """See `Records`."""
        return await self._run(statement, lambda: self._write(statement, values))

    def close(self) -> None:
        """Let go of the database."""
        self._threads.shutdown()
        if self._quick:
            self._quick.close()
        for connection in self._kept:
            connection.close()

    def _find(self, query: Query, values: Mapping[str, Value]) -> Sequence[Row]:
        connection: PoolProxiedConnection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._local.connection = self._reading.raw_connection()
            self._kept.append(connection)
        cursor = connection.cursor()
        try:
            return fetch(cursor, query, values, self._reading.dialect)
        finally:
            cursor.close()
            self._end(connection)

    def _end(self, connection: PoolProxiedConnection) -> None:
        """Leave the transaction; a connection that can't is replaced."""
        try:
            connection.rollback()
        except self._reading.dialect.loaded_dbapi.Error:
            self._local.connection = None
            connection.invalidate()

    def _write(self, statement: Query, values: Mapping[str, Value]) -> int:
        if self._writing is None:
            raise RecordsFailed(f"{statement.skill}/{statement.name}: these records are for reading alone.")
        with self._writing.begin() as connection:
            return connection.execute(text(statement.sql), dict(values)).rowcount

    async def _run(self, query: Query, work: Callable[[], T]) -> T:
        place = f"{query.skill}/queries/{query.name}.sql"
        try:
            running = asyncio.get_running_loop().run_in_executor(self._threads, work)
            return await asyncio.wait_for(running, self._timeout_s)
        except TimeoutError as error:
            raise RecordsFailed(
                f"{place}: took longer than {self._timeout_s} s; add an index, or raise [records.*] timeout_s."
            ) from error
        except KeyError as error:
            raise RecordsFailed(f"{place}: there is no value for :{error.args[0]}; the action must pass it.") from error
        except (SQLAlchemyError, self._reading.dialect.loaded_dbapi.Error) as error:
            reason = str(getattr(error, "orig", error)).partition("\n")[0]
            raise RecordsFailed(
                f"{place}: the database says: {reason}. Check the query and [records.*] url."
            ) from error


@asynccontextmanager
async def open_sql_records(
    reading: Engine, writing: Engine | None, timeout_s: float, threads: int = THREADS
) -> AsyncIterator[Records]:
    """Open records on engines, and close them in the end; a database in memory takes one thread."""
    is_file = reading.dialect.name == "sqlite" and reading is not writing
    records = SqlRecords(reading, writing, timeout_s, threads, Quick(reading) if is_file else None)
    try:
        yield records
    finally:
        await asyncio.to_thread(records.close)
        reading.dispose()
        if writing is not None:
            writing.dispose()
