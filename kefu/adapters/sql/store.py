"""A store on any SQL database that this house knows."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, Row, and_, delete, exists, func, select, update
from sqlalchemy.exc import SQLAlchemyError

from kefu.adapters.sql import desk, extracts, facts, library, opinions
from kefu.adapters.sql import questions as learning
from kefu.adapters.sql.attachments import erase_attachments
from kefu.adapters.sql.calls import read_calls
from kefu.adapters.sql.codec import decode_body, decode_kept, decode_state, from_micros, to_micros
from kefu.adapters.sql.filing import SqlAttachments
from kefu.adapters.sql.findings import SqlFindings
from kefu.adapters.sql.foresight import erase_scores
from kefu.adapters.sql.insight import SqlInsight
from kefu.adapters.sql.migrate import migrate
from kefu.adapters.sql.mining import SqlMining, erase_mined
from kefu.adapters.sql.past import KEPT, SqlPast
from kefu.adapters.sql.tables import claims, conversations, events, exchanges, outbox, questions, reviews, turns
from kefu.adapters.sql.tools import drop_tool, keep_tool, read_tools
from kefu.adapters.sql.writer import Writer
from kefu.core.articles import Article
from kefu.core.errors import StoreFailed
from kefu.core.events import Event
from kefu.core.nouns import Conversation
from kefu.core.ports.calls import Call
from kefu.core.ports.desk import Line, Order, Page, Scope, TicketPage, View
from kefu.core.ports.library import Changes, Shelved, Version
from kefu.core.ports.opinions import Tally
from kefu.core.ports.past import Kept
from kefu.core.ports.questions import Exchange, ExchangeState, Left
from kefu.core.ports.store import Commit, Due, Memory, Parting, Recorded, Review, Settled, Summary
from kefu.core.ports.tools import Kind, Tool

T = TypeVar("T")

READERS = 3
"""Threads that read; SQLite and PostgreSQL both let them read while one writes."""

_earlier = outbox.alias("earlier")
DUE = (
    select(outbox)
    .where(
        outbox.c.state == "due",
        ~exists().where(
            _earlier.c.conversation_id == outbox.c.conversation_id,
            _earlier.c.state == "due",
            _earlier.c.position < outbox.c.position,
        ),
    )
    .order_by(outbox.c.position)
)


class SqlStore(SqlAttachments, SqlInsight, SqlMining, SqlFindings, SqlPast):
    """All faces of a store on one database: `engine` writes, `reading` reads."""

    def __init__(self, engine: Engine, reading: Engine) -> None:
        self._reading = reading
        self._writer = Writer(engine)
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="kefu-store")

    async def load(self, channel: str, sender: str) -> Conversation | None:
        """See `Store`."""
        query = select(conversations.c.state).where(
            conversations.c.channel == channel, conversations.c.sender == sender
        )
        return await self._state(query)

    async def commit(self, commit: Commit) -> None:
        """See `Store`."""
        await self._writer.write(commit)

    async def events(self, conversation_id: str, after: int = 0) -> Sequence[Recorded]:
        """See `Store`."""
        mine = and_(events.c.conversation_id == conversation_id, events.c.number > after)
        return await self._recorded(KEPT.where(mine).order_by(events.c.number))

    async def claimed(self, prefix: str) -> int:
        """See `Store`."""
        query = select(func.count()).where(claims.c.key.startswith(prefix, autoescape=True))
        return int(await self._read(lambda connection: connection.execute(query).scalar_one()))

    async def erase(self, conversation_id: str) -> int:
        """See `Store`."""

        def work(connection: Connection) -> int:
            mine = select(turns.c.id).where(turns.c.conversation_id == conversation_id)
            desk.erase_desk(connection, conversation_id)
            facts.erase_facts(connection, conversation_id)
            erase_mined(connection, conversation_id)
            erase_attachments(connection, conversation_id)
            extracts.erase_extracts(connection, conversation_id)
            erase_scores(connection, conversation_id)
            connection.execute(delete(claims).where(claims.c.turn_id.in_(mine)))
            for table in (questions, exchanges, reviews, outbox):
                connection.execute(delete(table).where(table.c.conversation_id == conversation_id))
            gone = connection.execute(delete(events).where(events.c.conversation_id == conversation_id)).rowcount
            connection.execute(delete(turns).where(turns.c.conversation_id == conversation_id))
            connection.execute(delete(conversations).where(conversations.c.id == conversation_id))
            return gone

        return int(await self._writer.write(work))

    async def take(self, now: datetime, limit: int, lease_s: float) -> Sequence[Due]:
        """See `Outbox`. Without anything due it costs one read and no write."""
        micros = to_micros(now)
        due = DUE.where(outbox.c.due_at <= micros, outbox.c.leased_until <= micros).limit(limit)
        if not await self._read(lambda connection: connection.execute(due.limit(1)).first()):
            return []
        until = to_micros(now + timedelta(seconds=lease_s))

        def work(connection: Connection) -> Sequence[Row[Any]]:
            rows = connection.execute(due).all()
            ids = [row.id for row in rows]
            connection.execute(update(outbox).where(outbox.c.id.in_(ids)).values(leased_until=until))
            return rows

        return [_due(row) for row in await self._writer.write(work)]

    async def settle(self, settled: Sequence[Settled], now: datetime) -> None:
        """See `Outbox`."""
        micros = to_micros(now)

        def work(connection: Connection) -> None:
            for one in settled:
                state = "done" if not one.error else "due" if one.retry_at else "dead"
                change = update(outbox).where(outbox.c.id == one.id)
                due = to_micros(one.retry_at) if one.retry_at else micros
                more = {"state": state, "error": one.error, "due_at": due, "leased_until": 0}
                connection.execute(change.values(attempts=outbox.c.attempts + 1, **more))

        await self._writer.write(work)

    async def dead(self, limit: int = 100) -> Sequence[Due]:
        """See `Outbox`."""
        query = select(outbox).where(outbox.c.state == "dead").order_by(outbox.c.position.desc()).limit(limit)
        return [_due(row) for row in await self._read(lambda connection: connection.execute(query).all())]

    async def revive(self, ids: Sequence[str], now: datetime) -> int:
        """See `Outbox`."""
        change = update(outbox).where(outbox.c.id.in_(list(ids)), outbox.c.state == "dead")
        change = change.values(state="due", attempts=0, due_at=to_micros(now), leased_until=0)
        return int(await self._writer.write(lambda connection: connection.execute(change).rowcount))

    async def conversation(self, conversation_id: str) -> Conversation | None:
        """See `Archive`."""
        return await self._state(select(conversations.c.state).where(conversations.c.id == conversation_id))

    async def summaries(self, *, waiting: bool = False, customer_id: str = "", limit: int = 50) -> Sequence[Summary]:
        """See `Archive`."""
        query = select(conversations).limit(limit)
        if waiting:
            query = query.where(conversations.c.waiting_since.is_not(None)).order_by(conversations.c.waiting_since)
        else:
            query = query.order_by(conversations.c.updated_at.desc())
        if customer_id:
            query = query.where(conversations.c.customer_id == customer_id)
        return [_summary(row) for row in await self._read(lambda connection: connection.execute(query).all())]

    async def turn(self, turn_id: str) -> Sequence[Recorded]:
        """See `Archive`."""
        return await self._recorded(KEPT.where(events.c.turn_id == turn_id).order_by(events.c.number))

    async def turns(self, limit: int = 50) -> Sequence[tuple[str, str, datetime]]:
        """See `Archive`."""
        query = select(turns.c.id, turns.c.conversation_id, turns.c.at).order_by(turns.c.at.desc()).limit(limit)
        rows = await self._read(lambda connection: connection.execute(query).all())
        return [(row.id, row.conversation_id, from_micros(row.at)) for row in rows]

    async def reviews(self, *, judged: bool, limit: int = 1_000_000) -> Sequence[Review]:
        """See `Reviews`."""
        which = reviews.c.verdict.is_not(None) if judged else reviews.c.verdict.is_(None)
        query = select(reviews).where(which).order_by(reviews.c.drawn_at.desc()).limit(limit)
        return [_review(row) for row in await self._read(lambda connection: connection.execute(query).all())]

    async def questions(self, limit: int = 2_000) -> Sequence[Left]:
        """See `Questions`."""
        return await self._read(lambda connection: learning.read(connection, limit))

    async def gather(self, exchanges: Sequence[Exchange]) -> None:
        """See `Questions`."""
        await self._writer.write(lambda connection: learning.gather(connection, exchanges))

    async def exchanges(self, state: ExchangeState, limit: int = 2_000) -> Sequence[Exchange]:
        """See `Questions`."""
        return await self._read(lambda connection: learning.read_exchanges(connection, state, limit))

    async def shelve(self, put: Sequence[Article], drop: Sequence[str], who: str, at: datetime) -> Shelved:
        """See `Library`."""
        shelved: Shelved = await self._writer.write(lambda connection: library.shelve(connection, put, drop, who, at))
        return shelved

    async def article(self, article_id: str, version: int = 0) -> Article | None:
        """See `Library`."""
        return await self._read(lambda connection: library.read_article(connection, article_id, version))

    async def articles(self, after: str = "", limit: int = 500) -> Sequence[Article]:
        """See `Library`."""
        return await self._read(lambda connection: library.read_articles(connection, after, limit))

    async def history(self, article_id: str) -> Sequence[Version]:
        """See `Library`."""
        return await self._read(lambda connection: library.read_history(connection, article_id))

    async def changes(self, since: int) -> Changes:
        """See `Library`."""
        return await self._read(lambda connection: library.read_changes(connection, since))

    async def opine(self, article_id: str, version: int, *, helped: bool) -> None:
        """See `Opinions`."""
        await self._writer.write(lambda connection: opinions.opine(connection, article_id, version, helped=helped))

    async def opinions(self, article_id: str) -> Mapping[int, Tally]:
        """See `Opinions`."""
        return await self._read(lambda connection: opinions.read_opinions(connection, article_id))

    async def inbox(self, view: View, order: Order = "waiting", after: str = "", limit: int = 25) -> Page:
        """See `Desk`."""
        return await self._read(lambda connection: desk.read_inbox(connection, view, order, after, limit))

    async def tally(self, views: Sequence[View]) -> Sequence[int]:
        """See `Desk`."""
        return await self._read(lambda connection: desk.read_tally(connection, views))

    async def tickets(self, view: View, number: str = "", after: str = "", limit: int = 25) -> TicketPage:
        """See `Desk`."""
        return await self._read(lambda connection: desk.read_tickets(connection, view, number, after, limit))

    async def calls(self, scope: Scope, before: int = 0, limit: int = 25, *, under_way: bool = False) -> Sequence[Call]:
        """See `Calls`."""
        return await self._read(lambda connection: read_calls(connection, scope, before, limit, under_way=under_way))

    async def attend(self, person: str, at: datetime, *, here: bool) -> None:
        """See `Attendance`."""
        await self._writer.write(lambda connection: desk.attend(connection, person, at, here=here))

    async def here(self) -> Mapping[str, datetime]:
        """See `Attendance`."""
        return await self._read(desk.read_here)

    async def search(self, words: Sequence[str], scope: Scope, limit: int = 30) -> Sequence[Line]:
        """See `Desk`."""
        return await self._read(lambda connection: desk.read_lines(connection, words, scope, limit))

    async def happened(
        self, after: int = 0, limit: int = 1000, kinds: Collection[type[Event]] = ()
    ) -> Sequence[Recorded]:
        """See `Log`."""
        query = KEPT.where(events.c.position > after)
        if kinds:
            query = query.where(events.c.kind.in_([kind.__name__ for kind in kinds]))
        return await self._recorded(query.order_by(events.c.position).limit(limit))

    async def head(self) -> int:
        """See `Log`."""
        query = select(func.coalesce(func.max(events.c.position), 0))
        return int(await self._read(lambda connection: connection.execute(query).scalar_one()))

    async def bookmark(self, name: str) -> int:
        """See `Log`."""
        return await self._read(lambda connection: desk.read_bookmark(connection, name))

    async def turn_to(self, name: str, after: int, position: int) -> bool:
        """See `Log`."""
        return bool(await self._writer.write(lambda connection: desk.turn_to(connection, name, after, position)))

    async def index(self, lines: Sequence[tuple[Line, str]], name: str, after: int, position: int) -> bool:
        """See `Log`."""
        return bool(await self._writer.write(lambda c: desk.index_lines(c, lines, name, after, position)))

    async def tools(self, kind: Kind) -> Sequence[Tool]:
        """See `Tools`."""
        return await self._read(lambda connection: read_tools(connection, kind))

    async def keep_tool(self, tool: Tool) -> None:
        """See `Tools`."""
        await self._writer.write(lambda connection: keep_tool(connection, tool))

    async def drop_tool(self, tool_id: str) -> bool:
        """See `Tools`."""
        return bool(await self._writer.write(lambda connection: drop_tool(connection, tool_id)))

    async def counts(self) -> Mapping[str, int]:
        """See `Archive`."""

        def work(connection: Connection) -> dict[str, int]:
            tables = {"conversations": conversations, "turns": turns, "events": events}
            found = {
                name: connection.execute(select(func.count()).select_from(t)).scalar_one() for name, t in tables.items()
            }
            for state in ("due", "dead"):
                found[state] = connection.execute(select(func.count()).where(outbox.c.state == state)).scalar_one()
            waiting = select(func.count()).where(conversations.c.waiting_since.is_not(None))
            return {**found, "waiting": connection.execute(waiting).scalar_one()}

        return await self._read(work)

    def close(self) -> None:
        """Write what waits and let go of the database."""
        self._writer.close()
        self._readers.shutdown()

    async def _state(self, query: Any) -> Conversation | None:  # noqa: ANN401 - a Select
        data = await self._read(lambda connection: connection.execute(query).scalar_one_or_none())
        return decode_state(data) if data else None

    async def _recorded(self, query: Any) -> Sequence[Recorded]:  # noqa: ANN401 - a Select
        rows = await self._read(lambda connection: connection.execute(query).all())
        return decode_kept(Kept(*row) for row in rows)

    async def _read(self, work: Callable[[Connection], T]) -> T:
        def run() -> T:
            with self._reading.connect() as connection:
                return work(connection)

        try:
            return await asyncio.get_running_loop().run_in_executor(self._readers, run)
        except SQLAlchemyError as error:
            reason = str(getattr(error, "orig", error)).partition("\n")[0]
            raise StoreFailed(f"The database did not answer: {reason}. Run `kefu doctor`.") from error


def _due(row: Any) -> Due:  # noqa: ANN401 - a Row
    parting = Parting(row.id, row.kind, row.address, decode_body(row.body))
    return Due(parting, row.conversation_id, row.turn_id, row.attempts)


def _summary(row: Any) -> Summary:  # noqa: ANN401 - a Row
    return Summary(
        id=row.id,
        channel=row.channel,
        sender=row.sender,
        customer_id=row.customer_id,
        updated_at=from_micros(row.updated_at),
        waiting_since=from_micros(row.waiting_since) if row.waiting_since else None,
        waiting_reason=row.waiting_reason,
        last_line=row.last_line,
    )


def _review(row: Any) -> Review:  # noqa: ANN401 - a Row
    right = None if row.verdict is None else bool(row.verdict)
    about = (row.turn_id, row.conversation_id, from_micros(row.drawn_at), row.intent, row.score, row.reader)
    return Review(*about, right, row.who)


@asynccontextmanager
async def open_sql_store(engine: Engine, reading: Engine) -> AsyncIterator[Memory]:
    """Bring the tables up to date, open the store, close it in the end."""
    await asyncio.to_thread(migrate, engine)
    store = SqlStore(engine, reading)
    try:
        yield store
    finally:
        await asyncio.to_thread(store.close)
        engine.dispose()
        reading.dispose()
