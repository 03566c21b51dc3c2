"""What is foreseen of customers, on a database."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection, delete, func, insert, or_, select

from kefu.adapters.sql.codec import decode_body, encode, from_micros, to_micros
from kefu.adapters.sql.insight_tables import approaches, scores
from kefu.adapters.sql.tables import conversations
from kefu.core.ports.foresight import Approach, Ranked, Reason, Score
from kefu.core.ports.predictor import Prediction

of = scores.c

TOGETHER = 500
"""Customers whose scores are replaced by one statement."""


def keep_scores(
    connection: Connection, found: Sequence[Score], customers: Collection[str], predictors: Collection[str]
) -> None:
    """Replace what is foreseen of customers."""
    whose = sorted(customers)
    for start in range(0, len(whose), TOGETHER):
        some = of.customer.in_(whose[start : start + TOGETHER])
        connection.execute(delete(scores).where(some, of.predictor.in_(predictors)))
    rows = []
    for one in found:
        row = {name: getattr(one, name) for name in ("predictor", "subject", "customer", "conversation_id", "version")}
        body = {"reasons": [asdict(reason) for reason in one.reasons], "label": one.label}
        row |= {"at": to_micros(one.at), **asdict(one.prediction), "body": encode(body)}
        rows.append(row)
    if rows:
        connection.execute(insert(scores), rows)


def read_scores(connection: Connection, customer: str) -> list[Score]:
    """All of a customer."""
    query = select(scores).where(of.customer == customer).order_by(of.predictor, of.subject)
    return [_score(row) for row in connection.execute(query)]


def read_highest(connection: Connection, predictor: str, limit: int, skip: int, at_least: float) -> Ranked:
    """The highest first, from a place on."""
    which = of.predictor == predictor, of.value >= at_least
    total = connection.execute(select(func.count()).select_from(scores).where(*which)).scalar_one()
    query = select(scores).where(*which).order_by(of.value.desc(), of.customer, of.subject)
    rows = connection.execute(query.limit(limit).offset(skip)) if limit else ()
    return Ranked(total, [_score(row) for row in rows])


def keep_approach(connection: Connection, one: Approach) -> None:
    """Add one."""
    row = {**asdict(one), "at": to_micros(one.at), "until": to_micros(one.until) if one.until else None}
    connection.execute(insert(approaches).values(**row))


def read_approaches(connection: Connection, predictor: str, customer: str) -> list[Approach]:
    """The latest first."""
    query = select(approaches).where(approaches.c.predictor == predictor)
    if customer:
        query = query.where(approaches.c.customer == customer)
    rows = connection.execute(query.order_by(approaches.c.at.desc(), approaches.c.id.desc()))
    return [
        Approach(
            row.predictor,
            row.customer,
            row.what,
            from_micros(row.at),
            row.conversation_id,
            row.value,
            from_micros(row.until) if row.until is not None else None,
        )
        for row in rows
    ]


def erase_scores(connection: Connection, conversation_id: str) -> None:
    """Forget what rests on a conversation, and what is foreseen of whoever wrote it."""
    whose = select(conversations.c.customer_id).where(conversations.c.id == conversation_id)
    customer = connection.execute(whose).scalar_one_or_none() or conversation_id
    mine = or_(of.conversation_id == conversation_id, of.customer.in_((conversation_id, customer)))
    connection.execute(delete(scores).where(mine))
    connection.execute(delete(approaches).where(approaches.c.conversation_id == conversation_id))


def _score(row: Any) -> Score:  # noqa: ANN401 - a Row
    body: Any = decode_body(row.body)
    return Score(
        predictor=row.predictor,
        subject=row.subject,
        customer=row.customer,
        conversation_id=row.conversation_id,
        at=from_micros(row.at),
        version=row.version,
        prediction=Prediction(row.value, row.low, row.high, row.chance),
        reasons=tuple(Reason(**one) for one in body["reasons"]),
        label=body["label"],
    )
