"""Corrections become examples: a follower of the log that writes what colleagues corrected into the skills' files."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

import structlog

from kefu.app.data.corrections import put_in, take_out
from kefu.app.following import next_of
from kefu.core.events import Corrected
from kefu.core.ports.store import Log, Recorded
from kefu.service.skills.catalog import Catalog

log = structlog.get_logger()

EXAMPLES = "examples"
"""The name under which this follower keeps its place."""

FOLLOW_S = 5.0
"""How often corrections are written down."""


class Corrections:
    """Follows the log; the next training learns from what it writes.

    Files are written before the place is kept: a crash between the two writes the same again, which changes nothing.
    """

    def __init__(self, store: Log, catalog: Catalog, skills: Path) -> None:
        self._store = store
        self._catalog = catalog
        self._skills = skills

    async def catch_up(self) -> int:
        """Write what was corrected since; returns how many examples came in or went."""
        count = 0
        while part := await next_of(self._store, EXAMPLES, (Corrected,)):
            if part.recorded:
                count += await asyncio.to_thread(self._write, part.recorded)
            await self._store.turn_to(EXAMPLES, part.after, part.until)
        return count

    def _write(self, corrected: Sequence[Recorded]) -> int:
        changes = 0
        for one in corrected:
            if not isinstance(one.event, Corrected):
                continue
            changes += take_out(self._skills, one.event.text)
            if one.event.intent:
                refused = put_in(self._skills, self._catalog.by_intent, one.event.intent, one.event.text)
                changes += not refused
                if refused:
                    log.info("correction is no example", conversation=one.conversation_id, reason=refused)
        return changes
