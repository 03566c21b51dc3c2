"""Looking at what customers said is written into the audit trail: who opened which conversation, once an hour."""

from __future__ import annotations

from collections import OrderedDict

LOOKED = "conversation.read"
"""How the audit trail calls it."""

ONCE_S = 3600.0
"""A screen that stays open reads again at every message; that is one look."""

REMEMBERED = 20_000


class Looks:
    """Who looked at what lately, bounded in memory; each process remembers for itself."""

    def __init__(self) -> None:
        self._seen: OrderedDict[tuple[str, str], float] = OrderedDict()

    def is_new(self, who: str, conversation_id: str, now_s: float) -> bool:
        """Whether this is a look of its own (`now_s`: a monotonic clock, in seconds)."""
        key = who, conversation_id
        if now_s - self._seen.get(key, -ONCE_S) < ONCE_S:
            return False
        self._seen[key] = now_s
        self._seen.move_to_end(key)
        if len(self._seen) > REMEMBERED:
            self._seen.popitem(last=False)
        return True
