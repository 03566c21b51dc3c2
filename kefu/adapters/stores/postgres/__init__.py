"""The server store: PostgreSQL 15 or later, with group commit."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager

from kefu.adapters.sql.engine import make_engine
from kefu.adapters.sql.store import open_sql_store
from kefu.core.errors import BadConfig
from kefu.core.ports.store import Memory


def open_store(settings: Mapping[str, object]) -> AbstractAsyncContextManager[Memory]:
    """Open the store in the database at `url` (postgresql://user:password@host/name)."""
    url = str(settings.get("url") or "")
    if not url.startswith("postgresql"):
        raise BadConfig('kefu.toml [store]: postgres.v1 needs url = "postgresql://user@host/name".')
    return open_sql_store(make_engine(url), make_engine(url))
