"""Figures over visits: each is a question about one visit, so that what is counted can also be listed."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from operator import attrgetter

from kefu.core.ports.reports import Fact, Kept, Span

RETURN = timedelta(hours=72)
"""Who comes again within this time, through whichever channel, was not helped; Zendesk waits as long."""

Z95 = 1.959963984540054
GOOD_RATING = 4

STATES: tuple[Kept, ...] = ("met", "missed")

Figure = Callable[[Fact], bool]
"""Whether a visit counts."""


def is_contained(fact: Fact) -> bool:
    """Whether the machine answered and nobody of the team was wanted."""
    return fact.answered and fact.handed is None


def is_silent(fact: Fact) -> bool:
    """Whether the customer of a contained visit did not come again in time."""
    return is_contained(fact) and (fact.returned is None or fact.returned - fact.ended > RETURN)


def is_confirmed(fact: Fact) -> bool:
    """Whether the customer of a silent visit said that they were helped, too."""
    return is_silent(fact) and fact.confirmed


def is_verified(fact: Fact) -> bool:
    """Whether people judged what the machine did in a contained visit, and found nothing wrong."""
    return is_contained(fact) and fact.judged > 0 and fact.wrong == 0


def _ended(target: str, state: Kept, fact: Fact) -> bool:
    return bool(getattr(fact, target) == state)


def _scored(score: int, fact: Fact) -> bool:
    return fact.rating == score


FIGURES: Mapping[str, Figure] = {
    "started": lambda _: True,
    "engaged": lambda fact: fact.engaged,
    "answered": lambda fact: fact.answered,
    "contained": is_contained,
    "silent": is_silent,
    "confirmed": is_confirmed,
    "judged": lambda fact: is_contained(fact) and fact.judged > 0,
    "verified": is_verified,
    "handed": lambda fact: fact.handed is not None,
    "first_reply": lambda fact: fact.first_reply is not None,
    "next_reply": lambda fact: bool(fact.next_replies),
    "resolution": lambda fact: fact.resolution is not None,
    "rated": lambda fact: fact.rating > 0,
    "content": lambda fact: fact.rating >= GOOD_RATING,
    **{f"score_{score}": partial(_scored, score) for score in range(1, 6)},
    "replied": lambda fact: fact.answers > 0,
    "accepted": lambda fact: fact.accepted > 0,
    "edited": lambda fact: fact.edited > 0,
    "rejected": lambda fact: fact.rejected > 0,
    **{
        f"{target}_{state}": partial(_ended, f"{target}_target", state)
        for target in ("first", "next", "resolution")
        for state in STATES
    },
}
"""All that can be counted and listed, by name."""

LADDER = ("started", "engaged", "answered", "contained", "silent", "confirmed")
"""Each step is a part of the one before; only what is confirmed, or verified by sample, is called resolved."""


@dataclass(frozen=True, slots=True)
class Rate:
    """So many of so many, with Wilson's interval of 95 % for the share; None of nothing."""

    count: int
    total: int

    @property
    def share(self) -> float | None:
        """From 0 to 1."""
        return self.count / self.total if self.total else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """From where to where the share lies (E. B. Wilson, JASA 22, 1927)."""
        if not self.total:
            return None
        count, total, z2 = self.count, self.total, Z95 * Z95
        middle = (count + z2 / 2) / (total + z2)
        reach = Z95 / (total + z2) * math.sqrt(count * (total - count) / total + z2 / 4)
        return max(0.0, middle - reach), min(1.0, middle + reach)


@dataclass(frozen=True, slots=True)
class Times:
    """How long something took, in seconds by the clock and in business time: median and nine tenths."""

    count: int
    median: Span | None
    most: Span | None


@dataclass(frozen=True, slots=True)
class Choice:
    """A part of the visits, by everything that is not None; `hour` and `weekday` (0 = Monday) are local."""

    channel: str | None = None
    language: str | None = None
    intent: str | None = None
    team: str | None = None
    person: str | None = None
    reason: str | None = None
    hour: int | None = None
    weekday: int | None = None

    def of(self, facts: Iterable[Fact]) -> list[Fact]:
        """The visits of the choice."""
        names = ("channel", "language", "intent", "team", "person", "reason", "hour")
        asked = [(name, value) for name in names if (value := getattr(self, name)) is not None]
        if not asked and self.weekday is None:
            return list(facts)
        return [
            fact
            for fact in facts
            if all(getattr(fact, name) == value for name, value in asked)
            and (self.weekday is None or fact.day.weekday() == self.weekday)
        ]


def half_of(local: datetime) -> int:
    """The half hour of the day, from 0 to 47, in which a local time lies."""
    return local.hour * 2 + local.minute // 30


def listed(facts: Iterable[Fact], figure: str) -> list[Fact]:
    """The visits behind a figure. Raises `KeyError` for one that there is not."""
    counts = FIGURES[figure]
    return [fact for fact in facts if counts(fact)]


def rate(facts: Sequence[Fact], figure: str, of: str = "started") -> Rate:
    """How many visits count, of those that another figure counts."""
    base = listed(facts, of)
    return Rate(len(listed(base, figure)), len(base))


def old_enough(facts: Iterable[Fact], now: datetime) -> list[Fact]:
    """The visits of which it is known by now whether their customers came again."""
    return [fact for fact in facts if now - fact.ended >= RETURN]


def count_by(facts: Iterable[Fact], name: str) -> list[tuple[str, int]]:
    """How many visits each value of a field has, most first."""
    return Counter(map(attrgetter(name), facts)).most_common()


def times(spans: Iterable[Span]) -> Times:
    """The median and the ninth decile, by nearest rank."""
    both = list(zip(*spans, strict=True))
    if not both:
        return Times(0, None, None)
    wall, open_ = (sorted(one) for one in both)
    count = len(wall)
    median, most = ((wall[place], open_[place]) for place in (math.ceil(share * count) - 1 for share in (0.5, 0.9)))
    return Times(count, median, most)
