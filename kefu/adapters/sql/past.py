"""Many conversations at once, undecoded, on a database."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Mapping, Sequence
from itertools import islice
from typing import TypeVar

from sqlalchemy import Connection, and_, or_, select

from kefu.adapters.sql.tables import events
from kefu.core.events import Event
from kefu.core.ports.past import Happening, Kept

T = TypeVar("T")
TOGETHER = 400
"""Conversations in one query: SQLite takes some thousand places for values."""

HAPPENING = select(events.c.position, events.c.conversation_id, events.c.number, events.c.kind)
KEPT = select(*(events.c[name] for name in Kept._fields))


class SqlPast(ABC):
    """The face `Past` of a store."""

    @abstractmethod
    async def _read(self, work: Callable[[Connection], T]) -> T:
        """Let a thread read the database."""

    async def happenings(self, after: int, limit: int) -> Sequence[Happening]:
        """See `Past`."""
        query = HAPPENING.where(events.c.position > after).order_by(events.c.position).limit(limit)
        return await self._read(lambda connection: [Happening(*row) for row in connection.execute(query)])

    async def kept(self, firsts: Mapping[str, int], without: Collection[type[Event]] = ()) -> Sequence[Kept]:
        """See `Past`."""
        return await self._read(lambda connection: _kept(connection, firsts, [kind.__name__ for kind in without]))


def _kept(connection: Connection, firsts: Mapping[str, int], without: Sequence[str]) -> list[Kept]:
    found: list[Kept] = []
    waiting = iter(sorted(firsts))
    while ids := list(islice(waiting, TOGETHER)):
        whole = [id_ for id_ in ids if firsts[id_] <= 1]
        late = [and_(events.c.conversation_id == id_, events.c.number >= firsts[id_]) for id_ in ids if firsts[id_] > 1]
        query = KEPT.where(or_(events.c.conversation_id.in_(whole), *late))
        if without:
            query = query.where(events.c.kind.not_in(without))
        rows = connection.execute(query.order_by(events.c.conversation_id, events.c.number))
        found += (Kept(*row) for row in rows)
    return found
