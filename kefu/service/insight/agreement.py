"""How far the machine's scores agree with colleagues' labels: weighted kappa, and whom to ask. Pure."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b

from kefu.core.ports.insight import Label, Score
from kefu.service.insight.figures import Z95
from kefu.service.insight.quality import QUALITIES

LEVELS = 5
Pair = tuple[int, int]
"""Two opinions about one visit, each from 1 to `LEVELS`."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far two agree: 1 wholly, 0 as by chance; None where all opinions are the same, or fewer than three."""

    count: int
    kappa: float | None
    interval: tuple[float, float] | None


def level(points: int) -> int:
    """The level of a score from 0 to 100."""
    return min(LEVELS, points * LEVELS // 100 + 1)


def draw(found: Sequence[Score], count: int, seed: str) -> list[Score]:
    """Visits to be labelled: as good as random, yet the same whoever looks and however often."""
    return sorted(found, key=lambda one: _lot(one, seed))[:count]


def agreements(scores: Sequence[Score], labels: Sequence[Label]) -> dict[str, Agreement]:
    """How far scores and labels agree in each regard; of several labels of a visit each counts."""
    known = {(one.conversation_id, one.number): one for one in scores}
    both = [(known[key], one) for one in labels if (key := (one.conversation_id, one.number)) in known]
    return {
        name: agree([(level(getattr(machine, name)), getattr(person, name)) for machine, person in both])
        for name in QUALITIES
    }


def between_people(labels: Sequence[Label]) -> dict[str, Agreement]:
    """How far two colleagues agree on the same visits: more can't be asked of a machine."""
    visits: dict[tuple[str, int], list[Label]] = {}
    for one in labels:
        visits.setdefault((one.conversation_id, one.number), []).append(one)
    twice = [sorted(some, key=lambda one: one.who)[:2] for some in visits.values() if len(some) > 1]
    return {name: agree([(getattr(a, name), getattr(b, name)) for a, b in twice]) for name in QUALITIES}


def agree(pairs: Sequence[Pair]) -> Agreement:
    """Quadratically weighted kappa with an interval of 95 % by the jackknife.

    Sources: J. Cohen, "Weighted kappa" (1968); B. Efron, "The jackknife, the bootstrap and other resampling plans"
    (1982).
    """
    whole = kappa(Counter(pairs))
    if whole is None or len(pairs) < 3:
        return Agreement(len(pairs), None, None)
    table = Counter(pairs)
    parts = [(count, kappa(table - Counter([pair]))) for pair, count in table.items()]
    known = [(count, value) for count, value in parts if value is not None]
    n = sum(count for count, _ in known)
    mean = sum(count * value for count, value in known) / n
    spread = math.sqrt((n - 1) / n * sum(count * (value - mean) ** 2 for count, value in known))
    return Agreement(len(pairs), whole, (max(-1.0, whole - Z95 * spread), min(1.0, whole + Z95 * spread)))


def kappa(table: Counter[Pair]) -> float | None:
    """Weighted kappa of how often each pair was given."""
    total = table.total()
    rows: Counter[int] = Counter()
    columns: Counter[int] = Counter()
    for (one, other), count in table.items():
        rows[one] += count
        columns[other] += count
    by_chance = sum(a * b * (one - other) ** 2 for one, a in rows.items() for other, b in columns.items())
    if not by_chance:
        return None
    apart = sum(count * (one - other) ** 2 for (one, other), count in table.items())
    return 1 - apart * total / by_chance


def _lot(found: Score, seed: str) -> bytes:
    return blake2b(f"{seed}:{found.conversation_id}:{found.number}".encode(), digest_size=8).digest()
