"""Run skills' SQL on an engine: on threads, with a time limit, with helpful errors."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from functools import lru_cache
from typing import TypeVar

from sqlalchemy import Connection, Engine, TextClause, text
from sqlalchemy.exc import SQLAlchemyError

from kefu.core.errors import RecordsFailed
from kefu.core.nouns import Row, Value
from kefu.core.ports.records import Records
from kefu.core.skill import Query

T = TypeVar("T")

MOST_ROWS = 1000
THREADS = 3


@lru_cache(maxsize=1024)
def prepared(sql: str) -> TextClause:
    """The statement for an SQL text; parsed once."""
    return text(sql)


class SqlRecords:
    """The business's records in any SQL database (implements `Records`).

    `reading` should not be able to write; `writing` is None where the records are for
    reading alone. Each thread keeps one connection, so a query costs no handshake.
    """

    def __init__(self, reading: Engine, writing: Engine | None, timeout_s: float, threads: int) -> None:
        self._reading = reading
        self._writing = writing
        self._timeout_s = timeout_s
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="kefu-records")
        self._local = threading.local()
        self._kept: list[Connection] = []

    async def find(self, query: Query, values: Mapping[str, Value]) -> Sequence[Row]:
        """See `Records`."""
        return await self._run(query, lambda: self._find(query, values))

    async def write(self, statement: Query, values: Mapping[str, Value]) -> int:
        """See `Records`."""
        return await self._run(statement, lambda: self._write(statement, values))

    def close(self) -> None:
        """Let go of the database."""
        self._threads.shutdown()
        for connection in self._kept:
            connection.close()

    def _find(self, query: Query, values: Mapping[str, Value]) -> Sequence[Row]:
        connection: Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._local.connection = self._reading.connect()
            self._kept.append(connection)
        try:
            found = connection.execute(prepared(query.sql), dict(values)).mappings().fetchmany(MOST_ROWS)
        finally:
            self._end(connection)
        return [dict(row) for row in found]

    def _end(self, connection: Connection) -> None:
        """Leave the transaction; a connection that can't is replaced."""
        try:
            connection.rollback()
        except SQLAlchemyError:
            self._local.connection = None
            connection.invalidate()

    def _write(self, statement: Query, values: Mapping[str, Value]) -> int:
        if self._writing is None:
            raise RecordsFailed(f"{statement.skill}/{statement.name}: these records are for reading alone.")
        with self._writing.begin() as connection:
            return connection.execute(prepared(statement.sql), dict(values)).rowcount

    async def _run(self, query: Query, work: Callable[[], T]) -> T:
        place = f"{query.skill}/queries/{query.name}.sql"
        try:
            running = asyncio.get_running_loop().run_in_executor(self._threads, work)
            return await asyncio.wait_for(running, self._timeout_s)
        except TimeoutError as error:
            raise RecordsFailed(
                f"{place}: took longer than {self._timeout_s} s; add an index, or raise [records.*] timeout_s."
            ) from error
        except SQLAlchemyError as error:
            reason = str(getattr(error, "orig", error)).partition("\n")[0]
            raise RecordsFailed(
                f"{place}: the database says: {reason}. Check the query and [records.*] url."
            ) from error


@asynccontextmanager
async def open_sql_records(
    reading: Engine, writing: Engine | None, timeout_s: float, threads: int = THREADS
) -> AsyncIterator[Records]:
    """Open records on engines, and close them in the end; a database in memory takes one thread."""
    records = SqlRecords(reading, writing, timeout_s, threads)
    try:
        yield records
    finally:
        await asyncio.to_thread(records.close)
        reading.dispose()
        if writing is not None:
            writing.dispose()
