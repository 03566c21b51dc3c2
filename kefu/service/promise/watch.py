"""Watch a promise that was made: evidence against it, valid at every moment.

Each reviewed enquiry is a bet against the promise: had the wrong automatic answers a rate
of `worse` rather than alpha, how much likelier would it be? While the promise holds, the
product of these ratios is a supermartingale, so the chance that it ever reaches 1/delta
is at most delta, however long one watches and whenever one looks (Ville's inequality).
Several rates are bet on with equal stakes, since nobody knows how bad it may get.

Every threshold stricter than the certified one is watched alike, and the machine works
with the loosest against which the evidence never sufficed. The loosest one that truly
keeps the promise is itself left with probability at most delta: so what is lowered is,
with 1 - delta, never lowered further than it must be, and what stays answered is what
nothing speaks against.

Sources: I. Waudby-Smith and A. Ramdas, "Estimating means of bounded random variables by
betting" (2024); J. Ville (1939).
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from kefu.service.promise.certify import NEVER, STEPS, Dial, Label

WORSE = (1.25, 1.5, 2.0, 3.0, 5.0)
"""How many times alpha the true rate may be: what is bet on."""

AT_RISK = 0.5
"""From this share of the evidence that withdraws, on a logarithmic scale, people are told."""

State = Literal["holds", "at_risk", "lowered", "broken"]


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


@dataclass(frozen=True, slots=True)
class Watched:
    """Where the watch stands.

    `floor` is the strictest threshold that it asks for: 0 while the certificate's own hold,
    `NEVER` when nothing may be answered. `evidence` (0 to 1), `seen` and `wrong` are those
    of the thresholds that count now, or of the certificate's once all is lost.
    """

    state: State
    floor: float
    evidence: float
    seen: int
    wrong: int


def watch(
    labels: Sequence[Label], threshold_of: Callable[[str], float], alpha: float, delta: float, dial: Dial = "joint"
) -> Watched:
    """Hold what was judged since a certificate, in its order, against it and against all that is stricter."""

    def look(floor: float) -> Watch:
        answered = [label.score >= max(floor, threshold_of(label.intent)) for label in labels]
        one = Watch(alpha, delta)
        one.see(
            is_answered and not label.right
            for label, is_answered in zip(labels, answered, strict=True)
            if is_answered or dial == "joint"
        )
        return one

    certified = look(0.0)
    if certified.filled < 1.0:
        state: State = "at_risk" if certified.filled >= AT_RISK else "holds"
        return Watched(state, 0.0, certified.filled, certified.seen, certified.wrong)
    wrong = (label.score for label in labels if not label.right and label.score >= threshold_of(label.intent))
    stricter = sorted({math.floor(score * STEPS + 1e-9) + 1 for score in wrong if score * STEPS < STEPS})
    if dial == "joint":  # fewer wrong answers are less evidence, whatever else was answered
        stricter = stricter[bisect_left(stricter, True, key=lambda step: look(step / STEPS).filled < 1.0) :]
    for step in stricter:
        one = look(step / STEPS)
        if one.filled < 1.0:
            return Watched("lowered", step / STEPS, one.filled, one.seen, one.wrong)
    return Watched("broken", NEVER, 1.0, certified.seen, certified.wrong)
