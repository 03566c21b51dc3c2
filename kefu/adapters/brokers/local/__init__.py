"""The broker within one process."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from kefu.adapters.listeners import Listeners
from kefu.core.ports.broker import Broker


class LocalBroker:
    """Hands notes straight to those who listen."""

    def __init__(self) -> None:
        self._listeners = Listeners()

    async def publish(self, topic: str, note: str) -> None:
        """See `Broker`."""
        self._listeners.hand_out(topic, note)

    def listen(self, topic: str) -> AbstractAsyncContextManager[AsyncIterator[str]]:
        """See `Broker`."""
        return self._listeners.listen(topic)


@asynccontextmanager
async def open_broker(settings: Mapping[str, object]) -> AsyncIterator[Broker]:
    """Open the broker; it has no settings."""
    del settings
    yield LocalBroker()
