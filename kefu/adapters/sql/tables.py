"""The tables of a store, the same on both databases."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

metadata = MetaData()

Long = BigInteger().with_variant(Integer, "sqlite")
"""SQLite counts up its row ids only in a column of type INTEGER."""

Moment = BigInteger
"""A time in microseconds since 1970 UTC: compares alike everywhere, never loses its zone."""

conversations = Table(
    "conversations",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("channel", String(64), nullable=False),
    Column("sender", String(256), nullable=False),
    Column("version", Integer, nullable=False),
    Column("customer_id", String(256), nullable=False, index=True),
    Column("waiting_since", Moment),
    Column("waiting_reason", Text, nullable=False),
    Column("updated_at", Moment, nullable=False, index=True),
    Column("last_line", Text, nullable=False),
    Column("state", LargeBinary, nullable=False),
    Column("opened_at", Moment, nullable=False),
    Column("status", String(8), nullable=False),
    Column("person", String(64), nullable=False),
    Column("team", String(64), nullable=False),
    Column("priority", Integer, nullable=False),
    Column("language", String(8), nullable=False),
    Column("anger", Double, nullable=False),
    Column("last_by", String(8), nullable=False),
    Column("tags", Text, nullable=False),
    Column("waits_since", Moment, nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("due", String(16), nullable=False),
    Column("snoozed_until", Moment),
    UniqueConstraint("channel", "sender"),
)
"""Beside the state, what lists need of it; `waits_since` and `due_at` are `NEVER` where nothing runs."""

Index("conversations_waiting", conversations.c.waiting_since)
for _of in ("waits_since", "updated_at", "due_at"):
    Index(f"conversations_by_{_of}", conversations.c.status, conversations.c[_of], conversations.c.id)
    Index(f"conversations_mine_{_of}", conversations.c.status, conversations.c.person, conversations.c[_of])
for _of in ("team", "channel"):
    Index(f"conversations_of_{_of}", conversations.c.status, conversations.c[_of], conversations.c.id)

NEVER = 1 << 62
"""A moment that never comes: sorts behind all others."""

tags = Table(
    "conversation_tags",
    metadata,
    Column("conversation_id", String(40), ForeignKey("conversations.id"), primary_key=True),
    Column("tag", String(64), primary_key=True),
)
Index("conversation_tags_by_tag", tags.c.tag)

mentions = Table(
    "mentions",
    metadata,
    Column("conversation_id", String(40), ForeignKey("conversations.id"), primary_key=True),
    Column("who", String(64), primary_key=True),
    Column("at", Moment, nullable=False),
)
Index("mentions_by_who", mentions.c.who)

bookmarks = Table(
    "bookmarks",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("position", BigInteger, nullable=False),
)
"""Up to where the followers of the log have read."""

lines = Table(
    "lines",
    metadata,
    Column("id", Long, primary_key=True, autoincrement=True),
    Column("conversation_id", String(40), ForeignKey("conversations.id"), nullable=False, index=True),
    Column("number", Integer, nullable=False),
    Column("at", Moment, nullable=False),
    Column("by", String(8), nullable=False),
    Column("text", Text, nullable=False),
)
"""What was said, to be found again; its words are in `line_words`, an FTS5 table or one with a tsvector."""

turns = Table(
    "turns",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("channel", String(64), nullable=False),
    Column("external_id", String(512)),
    Column("conversation_id", String(40), ForeignKey("conversations.id"), nullable=False),
    Column("base", Integer, nullable=False),
    Column("at", Moment, nullable=False, index=True),
    UniqueConstraint("channel", "external_id"),
    UniqueConstraint("conversation_id", "base"),
)
"""`base` is the conversation's version before the turn: two turns can't follow the same one."""

events = Table(
    "events",
    metadata,
    Column("position", Long, primary_key=True, autoincrement=True),
    Column("conversation_id", String(40), ForeignKey("conversations.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("turn_id", String(40), nullable=False, index=True),
    Column("kind", String(40), nullable=False),
    Column("version", Integer, nullable=False),
    Column("data", LargeBinary, nullable=False),
    UniqueConstraint("conversation_id", "number"),
)

CALLS = text("kind IN ('CallBegan', 'CallEnded')")
Index("events_of_calls", events.c.kind, events.c.position, sqlite_where=CALLS, postgresql_where=CALLS)

outbox = Table(
    "outbox",
    metadata,
    Column("position", Long, primary_key=True, autoincrement=True),
    Column("id", String(80), nullable=False, unique=True),
    Column("conversation_id", String(40), ForeignKey("conversations.id"), nullable=False),
    Column("turn_id", String(40), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("address", String(256), nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("leased_until", Moment, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("state", String(8), nullable=False),
    Column("error", Text, nullable=False),
)
Index("outbox_due", outbox.c.state, outbox.c.position)
Index("outbox_conversation", outbox.c.conversation_id, outbox.c.state)

reviews = Table(
    "reviews",
    metadata,
    Column("turn_id", String(40), primary_key=True),
    Column("conversation_id", String(40), ForeignKey("conversations.id"), nullable=False, index=True),
    Column("drawn_at", Moment, nullable=False),
    Column("intent", Text, nullable=False),
    Column("score", Double, nullable=False),
    Column("reader", String(128), nullable=False),
    Column("verdict", Integer),
    Column("who", Text, nullable=False),
)
Index("reviews_open", reviews.c.verdict, reviews.c.drawn_at)
"""A projection of `DrawnForReview` and `Judged`, since nobody could find them among all events."""

questions = Table(
    "questions",
    metadata,
    Column("turn_id", String(40), primary_key=True),
    Column("conversation_id", String(40), ForeignKey("conversations.id"), nullable=False, index=True),
    Column("at", Moment, nullable=False),
    Column("text", Text, nullable=False),
    Column("language", String(8), nullable=False),
    Column("probability", Double, nullable=False),
    Column("answer", Text, nullable=False),
    Column("who", Text, nullable=False),
    Column("settled", Integer, nullable=False),
)
Index("questions_open", questions.c.settled, questions.c.at)
"""A projection of what was left without an answer, and of what colleagues answered."""

exchanges = Table(
    "exchanges",
    metadata,
    Column("turn_id", String(40), primary_key=True),
    Column("conversation_id", String(40), ForeignKey("conversations.id"), nullable=False, index=True),
    Column("position", BigInteger, nullable=False, index=True),
    Column("number", Integer, nullable=False),
    Column("at", Moment, nullable=False),
    Column("state", String(8), nullable=False),
    Column("text", Text, nullable=False),
    Column("language", String(8), nullable=False),
    Column("answer", Text, nullable=False),
    Column("who", Text, nullable=False),
)
Index("exchanges_by_state", exchanges.c.state, exchanges.c.at)
"""What colleagues' replies came to, one row for each: the last position is how far the log was followed."""

claims = Table(
    "claims",
    metadata,
    Column("key", String(512), primary_key=True),
    Column("turn_id", String(40), nullable=False, index=True),
    Column("at", Moment, nullable=False),
)

Name = String(64).with_variant(String(64, collation="C"), "postgresql")
"""An article's id, which both databases sort by code point."""

articles = Table(
    "articles",
    metadata,
    Column("id", Name, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("edition", Integer, nullable=False, index=True),
)
"""Which version holds (`digest` is empty once it was taken out), and since which edition of the library."""

article_versions = Table(
    "article_versions",
    metadata,
    Column("article_id", Name, ForeignKey("articles.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("digest", String(64), nullable=False),
    Column("who", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("data", LargeBinary),
)

article_opinions = Table(
    "article_opinions",
    metadata,
    Column("article_id", Name, ForeignKey("articles.id"), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("helped", Integer, nullable=False),
    Column("failed", Integer, nullable=False),
)
"""Readers' thumbs as counts: nothing of the reader is kept."""

people = Table(
    "people",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("name_key", String(256), nullable=False, unique=True),
    Column("email_key", String(320), nullable=False, unique=True),
    Column("role", String(16), nullable=False),
    Column("disabled_at", Moment),
    Column("version", Integer, nullable=False),
    Column("state", LargeBinary, nullable=False),
)

invitations = Table(
    "invitations",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("digest", String(64), nullable=False, unique=True),
    Column("made_at", Moment, nullable=False),
    Column("used_at", Moment),
    Column("state", LargeBinary, nullable=False),
)

sign_ins = Table(
    "sign_ins",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("digest", String(64), nullable=False, unique=True),
    Column("person_id", String(40), ForeignKey("people.id"), nullable=False, index=True),
    Column("since", Moment, nullable=False),
    Column("seen_at", Moment, nullable=False),
    Column("address", String(64), nullable=False),
    Column("browser", Text, nullable=False),
)

audit = Table(
    "audit",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("at", Moment, nullable=False),
    Column("who", Text, nullable=False, index=True),
    Column("what", String(64), nullable=False, index=True),
    Column("about", Text, nullable=False, index=True),
    Column("person_id", String(40), nullable=False),
    Column("origin", String(64), nullable=False),
    Column("before", String(64), nullable=False),
    Column("after", String(64), nullable=False),
    Column("detail", Text, nullable=False),
    Column("previous", String(64), nullable=False),
    Column("digest", String(64), nullable=False),
)
"""A chain (`kefu.core.trail`); triggers of the migration refuse every change of what is there."""

Label = String(128).with_variant(String(128, collation="C"), "postgresql")
"""A name that both databases sort by code point."""

tools = Table(
    "tools",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("kind", String(8), nullable=False, index=True),
    Column("name", Label, nullable=False),
    Column("owner", String(64), nullable=False),
    Column("body", LargeBinary, nullable=False),
)
"""What the team keeps for its work: saved views and macros."""

attendance = Table(
    "attendance",
    metadata,
    Column("person", String(64), primary_key=True),
    Column("here", Integer, nullable=False),
    Column("at", Moment, nullable=False),
)
"""What people last said of themselves."""

tickets = Table(
    "tickets",
    metadata,
    Column("conversation_id", String(40), ForeignKey("conversations.id"), primary_key=True),
    Column("event", Integer, primary_key=True),
    Column("number", String(64), nullable=False),
    Column("kind", String(64), nullable=False),
    Column("urgency", String(8), nullable=False),
    Column("text", Text, nullable=False),
    Column("opened_at", Moment, nullable=False),
)
Index("tickets_by_number", tickets.c.number)
Index("tickets_by_time", tickets.c.opened_at)
"""A projection of `TicketOpened`, by the number of that event in its conversation."""

attachments = Table(
    "attachments",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("conversation_id", String(40), nullable=False, index=True),
    Column("digest", String(64), nullable=False, index=True),
    Column("name", Text, nullable=False),
    Column("kind", String(128), nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("side", String(8), nullable=False),
    Column("at", Moment, nullable=False),
    Column("standing", String(8), nullable=False),
)
Index("attachments_unsent", attachments.c.standing, attachments.c.at)
"""Files by the digest of their bytes; one may be brought before its conversation is there."""
