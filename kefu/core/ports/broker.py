"""Broker: tells other tasks and processes that something happened.

Entry-point group `kefu.brokers`: a factory `(settings) -> AsyncContextManager[Broker]`.
Only topics and short ids travel; whoever hears one reads the store.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from typing import Protocol


class Broker(Protocol):
    """Fan-out of short notes; nothing is kept for those who don't listen."""

    async def publish(self, topic: str, note: str) -> None:
        """Tell all listeners of a topic; `note` is at most 200 characters."""

    def listen(self, topic: str) -> AbstractAsyncContextManager[AsyncIterator[str]]:
        """Hear the notes of a topic from the moment of entering the context."""
