"""Tools of the team: saved views and macros."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

NAME = sa.String(128).with_variant(sa.String(128, collation="C"), "postgresql")


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "tools",
        sa.Column("id", sa.String(40), primary_key=True),
        sa.Column("kind", sa.String(8), nullable=False, index=True),
        sa.Column("name", NAME, nullable=False),
        sa.Column("owner", sa.String(64), nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
    )
