"""How many customers will want people in each hour of the week, from the weeks before."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from kefu.service.desk.hours import Hours
from kefu.service.insight.erlang import Aim, agents_for

LEAST_DAYS = 14
"""Two of every weekday; from fewer nothing is forecast."""
MOST_DAYS = 56
"""Eight weeks: what was before that was another season."""
BUSY = 1.28
"""Standard deviations above the mean: nine of ten such hours have no more."""
DAYS, HOURS = 7, 24


@dataclass(frozen=True, slots=True)
class Cell:
    """An hour of a weekday: customers expected, and on a busy day; agents for both."""

    expected: float
    busy: float
    agents: int
    agents_busy: int


@dataclass(frozen=True, slots=True)
class Forecast:
    """The hours of the week, Monday first; `cells` is empty while `days` of history are too few.

    `work_s` is what a customer takes, in seconds of work.
    """

    days: int
    work_s: float
    cells: tuple[tuple[Cell, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Backtest:
    """How a forecast from before the last full week would have done in it, over the hours of its `days`.

    `error` and `naive` are the mean absolute error an hour, in customers, of the forecast and of repeating the week
    before. `held` is the share of hours with no more customers than on a busy day, which should be about 0.9.
    """

    days: int
    expected: float
    came: int
    error: float
    naive: float
    held: float


def full_days(first: date, today: date, hours: Hours, most_days: int = MOST_DAYS) -> list[date]:
    """The days before today of which everything is known and on which the team was there, eight weeks at most."""
    since = max(first, today - timedelta(days=most_days))
    return [day for ahead in range((today - since).days) if hours.works(day := since + timedelta(days=ahead))]


def forecast(arrivals: Iterable[datetime], days: Sequence[date], work_s: float, aim: Aim) -> Forecast:
    """The week ahead, from when customers wanted people (in the business's zone) on some full days.

    Each weekday has its own level and all days share the shape of the day, since a single hour of a single
    weekday has too few customers to go by.
    """
    if len(days) < LEAST_DAYS:
        return Forecast(len(days), work_s)
    known = set(days)
    local = [at for at in arrivals if at.date() in known]
    by_hour = Counter(moment.hour for moment in local)
    by_weekday = Counter(moment.weekday() for moment in local)
    of_weekday = Counter(day.weekday() for day in days)
    total = max(1, len(local))
    cells = []
    for weekday in range(DAYS):
        count = of_weekday[weekday]
        level = by_weekday[weekday] / count if count else 0.0
        means = [level * by_hour[hour] / total for hour in range(HOURS)]
        cells.append(tuple(_cell(mean, count, work_s, aim) for mean in means))
    return Forecast(len(days), work_s, tuple(cells))


def backtest(arrivals: Iterable[datetime], days: Sequence[date], work_s: float, aim: Aim) -> Backtest | None:
    """Hold a forecast from all but the last week against that week; None while the days are too few for both."""
    past, held = days[:-DAYS], days[-DAYS:]
    if len(past) < LEAST_DAYS:
        return None
    known = list(arrivals)
    cells = forecast(known, past, work_s, aim).cells
    came = Counter((at.date(), at.hour) for at in known)
    hours = [(day, hour, cells[day.weekday()][hour]) for day in held for hour in range(HOURS)]
    week = timedelta(days=DAYS)
    count = len(hours)
    return Backtest(
        days=len(held),
        expected=sum(cell.expected for *_, cell in hours),
        came=sum(came[day, hour] for day, hour, _ in hours),
        error=sum(abs(cell.expected - came[day, hour]) for day, hour, cell in hours) / count,
        naive=sum(abs(came[day - week, hour] - came[day, hour]) for day, hour, _ in hours) / count,
        held=sum(came[day, hour] <= math.ceil(cell.busy) for day, hour, cell in hours) / count,
    )


def _cell(mean: float, count: int, work_s: float, aim: Aim) -> Cell:
    """Arrivals are Poisson, and the mean is itself known from `count` days only."""
    busy = mean + BUSY * math.sqrt(mean * (1 + 1 / max(1, count)))
    return Cell(mean, busy, agents_for(mean, work_s, aim), agents_for(busy, work_s, aim))
