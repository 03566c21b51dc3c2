"""Reports: what became of every visit."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

WHOLE = (
    "day", "hour", "sample", "asked", "replies", "answers", "engaged", "answered", "confirmed", "rating", "accepted",
    "edited", "rejected", "drawn", "judged", "wrong",
)  # fmt: skip
TEXTS = ("intent", "reason", "first_reply", "next_replies", "resolution")
NAMES = {
    "channel": 64, "language": 8, "customer": 256, "team": 64, "person": 64, "first_target": 8, "next_target": 8,
    "resolution_target": 8,
}  # fmt: skip


def upgrade() -> None:
    """Make the table; the follower fills it from the log."""
    op.create_table(
        "facts",
        sa.Column("conversation_id", sa.String(40), sa.ForeignKey("conversations.id"), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("at", sa.BigInteger, nullable=False, index=True),
        sa.Column("ended", sa.BigInteger, nullable=False),
        sa.Column("handed", sa.BigInteger),
        sa.Column("returned", sa.BigInteger),
        sa.Column("worked_s", sa.Double, nullable=False),
        *(sa.Column(name, sa.Integer, nullable=False) for name in WHOLE),
        *(sa.Column(name, sa.Text, nullable=False) for name in TEXTS),
        *(sa.Column(name, sa.String(length), nullable=False) for name, length in NAMES.items()),
    )
    op.create_index("facts_by_customer", "facts", ["customer", "at"])
