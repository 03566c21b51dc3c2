"""A running server serves the version that was promoted: without a restart, between two turns."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from time import monotonic

import structlog

from kefu.app.models import Models
from kefu.core.ports.reader import Reader

log = structlog.get_logger()

LOOK_S = 2.0
"""How often the pointer is looked at: a version is served this long after its promotion, plus its loading."""

RETRY_S = 60.0
"""When a version that could not be taken over is tried again, if no other is promoted before."""


class Succession:
    """Looks which version is to be served, and hands over to it.

    Raises `ModelMissing` when no version ever was.
    """

    def __init__(self, models: Models, settings: Mapping[str, object]) -> None:
        self._models = models
        self._settings = settings
        self._stamp = self._look_at_pointer()
        self._serving = models.current()
        self._retry_at = float("inf")

    def open(self) -> Reader:
        """The first reader; raises `ModelMissing` when it can't be loaded."""
        return self._models.open(self._serving, self._settings)

    async def look(self, adopt: Callable[[Reader], Awaitable[None]]) -> None:
        """Hand over if another version was promoted, or the last try failed a while ago; else it costs a stat.

        `adopt` makes a reader the one that serves. What it raises, like a version that can't
        be loaded, is logged, and the reader before it stays.
        """
        stamp = self._look_at_pointer()
        if stamp == self._stamp and monotonic() < self._retry_at:
            return
        self._stamp, self._retry_at = stamp, float("inf")
        name = ""
        try:
            name = self._models.current()
            if name != self._serving:
                start = monotonic()
                reader = await asyncio.to_thread(self._models.open, name, self._settings)
                await adopt(reader)
                log.info("model taken over", now=name, was=self._serving, seconds=round(monotonic() - start, 2))
                self._serving = name
        except Exception:
            self._retry_at = monotonic() + RETRY_S
            advice = "mend it, or run kefu model rollback"
            log.exception("model not taken over", model=name, serving=self._serving, advice=advice)

    def _look_at_pointer(self) -> tuple[int, int]:
        try:
            found = self._models.pointer.stat()
        except OSError:
            return (0, 0)
        return (found.st_ino, found.st_mtime_ns)
