"""Alarms: how long an episode lasts, and what colleagues made of it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0018"


def upgrade() -> None:
    """Widen the table; alarms of before are open."""
    op.add_column("insight_alarms", sa.Column("last", sa.Integer))
    op.add_column("insight_alarms", sa.Column("state", sa.String(16), nullable=False, server_default=""))
    op.add_column("insight_alarms", sa.Column("who", sa.String(64), nullable=False, server_default=""))
    op.add_column("insight_alarms", sa.Column("settled_at", sa.BigInteger))
    op.add_column("insight_alarms", sa.Column("reason", sa.Text, nullable=False, server_default=""))
