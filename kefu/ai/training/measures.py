"""How good readings are, measured from probabilities and what came true; plain Python, nothing is drawn here."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

BINS = 10
Z = 1.959964
"""The normal quantile of a two-sided interval of 95 %."""


@dataclass(frozen=True, slots=True)
class Bin:
    """Readings whose probability lies in one part of [0, 1]: how many, how sure on average, how often right."""

    count: int
    sure: float
    right: float


@dataclass(frozen=True, slots=True)
class Point:
    """What a threshold would do: the share that is answered, and the share of answers that are wrong."""

    threshold: float
    coverage: float
    risk: float


@dataclass(frozen=True, slots=True)
class IntentFigures:
    """How well one intent is recognised; all figures in [0, 1], `low` and `high` hold its recall.

    `confused_with` names the intents that it was read as instead, most often first.
    """

    name: str
    examples: int
    precision: float
    recall: float
    f1: float
    low: float
    high: float
    confused_with: dict[str, int]


def wilson(count: int, total: int) -> tuple[float, float]:
    """The 95 % interval of a share. Source: E. Wilson, JASA 22 (1927)."""
    if not total:
        return 0.0, 1.0
    share, squared = count / total, Z * Z / total
    middle = (share + squared / 2) / (1 + squared)
    half = Z / (1 + squared) * math.sqrt(share * (1 - share) / total + squared / total / 4)
    return max(0.0, middle - half), min(1.0, middle + half)


def reliability(sure: Sequence[float], right: Sequence[bool]) -> list[Bin]:
    """Readings in `BINS` equal parts of [0, 1]; empty parts are left out."""
    parts: list[list[int]] = [[] for _ in range(BINS)]
    for at, probability in enumerate(sure):
        parts[min(int(probability * BINS), BINS - 1)].append(at)
    return [
        Bin(len(part), sum(sure[at] for at in part) / len(part), sum(right[at] for at in part) / len(part))
        for part in parts
        if part
    ]


def calibration_error(sure: Sequence[float], right: Sequence[bool]) -> float:
    """The mean distance of probability and truth. Source: M. Naeini et al., AAAI (2015)."""
    return sum(one.count * abs(one.sure - one.right) for one in reliability(sure, right)) / max(1, len(sure))


def brier(sure: Sequence[float], right: Sequence[bool]) -> float:
    """The mean squared distance of probability and truth. Source: G. Brier (1950)."""
    return sum((one - is_right) ** 2 for one, is_right in zip(sure, right, strict=True)) / max(1, len(sure))


def risk_coverage(sure: Sequence[float], right: Sequence[bool]) -> list[Point]:
    """What every threshold would do, from strict to loose. Source: R. El-Yaniv and Y. Wiener, JMLR 11 (2010)."""
    order = sorted(range(len(sure)), key=lambda at: -sure[at])
    points, wrong = [], 0
    for place, at in enumerate(order, start=1):
        wrong += not right[at]
        if place == len(order) or sure[order[place]] < sure[at]:
            points.append(Point(sure[at], place / len(order), wrong / place))
    return points


def auroc(known: Sequence[float], foreign: Sequence[float]) -> float:
    """How likely a known text scores above a foreign one; ties count half. Source: H. Mann and D. Whitney (1947)."""
    ordered = sorted(foreign)
    below = sum(bisect_left(ordered, score) + bisect_right(ordered, score) for score in known)
    return below / 2 / (len(known) * len(foreign))


def intent_figures(pairs: Sequence[tuple[str, str]]) -> tuple[IntentFigures, ...]:
    """Figures of every intent from (right, read) pairs, in the order in which they are first met."""
    right, read = Counter(wanted for wanted, _ in pairs), Counter(got for _, got in pairs)
    met = Counter(pairs)
    figures = []
    for name in right:
        hit = met[name, name]
        precision, recall = hit / max(1, read[name]), hit / right[name]
        f1 = 2 * precision * recall / (precision + recall) if hit else 0.0
        others = {got: count for (wanted, got), count in met.most_common() if wanted == name != got}
        figures.append(IntentFigures(name, right[name], precision, recall, f1, *wilson(hit, right[name]), others))
    return tuple(figures)


def macro_f1(pairs: Sequence[tuple[str, str]]) -> tuple[float, float, float]:
    """The mean F1 of all that is right, from (right, read) pairs, with its 95 % interval; (0, 0, 1) for none.

    Source: K. Takahashi et al., "Confidence interval for micro-averaged F1 and macro-averaged
    F1 scores", Applied Intelligence 52 (2022): the variance of a function of shares, by its slopes.
    """
    n, met = len(pairs), Counter(pairs)
    right, read = Counter(wanted for wanted, _ in pairs), Counter(got for _, got in pairs)
    if not n:
        return 0.0, 0.0, 1.0
    mean = sum(2 * met[name, name] / (right[name] + read[name]) for name in right) / len(right)
    slopes = {pair: _slope(pair, right, read, met) * n / len(right) for pair in met}
    first = sum(count * slopes[pair] for pair, count in met.items()) / n
    second = sum(count * slopes[pair] ** 2 for pair, count in met.items()) / n
    half = Z * math.sqrt(max(0.0, second - first * first) / n)
    return mean, max(0.0, mean - half), min(1.0, mean + half)


def _slope(pair: tuple[str, str], right: Counter[str], read: Counter[str], met: Counter[tuple[str, str]]) -> float:
    """How the sum of the F1 of all names grows with the count of a pair."""
    hit = 2 / (right[pair[0]] + read[pair[0]]) if pair[0] == pair[1] else 0.0
    return hit - sum(2 * met[name, name] / (right[name] + read[name]) ** 2 for name in pair if name in right)
