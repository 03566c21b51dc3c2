"""Foresight: what is foreseen of customers, and who was approached."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """Make the tables; a follower of the log fills the first."""
    op.create_table(
        "scores",
        sa.Column("predictor", sa.String(40), primary_key=True),
        sa.Column("customer", sa.String(256), primary_key=True),
        sa.Column("subject", sa.String(256), primary_key=True),
        sa.Column("conversation_id", sa.String(40), nullable=False, index=True),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("version", sa.String(64), nullable=False),
        *(sa.Column(name, sa.Double, nullable=False) for name in ("value", "low", "high", "chance")),
        sa.Column("body", sa.LargeBinary, nullable=False),
    )
    op.create_index("scores_by_customer", "scores", ["customer"])
    op.create_index("scores_by_value", "scores", ["predictor", "value"])
    op.create_table(
        "approaches",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=True),
        sa.Column("predictor", sa.String(40), nullable=False),
        sa.Column("customer", sa.String(256), nullable=False),
        sa.Column("what", sa.String(8), nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("conversation_id", sa.String(40), nullable=False, index=True),
        sa.Column("value", sa.Double, nullable=False),
        sa.Column("until", sa.BigInteger),
    )
    op.create_index("approaches_by_customer", "approaches", ["predictor", "customer", "at"])
