"""Queues of those who listen to topics within one process: what every broker hands its notes to."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

MOST_WAITING = 1000
"""Notes kept for a slow listener; when there are more, the oldest goes, since the store has it all."""


class Listeners:
    """Who listens to what."""

    def __init__(self) -> None:
        self._queues: dict[str, set[asyncio.Queue[str]]] = {}

    def hand_out(self, topic: str, note: str) -> None:
        """Give a note to all who listen to its topic."""
        for queue in self._queues.get(topic, ()):
            if queue.full():
                queue.get_nowait()
            queue.put_nowait(note)

    @asynccontextmanager
    async def listen(self, topic: str) -> AsyncIterator[AsyncIterator[str]]:
        """The notes of a topic, from now on until the context ends."""
        queue: asyncio.Queue[str] = asyncio.Queue(MOST_WAITING)
        self._queues.setdefault(topic, set()).add(queue)
        try:
            yield _notes(queue)
        finally:
            self._queues[topic].discard(queue)
            if not self._queues[topic]:
                del self._queues[topic]


async def _notes(queue: asyncio.Queue[str]) -> AsyncIterator[str]:
    while True:
        yield await queue.get()
