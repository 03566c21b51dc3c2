"""One turn at a time per conversation, and the latest state of busy conversations.

Within a process a lock holds the order. Across processes the store does: a commit
against an old version is a `Conflict`, and the turn is taken again. So what is
remembered here may be stale without harm.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from kefu.core.nouns import Conversation

Key = tuple[str, str]
"""(channel, sender)."""


class Gate:
    """Locks by conversation and a bounded memory of their states."""

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._known: OrderedDict[Key, Conversation] = OrderedDict()
        self._locks: dict[Key, tuple[asyncio.Lock, int]] = {}

    @asynccontextmanager
    async def alone(self, key: Key) -> AsyncIterator[None]:
        """Wait until no other turn of this process serves the conversation."""
        lock, users = self._locks.get(key, (asyncio.Lock(), 0))
        self._locks[key] = (lock, users + 1)
        try:
            async with lock:
                yield
        finally:
            lock, users = self._locks.pop(key)
            if users > 1:
                self._locks[key] = (lock, users - 1)

    def recall(self, key: Key) -> Conversation | None:
        """The state after the latest turn that this process took, if it still knows it."""
        return self._known.get(key)

    def remember(self, key: Key, talk: Conversation) -> None:
        """Keep the state after a commit; the one unused for longest makes room."""
        self._known[key] = talk
        self._known.move_to_end(key)
        if len(self._known) > self._capacity:
            self._known.popitem(last=False)

    def forget(self, key: Key) -> None:
        """Drop what may be stale."""
        self._known.pop(key, None)
