"""Watch a promise that was made: evidence against it, valid at every moment.

Each reviewed enquiry is a bet against the promise: had the wrong automatic answers a rate
of `worse` rather than alpha, how much likelier would it be? While the promise holds, the
product of these ratios is a supermartingale, so the chance that it ever reaches 1/delta
is at most delta, however long one watches and whenever one looks (Ville's inequality).
Several rates are bet on with equal stakes, since nobody knows how bad it may get.

Sources: I. Waudby-Smith and A. Ramdas, "Estimating means of bounded random variables by
betting" (2024); J. Ville (1939).
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

WORSE = (1.25, 1.5, 2.0, 3.0, 5.0)
"""How many times alpha the true rate may be: what is bet on."""

AT_RISK = 0.5
"""From this share of the evidence that withdraws, on a logarithmic scale, people are told."""

State = Literal["holds", "at_risk", "broken"]


@dataclass(slots=True)
class Watch:
    """Evidence that more than `alpha` of the reviewed are wrong; starts anew with every certificate."""

    alpha: float
    delta: float = 0.05
    seen: int = 0
    wrong: int = 0
    ever: float = 0.0
    _logs: list[float] = field(default_factory=lambda: [0.0] * len(WORSE))

    def see(self, outcomes: Iterable[bool]) -> None:
        """Add reviewed enquiries (or, for the selective dial, answers) in their order: True for a wrong one."""
        rates = [min(self.alpha * times, 0.99) for times in WORSE]
        for is_wrong in outcomes:
            self.seen += 1
            self.wrong += is_wrong
            for at, rate in enumerate(rates):
                ratio = rate / self.alpha if is_wrong else (1 - rate) / (1 - self.alpha)
                self._logs[at] += math.log(ratio)
            self.ever = max(self.ever, self.log_evidence)

    @property
    def log_evidence(self) -> float:
        """The logarithm of the capital that betting against the promise has made of 1."""
        top = max(self._logs)
        return top + math.log(sum(math.exp(one - top) for one in self._logs) / len(self._logs))

    @property
    def filled(self) -> float:
        """How much of the evidence that withdraws there is: from 0 to 1, on a logarithmic scale, 1 for good."""
        needed = -math.log(self.delta)
        return 1.0 if self.ever >= needed else max(0.0, self.log_evidence / needed)

    @property
    def state(self) -> State:
        """`broken` for good once the evidence has ever reached 1/delta; only a new certificate restores it."""
        if self.filled >= 1.0:
            return "broken"
        return "at_risk" if self.filled >= AT_RISK else "holds"
