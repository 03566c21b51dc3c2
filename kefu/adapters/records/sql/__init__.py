"""The business's records in an SQL database: SQLite or PostgreSQL."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager

from kefu.adapters.sql.engine import make_engine, require_file
from kefu.adapters.sql.queries import open_sql_records
from kefu.core.ports.records import Records


def open_records(settings: Mapping[str, object]) -> AbstractAsyncContextManager[Records]:
    """Open the database at `url`; `timeout_s` bounds a query (default 3).

    Queries run on connections that can't write where the database knows such (SQLite).
    """
    url, home = str(settings.get("url", "")), str(settings.get("home", ""))
    timeout_s = float(str(settings.get("timeout_s", 3.0)))
    reading = make_engine(url, home, read_only=True)
    require_file(reading)
    return open_sql_records(reading, make_engine(url, home), timeout_s)
