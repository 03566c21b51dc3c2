"""Conversations by team and by channel, so that a view of each is counted without reading what is open."""

from __future__ import annotations

from alembic import op

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    """Make the indexes."""
    for name in ("team", "channel"):
        op.create_index(f"conversations_of_{name}", "conversations", ["status", name, "id"])
