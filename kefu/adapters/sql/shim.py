"""A DB-API 2 face for apsw, so that SQLAlchemy runs on a current SQLite.

The SQLite that Python or the system brings may be of a version with the WAL-reset
corruption bug (3.7.0 to 3.51.2); apsw carries its own. Only what SQLAlchemy calls is
here. Source of the interface: PEP 249.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any

import apsw

apilevel = "2.0"
threadsafety = 1
paramstyle = "qmark"
Binary = bytes
sqlite_version_info = tuple(int(part) for part in apsw.sqlite_lib_version().split("."))
sqlite_version = apsw.sqlite_lib_version()


class Warning(Exception):  # noqa: A001 - the names are PEP 249's
    """A warning of the database."""


class Error(Exception):
    """Any error of the database."""


class InterfaceError(Error):
    """The interface was used wrongly."""


class DatabaseError(Error):
    """An error of the database itself."""


class OperationalError(DatabaseError):
    """The database could not do its work: busy, full, not there."""


class IntegrityError(DatabaseError):
    """A constraint does not hold."""


class ProgrammingError(DatabaseError):
    """The SQL is wrong."""


class DataError(DatabaseError):
    """A value does not fit."""


class InternalError(DatabaseError):
    """The database is confused."""


class NotSupportedError(DatabaseError):
    """The database can't do that."""


def translated(error: apsw.Error) -> Error:
    """The PEP 249 error for one of apsw's."""
    match error:
        case apsw.ConstraintError():
            return IntegrityError(str(error))
        case apsw.SQLError():
            return OperationalError(str(error))
        case apsw.MismatchError() | apsw.RangeError() | apsw.TooBigError():
            return DataError(str(error))
        case apsw.BusyError() | apsw.FullError() | apsw.CantOpenError() | apsw.ReadOnlyError() | apsw.IOError():
            return OperationalError(str(error))
    return DatabaseError(str(error))


class Cursor:
    """A cursor; rows are read as they are fetched."""

    arraysize = 1

    def __init__(self, connection: apsw.Connection) -> None:
        self._connection = connection
        self._cursor = connection.cursor()
        self.description: Sequence[tuple[Any, ...]] | None = None
        self.rowcount = -1
        self.lastrowid: int | None = None

    def execute(self, sql: str, values: Sequence[Any] = ()) -> Cursor:
        """Run one statement."""
        columns: Sequence[tuple[str, ...]] = ()

        def describe(cursor: apsw.Cursor, _sql: str, _values: object) -> bool:
            # apsw knows the columns only until the last row is read, hence before the first.
            nonlocal columns
            columns = cursor.get_description()
            return True

        self._cursor.exec_trace = describe
        try:
            self._cursor.execute(sql, values or None)
        except apsw.Error as error:
            raise translated(error) from error
        self.description = [(column[0], None, None, None, None, None, None) for column in columns] or None
        self.rowcount = -1 if columns else self._connection.changes()
        self.lastrowid = self._connection.last_insert_rowid()
        return self

    def executemany(self, sql: str, many: Iterable[Sequence[Any]]) -> Cursor:
        """Run one statement for many rows."""
        before = self._connection.total_changes()
        try:
            self._connection.executemany(sql, many)
        except apsw.Error as error:
            raise translated(error) from error
        self.description, self.rowcount = None, self._connection.total_changes() - before
        return self

    def fetchone(self) -> tuple[Any, ...] | None:
        """The next row."""
        return next(iter(self.fetchmany(1)), None)

    def fetchmany(self, size: int | None = None) -> list[tuple[Any, ...]]:
        """The next rows."""
        return self._fetch(size or self.arraysize)

    def fetchall(self) -> list[tuple[Any, ...]]:
        """All rows that are left."""
        return self._fetch(None)

    def _fetch(self, most: int | None) -> list[tuple[Any, ...]]:
        try:
            return list(islice(self._cursor, most))
        except apsw.Error as error:
            raise translated(error) from error

    def close(self) -> None:
        """Forget the rows that were not fetched."""
        self._cursor.close(True)

    def setinputsizes(self, sizes: object) -> None:
        """Nothing to set."""

    def setoutputsize(self, size: object, column: object = None) -> None:
        """Nothing to set."""


class Connection:
    """A connection; a transaction begins with the first statement after commit or rollback when told so."""

    isolation_level: str | None = None

    def __init__(self, connection: apsw.Connection) -> None:
        self.raw = connection

    def cursor(self) -> Cursor:
        """A new cursor."""
        return Cursor(self.raw)

    def execute(self, sql: str, values: Sequence[Any] = ()) -> Cursor:
        """Run one statement on a new cursor."""
        return self.cursor().execute(sql, values)

    def commit(self) -> None:
        """End the transaction under way, if any, and keep it."""
        self._end("COMMIT")

    def rollback(self) -> None:
        """End the transaction under way, if any, and drop it."""
        self._end("ROLLBACK")

    def _end(self, word: str) -> None:
        if self.raw.in_transaction:
            try:
                self.raw.execute(word)
            except apsw.Error as error:
                raise translated(error) from error

    def create_function(self, name: str, count: int, function: Any, **_: object) -> None:  # noqa: ANN401
        """Register a function for SQL (SQLAlchemy adds REGEXP)."""
        self.raw.create_scalar_function(name, function, count)

    def interrupt(self) -> None:
        """Stop the statement that runs."""
        self.raw.interrupt()

    def close(self) -> None:
        """Close for good."""
        self.raw.close()


def connect(database: str, *, read_only: bool = False, timeout: float = 10.0, **_: object) -> Connection:
    """Open a database file (or `:memory:`); raises `OperationalError` when it can't be opened."""
    flags = apsw.SQLITE_OPEN_URI
    flags |= apsw.SQLITE_OPEN_READONLY if read_only else apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_CREATE
    try:
        connection = apsw.Connection(database, flags=flags)
        connection.set_busy_timeout(int(timeout * 1000))
    except apsw.Error as error:
        raise translated(error) from error
    return Connection(connection)
