"""Alarms: topics of which there are more messages than chance explains, with false alarms held to a rate. Pure.

A topic is compared with all other messages of the same days, so that a busy day alone alarms nothing; all messages
together are compared with the same weekdays. What is expected comes with its own uncertainty and with the unrest that
the topic had before, so the count follows a negative binomial distribution. All tests of a day are taken together by
the procedure of Benjamini and Hochberg at the level of `per_year` / 365: in a year in which nothing changes, that many
days have a false alarm, at most.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from kefu.core.ports.insight import Alarm

WINDOWS = (1, 7)
"""Days that are counted together: a sudden rise, and a slow one."""
BASELINE = 56
"""Days before, which say what is usual."""
FEWEST_DAYS = 14
FEWEST = 5
"""Messages without which nothing is alarmed."""
QUIET = timedelta(days=7)
"""So long without too many messages ends an episode; before, the topic is not alarmed again, settled or not."""
PRIOR_DAYS = 14
"""How many days of evidence the usual unrest of all topics counts, beside a topic's own."""
USUAL_PER_YEAR = 6.0
WEEK = 7

Counts = Mapping[date, int]
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Series:
    """Counts by day with how much there was to count in, both of the baseline and of the window.

    `fitted` is how many numbers of the exposures were themselves estimated from these counts.
    """

    counts: Sequence[int]
    exposures: Sequence[float]
    observed: int
    exposure: float
    fitted: int = 1


def watch(
    topics: Mapping[str, Counts], total: Counts, day: date, before: Sequence[Alarm], per_year: float = USUAL_PER_YEAR
) -> list[Alarm]:
    """The alarms of a day that is over, most unlikely first, and those among `before` whose episode goes on.

    `total` counts the messages of each day, of any topic. Cost: some 20 µs a topic and window.
    """
    first = min((one for one, count in total.items() if count), default=day)
    going_on = {one.topic: one for one in before if one.day <= day and day - one.until < QUIET}
    tests: list[Alarm] = []
    for days in WINDOWS:
        length = min(BASELINE, (day - first).days + 1 - days)
        if length < FEWEST_DAYS:
            continue
        series = {name: _of_topic(counts, total, day, days, length) for name, counts in topics.items()}
        usual = _usual({name: one for name, one in series.items() if sum(one.counts)})
        for name, one in {**series, "": _of_all(total, day, days, length)}.items():
            expected, chance = exceedance(one, usual if name else 1.0)
            tests.append(Alarm(name, day, days, one.observed, expected, chance))
    found = _significant(tests, per_year / 365)
    best: dict[str, Alarm] = {}
    for alarm in found:
        if alarm.observed >= FEWEST:
            known = going_on.get(alarm.topic)
            best.setdefault(alarm.topic, replace(known, last=day) if known else alarm)
    return list(best.values())


def exceedance(series: Series, usual: float) -> tuple[float, float]:
    """How many are expected, and how likely are as many as there are, or more.

    `usual` is the unrest (variance over mean) of all topics. The rate has Jeffreys' prior.
    """
    total, time = sum(series.counts), sum(series.exposures)
    if not time or not series.exposure:
        return 0.0, 1.0
    unrest = _unrest(series, usual)
    shape = (total / unrest + 0.5) / series.fitted
    expected = series.exposure * (total + 0.5 * unrest) / time
    variance = unrest * expected + expected * expected / shape
    return expected, _tail(series.observed, expected, variance)


def _of_topic(counts: Counts, total: Counts, day: date, days: int, length: int) -> Series:
    window = [day - DAY * back for back in range(days)]
    earlier = [day - DAY * back for back in range(days, days + length)]
    others = [float(max(0, total.get(one, 0) - counts.get(one, 0))) for one in earlier]
    exposure = sum(max(0, total.get(one, 0) - counts.get(one, 0)) for one in window)
    return Series(
        [counts.get(one, 0) for one in earlier], others, sum(counts.get(one, 0) for one in window), float(exposure)
    )


def _of_all(total: Counts, day: date, days: int, length: int) -> Series:
    """All messages, in weekdays: what Mondays usually have is expected of a Monday."""
    earlier = [day - DAY * back for back in range(days, days + length)]
    by_weekday = [[total.get(one, 0) for one in earlier if one.weekday() == weekday] for weekday in range(WEEK)]
    share = [sum(some) / len(some) if some else 0.0 for some in by_weekday]
    window = [day - DAY * back for back in range(days)]
    return Series(
        [total.get(one, 0) for one in earlier],
        [share[one.weekday()] for one in earlier],
        sum(total.get(one, 0) for one in window),
        sum(share[one.weekday()] for one in window),
        WEEK,
    )


def _usual(series: Mapping[str, Series]) -> float:
    """The unrest that topics have in general."""
    found = [(_chi_square(one), len(one.counts) - 1) for one in series.values()]
    freedom = sum(days for _, days in found)
    return max(1.0, sum(chi for chi, _ in found) / freedom) if freedom else 1.0


def _unrest(series: Series, usual: float) -> float:
    """A series' own variance over mean, drawn towards the usual one and never below it: a calm past may be luck."""
    freedom = len(series.counts) - series.fitted
    return max(usual, (_chi_square(series) + PRIOR_DAYS * usual) / (freedom + PRIOR_DAYS))


def _chi_square(series: Series) -> float:
    """Pearson's, over the days on which something could be expected."""
    rate = sum(series.counts) / (sum(series.exposures) or 1.0)
    pairs = [(count, rate * exposure) for count, exposure in zip(series.counts, series.exposures, strict=True)]
    return sum((count - expected) ** 2 / expected for count, expected in pairs if expected)


def _tail(observed: int, mean: float, variance: float) -> float:
    """How likely `observed` or more are, by a negative binomial distribution; Poisson's where variance is the mean."""
    if observed <= 0:
        return 1.0
    if variance <= mean * (1 + 1e-9):
        logs = [count * math.log(mean) - mean - math.lgamma(count + 1) for count in range(observed)]
    else:
        size = mean * mean / (variance - mean)
        stay, go_on = size * math.log(size / (size + mean)), math.log(mean / (size + mean))
        logs = [
            math.lgamma(count + size) - math.lgamma(size) - math.lgamma(count + 1) + stay + count * go_on
            for count in range(observed)
        ]
    below = math.fsum(map(math.exp, logs))
    return max(1 - below, 1e-15) if below > 0.5 or observed > mean else min(1.0, 1 - below)


def _significant(tests: Sequence[Alarm], level: float) -> list[Alarm]:
    """Those that stand out at a level, all tests taken together (Y. Benjamini, Y. Hochberg, 1995)."""
    ranked = sorted(tests, key=lambda one: one.chance)
    last = max((at for at, one in enumerate(ranked, start=1) if one.chance <= level * at / len(ranked)), default=0)
    return ranked[:last]
