"""Readers' opinions on a database: one row for each version of an article."""

from __future__ import annotations

from sqlalchemy import Connection, select, text

from kefu.adapters.sql.tables import article_opinions as opinions
from kefu.core.ports.opinions import Tally

OPINE = text(
    "INSERT INTO article_opinions (article_id, version, helped, failed)"
    " VALUES (:article_id, :version, :helped, :failed)"
    " ON CONFLICT (article_id, version) DO UPDATE SET"
    " helped = article_opinions.helped + excluded.helped, failed = article_opinions.failed + excluded.failed"
)
"""One statement, so that two processes can't count over each other."""


def opine(connection: Connection, article_id: str, version: int, *, helped: bool) -> None:
    """Count one reader's opinion."""
    row = {"article_id": article_id, "version": version, "helped": int(helped), "failed": int(not helped)}
    connection.execute(OPINE, row)


def read_opinions(connection: Connection, article_id: str) -> dict[int, Tally]:
    """The counts by version."""
    rows = connection.execute(select(opinions).where(opinions.c.article_id == article_id))
    return {row.version: Tally(row.helped, row.failed) for row in rows}
