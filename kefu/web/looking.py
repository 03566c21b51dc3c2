"""Looking at what customers said is written into the audit trail: who opened which conversation, once an hour.

The trail itself says whether a look stands there already, in one transaction with writing it; so many processes
write it once, and what one remembers only spares asking.
"""

from __future__ import annotations

from collections import OrderedDict
from datetime import datetime, timedelta

from kefu.core.ports.people import Audit
from kefu.core.trail import Deed

LOOKED = "conversation.read"
"""How the audit trail calls it."""

ONCE = timedelta(hours=1)
"""A screen that stays open reads again at every message; that is one look."""

REMEMBERED = 20_000


class Looks:
    """Writes looks; remembers, bounded in memory, those that surely stand in the trail."""

    def __init__(self, audit: Audit) -> None:
        self._audit = audit
        self._written: OrderedDict[tuple[str, str], datetime] = OrderedDict()

    async def note(self, deed: Deed, now: datetime) -> None:
        """Let the trail hold a look, unless it does."""
        key = deed.who, deed.about
        known = self._written.get(key)
        if known and now - known < ONCE:
            return
        self._written[key] = await self._audit.note(deed, now, now - ONCE)
        self._written.move_to_end(key)
        if len(self._written) > REMEMBERED:
            self._written.popitem(last=False)
