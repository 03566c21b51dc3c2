"""The broker over PostgreSQL's LISTEN and NOTIFY: for several serving processes."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import structlog

from kefu.adapters.listeners import Listeners
from kefu.core.errors import BadConfig
from kefu.core.ports.broker import Broker

log = structlog.get_logger()

CHANNEL = "kefu"
RETRY_S = 1.0


class PostgresBroker:
    """One connection tells, one hears for the whole process; listeners filter by topic."""

    def __init__(self, url: str, telling: Any) -> None:  # noqa: ANN401 - psycopg's connection
        self._url = url
        self._telling = telling
        self._lock = asyncio.Lock()
        self._listeners = Listeners()

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

    def listen(self, topic: str) -> AbstractAsyncContextManager[AsyncIterator[str]]:
        """See `Broker`."""
        return self._listeners.listen(topic)

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
                        self._listeners.hand_out(topic, note)
            except psycopg.Error as error:
                log.warning("notes not heard", reason=type(error).__name__)
                await asyncio.sleep(RETRY_S)


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
