"""The tables that insight reads: projections of the log which followers fill."""

from __future__ import annotations

from sqlalchemy import Column, Double, ForeignKey, Index, Integer, LargeBinary, String, Table, Text

from kefu.adapters.sql.tables import Long, Moment, metadata

facts = Table(
    "facts",
    metadata,
    Column("conversation_id", String(40), ForeignKey("conversations.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("at", Moment, nullable=False, index=True),
    Column("day", Integer, nullable=False),
    Column("hour", Integer, nullable=False),
    Column("channel", String(64), nullable=False),
    Column("language", String(8), nullable=False),
    Column("intent", Text, nullable=False),
    Column("customer", String(256), nullable=False),
    Column("sample", Integer, nullable=False),
    Column("team", String(64), nullable=False),
    Column("person", String(64), nullable=False),
    Column("asked", Integer, nullable=False),
    Column("replies", Integer, nullable=False),
    Column("answers", Integer, nullable=False),
    Column("engaged", Integer, nullable=False),
    Column("answered", Integer, nullable=False),
    Column("confirmed", Integer, nullable=False),
    Column("handed", Moment),
    Column("reason", Text, nullable=False),
    Column("returned", Moment),
    Column("first_reply", Text, nullable=False),
    Column("next_replies", Text, nullable=False),
    Column("resolution", Text, nullable=False),
    Column("worked_s", Double, nullable=False),
    Column("ended", Moment, nullable=False),
    Column("rating", Integer, nullable=False),
    Column("first_target", String(8), nullable=False),
    Column("next_target", String(8), nullable=False),
    Column("resolution_target", String(8), nullable=False),
    Column("accepted", Integer, nullable=False),
    Column("edited", Integer, nullable=False),
    Column("rejected", Integer, nullable=False),
    Column("drawn", Integer, nullable=False),
    Column("judged", Integer, nullable=False),
    Column("wrong", Integer, nullable=False),
)
"""A projection for reports: a row for each visit, in the order of `Fact`; `day` counts from the year 1."""
Index("facts_by_customer", facts.c.customer, facts.c.at)

extracts = Table(
    "extracts",
    metadata,
    Column("conversation_id", String(40), ForeignKey("conversations.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("begins", Integer, key="start", primary_key=True),
    Column("ends", Integer, key="end", nullable=False),
    Column("turn_id", String(40), nullable=False),
    Column("at", Moment, nullable=False),
    Column("day", Integer, nullable=False),
    Column("channel", String(64), nullable=False),
    Column("language", String(8), nullable=False),
    Column("kind", String(64), nullable=False),
    Column("text", Text, nullable=False),
    Column("value", String(256), nullable=False),
    Column("probability", Double, nullable=False),
    Column("maker", String(128), nullable=False),
    Column("who", String(64), nullable=False),
)
"""What messages name, in the order of `Extract`; `day` counts from the year 1."""
Index("extracts_by_day", extracts.c.day, extracts.c.kind)
Index("extracts_by_kind", extracts.c.kind, extracts.c.value, extracts.c.at)
Index("extracts_by_time", extracts.c["at"])
Index("extracts_judged", extracts.c.who)

scores = Table(
    "scores",
    metadata,
    Column("predictor", String(40), primary_key=True),
    Column("customer", String(256), primary_key=True),
    Column("subject", String(256), primary_key=True),
    Column("conversation_id", String(40), nullable=False, index=True),
    Column("at", Moment, nullable=False),
    Column("version", String(64), nullable=False),
    *(Column(name, Double, nullable=False) for name in ("value", "low", "high", "chance")),
    Column("body", LargeBinary, nullable=False),
)
"""What is foreseen of customers; not tied to conversations, since the records have more customers than wrote."""
Index("scores_by_customer", scores.c.customer)
Index("scores_by_value", scores.c.predictor, scores.c.value)

approaches = Table(
    "approaches",
    metadata,
    Column("id", Long, primary_key=True, autoincrement=True),
    Column("predictor", String(40), nullable=False),
    Column("customer", String(256), nullable=False),
    Column("what", String(8), nullable=False),
    Column("at", Moment, nullable=False),
    Column("conversation_id", String(40), nullable=False, index=True),
    Column("value", Double, nullable=False),
    Column("until", Moment),
)
"""Who was written to because of a forecast, who was left alone to compare with, who was put off."""
Index("approaches_by_customer", approaches.c.predictor, approaches.c.customer, approaches.c["at"])
