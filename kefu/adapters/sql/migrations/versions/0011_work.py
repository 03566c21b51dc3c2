"""Work: who is there, and tickets by their numbers."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def upgrade() -> None:
    """Make both tables, and fill in the tickets of earlier conversations."""
    op.create_table(
        "attendance",
        sa.Column("person", sa.String(64), primary_key=True),
        sa.Column("here", sa.Integer, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
    )
    tickets = op.create_table(
        "tickets",
        sa.Column("conversation_id", sa.String(40), sa.ForeignKey("conversations.id"), primary_key=True),
        sa.Column("event", sa.Integer, primary_key=True),
        sa.Column("number", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(64), nullable=False),
        sa.Column("urgency", sa.String(8), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("opened_at", sa.BigInteger, nullable=False),
    )
    op.create_index("tickets_by_number", "tickets", ["number"])
    op.create_index("tickets_by_time", "tickets", ["opened_at"])
    query = "SELECT conversation_id, number, data FROM events WHERE kind = 'TicketOpened'"
    for conversation_id, number, data in op.get_bind().execute(sa.text(query)).all():
        event = json.loads(bytes(data))
        ticket, at = event["ticket"], datetime.fromisoformat(event["at"])
        row = {name: ticket[name] for name in ("number", "kind", "urgency", "text")}
        micros = (at - EPOCH) // timedelta(microseconds=1)
        fresh = {**row, "conversation_id": conversation_id, "event": number, "opened_at": micros}
        op.get_bind().execute(sa.insert(tickets).values(fresh))
