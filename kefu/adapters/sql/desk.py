"""The desk on a database: lists, counts, search, and the places of those who follow the log."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, get_args

from sqlalchemy import ColumnElement, Connection, Select, and_, delete, exists, func, insert, or_, select, text, update

from kefu.adapters.sql.codec import from_micros, to_micros
from kefu.adapters.sql.tables import (
    NEVER,
    attendance,
    bookmarks,
    conversations,
    lines,
    mentions,
    reviews,
    tags,
    tickets,
)
from kefu.core.errors import BadInput
from kefu.core.events import Noted, Tagged, TicketOpened
from kefu.core.nouns import Conversation
from kefu.core.ports.desk import MOST_COUNTED, Entry, Line, Order, Page, Scope, TicketEntry, TicketPage, View
from kefu.core.ports.store import Commit
from kefu.core.work import Priority

PRIORITIES: tuple[Priority, ...] = get_args(Priority)
LISTED = (
    "status", "person", "team", "priority", "language", "anger", "last_by", "tags", "waits_since",
    "due_at", "due", "snoozed_until",
)  # fmt: skip
BETWEEN = "\n"
"""Between tags, which hold no line breaks."""

of = conversations.c
ORDERS: dict[Order, tuple[ColumnElement[int], bool]] = {
    "waiting": (of.waits_since, False),
    "newest": (of.updated_at, True),
    "due": (of.due_at, False),
}
"""What a list is sorted by, and whether it falls."""


def listed(talk: Conversation) -> tuple[Any, ...]:
    """What lists need of a state, in the order of `LISTED`."""
    work, waits = talk.work, talk.waits_since
    target, due = work.ends or ("", None)
    return (
        talk.status,
        work.person,
        work.team,
        PRIORITIES.index(work.priority),
        talk.language,
        talk.anger,
        work.last_by,
        BETWEEN.join(work.tags),
        to_micros(waits) if waits else NEVER,
        to_micros(due) if due else NEVER,
        target,
        to_micros(work.snoozed_until) if work.snoozed_until else None,
    )


def follow_desk(connection: Connection, commits: Sequence[Commit]) -> None:
    """Write down tags, mentions and tickets."""
    for commit in commits:
        id_ = commit.conversation.id
        for number, event in enumerate(commit.events, start=commit.expected + 1):
            if isinstance(event, TicketOpened):
                row = {"conversation_id": id_, "event": number, "opened_at": to_micros(event.at)}
                connection.execute(insert(tickets).values(**row, **asdict(event.ticket)))
        if any(isinstance(event, Tagged) for event in commit.events):
            connection.execute(delete(tags).where(tags.c.conversation_id == id_))
            for tag in commit.conversation.work.tags:
                connection.execute(insert(tags).values(conversation_id=id_, tag=tag))
        named = {who: event.at for event in commit.events if isinstance(event, Noted) for who in event.mentions}
        for who, at in named.items():
            connection.execute(delete(mentions).where(mentions.c.conversation_id == id_, mentions.c.who == who))
            connection.execute(insert(mentions).values(conversation_id=id_, who=who, at=to_micros(at)))


def read_inbox(connection: Connection, view: View, order: Order, after: str, limit: int) -> Page:
    """A part of a list; one row more than asked tells whether there is another part."""
    column, falls = ORDERS[order]
    query = select(conversations).where(*_within(view)).limit(limit + 1)
    if after:
        place, id_ = _place(after)
        beyond = column < place if falls else column > place
        query = query.where(or_(beyond, and_(column == place, of.id > id_)))
    rows = connection.execute(query.order_by(column.desc() if falls else column, of.id)).all()
    entries = tuple(_entry(row) for row in rows[:limit])
    if len(rows) <= limit:
        return Page(entries)
    last = rows[limit - 1]
    return Page(entries, f"{getattr(last, column.key or '')}~{last.id}")


def read_tally(connection: Connection, views: Sequence[View]) -> list[int]:
    """How many there are of each view, up to a limit."""
    counts = []
    for view in views:
        some = select(of.id).where(*_within(view)).limit(MOST_COUNTED).subquery()
        counts.append(int(connection.execute(select(func.count()).select_from(some)).scalar_one()))
    return counts


def read_tickets(connection: Connection, view: View, number: str, after: str, limit: int) -> TicketPage:
    """A part of the tickets, latest first."""
    opened_at = tickets.c.opened_at.label("ticket_opened_at")
    query = select(conversations, tickets.c.number, tickets.c.kind, tickets.c.urgency, tickets.c.text, opened_at)
    query = query.join(tickets, tickets.c.conversation_id == of.id).where(*_within(view)).limit(limit + 1)
    if number:
        query = query.where(tickets.c.number.startswith(number, autoescape=True))
    if after:
        place, last = _place(after)
        earlier = and_(tickets.c.opened_at == place, tickets.c.number > last)
        query = query.where(or_(tickets.c.opened_at < place, earlier))
    rows = connection.execute(query.order_by(tickets.c.opened_at.desc(), tickets.c.number)).all()
    cases = tuple(
        TicketEntry(row.number, row.kind, row.urgency, row.text, from_micros(row.ticket_opened_at), _entry(row))
        for row in rows[:limit]
    )
    return TicketPage(
        cases, f"{rows[limit - 1].ticket_opened_at}~{rows[limit - 1].number}" if len(rows) > limit else ""
    )


def attend(connection: Connection, person: str, at: datetime, *, here: bool) -> None:
    """Keep what somebody says of themselves."""
    connection.execute(delete(attendance).where(attendance.c.person == person))
    connection.execute(insert(attendance).values(person=person, here=int(here), at=to_micros(at)))


def read_here(connection: Connection) -> Mapping[str, datetime]:
    """Who is there, since when."""
    rows = connection.execute(select(attendance.c.person, attendance.c.at).where(attendance.c.here == 1)).all()
    return {row.person: from_micros(row.at) for row in rows}


def read_lines(connection: Connection, words: Sequence[str], scope: Scope, limit: int) -> list[Line]:
    """Lines with all the words, latest first."""
    if not words:
        return []
    query: Select[Any] = select(lines).join(conversations, of.id == lines.c.conversation_id).where(*seen(scope))
    if connection.dialect.name == "sqlite":
        query = query.where(text("lines.id IN (SELECT rowid FROM line_words WHERE line_words MATCH :wanted)"))
        wanted = " ".join(f'"{word}"' for word in words)
    else:
        query = query.where(text("lines.id IN (SELECT id FROM line_words WHERE words @@ CAST(:wanted AS tsquery))"))
        wanted = " & ".join("'" + word.replace("'", "''") + "'" for word in words)
    rows = connection.execute(query.order_by(lines.c.id.desc()).limit(limit), {"wanted": wanted})
    return [Line(row.conversation_id, row.number, from_micros(row.at), row.by, row.text) for row in rows]


def read_bookmark(connection: Connection, name: str) -> int:
    """A follower's place."""
    found = connection.execute(select(bookmarks.c.position).where(bookmarks.c.name == name)).scalar_one_or_none()
    return int(found or 0)


def turn_to(connection: Connection, name: str, after: int, position: int) -> bool:
    """Keep a follower's place, unless another was there."""
    if read_bookmark(connection, name) != after:
        return False
    changed = connection.execute(update(bookmarks).where(bookmarks.c.name == name).values(position=position))
    if not changed.rowcount:
        connection.execute(insert(bookmarks).values(name=name, position=position))
    return True


def index_lines(
    connection: Connection, fresh: Sequence[tuple[Line, str]], name: str, after: int, position: int
) -> bool:
    """Make lines findable. Those of conversations that are erased by now are left out."""
    if not turn_to(connection, name, after, position):
        return False
    owners = {line.conversation_id for line, _ in fresh}
    there = set(connection.execute(select(of.id).where(of.id.in_(owners))).scalars())
    for line, words in fresh:
        if line.conversation_id in there:
            row = {"conversation_id": line.conversation_id, "number": line.number, "at": to_micros(line.at)}
            made = connection.execute(insert(lines).values(**row, by=line.by, text=line.text))
            _set_words(connection, int((made.inserted_primary_key or (0,))[0]), words)
    return True


def _set_words(connection: Connection, id_: int, words: str) -> None:
    value = ":words" if connection.dialect.name == "sqlite" else "array_to_tsvector(string_to_array(:words, ' '))"
    query = f"INSERT INTO line_words ({_id_of(connection)}, words) VALUES (:id, {value})"  # noqa: S608
    connection.execute(text(query), {"id": id_, "words": words})


def _id_of(connection: Connection) -> str:
    return "rowid" if connection.dialect.name == "sqlite" else "id"


def erase_desk(connection: Connection, conversation_id: str) -> None:
    """Forget what lists and search know of a conversation."""
    mine = "(SELECT id FROM lines WHERE conversation_id = :id)"
    words = f"DELETE FROM line_words WHERE {_id_of(connection)} IN {mine}"  # noqa: S608
    connection.execute(text(words), {"id": conversation_id})
    for table in (lines, tags, mentions, tickets):
        connection.execute(delete(table).where(table.c.conversation_id == conversation_id))


def _within(view: View) -> list[ColumnElement[bool]]:
    """The conditions of a view; its scope comes first."""
    found = [*seen(view.scope), *_in_time(view)]
    if view.status:
        found.append(of.status.in_(view.status))
    for column, wanted in ((of.person, view.person), (of.team, view.team), (of.channel, view.channel)):
        if wanted is not None:
            found.append(column == wanted)
    if view.language:
        found.append(of.language == view.language)
    if view.priority:
        found.append(of.priority == PRIORITIES.index(view.priority))
    if view.customer_id:
        found.append(of.customer_id == view.customer_id)
    if view.ids is not None:
        found.append(of.id.in_(view.ids))
    if view.tag:
        found.append(exists().where(tags.c.conversation_id == of.id, tags.c.tag == view.tag))
    if view.mentions:
        found.append(exists().where(mentions.c.conversation_id == of.id, mentions.c.who == view.mentions))
    if view.to_review:
        found.append(exists().where(reviews.c.conversation_id == of.id, reviews.c.verdict.is_(None)))
    return found


def _in_time(view: View) -> Iterator[ColumnElement[bool]]:
    if view.since:
        yield of.updated_at >= to_micros(view.since)
    if view.due_by:
        yield of.due_at <= to_micros(view.due_by)
    if view.wakes_by:
        yield of.snoozed_until <= to_micros(view.wakes_by)


def seen(scope: Scope) -> list[ColumnElement[bool]]:
    """The conditions of a scope, on conversations."""
    if scope.teams is None:
        return []
    return [or_(of.team.in_(("", *scope.teams)), and_(of.person == scope.person, of.person != ""))]


def _place(after: str) -> tuple[int, str]:
    place, _, id_ = after.partition("~")
    try:
        return int(place), id_
    except ValueError as error:
        raise BadInput(f"{after!r} is no place in this list; take `next` of the page before.") from error


def _entry(row: Any) -> Entry:  # noqa: ANN401 - a Row
    return Entry(
        id=row.id,
        channel=row.channel,
        sender=row.sender,
        customer_id=row.customer_id,
        language=row.language,
        status=row.status,
        person=row.person,
        team=row.team,
        priority=PRIORITIES[row.priority],
        tags=tuple(row.tags.split(BETWEEN)) if row.tags else (),
        anger=row.anger,
        last_by=row.last_by,
        last_line=row.last_line,
        opened_at=from_micros(row.opened_at),
        updated_at=from_micros(row.updated_at),
        waits_since=None if row.waits_since == NEVER else from_micros(row.waits_since),
        waiting_reason=row.waiting_reason,
        due=(row.due, from_micros(row.due_at)) if row.due else None,
        snoozed_until=from_micros(row.snoozed_until) if row.snoozed_until else None,
        version=row.version,
    )
