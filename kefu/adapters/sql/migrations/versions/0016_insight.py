"""Insight: what customers said, by topic, and how visits went."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"

POINTS = ("solved", "tone", "process", "effort")


def upgrade() -> None:
    """Make the tables; a follower of the log fills them."""
    op.create_table(
        "insight_mentions",
        *_of_conversation(),
        sa.Column("visit", sa.Integer, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False, index=True),
        sa.Column("day", sa.Integer, nullable=False),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("intent", sa.Text, nullable=False),
        sa.Column("act", sa.String(16), nullable=False),
        sa.Column("sentiment", sa.Double, nullable=False),
        sa.Column("anger", sa.Double, nullable=False),
        sa.Column("troubles", sa.Text, nullable=False),
        sa.Column("sample", sa.Integer, nullable=False),
        sa.Column("topic", sa.String(16), nullable=False),
        sa.Column("closeness", sa.Double, nullable=False),
    )
    op.create_index("insight_mentions_by_topic", "insight_mentions", ["topic", "at"])
    op.create_table(
        "insight_scores",
        *_of_conversation(),
        sa.Column("at", sa.BigInteger, nullable=False, index=True),
        sa.Column("day", sa.Integer, nullable=False),
        *(sa.Column(name, sa.Integer, nullable=False) for name in POINTS),
        sa.Column("reasons", sa.Text, nullable=False),
        sa.Column("sample", sa.Integer, nullable=False),
    )
    op.create_table(
        "insight_labels",
        *_of_conversation(),
        sa.Column("who", sa.String(64), primary_key=True),
        sa.Column("at", sa.BigInteger, nullable=False),
        *(sa.Column(name, sa.Integer, nullable=False) for name in POINTS),
        sa.Column("comment", sa.Text, nullable=False),
    )
    op.create_table(
        "insight_topics",
        sa.Column("id", sa.String(16), primary_key=True),
        sa.Column("place", sa.Integer, nullable=False),
        sa.Column("found_at", sa.BigInteger, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "insight_alarms",
        sa.Column("topic", sa.String(16), primary_key=True),
        sa.Column("day", sa.Integer, primary_key=True),
        sa.Column("days", sa.Integer, nullable=False),
        sa.Column("observed", sa.Integer, nullable=False),
        sa.Column("expected", sa.Double, nullable=False),
        sa.Column("chance", sa.Double, nullable=False),
    )


def _of_conversation() -> tuple[sa.Column[str], sa.Column[int]]:
    return (
        sa.Column("conversation_id", sa.String(40), sa.ForeignKey("conversations.id"), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True),
    )
