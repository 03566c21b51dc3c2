"""What lines have in common: signals through an inbox, sound let out by a pacer."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator

from kefu.adapters.audio.inbox import Inbox
from kefu.adapters.audio.pacing import Pacer
from kefu.core.ports.line import Signal


class PacedLine(ABC):
    """Both ways of a call over a wire; kinds of it make the pacer and hear what comes."""

    _pacer: Pacer

    def __init__(self) -> None:
        self._inbox = Inbox()

    @property
    def misses(self) -> int:
        """Frames that left late."""
        return self._pacer.misses

    async def signals(self) -> AsyncIterator[Signal]:
        """See `Line`."""
        tasks = [asyncio.create_task(self._hear()), asyncio.create_task(self._pacer.run())]
        try:
            async for signal in self._inbox.read():
                yield signal
        finally:
            self._leave()
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)

    async def play(self, mark: str, pcm: bytes, *, last: bool = False) -> None:
        """See `Line`."""
        await self._pacer.play(mark, pcm, last=last)

    @abstractmethod
    async def _hear(self) -> None:
        """Put what comes into the inbox, and close it at the end."""

    def _leave(self) -> None:  # noqa: B027 - most have nothing to leave
        """The call is over."""
