"""The desk: what lists show of a conversation, followers' places, and lines to be found."""

from __future__ import annotations

import json

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

NEVER = 1 << 62
LONG = sa.BigInteger().with_variant(sa.Integer, "sqlite")
FRESH = (
    ("opened_at", sa.BigInteger, "0"),
    ("status", sa.String(8), "machine"),
    ("person", sa.String(64), ""),
    ("team", sa.String(64), ""),
    ("priority", sa.Integer, "1"),
    ("language", sa.String(8), "zh"),
    ("anger", sa.Double, "0"),
    ("last_by", sa.String(8), ""),
    ("tags", sa.Text, ""),
    ("waits_since", sa.BigInteger, str(NEVER)),
    ("due_at", sa.BigInteger, str(NEVER)),
    ("due", sa.String(16), ""),
)


def upgrade() -> None:
    """Make the columns and tables, and fill what is known of earlier conversations."""
    for name, kind, usual in FRESH:
        op.add_column("conversations", sa.Column(name, kind, nullable=False, server_default=usual))
    op.add_column("conversations", sa.Column("snoozed_until", sa.BigInteger))
    fill()
    for of in ("waits_since", "updated_at", "due_at"):
        op.create_index(f"conversations_by_{of}", "conversations", ["status", of, "id"])
        op.create_index(f"conversations_mine_{of}", "conversations", ["status", "person", of])
    make_tables()
    if op.get_context().dialect.name == "sqlite":
        op.execute(
            "CREATE VIRTUAL TABLE line_words USING fts5(words, content='', contentless_delete=1, detail='none',"
            " tokenize='unicode61 remove_diacritics 0')"
        )
    else:
        op.execute("CREATE TABLE line_words (id bigint PRIMARY KEY, words tsvector NOT NULL)")
        op.execute("CREATE INDEX line_words_found ON line_words USING gin (words)")


def fill() -> None:
    """What earlier states tell: who has the conversation, its language and how angry it is."""
    connection = op.get_bind()
    connection.execute(sa.text("UPDATE conversations SET opened_at = updated_at"))
    waiting = "UPDATE conversations SET status = 'open', waits_since = waiting_since WHERE waiting_since IS NOT NULL"
    connection.execute(sa.text(waiting))
    rows = connection.execute(sa.text("SELECT id, state FROM conversations")).all()
    change = sa.text("UPDATE conversations SET language = :language, anger = :anger, person = :person WHERE id = :id")
    for id_, data in rows:
        state = json.loads(bytes(data))
        person = (state.get("waiting") or {}).get("taken_by") or ""
        values = {"id": id_, "language": state.get("language", "zh"), "anger": state.get("anger", 0.0)}
        connection.execute(change, {**values, "person": person[:64]})


def make_tables() -> None:
    """Tags, mentions, followers' places and lines."""
    op.create_table(
        "conversation_tags",
        sa.Column("conversation_id", sa.String(40), sa.ForeignKey("conversations.id"), primary_key=True),
        sa.Column("tag", sa.String(64), primary_key=True),
    )
    op.create_index("conversation_tags_by_tag", "conversation_tags", ["tag"])
    op.create_table(
        "mentions",
        sa.Column("conversation_id", sa.String(40), sa.ForeignKey("conversations.id"), primary_key=True),
        sa.Column("who", sa.String(64), primary_key=True),
        sa.Column("at", sa.BigInteger, nullable=False),
    )
    op.create_index("mentions_by_who", "mentions", ["who"])
    op.create_table(
        "bookmarks",
        sa.Column("name", sa.String(64), primary_key=True),
        sa.Column("position", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "lines",
        sa.Column("id", LONG, primary_key=True, autoincrement=True),
        sa.Column("conversation_id", sa.String(40), sa.ForeignKey("conversations.id"), nullable=False, index=True),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("by", sa.String(8), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
    )
