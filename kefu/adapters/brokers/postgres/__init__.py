"""The broker over PostgreSQL's LISTEN and NOTIFY: for several serving processes."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import structlog

from kefu.core.errors import BadConfig
from kefu.core.ports.broker import Broker

log = structlog.get_logger()

CHANNEL = "kefu"
MOST_WAITING = 1000
RETRY_S = 1.0


class PostgresBroker:
    """One connection tells, one hears for the whole process; listeners filter by topic."""

    def __init__(self, url: str, telling: Any) -> None:  # noqa: ANN401 - psycopg's connection
        self._url = url
        self._telling = telling
        self._lock = asyncio.Lock()
        self._queues: dict[str, set[asyncio.Queue[str]]] = {}

    async def publish(self, topic: str, note: str) -> None:
        """See `Broker`. A note that can't be sent is dropped: whoever waits reads the store anyway."""
        import psycopg

        async with self._lock:
            try:
                if self._telling.closed:
                    self._telling = await psycopg.AsyncConnection.connect(self._url, autocommit=True)
                await self._telling.execute("SELECT pg_notify(%s, %s)", (CHANNEL, json.dumps([topic, note])))
            except psycopg.Error as error:
                log.warning("note not sent", reason=type(error).__name__)
                await self._telling.close()

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

    async def hear(self, ready: asyncio.Event) -> None:
        """Hear for all listeners until cancelled; connects again when the connection breaks."""
        import psycopg

        while True:
            try:
                async with await psycopg.AsyncConnection.connect(self._url, autocommit=True) as hearing:
                    await hearing.execute(f"LISTEN {CHANNEL}")
                    ready.set()
                    async for notify in hearing.notifies():
                        topic, note = json.loads(notify.payload)
                        self._hand_out(topic, note)
            except psycopg.Error as error:
                log.warning("notes not heard", reason=type(error).__name__)
                await asyncio.sleep(RETRY_S)

    def _hand_out(self, topic: str, note: str) -> None:
        for queue in self._queues.get(topic, ()):
            if queue.full():
                queue.get_nowait()
            queue.put_nowait(note)


async def _notes(queue: asyncio.Queue[str]) -> AsyncIterator[str]:
    while True:
        yield await queue.get()


@asynccontextmanager
async def open_broker(settings: Mapping[str, object]) -> AsyncIterator[Broker]:
    """Open the broker on the database at `url`; raises `BadConfig` when it can't be reached."""
    try:
        import psycopg
    except ModuleNotFoundError as error:
        raise BadConfig("PostgreSQL needs a driver; run pip install 'kefu[postgres]'.") from error
    url = str(settings.get("url") or "")
    try:
        telling = await psycopg.AsyncConnection.connect(url, autocommit=True)
    except psycopg.Error as error:
        raise BadConfig(f"kefu.toml [broker]: can't connect to the database at url: {error}.") from error
    broker, ready = PostgresBroker(url, telling), asyncio.Event()
    hearing = asyncio.create_task(broker.hear(ready))
    try:
        await asyncio.wait_for(ready.wait(), 10)
        yield broker
    finally:
        hearing.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await hearing
        await broker._telling.close()  # noqa: SLF001 - ours
