"""Which reader reads a file, and several processes that read at once."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import PurePath

from kefu.adapters.files.apart import Apart, Limits, MakeReader
from kefu.app.plugins import installed, load_plugin
from kefu.core.errors import BadInput, TooLarge
from kefu.core.ports.document import Written

LARGEST_MB = 50
"""What a file may have on disk; what it may hold once unpacked, its reader says."""
MOST_LANES = 4
LIMITS = Limits()


class Reading:
    """Reads files in processes apart, as many at once as there are lanes."""

    def __init__(self, lanes: int = 0, limits: Limits = LIMITS) -> None:
        self._makers: dict[str, MakeReader] = {}
        for name in installed("documents"):
            make: MakeReader = load_plugin("documents", name)
            self._makers |= dict.fromkeys(make({}).endings, make)
        self._all = [Apart(limits) for _ in range(lanes or min(MOST_LANES, os.cpu_count() or 1))]
        self._free: asyncio.Queue[Apart] = asyncio.Queue()
        for lane in self._all:
            self._free.put_nowait(lane)

    @property
    def lanes(self) -> int:
        """How many files are read at once."""
        return len(self._all)

    @property
    def endings(self) -> Sequence[str]:
        """The endings of all files that can be read."""
        return sorted(self._makers)

    def can_read(self, name: str) -> bool:
        """Whether there is a reader for a file of this name."""
        return PurePath(name).suffix.lower() in self._makers

    async def read(self, name: str, content: bytes) -> Sequence[Written]:
        """The texts of a file; raises `BadInput` or `TooLarge`."""
        make = self._makers.get(PurePath(name).suffix.lower())
        if make is None:
            raise BadInput(f"{name} is of no kind that is read; these are: {', '.join(self.endings)}.")
        if len(content) > LARGEST_MB << 20:
            raise TooLarge(f"{name} has {len(content) >> 20} MB; at most {LARGEST_MB} MB are read.")
        if not content:
            raise BadInput(f"{name} is empty; write something in it or take it away.")
        lane = await self._free.get()
        try:
            return await asyncio.to_thread(lane.read, make, {}, name, content)
        finally:
            self._free.put_nowait(lane)

    def close(self) -> None:
        """End the processes."""
        for lane in self._all:
            lane.close()


@asynccontextmanager
async def open_reading(lanes: int = 0) -> AsyncIterator[Reading]:
    """Readers of all kinds, closed in the end."""
    reading = Reading(lanes)
    try:
        yield reading
    finally:
        await asyncio.to_thread(reading.close)
