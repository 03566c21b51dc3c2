"""What the learning queue reads: questions that were left, written with the events, and colleagues' replies."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, select, text, update

from kefu.adapters.sql.codec import from_micros, to_micros
from kefu.adapters.sql.tables import events, exchanges, questions
from kefu.core.events import PersonReplied, QuestionLeft, QuestionSettled
from kefu.core.ports.questions import Exchange, ExchangeState, Left, Reply
from kefu.core.ports.store import Commit

QUESTION = (
    "turn_id", "conversation_id", "at", "text", "language", "probability", "answer", "who", "settled",
)  # fmt: skip

GATHER = text(
    "INSERT INTO exchanges"
    " (turn_id, conversation_id, position, number, at, state, text, language, answer, who)"
    " VALUES (:turn_id, :conversation_id, :position, :number, :at, :state, :text, :language, :answer, :who)"
    " ON CONFLICT (turn_id) DO UPDATE SET"
    " state = excluded.state, text = excluded.text, language = excluded.language, answer = excluded.answer,"
    " who = excluded.who"
    " WHERE exchanges.state <> 'settled'"
)
"""One statement, so that two processes that follow the same log can't undo what a person settled."""


def left(commit: Commit) -> Iterable[tuple[object, ...]]:
    """The rows of what a commit leaves, at most one a turn."""
    found = [event for event in commit.events if isinstance(event, QuestionLeft)]
    for event in found[:1]:
        about = (event.text, event.language, event.probability)
        yield commit.turn_id, commit.conversation.id, to_micros(event.at), *about, "", "", 0


def follow(connection: Connection, commits: Sequence[Commit]) -> None:
    """Write down what was answered and settled."""
    for commit in commits:
        for event in commit.events:
            if isinstance(event, PersonReplied):
                asked = questions.c.at <= to_micros(event.at)
                mine = questions.c.conversation_id == commit.conversation.id, questions.c.answer == "", asked
                connection.execute(update(questions).where(*mine).values(answer=event.text, who=event.who))
            elif isinstance(event, QuestionSettled):
                connection.execute(update(questions).where(questions.c.turn_id == event.turn_id).values(settled=1))
                learned = update(exchanges).where(exchanges.c.turn_id == event.turn_id)
                connection.execute(learned.values(state="settled"))


def read(connection: Connection, limit: int) -> Sequence[Left]:
    """The open questions, latest first."""
    query = select(questions).where(questions.c.settled == 0).order_by(questions.c.at.desc()).limit(limit)
    return [
        Left(
            row.turn_id, row.conversation_id, from_micros(row.at), row.text, row.language, row.probability,
            row.answer, row.who,
        )
        for row in connection.execute(query)
    ]  # fmt: skip


def gather(connection: Connection, found: Sequence[Exchange]) -> None:
    """Write down what replies came to; those of a conversation that was erased meanwhile are left out."""
    known = select(events.c.position).where(events.c.position.in_([one.reply.position for one in found]))
    there = set(connection.execute(known).scalars())
    rows = [_row(one) for one in found if one.reply.position in there]
    if rows:
        connection.execute(GATHER, rows)


def read_exchanges(connection: Connection, state: ExchangeState, limit: int) -> Sequence[Exchange]:
    """Exchanges in a state: those that wait oldest first, others latest first."""
    order = exchanges.c.position if state == "waiting" else exchanges.c.position.desc()
    query = select(exchanges).where(exchanges.c.state == state).order_by(order).limit(limit)
    return [
        Exchange(
            Reply(row.turn_id, row.conversation_id, row.position, row.number),
            from_micros(row.at), row.state, row.text, row.language, row.answer, row.who,
        )
        for row in connection.execute(query)
    ]  # fmt: skip


def _row(one: Exchange) -> dict[str, object]:
    reply = one.reply
    where = {"turn_id": reply.turn_id, "conversation_id": reply.conversation_id, "position": reply.position}
    said = {"text": one.text, "language": one.language, "answer": one.answer, "who": one.who}
    return {**where, "number": reply.number, "at": to_micros(one.at), "state": one.state, **said}
