"""Exchanges: what colleagues answered, as drafts to learn from."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Make the table; replies of before are gathered from the log."""
    op.create_table(
        "exchanges",
        sa.Column("turn_id", sa.String(40), primary_key=True),
        sa.Column("conversation_id", sa.String(40), sa.ForeignKey("conversations.id"), nullable=False, index=True),
        sa.Column("position", sa.BigInteger, nullable=False, index=True),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("answer", sa.Text, nullable=False),
        sa.Column("who", sa.Text, nullable=False),
    )
    op.create_index("exchanges_by_state", "exchanges", ["state", "at"])
