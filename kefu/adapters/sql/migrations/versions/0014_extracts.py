"""Extracts: what messages name, with the evidence."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Make the table; a follower of the log fills it."""
    op.create_table(
        "extracts",
        sa.Column("conversation_id", sa.String(40), sa.ForeignKey("conversations.id"), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("begins", sa.Integer, primary_key=True),
        sa.Column("ends", sa.Integer, nullable=False),
        sa.Column("turn_id", sa.String(40), nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("day", sa.Integer, nullable=False),
        sa.Column("channel", sa.String(64), nullable=False),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("kind", sa.String(64), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("value", sa.String(256), nullable=False),
        sa.Column("probability", sa.Double, nullable=False),
        sa.Column("maker", sa.String(128), nullable=False),
        sa.Column("who", sa.String(64), nullable=False),
    )
    op.create_index("extracts_by_day", "extracts", ["day", "kind"])
    op.create_index("extracts_by_kind", "extracts", ["kind", "value", "at"])
    op.create_index("extracts_by_time", "extracts", ["at"])
    op.create_index("extracts_judged", "extracts", ["who"])
