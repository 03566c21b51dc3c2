"""How fast a sender may write: a token bucket each, bounded in memory. Pure but for its memory."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable

REMEMBERED = 20_000
"""How many senders are remembered; the one unseen for longest is forgotten first."""


class Rates:
    """Allows `per_minute` messages a minute and sender, in bursts of at most that many; 0 allows all."""

    def __init__(self, per_minute: int) -> None:
        self._size = float(per_minute)
        self._buckets: OrderedDict[Hashable, tuple[float, float]] = OrderedDict()

    def allow(self, sender: Hashable, now_s: float) -> bool:
        """Whether the sender may write now (`now_s`: a monotonic clock, in seconds)."""
        if self._size <= 0:
            return True
        left, seen = self._buckets.pop(sender, (self._size, now_s))
        left = min(self._size, left + (now_s - seen) * self._size / 60)
        allowed = left >= 1
        self._buckets[sender] = (left - 1 if allowed else left, now_s)
        if len(self._buckets) > REMEMBERED:
            self._buckets.popitem(last=False)
        return allowed
