"""Extracts on a database: one row each, with its evidence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, bindparam, delete, func, or_, select

from kefu.adapters.sql.batch import insert
from kefu.adapters.sql.codec import from_micros, to_micros
from kefu.adapters.sql.desk import seen, turn_to
from kefu.adapters.sql.insight_tables import extracts
from kefu.adapters.sql.tables import conversations
from kefu.core.errors import BadInput
from kefu.core.ports.extracts import Count, Extract, ExtractPage, Message, Sought, Trait

of = extracts.c
COLUMNS = Extract._fields
NAMES = tuple(of[field].name for field in COLUMNS)
"""The columns' own names: `end` is a word of SQL."""

ROW = select(*(of[field] for field in COLUMNS))
OF_MESSAGE = delete(extracts).where(of.conversation_id == bindparam("id"), of.number == bindparam("message"))


def keep_extracts(
    connection: Connection, found: Mapping[Message, Sequence[Extract]], name: str, after: int, position: int
) -> bool:
    """Replace what is known of messages; those of conversations that are erased by now are left out."""
    if not turn_to(connection, name, after, position):
        return False
    if found:
        connection.execute(OF_MESSAGE, [{"id": id_, "message": number} for id_, number in found])
    owners = {id_ for id_, _ in found}
    there = set(connection.execute(select(conversations.c.id).where(conversations.c.id.in_(owners))).scalars())
    rows = [_row(one) for (id_, _), many in found.items() if id_ in there for one in many]
    insert(connection, "extracts", NAMES, rows)
    return True


def read_extracts(connection: Connection, sought: Sought, after: str, limit: int) -> ExtractPage:
    """A part of them, latest first; one row more than asked tells whether there is another part."""
    order = (of.at, of.conversation_id, of.number, of.start)
    query = ROW.where(*_within(sought)).order_by(*(column.desc() for column in order)).limit(limit + 1)
    if sought.scope.teams is not None:
        query = query.join(conversations, conversations.c.id == of.conversation_id)
    if after:
        query = query.where(_beyond(order, _place(after)))
    rows = connection.execute(query).all()
    entries = tuple(_extract(row) for row in rows[:limit])
    if len(rows) <= limit:
        return ExtractPage(entries)
    last = rows[limit - 1]
    return ExtractPage(entries, f"{last.at}~{last.conversation_id}~{last.number}~{last.begins}")


def count_extracts(connection: Connection, sought: Sought, by: Sequence[Trait], limit: int) -> list[Count]:
    """Counts by traits, the most first."""
    columns = [of[name] for name in by]
    number = func.count().label("how_many")
    query = select(*columns, number, func.min(of.text).label("example")).where(*_within(sought))
    if sought.scope.teams is not None:
        query = query.join(conversations, conversations.c.id == of.conversation_id)
    rows = connection.execute(query.group_by(*columns).order_by(number.desc(), *columns).limit(limit)).all()
    return [
        Count(tuple(_shown(name, value) for name, value in zip(by, row, strict=False)), row.how_many, row.example)
        for row in rows
    ]


def read_judged(connection: Connection) -> list[Message]:
    """Messages that colleagues marked."""
    query = select(of.conversation_id, of.number).where(of.who != "").distinct()
    return [(id_, number) for id_, number in connection.execute(query.order_by(of.conversation_id, of.number))]


def erase_extracts(connection: Connection, conversation_id: str) -> None:
    """Forget what a conversation names."""
    connection.execute(delete(extracts).where(of.conversation_id == conversation_id))


def _within(sought: Sought) -> list[ColumnElement[bool]]:
    """The conditions; the scope comes first."""
    named = ((of.kind, sought.kind), (of.value, sought.value), (of.channel, sought.channel))
    found = [*seen(sought.scope), of.kind != ""]
    found += [column == wanted for column, wanted in (*named, (of.language, sought.language)) if wanted]
    if sought.since:
        found.append(of.day >= sought.since.toordinal())
    if sought.until:
        found.append(of.day <= sought.until.toordinal())
    return found


def _beyond(order: Sequence[ColumnElement[Any]], place: Sequence[Any]) -> ColumnElement[bool]:
    """What comes after a place when all columns fall."""
    column, at = order[0], place[0]
    before: ColumnElement[bool] = column < at
    if len(order) == 1:
        return before
    return or_(before, and_(column == at, _beyond(order[1:], place[1:])))


def _place(after: str) -> tuple[int, str, int, int]:
    try:
        at, id_, number, start = after.split("~")
        return int(at), id_, int(number), int(start)
    except ValueError as error:
        raise BadInput(f"{after!r} is no place in this list; take `next` of the part before.") from error


def _shown(name: Trait, value: Any) -> str:  # noqa: ANN401 - a column's value
    return date.fromordinal(value).isoformat() if name == "day" else str(value)


def _row(one: Extract) -> tuple[Any, ...]:
    return tuple(one._replace(at=to_micros(one.at), day=one.day.toordinal()))  # type: ignore[arg-type]


def _extract(row: Sequence[Any]) -> Extract:
    one = Extract(*row)
    return one._replace(at=from_micros(row[5]), day=date.fromordinal(row[6]))
