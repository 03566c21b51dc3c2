"""Fresh databases: empty ones, and copies of one that was migrated once."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

from kefu.adapters.sql.engine import make_engine
from kefu.adapters.sql.migrate import migrate


def new_database(server_url: str, like: str = "template1") -> str:
    """Make a database on a server, like another one that nobody is connected to, and return its URL."""
    import psycopg

    name = f"test_{uuid4().hex}"
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{like}"')
    head, _, options = server_url.partition("?")
    return f"{head.rpartition('/')[0]}/{name}?{options}"


def migrated(url: str) -> str:
    """Give a database today's tables, and let go of it; its URL."""
    engine = make_engine(url)
    migrate(engine)
    engine.dispose()
    return url


def name_of(url: str) -> str:
    """The name of a database, or of its file, by its URL."""
    return str(make_engine(url).url.database)


def copy_file(database: Path, file: Path) -> str:
    """Copy an SQLite database that nobody has open; the URL of the copy."""
    file.write_bytes(database.read_bytes())
    return f"sqlite:///{file}"
