"""Calls: found among all events by an index that holds nothing else."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"

CALLS = sa.text("kind IN ('CallBegan', 'CallEnded')")


def upgrade() -> None:
    """Index the few events that begin and end calls."""
    columns = ["kind", "position"]
    op.create_index("events_of_calls", "events", columns, sqlite_where=CALLS, postgresql_where=CALLS)
