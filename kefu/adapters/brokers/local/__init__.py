"""The broker within one process."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from kefu.core.ports.broker import Broker

MOST_WAITING = 1000
"""Notes kept for a slow listener; when there are more, the oldest goes, since the store has it all."""


class LocalBroker:
    """Hands notes to queues of listeners."""

    def __init__(self) -> None:
        self._queues: dict[str, set[asyncio.Queue[str]]] = {}

    async def publish(self, topic: str, note: str) -> None:
        """See `Broker`."""
        for queue in self._queues.get(topic, ()):
            if queue.full():
                queue.get_nowait()
            queue.put_nowait(note)

    @asynccontextmanager
    async def listen(self, topic: str) -> AsyncIterator[AsyncIterator[str]]:
        """See `Broker`."""
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


@asynccontextmanager
async def open_broker(settings: Mapping[str, object]) -> AsyncIterator[Broker]:
    """Open the broker; it has no settings."""
    del settings
    yield LocalBroker()
