"""Reviews: enquiries drawn for people to judge."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "reviews",
        sa.Column("turn_id", sa.String(40), primary_key=True),
        sa.Column("conversation_id", sa.String(40), sa.ForeignKey("conversations.id"), nullable=False, index=True),
        sa.Column("drawn_at", sa.BigInteger, nullable=False),
        sa.Column("intent", sa.Text, nullable=False),
        sa.Column("score", sa.Double, nullable=False),
        sa.Column("reader", sa.String(128), nullable=False),
        sa.Column("verdict", sa.Integer),
        sa.Column("who", sa.Text, nullable=False),
    )
    op.create_index("reviews_open", "reviews", ["verdict", "drawn_at"])
