"""The projection of questions that were left: written with the events, read by the learning queue."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, select, update

from kefu.adapters.sql.codec import from_micros, to_micros
from kefu.adapters.sql.tables import questions
from kefu.core.events import PersonReplied, QuestionLeft, QuestionSettled
from kefu.core.ports.questions import Left
from kefu.core.ports.store import Commit

QUESTION = (
    "turn_id", "conversation_id", "at", "text", "language", "probability", "answer", "who", "settled",
)  # fmt: skip


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
