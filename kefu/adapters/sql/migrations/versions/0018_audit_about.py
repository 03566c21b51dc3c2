"""The audit trail by what it is about, so that a look is known again among all others."""

from __future__ import annotations

from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    """Make the index."""
    op.create_index("ix_audit_about", "audit", ["about"])
