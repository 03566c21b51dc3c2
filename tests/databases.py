"""Fresh databases on the test server."""

from __future__ import annotations

from uuid import uuid4


def new_database(server_url: str) -> str:
    """Make an empty database and return its URL."""
    import psycopg

    name = f"test_{uuid4().hex}"
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    head, _, options = server_url.partition("?")
    return f"{head.rpartition('/')[0]}/{name}?{options}"
