"""Tools: what the team keeps for its work, saved views and macros. A face of the store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

Kind = Literal["view", "macro"]


@dataclass(frozen=True, slots=True)
class Tool:
    """A saved view or a macro; `owner` is a person's shown name, empty where it is everybody's.

    `body` is JSON; `kefu.service.desk` knows what it means.
    """

    id: str
    kind: Kind
    name: str
    owner: str
    body: Mapping[str, object]


class Tools(Protocol):
    """Keeps tools; who may see or change one is asked before."""

    async def tools(self, kind: Kind) -> Sequence[Tool]:
        """All tools of a kind, by name."""

    async def keep_tool(self, tool: Tool) -> None:
        """Keep a tool, in the place of the one with the same id."""

    async def drop_tool(self, tool_id: str) -> bool:
        """Forget a tool; whether it was there."""
