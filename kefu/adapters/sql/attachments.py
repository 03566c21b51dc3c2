"""Attachments on a database: a row for each file that was brought."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, delete, update

from kefu.adapters.sql.codec import from_micros
from kefu.adapters.sql.tables import attachments
from kefu.core.events import Event, MessageReceived, Noted, PersonReplied
from kefu.core.nouns import Attachment
from kefu.core.ports.attachments import Filed

of = attachments.c

SAID = update(attachments).where(of.id == bindparam("file")).values(standing="said")
NOTED = update(attachments).where(of.id == bindparam("file"), of.standing == "new").values(standing="noted")


def follow_attachments(connection: Connection, events: Sequence[Event]) -> None:
    """What these events carry is sent now."""
    for event in events:
        match event:
            case MessageReceived() | PersonReplied() if event.attachments:
                connection.execute(SAID, [{"file": one.id} for one in event.attachments])
            case Noted() if event.attachments:
                connection.execute(NOTED, [{"file": one.id} for one in event.attachments])


def erase_attachments(connection: Connection, conversation_id: str) -> None:
    """Forget the files of a conversation."""
    connection.execute(delete(attachments).where(of.conversation_id == conversation_id))


def filed_from(row: Any) -> Filed:  # noqa: ANN401 - a Row
    """A row as what is known of a file."""
    file = Attachment(row.id, row.name, row.kind, row.size)
    return Filed(file, row.conversation_id, row.digest, row.side, from_micros(row.at), row.standing)
