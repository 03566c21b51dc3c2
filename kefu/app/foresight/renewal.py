"""Predictors learn anew when enough has changed, at a quiet time, and everybody is scored anew."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

from kefu.app.config import Config
from kefu.app.foresight.following import Foreseeing
from kefu.app.foresight.models import PredictorModels
from kefu.app.foresight.report import drift_of
from kefu.app.foresight.training import Why, train
from kefu.app.jobs import Jobs
from kefu.app.reporting import REPORTS
from kefu.core.errors import BadInput, KefuError
from kefu.core.ports.reader import Progress
from kefu.core.ports.reports import Fact
from kefu.core.ports.store import Memory
from kefu.service.foresight.declared import Declared
from kefu.service.foresight.outreach import Span, begin_of, parse_span

LOOK_S = 30.0
"""How often it is looked whether something is due."""
RESTS = timedelta(days=7)
"""For how long drift alone makes nobody learn again: what was learned since may have been no better."""
KEFU = "kefu"

Serve = Literal["unless_worse", "always", "never"]
"""Whether a new version is served."""


@dataclass(frozen=True, slots=True)
class Learned:
    """What came of a training: a version with its card, or the `problem` for which there is none."""

    name: str
    version: str = ""
    served: bool = False
    card: Mapping[str, Any] = field(default_factory=dict)
    problem: str = ""


async def learn(
    found: Foreseeing, wanted: Mapping[str, Why], now: datetime, progress: Progress, serve: Serve = "unless_worse"
) -> list[Learned]:
    """Let predictors learn, each for a reason; what goes wrong with one leaves the others alone."""
    told, gatherer = list[Learned](), found.fresh_gatherer()
    for name, why in wanted.items():
        models = PredictorModels(found.home, name)

        def show(what: str, done: int, total: int, name: str = name) -> None:
            progress(f"{name}: {what}", done, total)

        try:
            version, card = await train(found.declared[name], models, gatherer, now, show, why=why)
        except KefuError as error:
            told.append(Learned(name, problem=error.message))
            continue
        serves = serve == "always" or (serve == "unless_worse" and not card["gate"]["worse"])
        if serves:
            models.promote(version)
        told.append(Learned(name, version, serves, card))
    return told


async def due(found: Foreseeing, now: datetime, changed: float) -> dict[str, Why]:
    """The predictors for which enough has changed, and what that is; `changed` is the share of lessons that are new."""
    wanted: dict[str, Why] = {}
    facts = await found.fresh_gatherer().everything()
    for name, declared in found.declared.items():
        models = PredictorModels(found.home, name)
        served, latest = next(iter(models.served()), ""), models.latest()
        if not served or not latest:
            wanted[name] = "first"
            continue
        trained, drift = (
            datetime.fromisoformat(latest["trained"]),
            await drift_of(found.store, name, models.card(served)),
        )
        if latest.get("method") != declared.method:
            wanted[name] = "declared"
        elif news_of(declared, latest, facts, now) >= changed:
            wanted[name] = "more"
        elif drift and drift.has_moved and now - trained >= RESTS:
            wanted[name] = "drifted"
    return wanted


def news_of(declared: Declared, card: Mapping[str, Any], facts: Sequence[Fact], now: datetime) -> float:
    """How many of the lessons there are now were not known when a card was written, as a share of those that were."""
    trained = datetime.fromisoformat(card["trained"])
    if declared.about == "records":
        return (now - trained) / timedelta(days=declared.every_days * declared.moments)
    if declared.about == "volume":
        return (now - trained) / timedelta(days=int(card["lessons"]) + int(card["cases"]))
    late = timedelta(days=declared.horizon_days if declared.about == "visit" else 0)
    new = sum(trained < one.ended + late <= now for one in facts)
    return new / max(1, int(card["lessons"]) + int(card["cases"]))


@dataclass(slots=True)
class Tending:
    """Begins what is due as work of a process of its own: nicely, and never beside other long work."""

    store: Memory
    found: Foreseeing
    config: Config
    jobs: Jobs
    _head: int = -1

    async def look(self, now: datetime) -> bool:
        """Begin when it is the hour for it, or, where nothing ever learned, once nothing happens; whether it began."""
        span = parse_span(self.config.get("foresight.train", str), "train")
        if not self.found.declared or span is None:
            return False
        if not await self._is_time(span, now):
            return False
        try:
            self.jobs.begin("renew", KEFU, now)
        except BadInput:  # other work is under way; the next look comes soon
            return False
        return True

    async def _is_time(self, span: Span, now: datetime) -> bool:
        last = self.jobs.latest("renew")
        if last is None and not any(PredictorModels(self.found.home, name).served() for name in self.found.declared):
            before, self._head = self._head, await self.store.head()
            return self._head == before and await self.store.bookmark(REPORTS) == self._head
        begins = begin_of(span, now.astimezone(self.config.zone))
        return begins is not None and (last is None or last.begun_at < begins)
