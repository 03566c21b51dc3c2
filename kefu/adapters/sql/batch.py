"""Write many turns in one transaction, with a handful of statements."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, select, update

from kefu.adapters.sql.attachments import follow_attachments
from kefu.adapters.sql.codec import encode, to_micros
from kefu.adapters.sql.desk import LISTED, follow_desk, listed
from kefu.adapters.sql.questions import QUESTION, follow, left
from kefu.adapters.sql.tables import claims, conversations, reviews, turns
from kefu.core.errors import Conflict, Repeat
from kefu.core.events import DrawnForReview, Judged
from kefu.core.ports.store import Commit

LINE = 500
"""How much of the latest line a list of conversations shows."""

VERSIONS = select(conversations.c.id, conversations.c.version).where(
    conversations.c.id.in_(bindparam("ids", expanding=True))
)
TAKEN = select(turns.c.channel, turns.c.external_id).where(turns.c.external_id.in_(bindparam("ids", expanding=True)))
CLAIMED = select(claims.c.key).where(claims.c.key.in_(bindparam("keys", expanding=True)))
IDENTITY = ("id", "channel", "sender", "opened_at")
STATE = (
    "version", "customer_id", "waiting_since", "waiting_reason", "updated_at", "last_line", "state", *LISTED,
)  # fmt: skip

Rows = list[tuple[Any, ...]]


def write_commits(connection: Connection, commits: Sequence[Commit]) -> list[Exception | None]:
    """Write those that may be written; the others get their `Repeat` or `Conflict`.

    Must run while no one else writes, so that what is looked up here holds until the end.
    """
    if not commits:
        return []
    outcomes, accepted = _sort_out(connection, commits)
    fresh = {commit.conversation.id for commit in accepted if commit.expected == 0}
    latest = {commit.conversation.id: commit for commit in accepted}
    born = [commit for id_, commit in latest.items() if id_ in fresh]
    going_on = [commit for id_, commit in latest.items() if id_ not in fresh]
    insert(
        connection,
        "conversations",
        ("id", "channel", "sender", "opened_at", *STATE),
        [_identity(c) + _state(c) for c in born],
    )
    _go_on(connection, [(*_state(commit), commit.conversation.id) for commit in going_on])
    insert(connection, "turns", TURN, [_turn(commit) for commit in accepted])
    insert(connection, "events", EVENT, [row for commit in accepted for row in _events(commit)])
    insert(connection, "outbox", PARTING, [row for commit in accepted for row in _partings(commit)])
    insert(connection, "reviews", REVIEW, [row for commit in accepted for row in _drawn(commit)])
    _judge(connection, [event for commit in accepted for event in commit.events if isinstance(event, Judged)])
    insert(connection, "questions", QUESTION, [row for commit in accepted for row in left(commit)])
    follow(connection, accepted)
    follow_desk(connection, accepted)
    follow_attachments(connection, [event for commit in accepted for event in commit.events])
    insert(connection, "claims", CLAIM, [row for commit in accepted for row in _claims(commit)])
    return outcomes


def _sort_out(connection: Connection, commits: Sequence[Commit]) -> tuple[list[Exception | None], list[Commit]]:
    versions = dict(connection.execute(VERSIONS, {"ids": list({c.conversation.id for c in commits})}).all())
    named = list({commit.external_id for commit in commits if commit.external_id})
    taken = {tuple(row) for row in connection.execute(TAKEN, {"ids": named})} if named else set()
    wanted = list({key for commit in commits for key in commit.claims})
    used = set(connection.execute(CLAIMED, {"keys": wanted}).scalars()) if wanted else set()
    outcomes: list[Exception | None] = []
    accepted = []
    for commit in commits:
        talk, message = commit.conversation, (commit.conversation.channel, commit.external_id)
        if commit.external_id and message in taken:
            outcomes.append(Repeat())
        elif versions.get(talk.id, 0) != commit.expected or used & set(commit.claims):
            outcomes.append(Conflict())
        else:
            outcomes.append(None)
            accepted.append(commit)
            versions[talk.id] = talk.version
            taken.add(message)
            used |= set(commit.claims)
    return outcomes, accepted


# SQLAlchemy's own insert costs as much as the rest of a commit, so rows go to the driver
# as tuples, with SQL that is the same on both databases but for its marks.


def mark_of(connection: Connection) -> str:
    """How the driver marks a place for a value."""
    return "?" if connection.dialect.name == "sqlite" else "%s"


def insert(connection: Connection, table: str, columns: tuple[str, ...], rows: Rows) -> None:
    """Add rows; does nothing without any."""
    if rows:
        marks = ", ".join([mark_of(connection)] * len(columns))
        connection.exec_driver_sql(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})", rows)  # noqa: S608


def _go_on(connection: Connection, rows: Rows) -> None:
    if rows:
        mark = mark_of(connection)
        changes = ", ".join(f"{column} = {mark}" for column in STATE)
        connection.exec_driver_sql(f"UPDATE conversations SET {changes} WHERE id = {mark}", rows)  # noqa: S608


def _identity(commit: Commit) -> tuple[Any, ...]:
    talk = commit.conversation
    return talk.id, talk.channel, talk.sender, to_micros(commit.at)


def _state(commit: Commit) -> tuple[Any, ...]:
    talk = commit.conversation
    return (
        talk.version,
        talk.identity.customer_id if talk.identity else "",
        to_micros(talk.waiting.since) if talk.waiting else None,
        talk.waiting.reason if talk.waiting else "",
        to_micros(commit.at),
        talk.recent[-1].text[:LINE] if talk.recent else "",
        encode(talk),
        *listed(talk),
    )


TURN = ("id", "channel", "external_id", "conversation_id", "base", "at")


def _turn(commit: Commit) -> tuple[Any, ...]:
    talk, at = commit.conversation, to_micros(commit.at)
    return commit.turn_id, talk.channel, commit.external_id or None, talk.id, commit.expected, at


EVENT = ("conversation_id", "number", "turn_id", "kind", "version", "data")


def _events(commit: Commit) -> Iterable[tuple[Any, ...]]:
    id_, turn = commit.conversation.id, commit.turn_id
    for number, event in enumerate(commit.events, start=commit.expected + 1):
        yield id_, number, turn, type(event).__name__, event.version, encode(event)


PARTING = (
    "id", "conversation_id", "turn_id", "kind", "address", "body",
    "due_at", "leased_until", "attempts", "state", "error",
)  # fmt: skip


def _partings(commit: Commit) -> Iterable[tuple[Any, ...]]:
    for one in commit.partings:
        where = (one.id, commit.conversation.id, commit.turn_id, one.kind, one.address, encode(one.body))
        yield *where, to_micros(commit.at), 0, 0, "due", ""


REVIEW = ("turn_id", "conversation_id", "drawn_at", "intent", "score", "reader", "who")


def _drawn(commit: Commit) -> Iterable[tuple[Any, ...]]:
    for event in commit.events:
        if isinstance(event, DrawnForReview):
            about = (event.intent, event.score, event.reader)
            yield commit.turn_id, commit.conversation.id, to_micros(event.at), *about, ""


def _judge(connection: Connection, judged: Sequence[Judged]) -> None:
    for event in judged:
        mine = reviews.c.turn_id == event.turn_id
        connection.execute(update(reviews).where(mine).values(verdict=int(event.right), who=event.who))


CLAIM = ("key", "turn_id", "at")


def _claims(commit: Commit) -> Iterable[tuple[Any, ...]]:
    return ((key, commit.turn_id, to_micros(commit.at)) for key in commit.claims)
