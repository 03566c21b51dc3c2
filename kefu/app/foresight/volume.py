"""How many customers come in each half hour of the week ahead, how many of them want people, and whom that takes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from kefu.ai.predict.volume import Backtest, Volume, learn_volume, read_volume
from kefu.app.foresight.contest import Loss, contest
from kefu.app.foresight.models import MEASURED, PredictorModels
from kefu.core.ports.reports import Fact
from kefu.service.desk.hours import Hours
from kefu.service.foresight.declared import Declared
from kefu.service.insight.erlang import Aim, Service, agents_for, service_of
from kefu.service.insight.figures import half_of
from kefu.service.insight.forecast import full_days
from kefu.service.insight.report import work_of

SLOTS = 48
SLOT_S = 1800
RARE = 0.05
"""Customers in half an hour on a busy day, below which nobody waits for them."""
AHEAD = 7
"""Days that are foreseen."""
SEASON_DAYS = 182
"""Half a year teaches; what was before that was another company."""
KINDS = ("contacts", "people")
"""All visits, by when they began, and those whose customers wanted people, by when they did."""


@dataclass(frozen=True, slots=True)
class Series:
    """Counts of the full working days, (n_days, 48) by kind, and the seconds of work that a customer takes."""

    days: tuple[date, ...]
    counts: dict[str, np.ndarray]
    work_s: float

    @property
    def weekdays(self) -> list[int]:
        """0 is Monday."""
        return [day.weekday() for day in self.days]

    @property
    def week(self) -> int:
        """How many days of a week the team works."""
        return len({day.weekday() for day in self.days}) or 7


@dataclass(frozen=True, slots=True)
class Expected:
    """So many customers, with the interval of 80 %."""

    mean: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Half:
    """Half an hour: contacts, customers who want people, and the staff for the aim.

    `agents_busy` is for more customers than nine of ten such half hours have; `service` is what `agents` give.
    """

    contacts: Expected
    people: Expected
    agents: int
    agents_busy: int
    service: Service


@dataclass(frozen=True, slots=True)
class DayAhead:
    """A day with its 48 half hours; none on a day when the team is away."""

    day: date
    halves: tuple[Half, ...] = ()


@dataclass(slots=True)
class Volumes:
    """A model of each kind, in a folder of its own."""

    of: dict[str, Volume]

    def save(self, folder: Path) -> None:
        """See `Saved`."""
        for kind, model in self.of.items():
            (folder / kind).mkdir()
            model.save(folder / kind)


def read_volumes(folder: Path) -> Volumes:
    """What `save` wrote. Raises `ModelMissing`."""
    return Volumes({kind: read_volume(folder / kind) for kind in KINDS})


def series_of(facts: Sequence[Fact], hours: Hours, now: datetime) -> Series:
    """What came on the full working days before today."""
    zone = hours.zone
    today = now.astimezone(zone).date()
    first = facts[0].day if facts else today
    days = tuple(full_days(first, today, hours, SEASON_DAYS))
    counts = {
        "contacts": _table(days, (one.at.astimezone(zone) for one in facts)),
        "people": _table(days, (one.handed.astimezone(zone) for one in facts if one.handed)),
    }
    return Series(days, counts, work_of(facts))


def train_volume(
    declared: Declared, models: PredictorModels, series: Series, now: datetime, origin: dict[str, Any]
) -> tuple[str, dict[str, Any]]:
    """The name of a new version that is not served yet, and its card. Raises `BadInput` for too few days."""
    whole, measured, tests = dict[str, Volume](), dict[str, Volume](), dict[str, Backtest]()
    for kind in KINDS:
        whole[kind], measured[kind], tests[kind] = learn_volume(series.counts[kind], series.weekdays, series.week)
    held = len(tests["people"].came)
    losses = _losses(tests["people"].expected, tests["people"].came, series.days[-held:])

    def before(name: str) -> list[Loss]:
        model, counts = read_volumes(models.folder / name / MEASURED).of["people"], series.counts["people"]
        places = range(len(counts) - held, len(counts))
        found = np.array([model.predict(counts[:place], series.weekdays[place]) for place in places])
        return _losses(found, tests["people"].came, series.days[-held:])

    card = {
        **origin,
        "lessons": len(series.days) - held,
        "cases": held,
        "measured_from": series.days[-held].isoformat(),
        "measured_until": series.days[-1].isoformat(),
        "volume": {kind: _figures(whole[kind], test) for kind, test in tests.items()},
        "gate": contest(declared, models, losses, before),
    }
    return models.keep(Volumes(whole), Volumes(measured), card, now), card


def ahead(model: Volumes, series: Series, hours: Hours, now: datetime, aim: Aim) -> list[DayAhead]:
    """The days from today on; what is foreseen of one is taken as come for the next."""
    counts, found = {kind: series.counts[kind] for kind in KINDS}, []
    today = now.astimezone(hours.zone).date()
    for day in (today + timedelta(days=number) for number in range(AHEAD)):
        if not hours.works(day):
            found.append(DayAhead(day))
            continue
        means = {kind: model.of[kind].predict(counts[kind], day.weekday()) for kind in KINDS}
        spans = {kind: model.of[kind].interval(means[kind]) for kind in KINDS}
        expected = {
            kind: [Expected(*row) for row in np.array([means[kind], *spans[kind]]).T.tolist()] for kind in KINDS
        }
        pairs = zip(expected["contacts"], expected["people"], strict=True)
        found.append(DayAhead(day, tuple(_half(contacts, people, series.work_s, aim) for contacts, people in pairs)))
        counts = {kind: np.vstack([counts[kind], means[kind]]) for kind in KINDS}
    return found


def _half(contacts: Expected, people: Expected, work_s: float, aim: Aim) -> Half:
    if people.high < RARE:
        return Half(contacts, people, 0, 0, Service(1.0))
    agents = agents_for(2 * people.mean, work_s, aim)
    service = service_of(agents * aim.at_once, people.mean / SLOT_S * work_s, work_s, aim) if agents else Service(1.0)
    return Half(contacts, people, agents, max(agents, agents_for(2 * people.high, work_s, aim)), service)


def _figures(model: Volume, test: Backtest) -> dict[str, Any]:
    """How the latest days were foreseen, for a card."""
    return {
        "way": model.name,
        "expected": float(test.expected.sum()),
        "came": int(test.came.sum()),
        "error": float(np.abs(test.expected - test.came).mean()),
        "naive": float(np.abs(test.naive - test.came).mean()),
        "off": {name: round(value, 4) for name, value in test.off.items()},
        "held": test.held,
    }


def _losses(expected: np.ndarray, came: np.ndarray, days: Sequence[date]) -> list[Loss]:
    """How far each half hour was off; those of a day are alike."""
    return [
        (day.isoformat(), float(loss))
        for day, losses in zip(days, (expected - came) ** 2, strict=True)
        for loss in losses
    ]


def _table(days: Sequence[date], moments: Iterable[datetime]) -> np.ndarray:
    """How often each half hour of each day, (n_days, 48)."""
    counts = Counter((at.date(), half_of(at)) for at in moments)
    return np.array([[float(counts[day, slot]) for slot in range(SLOTS)] for day in days]).reshape(len(days), SLOTS)
