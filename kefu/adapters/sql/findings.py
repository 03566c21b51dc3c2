"""Topics and alarms on a database."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any, TypeVar

import msgspec
from sqlalchemy import Column, Connection, Double, Integer, LargeBinary, String, Table, Text, delete, select, update

from kefu.adapters.sql.batch import insert
from kefu.adapters.sql.codec import encode, from_micros, to_micros
from kefu.adapters.sql.tables import Moment, metadata
from kefu.adapters.sql.writer import Writer
from kefu.core.ports.insight import Alarm, Settlement, Topic

T = TypeVar("T")
A_YEAR = 366
"""Days of alarms that are read."""

topics = Table(
    "insight_topics",
    metadata,
    Column("id", String(16), primary_key=True),
    Column("place", Integer, nullable=False),
    Column("found_at", Moment, nullable=False),
    Column("body", LargeBinary, nullable=False),
)
alarms = Table(
    "insight_alarms",
    metadata,
    Column("topic", String(16), primary_key=True),
    Column("day", Integer, primary_key=True),
    Column("days", Integer, nullable=False),
    Column("observed", Integer, nullable=False),
    Column("expected", Double, nullable=False),
    Column("chance", Double, nullable=False),
    Column("last", Integer),
    Column("state", String(16), nullable=False),
    Column("who", String(64), nullable=False),
    Column("settled_at", Moment),
    Column("reason", Text, nullable=False),
)
"""Days count from the year 1; `state` is empty for an open alarm."""
NEW = ("topic", "day", "days", "observed", "expected", "chance", "last", "state", "who", "reason")
_topic = msgspec.json.Decoder(Topic)


class SqlFindings(ABC):
    """The face `Findings` of a store."""

    _writer: Writer

    @abstractmethod
    async def _read(self, work: Callable[[Connection], T]) -> T:
        """Let a thread read the database."""

    async def keep_topics(self, found: Sequence[Topic], risen: Sequence[Alarm], at: datetime) -> None:
        """See `Findings`."""

        def work(connection: Connection) -> int:
            connection.execute(delete(topics))
            rows = [(one.id, place, to_micros(at), encode(one)) for place, one in enumerate(found)]
            insert(connection, "insight_topics", ("id", "place", "found_at", "body"), rows)
            there = {(row.topic, row.day) for row in connection.execute(select(alarms.c.topic, alarms.c.day))}
            for one in risen:
                if (one.topic, one.day.toordinal()) in there:
                    connection.execute(update(alarms).where(*_is(one.topic, one.day)).values(last=_ordinal(one.last)))
            fresh = [_row(one) for one in risen if (one.topic, one.day.toordinal()) not in there]
            insert(connection, "insight_alarms", NEW, fresh)
            return len(rows)

        await self._writer.write(work)

    async def topics(self) -> tuple[Sequence[Topic], Sequence[Alarm], datetime | None]:
        """See `Findings`."""

        def work(connection: Connection) -> tuple[list[Topic], list[Alarm], datetime | None]:
            rows = connection.execute(select(topics).order_by(topics.c.place)).all()
            risen = connection.execute(select(alarms).order_by(alarms.c.day.desc(), alarms.c.chance).limit(A_YEAR))
            found_at = from_micros(rows[0].found_at) if rows else None
            return [_topic.decode(row.body) for row in rows], [_alarm(row) for row in risen], found_at

        return await self._read(work)

    async def settle_alarm(self, topic: str, day: date, settled: Settlement | None) -> bool:
        """See `Findings`."""
        state, who, reason = (settled.state, settled.who, settled.reason) if settled else ("", "", "")
        values = {
            "state": state,
            "who": who,
            "reason": reason,
            "settled_at": to_micros(settled.at) if settled else None,
        }
        query = update(alarms).where(*_is(topic, day)).values(**values)
        return bool(await self._writer.write(lambda connection: connection.execute(query).rowcount))


def _is(topic: str, day: date) -> tuple[Any, ...]:
    return alarms.c.topic == topic, alarms.c.day == day.toordinal()


def _ordinal(day: date | None) -> int | None:
    return day.toordinal() if day else None


def _row(one: Alarm) -> tuple[Any, ...]:
    counts = (one.days, one.observed, one.expected, one.chance)
    return (one.topic, one.day.toordinal(), *counts, _ordinal(one.last), "", "", "")


def _alarm(row: Any) -> Alarm:  # noqa: ANN401 - a row
    last = date.fromordinal(row.last) if row.last else None
    settled = Settlement(row.state, row.who, from_micros(row.settled_at), row.reason) if row.state else None
    day = date.fromordinal(row.day)
    return Alarm(row.topic, day, row.days, row.observed, row.expected, row.chance, last, settled)
