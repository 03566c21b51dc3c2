"""Attachments on a database: the face of a store."""

from __future__ import annotations

from abc import ABC
from collections.abc import Collection, Sequence
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select

from kefu.adapters.sql.attachments import filed_from, of
from kefu.adapters.sql.codec import to_micros
from kefu.adapters.sql.people import SqlPeople
from kefu.adapters.sql.tables import attachments
from kefu.core.ports.attachments import Filed


class SqlAttachments(SqlPeople, ABC):
    """The face `Attachments` of a store."""

    async def file(self, filed: Filed) -> None:
        """See `Attachments`."""
        row = asdict(filed.attachment) | asdict(filed) | {"at": to_micros(filed.at)}
        del row["attachment"]
        await self._writer.write(lambda connection: connection.execute(insert(attachments).values(row)).rowcount)

    async def filed(self, ids: Collection[str]) -> Sequence[Filed]:
        """See `Attachments`."""
        query = select(attachments).where(of.id.in_(ids)).order_by(of.at, of.id)
        return await self._read(lambda connection: [filed_from(row) for row in connection.execute(query)])

    async def filed_in(self, conversation_id: str) -> Sequence[Filed]:
        """See `Attachments`."""
        query = select(attachments).where(of.conversation_id == conversation_id).order_by(of.at, of.id)
        return await self._read(lambda connection: [filed_from(row) for row in connection.execute(query)])

    async def unfile(self, ids: Collection[str], before: datetime | None = None) -> Sequence[str]:
        """See `Attachments`."""
        which = of.at < to_micros(before) if before else of.id.in_(ids)

        def work(connection: Connection) -> list[str]:
            gone = delete(attachments).where(of.standing == "new", which).returning(of.digest)
            return list(connection.execute(gone).scalars())

        found: list[str] = await self._writer.write(work)
        return found

    async def held(self, digests: Collection[str]) -> Collection[str]:
        """See `Attachments`."""
        query = select(of.digest).where(of.digest.in_(digests)).distinct()
        return await self._read(lambda connection: set(connection.execute(query).scalars()))
