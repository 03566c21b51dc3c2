"""What customers said and how visits went, on a database."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, TypeVar

from sqlalchemy import (
    Column,
    Connection,
    Double,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    bindparam,
    delete,
    func,
    select,
    tuple_,
    update,
)

from kefu.adapters.sql.batch import insert
from kefu.adapters.sql.codec import from_micros, to_micros
from kefu.adapters.sql.desk import seen, turn_to
from kefu.adapters.sql.tables import Moment, conversations, metadata
from kefu.adapters.sql.writer import Writer
from kefu.core.ports.desk import Scope
from kefu.core.ports.insight import Label, Mention, Place, Reason, Score

T = TypeVar("T")
TOGETHER = 1000
"""Conversations that are looked up together."""


def _of_conversation() -> tuple[Column[Any], ...]:
    return (
        Column("conversation_id", String(40), ForeignKey("conversations.id"), primary_key=True),
        Column("number", Integer, primary_key=True),
    )


mentions = Table(
    "insight_mentions",
    metadata,
    *_of_conversation(),
    Column("visit", Integer, nullable=False),
    Column("at", Moment, nullable=False, index=True),
    Column("day", Integer, nullable=False),
    Column("language", String(8), nullable=False),
    Column("text", Text, nullable=False),
    Column("intent", Text, nullable=False),
    Column("act", String(16), nullable=False),
    Column("sentiment", Double, nullable=False),
    Column("anger", Double, nullable=False),
    Column("troubles", Text, nullable=False),
    Column("sample", Integer, nullable=False),
    Column("topic", String(16), nullable=False),
    Column("closeness", Double, nullable=False),
)
"""In the order of `Mention`; `day` counts from the year 1."""
scores = Table(
    "insight_scores",
    metadata,
    *_of_conversation(),
    Column("at", Moment, nullable=False, index=True),
    Column("day", Integer, nullable=False),
    Column("solved", Integer, nullable=False),
    Column("tone", Integer, nullable=False),
    Column("process", Integer, nullable=False),
    Column("effort", Integer, nullable=False),
    Column("reasons", Text, nullable=False),
    Column("sample", Integer, nullable=False),
)
labels = Table(
    "insight_labels",
    metadata,
    *_of_conversation(),
    Column("who", String(64), primary_key=True),
    Column("at", Moment, nullable=False),
    Column("solved", Integer, nullable=False),
    Column("tone", Integer, nullable=False),
    Column("process", Integer, nullable=False),
    Column("effort", Integer, nullable=False),
    Column("comment", Text, nullable=False),
)
Index("insight_mentions_by_topic", mentions.c.topic, mentions.c.at)

OWNED = (mentions, scores, labels)
PLACE = (
    update(mentions)
    .where(mentions.c.conversation_id == bindparam("id"), mentions.c.number == bindparam("at_number"))
    .values(topic=bindparam("new_topic"), closeness=bindparam("new_closeness"))
)


class SqlMining(ABC):
    """The faces `Mining` and `Judging` of a store."""

    _writer: Writer

    @abstractmethod
    async def _read(self, work: Callable[[Connection], T]) -> T:
        """Let a thread read the database."""

    async def gather_mentions(
        self, found: Sequence[Mention], judged: Sequence[Score], name: str, after: int, position: int
    ) -> bool:
        """See `Mining`."""
        return bool(await self._writer.write(lambda c: _gather(c, found, judged, (name, after, position))))

    async def mentions(self, since: datetime, until: datetime, scope: Scope) -> Sequence[Mention]:
        """See `Mining`."""
        return await self._read(lambda c: [_mention(row) for row in _between(c, mentions, since, until, scope)])

    async def next_mentions(
        self, since: datetime, until: datetime, after: Place | None, limit: int, *, unplaced: bool = False
    ) -> Sequence[Mention]:
        """See `Mining`."""
        of = mentions.c
        order = (of.at, of.conversation_id, of.number)
        query = select(mentions).where(of.at >= to_micros(since), of.at < to_micros(until)).order_by(*order)
        if after:
            query = query.where(tuple_(*order) > tuple_(to_micros(after[0]), after[1], after[2]))
        if unplaced:
            query = query.where(of.topic == "", of.closeness == 0.0)
        return await self._read(lambda c: [_mention(row) for row in c.execute(query.limit(limit))])

    async def count_mentions(self, since: datetime, until: datetime) -> Mapping[tuple[str, date], int]:
        """See `Mining`."""
        of = mentions.c
        query = select(of.topic, of.day, func.count()).where(of.at >= to_micros(since), of.at < to_micros(until))
        query = query.group_by(of.topic, of.day)
        return await self._read(
            lambda c: {(topic, date.fromordinal(day)): count for topic, day, count in c.execute(query)}
        )

    async def place_mentions(self, placed: Sequence[tuple[str, int, str, float]]) -> None:
        """See `Mining`."""
        keys = ("id", "at_number", "new_topic", "new_closeness")
        rows = [dict(zip(keys, one, strict=True)) for one in placed]
        if rows:
            await self._writer.write(lambda connection: connection.execute(PLACE, rows).rowcount)

    async def scores(self, since: datetime, until: datetime, scope: Scope) -> Sequence[Score]:
        """See `Judging`."""
        return await self._read(lambda c: [_score(row) for row in _between(c, scores, since, until, scope)])

    async def keep_label(self, label: Label) -> bool:
        """See `Judging`."""

        def work(connection: Connection) -> bool:
            visit = (scores.c.conversation_id == label.conversation_id, scores.c.number == label.number)
            if connection.execute(select(scores.c.number).where(*visit)).first() is None:
                return False
            mine = (labels.c.conversation_id == label.conversation_id, labels.c.number == label.number)
            connection.execute(delete(labels).where(*mine, labels.c.who == label.who))
            connection.execute(labels.insert().values({**label._asdict(), "at": to_micros(label.at)}))
            return True

        return bool(await self._writer.write(work))

    async def labels(self, scope: Scope) -> Sequence[Label]:
        """See `Judging`."""
        query = select(labels).order_by(labels.c.at.desc(), labels.c.conversation_id)
        query = query.join(conversations, conversations.c.id == labels.c.conversation_id).where(*seen(scope))
        return await self._read(
            lambda c: [Label(**{**row._mapping, "at": from_micros(row.at)}) for row in c.execute(query)]  # noqa: SLF001 - SQLAlchemy's name for it
        )


def erase_mined(connection: Connection, conversation_id: str) -> None:
    """Forget what was mined of a conversation."""
    for table in OWNED:
        connection.execute(delete(table).where(table.c.conversation_id == conversation_id))


def _gather(
    connection: Connection, found: Sequence[Mention], judged: Sequence[Score], place: tuple[str, int, int]
) -> bool:
    if not turn_to(connection, *place):
        return False
    owners = sorted({one.conversation_id for one in judged})
    there: set[str] = set()
    for start in range(0, len(owners), TOGETHER):
        some = conversations.c.id.in_(owners[start : start + TOGETHER])
        there.update(connection.execute(select(conversations.c.id).where(some)).scalars())
    first: dict[str, int] = {}
    for one in judged:
        first[one.conversation_id] = min(one.number, first.get(one.conversation_id, one.number))
    starts = [{"id": id_, "from_number": number} for id_, number in first.items()]
    known = _placed(connection, first)
    if starts:
        for table, begins in ((mentions, mentions.c.visit), (scores, scores.c.number)):
            mine = (table.c.conversation_id == bindparam("id"), begins >= bindparam("from_number"))
            connection.execute(delete(table).where(*mine), starts)
    rows = []
    for mention in found:
        topic, closeness = known.get((mention.conversation_id, mention.number), ("", 0.0))
        if mention.conversation_id in there:
            rows.append(_mention_row(mention._replace(topic=topic, closeness=closeness)))
    insert(connection, "insight_mentions", Mention._fields, rows)
    kept = [_score_row(one) for one in judged if one.conversation_id in there]
    insert(connection, "insight_scores", tuple(column.name for column in scores.c), kept)
    return True


def _placed(connection: Connection, first: Mapping[str, int]) -> dict[tuple[str, int], tuple[str, float]]:
    """The topics that messages of these conversations have."""
    of = mentions.c
    query = select(of.conversation_id, of.number, of.topic, of.closeness).where(
        of.conversation_id.in_(bindparam("ids", expanding=True)), of.closeness != 0.0
    )
    rows: list[Any] = []
    ids = [*first]
    for start in range(0, len(ids), TOGETHER):
        rows += connection.execute(query, {"ids": ids[start : start + TOGETHER]})
    return {(id_, number): (topic, closeness) for id_, number, topic, closeness in rows}


def _between(connection: Connection, table: Table, since: datetime, until: datetime, scope: Scope) -> Sequence[Any]:
    of = table.c
    query = select(table).where(of.at >= to_micros(since), of.at < to_micros(until))
    query = query.order_by(of.at, of.conversation_id, of.number)
    if scope.teams is not None:
        query = query.join(conversations, conversations.c.id == of.conversation_id).where(*seen(scope))
    return connection.execute(query).all()


def _mention_row(one: Mention) -> tuple[Any, ...]:
    values = one._asdict() | {
        "at": to_micros(one.at),
        "day": one.day.toordinal(),
        "troubles": " ".join(one.troubles),
        "sample": int(one.sample),
    }
    return tuple(values.values())


def _mention(row: Any) -> Mention:  # noqa: ANN401 - a row
    return Mention(*row)._replace(
        at=from_micros(row.at),
        day=date.fromordinal(row.day),
        troubles=tuple(row.troubles.split()),
        sample=row.sample == 1,
    )


def _score_row(one: Score) -> tuple[Any, ...]:
    reasons = json.dumps([tuple(reason) for reason in one.reasons])
    points = (one.solved, one.tone, one.process, one.effort)
    head = (one.conversation_id, one.number, to_micros(one.at), one.day.toordinal())
    return (*head, *points, reasons, int(one.sample))


def _score(row: Any) -> Score:  # noqa: ANN401 - a row
    reasons = tuple(Reason(*one) for one in json.loads(row.reasons))
    return Score(*row)._replace(
        at=from_micros(row.at), day=date.fromordinal(row.day), reasons=reasons, sample=row.sample == 1
    )
