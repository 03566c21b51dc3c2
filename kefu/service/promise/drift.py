"""Whether what is asked now is like what was asked when the promise was proven.

Two looks at two samples: which intents are asked (chi-square test of homogeneity), and how
sure the machine is (two-sample Kolmogorov-Smirnov test). Each may be wrong with half of
`LEVEL`. A look is no proof: it says where to look, and withdraws nothing; the watch does.

Sources: K. Pearson (1900); N. Smirnov (1939); M. Stephens, "Use of the Kolmogorov-Smirnov,
Cramér-von Mises and related statistics without extensive tables" (1970), for small samples;
NIST Digital Library of Mathematical Functions, 8.9 and 8.11, for the incomplete gamma function.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

LEVEL = 0.01
"""How likely a difference is reported where there is none."""

FEWEST = 30
"""From how many enquiries on each side there is something to compare."""

LEAST_EXPECTED = 5.0
"""Intents that are rarer than this in either sample are counted together (Cochran's rule)."""

MOST_MOVED = 5
"""How many intents are named."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One enquiry: what the machine took it for, and how sure it was, from 0 to 1."""

    intent: str
    probability: float


@dataclass(frozen=True, slots=True)
class Moved:
    """An intent whose share of the enquiries changed."""

    intent: str
    before: float
    since: float


@dataclass(frozen=True, slots=True)
class Drift:
    """Two samples compared.

    `before` and `since` count enquiries; pairs are (before, since). `unknown` is the share
    that is too unclear even to ask back, `sure` the mean probability. `intents_p` and
    `sure_p` are the tests' p-values; `moved` names the intents that changed most.
    """

    before: int
    since: int
    unknown: tuple[float, float]
    sure: tuple[float, float]
    intents_p: float
    sure_p: float
    moved: tuple[Moved, ...]

    @property
    def is_other(self) -> bool:
        """Whether customers ask otherwise than they did."""
        return min(self.intents_p, self.sure_p) < LEVEL / 2


def compare(before: Sequence[Asked], since: Sequence[Asked], clarify_at: float) -> Drift | None:
    """What changed between two samples of enquiries, one a customer; None when either is too small."""
    if min(len(before), len(since)) < FEWEST:
        return None
    then, now = ([one.probability for one in sample] for sample in (before, since))
    return Drift(
        len(before),
        len(since),
        (_share_below(then, clarify_at), _share_below(now, clarify_at)),
        (fmean(then), fmean(now)),
        same_mix(Counter(one.intent for one in before), Counter(one.intent for one in since)),
        same_spread(then, now),
        _moved(before, since),
    )


def same_mix(before: Counter[str], since: Counter[str]) -> float:
    """The p-value of "both samples have the same mix": chi-square of homogeneity, rare kinds pooled."""
    totals = before.total(), since.total()
    share = min(totals) / sum(totals)
    cells: list[tuple[int, int]] = []
    rest = (0, 0)
    for kind, count in sorted((before + since).items()):
        pair = before[kind], since[kind]
        if count * share >= LEAST_EXPECTED:
            cells.append(pair)
        else:
            rest = (rest[0] + pair[0], rest[1] + pair[1])
    if sum(rest) * share >= LEAST_EXPECTED:
        cells.append(rest)
    totals = sum(pair[0] for pair in cells), sum(pair[1] for pair in cells)
    if len(cells) < 2:
        return 1.0
    statistic = 0.0
    for pair in cells:
        for seen, total in zip(pair, totals, strict=True):
            expected = sum(pair) * total / sum(totals)
            statistic += (seen - expected) ** 2 / expected
    return upper_gamma((len(cells) - 1) / 2, statistic / 2)


def same_spread(before: Sequence[float], since: Sequence[float]) -> float:
    """The p-value of "both samples come from one distribution" (Kolmogorov-Smirnov, asymptotic).

    Ties make it larger than it need be, never smaller.
    """
    then, now = sorted(before), sorted(since)
    gap = max(abs(bisect_right(then, at) / len(then) - bisect_right(now, at) / len(now)) for at in {*then, *now})
    size = math.sqrt(len(then) * len(now) / (len(then) + len(now)))
    scaled = (size + 0.12 + 0.11 / size) * gap
    if scaled < 0.2:
        return 1.0
    terms = (2 * (-1) ** (at - 1) * math.exp(-2 * (at * scaled) ** 2) for at in range(1, 101))
    return min(1.0, max(0.0, math.fsum(terms)))


def upper_gamma(shape: float, start: float) -> float:
    """The regularised upper incomplete gamma function Q(shape, start), to about 1e-12."""
    if start <= 0:
        return 1.0
    scale = math.exp(shape * math.log(start) - start - math.lgamma(shape))
    if start < shape + 1:
        term = total = 1 / shape
        at = shape
        while term > total * 1e-15:
            at += 1
            term *= start / at
            total += term
        return max(0.0, 1 - scale * total)
    fraction = 0.0
    for at in range(int(10 * math.sqrt(start + shape)) + 200, 0, -1):
        fraction = at * (at - shape) / (start - shape + 1 + 2 * at - fraction)
    return scale / (start - shape + 1 - fraction)


def _share_below(values: Sequence[float], least: float) -> float:
    return sum(value < least for value in values) / len(values)


def _moved(before: Sequence[Asked], since: Sequence[Asked]) -> tuple[Moved, ...]:
    then, now = Counter(one.intent for one in before), Counter(one.intent for one in since)
    moved = [Moved(name, then[name] / len(before), now[name] / len(since)) for name in sorted(then | now)]
    return tuple(sorted(moved, key=lambda one: -abs(one.since - one.before))[:MOST_MOVED])
