"""The embedded store: one SQLite file, durable, with group commit."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager

from kefu.adapters.sql.engine import make_engine
from kefu.adapters.sql.store import open_sql_store
from kefu.core.ports.store import Memory


def open_store(settings: Mapping[str, object]) -> AbstractAsyncContextManager[Memory]:
    """Open the store in `path` (relative to `home`); the file is made when it is not there."""
    url, home = f"sqlite:///{settings.get('path') or 'kefu.db'}", str(settings.get("home", ""))
    return open_sql_store(make_engine(url, home), make_engine(url, home, read_only=True))
