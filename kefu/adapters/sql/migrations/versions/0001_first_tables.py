"""The first tables: conversations, turns, events, outbox, claims."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

LONG = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Make the tables."""
    make_conversations()
    make_outbox()


def make_conversations() -> None:
    """Conversations with their turns and events."""
    op.create_table(
        "conversations",
        sa.Column("id", sa.String(40), primary_key=True),
        sa.Column("channel", sa.String(64), nullable=False),
        sa.Column("sender", sa.String(256), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("customer_id", sa.String(256), nullable=False, index=True),
        sa.Column("waiting_since", sa.BigInteger),
        sa.Column("waiting_reason", sa.Text, nullable=False),
        sa.Column("updated_at", sa.BigInteger, nullable=False, index=True),
        sa.Column("last_line", sa.Text, nullable=False),
        sa.Column("state", sa.LargeBinary, nullable=False),
        sa.UniqueConstraint("channel", "sender"),
    )
    op.create_index("conversations_waiting", "conversations", ["waiting_since"])
    op.create_table(
        "turns",
        sa.Column("id", sa.String(40), primary_key=True),
        sa.Column("channel", sa.String(64), nullable=False),
        sa.Column("external_id", sa.String(512)),
        sa.Column("conversation_id", sa.String(40), sa.ForeignKey("conversations.id"), nullable=False),
        sa.Column("base", sa.Integer, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False, index=True),
        sa.UniqueConstraint("channel", "external_id"),
        sa.UniqueConstraint("conversation_id", "base"),
    )
    op.create_table(
        "events",
        sa.Column("position", LONG, primary_key=True, autoincrement=True),
        sa.Column("conversation_id", sa.String(40), sa.ForeignKey("conversations.id"), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("turn_id", sa.String(40), nullable=False, index=True),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("data", sa.LargeBinary, nullable=False),
        sa.UniqueConstraint("conversation_id", "number"),
    )


def make_outbox() -> None:
    """What leaves, and what is used up."""
    op.create_table(
        "outbox",
        sa.Column("position", LONG, primary_key=True, autoincrement=True),
        sa.Column("id", sa.String(80), nullable=False, unique=True),
        sa.Column("conversation_id", sa.String(40), sa.ForeignKey("conversations.id"), nullable=False),
        sa.Column("turn_id", sa.String(40), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("address", sa.String(256), nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("due_at", sa.BigInteger, nullable=False),
        sa.Column("leased_until", sa.BigInteger, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("error", sa.Text, nullable=False),
    )
    op.create_index("outbox_due", "outbox", ["state", "position"])
    op.create_index("outbox_conversation", "outbox", ["conversation_id", "state"])
    op.create_table(
        "claims",
        sa.Column("key", sa.String(512), primary_key=True),
        sa.Column("turn_id", sa.String(40), nullable=False, index=True),
        sa.Column("at", sa.BigInteger, nullable=False),
    )
