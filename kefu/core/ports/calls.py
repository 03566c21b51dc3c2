"""Calls across conversations, latest first. A face of the store."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from kefu.core.events import CallBegan, CallEnded
from kefu.core.ports.desk import Scope


@dataclass(frozen=True, slots=True)
class Call:
    """A call: where it stands in the whole store, and in its conversation; `ended` is None while it goes on."""

    position: int
    conversation_id: str
    number: int
    customer_id: str
    began: CallBegan
    ended: CallEnded | None


class Calls(Protocol):
    """Which calls there were; whoever may not see a conversation never sees its calls."""

    async def calls(self, scope: Scope, before: int = 0, limit: int = 25, *, under_way: bool = False) -> Sequence[Call]:
        """Calls within a scope, the latest first; with `before`, those before a position.

        With `under_way`, only those since whose beginning no call of their conversation ended.
        """
