"""Facts for reports on a database: one row a visit."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, or_, select, tuple_, update

from kefu.adapters.sql.batch import insert
from kefu.adapters.sql.codec import from_micros, to_micros
from kefu.adapters.sql.desk import seen, turn_to
from kefu.adapters.sql.insight_tables import facts
from kefu.adapters.sql.tables import conversations
from kefu.core.ports.desk import Scope
from kefu.core.ports.reports import Fact, Span

of = facts.c
COLUMNS = Fact._fields
ROW = select(*(of[name] for name in COLUMNS))

FROM_THERE = delete(facts).where(of.conversation_id == bindparam("id"), of.number >= bindparam("first"))
KNOWN_NOW = (
    update(facts)
    .where(of.conversation_id == bindparam("id"), of.customer != bindparam("who"))
    .values(customer=bindparam("who"))
)
_later = facts.alias("later")
RETURNED = (
    update(facts)
    .where(of.customer == bindparam("who"), or_(of.returned.is_(None), of.returned >= bindparam("since")))
    .values(
        returned=select(func.min(_later.c.at))
        .where(_later.c.customer == bindparam("who"), _later.c.at > of.at)
        .scalar_subquery()
    )
)
"""Visits that a customer came back after; who was gone for good before `since` is left alone."""


def keep_facts(connection: Connection, found: Sequence[Fact], name: str, after: int, position: int) -> bool:
    """Replace the facts from their beginning on; those of conversations that are erased by now are left out."""
    if not turn_to(connection, name, after, position):
        return False
    owners = {fact.conversation_id for fact in found}
    there = set(connection.execute(select(conversations.c.id).where(conversations.c.id.in_(owners))).scalars())
    kept = [fact for fact in found if fact.conversation_id in there]
    if not kept:
        return True
    first: dict[str, int] = {}
    since: dict[str, int] = {}
    known: dict[str, str] = {}
    for fact in kept:
        id_ = fact.conversation_id
        first[id_] = min(fact.number, first.get(id_, fact.number))
        since[fact.customer] = min(at := to_micros(fact.at), since.get(fact.customer, at))
        if fact.customer != id_:
            known[id_] = fact.customer
    connection.execute(FROM_THERE, [{"id": id_, "first": number} for id_, number in first.items()])
    insert(connection, "facts", COLUMNS, [_row(fact) for fact in kept])
    for id_, who in known.items():
        if connection.execute(KNOWN_NOW, {"id": id_, "who": who}).rowcount:
            since[who] = 0
    connection.execute(RETURNED, [{"who": who, "since": at} for who, at in since.items()])
    return True


def read_latest(connection: Connection, conversation_ids: Collection[str]) -> dict[str, Fact]:
    """The latest visit of each conversation."""
    latest = (
        select(of.conversation_id, func.max(of.number))
        .where(of.conversation_id.in_(conversation_ids))
        .group_by(of.conversation_id)
    )
    rows = connection.execute(ROW.where(tuple_(of.conversation_id, of.number).in_(latest)))
    return {fact.conversation_id: fact for fact in map(_fact, rows)}


def read_facts(connection: Connection, since: datetime, until: datetime, scope: Scope) -> list[Fact]:
    """The visits of a time, in order."""
    query = ROW.where(of.at >= to_micros(since), of.at < to_micros(until)).order_by(of.at, of.conversation_id)
    if scope.teams is not None:
        query = query.join(conversations, conversations.c.id == of.conversation_id).where(*seen(scope))
    return [_fact(row) for row in connection.execute(query)]


def erase_facts(connection: Connection, conversation_id: str) -> None:
    """Forget what reports know of a conversation."""
    connection.execute(delete(facts).where(of.conversation_id == conversation_id))


def _row(fact: Fact) -> tuple[Any, ...]:
    values = fact._asdict() | {
        "at": to_micros(fact.at),
        "day": fact.day.toordinal(),
        "ended": to_micros(fact.ended),
        "handed": to_micros(fact.handed) if fact.handed else None,
        "returned": None,
        "first_reply": _text(fact.first_reply),
        "next_replies": " ".join(map(_text, fact.next_replies)),
        "resolution": _text(fact.resolution),
    }
    return tuple(int(value) if isinstance(value, bool) else value for value in values.values())


def _fact(row: Sequence[Any]) -> Fact:
    """A row as a fact: a report reads a hundred thousand, so nothing is looked up by name."""
    (
        id_, number, at, day, hour, channel, language, intent, customer, sample, team, person, asked, replies, answers,
        engaged, answered, confirmed, handed, reason, returned, first_reply, next_replies, resolution, worked_s, ended,
        *rest,
    ) = row  # fmt: skip
    return Fact(
        id_, number, from_micros(at), date.fromordinal(day), hour, channel, language, intent, customer, sample == 1,
        team, person, asked, replies, answers, engaged == 1, answered == 1, confirmed == 1, _moment(handed), reason,
        _moment(returned), _span(first_reply) if first_reply else None,
        tuple(map(_span, next_replies.split())) if next_replies else (), _span(resolution) if resolution else None,
        worked_s, from_micros(ended), *rest,
    )  # fmt: skip


def _moment(micros: int | None) -> datetime | None:
    return None if micros is None else from_micros(micros)


def _text(span: Span | None) -> str:
    return f"{span[0]!r}/{span[1]!r}" if span else ""


def _span(written: str) -> Span:
    wall, _, open_ = written.partition("/")
    return float(wall), float(open_)
