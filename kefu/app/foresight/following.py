"""Keeps what is foreseen of customers: a follower of the log, so that nothing of it runs inside a turn.

A project without trained predictors costs nothing: no library is imported and nothing is asked.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

from kefu.ai.predict.sequence import NextQuestion
from kefu.app.following import BATCH, REPLAYED
from kefu.app.foresight.folder import read_predictors
from kefu.app.foresight.gathering import Case, Gatherer
from kefu.app.foresight.models import PredictorModels
from kefu.app.foresight.volume import Volumes, read_volumes
from kefu.core.events import ConversationOpened
from kefu.core.nouns import Fact
from kefu.core.ports.foresight import Score
from kefu.core.ports.predictor import Prediction, Predictor
from kefu.core.ports.reader import Progress
from kefu.core.ports.store import Memory
from kefu.service.foresight.declared import Declared
from kefu.service.foresight.wording import reasons_of

FORESIGHT = "foresight"
"""The name under which it keeps its place in the log."""

EXPLAINED = 500
"""Of how many of the highest scores of a whole scoring reasons are worked out: it costs ten times the score."""

EVERY = 10_000_000
TOGETHER = 500
"""Customers whose scores are kept by one transaction: messages of customers are written in between."""

QUESTIONS = 3
"""Questions that are kept as likely next."""


@dataclass(frozen=True, slots=True)
class Served:
    """A predictor with the version that is served: a `model`, `counts` of questions, or `volumes` of half hours."""

    declared: Declared
    models: PredictorModels
    name: str
    model: Predictor | None = None
    counts: NextQuestion | None = None
    volumes: Volumes | None = None


@dataclass(slots=True)
class Foreseeing:
    """Scores customers as they go on."""

    store: Memory
    gatherer: Gatherer
    home: Path
    declared: Mapping[str, Declared] = field(init=False)
    _served: dict[str, Served] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Read what the project declares; raises `BadConfig`."""
        self.declared = read_predictors(self.home)

    def fresh_gatherer(self) -> Gatherer:
        """One that remembers nothing, for a training, which reads every conversation once."""
        return Gatherer(self.gatherer.store, self.gatherer.records, self.gatherer.ground)

    def served(self) -> list[Served]:
        """The predictors that have a version served; one that was promoted meanwhile is opened."""
        found = []
        for name, declared in self.declared.items():
            models = PredictorModels(self.home, name)
            current = next(iter(models.served()), "")
            if not current:
                self._served.pop(name, None)
                continue
            before = self._served.get(name)
            if before is None or before.name != current:
                before = Served(declared, models, current)
                if declared.about == "volume":
                    before = replace(before, volumes=read_volumes(models.folder / current))
                elif declared.about == "question":
                    before = replace(before, counts=models.open_sequence(current))
                else:
                    before = replace(before, model=models.open_model(declared, current))
                self._served[name] = before
            found.append(before)
        return found

    async def catch_up(self, now: datetime) -> int:
        """Score everybody to whom something happened since; returns how many customers that were."""
        served, count = (await asyncio.to_thread(self.served) if self.declared else []), 0
        while served:
            after = await self.store.bookmark(FORESIGHT)
            recorded = await self.store.happened(after, BATCH)
            if not recorded:
                break
            replayed = {
                one.conversation_id
                for one in recorded
                if isinstance(one.event, ConversationOpened) and one.event.channel == REPLAYED
            }
            touched = dict.fromkeys(one.conversation_id for one in recorded)
            customers = dict.fromkeys([await self._owner(id_) for id_ in touched if id_ not in replayed])
            await self.score([one for one in customers if one], now, served)
            count += len(customers)
            await self.store.turn_to(FORESIGHT, after, recorded[-1].position)
        return count

    async def foreseen(self, customer: str, names: Collection[str]) -> Mapping[str, Fact]:
        """What skills may word their replies by: whether a risk is high, the day on which something ends."""
        found: dict[str, Fact] = {}
        for one in await self.store.scores_of(customer):
            declared = self.declared.get(one.predictor)
            if declared is None or one.predictor not in names or one.label:
                continue
            if declared.is_when:
                found[one.predictor] = (one.at + timedelta(days=one.prediction.value)).date()
            else:
                found[one.predictor] = bool(found.get(one.predictor)) or one.prediction.value >= declared.threshold
        return found

    async def score(self, customers: Sequence[str], now: datetime, served: Sequence[Served]) -> list[Score]:
        """Foresee everything of some customers, and keep it; together, since a row alone costs ten times as much."""
        found: list[Score] = []
        for one in served:
            if one.volumes:
                continue
            if one.counts:
                for customer in customers:
                    found += _next_questions(one, customer, await self.gatherer.asked_by(customer, now), now)
            else:
                cases = [case for who in customers for case in await self.gatherer.now(one.declared, now, who)]
                found += await asyncio.to_thread(scored, one, cases)
        names, mine = [one.declared.name for one in served], defaultdict[str, list[Score]](list)
        for score in found:
            mine[score.customer].append(score)
        for customer in customers:
            await self.store.keep_scores(mine[customer], [customer], names)
        return found

    async def score_all(self, now: datetime, progress: Progress, wanted: str = "") -> dict[str, int]:
        """Foresee everybody anew by each predictor, or one, and forget of whom nothing is foreseen any more.

        Of the records it is every subject, also of customers who never wrote; of visits those not longer ago than the
        predictor looks ahead. Returns how many scores each predictor has.
        """
        gatherer, counts = self.fresh_gatherer(), dict[str, int]()
        await gatherer.know_owners()
        for one in await asyncio.to_thread(self.served):
            name = one.declared.name
            if wanted in ("", name) and one.volumes is None:
                found = await _of_everybody(one, gatherer, now)
                before = {score.customer for score in (await self.store.highest(name, EVERY)).scores}
                whose = sorted(before | {score.customer for score in found})
                by_customer = defaultdict[str, list[Score]](list)
                for score in found:
                    by_customer[score.customer].append(score)
                for start in range(0, len(whose), TOGETHER):
                    some = whose[start : start + TOGETHER]
                    await self.store.keep_scores([score for who in some for score in by_customer[who]], some, [name])
                    progress(name, start + len(some), len(whose))
                counts[name] = len(found)
        return counts

    async def skip_ahead(self) -> None:
        """Take the log as followed so far: everybody is scored anew."""
        await self.store.turn_to(FORESIGHT, await self.store.bookmark(FORESIGHT), await self.store.head())

    async def _owner(self, conversation_id: str) -> str:
        talk = await self.store.conversation(conversation_id)
        return "" if talk is None else talk.identity.customer_id if talk.identity else talk.id


async def _of_everybody(one: Served, gatherer: Gatherer, now: datetime) -> list[Score]:
    """What a predictor foresees of everybody whom it is about."""
    if one.declared.about == "records":
        return await asyncio.to_thread(scored, one, await gatherer.now(one.declared, now, ""))
    since = now - timedelta(days=one.declared.horizon_days)
    whose = dict.fromkeys(fact.customer for fact in await gatherer.everything() if fact.ended > since)
    if one.counts:
        return [score for who in whose for score in _next_questions(one, who, await gatherer.asked_by(who, now), now)]
    cases = [case for who in whose for case in await gatherer.now(one.declared, now, who)]
    return await asyncio.to_thread(scored, one, cases)


def _next_questions(one: Served, customer: str, asked: Sequence[str], now: datetime) -> list[Score]:
    likely = one.counts.predict(asked)[:QUESTIONS] if one.counts and asked else []
    return [
        Score(one.declared.name, name, customer, "", now, one.name, Prediction(share, share, share), label=name)
        for name, share in likely
    ]


def scored(one: Served, cases: Sequence[Case]) -> list[Score]:
    """What is foreseen of cases, with the reasons of the highest."""
    if not cases or one.model is None:
        return []
    found = one.model.predict([case.row for case in cases])
    ranked = sorted(range(len(cases)), key=lambda place: -found[place].value)[:EXPLAINED]
    parts = dict(zip(ranked, one.model.explain([cases[place].row for place in ranked]), strict=True))
    return [
        Score(
            one.declared.name,
            case.subject,
            case.customer,
            case.conversation_id,
            case.as_of,
            one.name,
            found[place],
            reasons_of(case.row, parts.get(place, {})),
        )
        for place, case in enumerate(cases)
    ]
