"""Bring a store's tables up to date: one tree of migrations for both databases."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text
from sqlalchemy.exc import SQLAlchemyError

from kefu.core.errors import StoreFailed

MIGRATIONS = Path(__file__).parent / "migrations"

HEAD = "0021"
"""The latest migration; when a database is there already, Alembic is not even imported."""

LOCK = 0x6B656D69
"""The advisory lock under which PostgreSQL migrates: "kemi" in ASCII."""


def migrate(engine: Engine, to: str = HEAD) -> None:
    """Run what is missing up to a migration; safe when two processes start at once.

    Raises `StoreFailed` when the database can't be reached or belongs to a newer kefu.
    """
    try:
        with engine.connect() as connection:
            if _present(connection) == to:
                return
        with engine.begin() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(text(f"SELECT pg_advisory_xact_lock({LOCK})"))
            present = _present(connection)
            if present > HEAD:
                raise StoreFailed(f"The database is at {present}, this kefu knows {HEAD}; run the newer kefu.")
            if present < to:
                _upgrade(connection, to)
    except SQLAlchemyError as error:
        reason = str(getattr(error, "orig", error)).partition("\n")[0]
        raise StoreFailed(f"The database can't be opened: {reason}. Check [store] in kefu.toml.") from error


def _present(connection: Connection) -> str:
    if not inspect(connection).has_table("alembic_version"):
        return ""
    return str(connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none() or "")


def _upgrade(connection: Connection, to: str) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    command.upgrade(config, to)
