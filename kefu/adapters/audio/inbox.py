"""What came in on a line and was not read yet: bounded, so that a slow reader costs sound and never memory."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator

from kefu.core.ports.line import Audio, Signal

MOST = 500
"""Signals that wait, ten seconds of sound; then the oldest sound is lost."""


class Inbox:
    """Signals of one line, in order, until it is closed."""

    def __init__(self) -> None:
        self._signals: deque[Signal] = deque()
        self._there = asyncio.Event()
        self._closed = False
        self.lost = 0

    def put(self, signal: Signal) -> None:
        """One more."""
        if self._closed:
            return
        if len(self._signals) >= MOST:
            oldest = next((one for one in self._signals if isinstance(one, Audio)), self._signals[0])
            self._signals.remove(oldest)
            self.lost += 1
        self._signals.append(signal)
        self._there.set()

    def close(self) -> None:
        """Nothing more will come."""
        self._closed = True
        self._there.set()

    async def read(self) -> AsyncIterator[Signal]:
        """All of them, until it is closed."""
        while True:
            while self._signals:
                yield self._signals.popleft()
            if self._closed:
                return
            self._there.clear()
            await self._there.wait()
