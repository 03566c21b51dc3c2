"""Calls on a database: read from their events, which a partial index finds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, exists, select

from kefu.adapters.sql.codec import decode_event
from kefu.adapters.sql.desk import seen
from kefu.adapters.sql.tables import conversations, events
from kefu.core.events import CallBegan, CallEnded
from kefu.core.ports.calls import Call
from kefu.core.ports.desk import Scope

EVENT = (events.c.kind, events.c.version, events.c.data)


def read_calls(connection: Connection, scope: Scope, before: int, limit: int, *, under_way: bool) -> Sequence[Call]:
    """The latest calls within a scope, or those under way."""
    place = (events.c.position, events.c.conversation_id, events.c.number, conversations.c.customer_id)
    began = (
        select(*place, *EVENT)
        .join(conversations, conversations.c.id == events.c.conversation_id)
        .where(events.c.kind == CallBegan.__name__, *seen(scope))
        .order_by(events.c.position.desc())
        .limit(limit)
    )
    if before:
        began = began.where(events.c.position < before)
    if under_way:
        later = events.alias("later")
        same = (later.c.conversation_id == events.c.conversation_id, later.c.number > events.c.number)
        began = began.where(~exists().where(*same, later.c.kind == CallEnded.__name__))
    rows = connection.execute(began).all()
    of = {row.conversation_id for row in rows}
    ended = select(events.c.conversation_id, *EVENT).where(
        events.c.kind == CallEnded.__name__, events.c.conversation_id.in_(of)
    )
    ends = {(row.conversation_id, event.call_id): event for row in connection.execute(ended) for event in [_event(row)]}
    return [
        Call(*row[:4], call, ends.get((row.conversation_id, call.call_id))) for row in rows for call in [_event(row)]
    ]


def _event(row: Any) -> Any:  # noqa: ANN401 - a Row; its kind was asked for
    return decode_event(row.kind, row.version, row.data)
