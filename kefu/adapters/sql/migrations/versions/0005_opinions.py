"""Opinions: how many readers an article helped."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

NAME = sa.String(64).with_variant(sa.String(64, collation="C"), "postgresql")


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "article_opinions",
        sa.Column("article_id", NAME, sa.ForeignKey("articles.id"), primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True),
        sa.Column("helped", sa.Integer, nullable=False),
        sa.Column("failed", sa.Integer, nullable=False),
    )
