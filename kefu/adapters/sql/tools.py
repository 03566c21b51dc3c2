"""The team's tools on a database."""

from __future__ import annotations

from sqlalchemy import Connection, delete, insert, select

from kefu.adapters.sql.codec import decode_body, encode
from kefu.adapters.sql.tables import tools
from kefu.core.ports.tools import Kind, Tool


def read_tools(connection: Connection, kind: Kind) -> list[Tool]:
    """All of a kind, by name."""
    rows = connection.execute(select(tools).where(tools.c.kind == kind).order_by(tools.c.name, tools.c.id))
    return [Tool(row.id, row.kind, row.name, row.owner, decode_body(row.body)) for row in rows]


def keep_tool(connection: Connection, tool: Tool) -> None:
    """Put one in the place of the one before."""
    drop_tool(connection, tool.id)
    row = {"id": tool.id, "kind": tool.kind, "name": tool.name, "owner": tool.owner, "body": encode(tool.body)}
    connection.execute(insert(tools).values(**row))


def drop_tool(connection: Connection, tool_id: str) -> bool:
    """Forget one; whether it was there."""
    return bool(connection.execute(delete(tools).where(tools.c.id == tool_id)).rowcount)
