"""What messages change: how often it came to what was foreseen, with a message and without, and the difference."""

from __future__ import annotations

import math
from dataclasses import dataclass

from kefu.service.insight.figures import Rate


@dataclass(frozen=True, slots=True)
class Effect:
    """The customers who were written to and those held back, of how many it came true."""

    sent: Rate
    held: Rate

    @property
    def difference(self) -> float | None:
        """How much less often it came true with a message; None where a group is empty."""
        if self.sent.share is None or self.held.share is None:
            return None
        return self.held.share - self.sent.share

    @property
    def interval(self) -> tuple[float, float] | None:
        """From where to where the difference lies, 95 %.

        Source: Newcombe, Interval estimation for the difference between independent proportions (1998), method 10.
        """
        ours, theirs = self.held.interval, self.sent.interval
        if ours is None or theirs is None or self.held.share is None or self.sent.share is None:
            return None
        held, sent = self.held.share, self.sent.share
        down = math.hypot(held - ours[0], theirs[1] - sent)
        up = math.hypot(ours[1] - held, sent - theirs[0])
        return held - sent - down, held - sent + up
