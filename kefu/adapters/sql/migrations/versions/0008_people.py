"""People: who works here, invitations, sign-ins, and the audit trail, which the database itself keeps as it is."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

SQLITE = """
CREATE TRIGGER audit_no_{0} BEFORE {0} ON audit BEGIN SELECT RAISE(ABORT, 'the audit trail only grows'); END
"""
FUNCTION = """
CREATE FUNCTION audit_only_grows() RETURNS trigger LANGUAGE plpgsql
AS $$ BEGIN RAISE EXCEPTION 'the audit trail only grows'; END $$
"""
POSTGRESQL = """
CREATE TRIGGER audit_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON audit
FOR EACH STATEMENT EXECUTE FUNCTION audit_only_grows()
"""


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "people",
        sa.Column("id", sa.String(40), primary_key=True),
        sa.Column("name_key", sa.String(256), nullable=False, unique=True),
        sa.Column("email_key", sa.String(320), nullable=False, unique=True),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("disabled_at", sa.BigInteger),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("state", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "invitations",
        sa.Column("id", sa.String(40), primary_key=True),
        sa.Column("digest", sa.String(64), nullable=False, unique=True),
        sa.Column("made_at", sa.BigInteger, nullable=False),
        sa.Column("used_at", sa.BigInteger),
        sa.Column("state", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "sign_ins",
        sa.Column("id", sa.String(40), primary_key=True),
        sa.Column("digest", sa.String(64), nullable=False, unique=True),
        sa.Column("person_id", sa.String(40), sa.ForeignKey("people.id"), nullable=False, index=True),
        sa.Column("since", sa.BigInteger, nullable=False),
        sa.Column("seen_at", sa.BigInteger, nullable=False),
        sa.Column("address", sa.String(64), nullable=False),
        sa.Column("browser", sa.Text, nullable=False),
    )
    op.create_table(
        "audit",
        sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("who", sa.Text, nullable=False, index=True),
        sa.Column("what", sa.String(64), nullable=False, index=True),
        sa.Column("about", sa.Text, nullable=False),
        sa.Column("person_id", sa.String(40), nullable=False),
        sa.Column("origin", sa.String(64), nullable=False),
        sa.Column("before", sa.String(64), nullable=False),
        sa.Column("after", sa.String(64), nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
        sa.Column("previous", sa.String(64), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
    )
    on_postgresql = op.get_bind().dialect.name == "postgresql"
    for statement in (FUNCTION, POSTGRESQL) if on_postgresql else map(SQLITE.format, ("update", "delete")):
        op.execute(statement)
