"""What is foreseen, for the desk's page and for the customer's card alike, within what a viewer may see."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from kefu.app import Operator, may, scope_of
from kefu.app.foresight.following import Foreseeing
from kefu.app.foresight.models import PredictorModels
from kefu.app.foresight.report import Drift, drift_of
from kefu.app.foresight.volume import DayAhead, Series, ahead, series_of
from kefu.app.reporting import Aim
from kefu.core.errors import BadInput, NotFound
from kefu.core.nouns import Conversation, Language
from kefu.core.ports.desk import Entry, View
from kefu.core.ports.foresight import Score
from kefu.service.desk.deeds import Take
from kefu.service.foresight.declared import Declared
from kefu.service.foresight.effect import Effect
from kefu.service.foresight.outreach import Refusal
from kefu.service.foresight.wording import Said, say
from kefu.web.gate import require
from kefu.web.hall import Hall, now
from kefu.web.staff import act_on

BATCH = 200
"""Scores that are read together for a list."""

SHOWN = 30
SNOOZE_DAYS = 14


@dataclass(frozen=True, slots=True)
class Foreseen:
    """A score with its declaration and its reasons in words; `high` says that it is one to act upon."""

    score: Score
    declared: Declared
    reasons: Sequence[Said]
    high: bool

    @property
    def day(self) -> date:
        """The day that a forecast of when means."""
        return day_of(self.score, self.score.prediction.value)


@dataclass(frozen=True, slots=True)
class Card:
    """A predictor: what is served, how it was measured, how far scores have moved since, how many are high.

    `candidate` is the card of a later version that is not served, with its `name`; empty where there is none.
    """

    declared: Declared
    served: str
    report: Mapping[str, Any]
    candidate: Mapping[str, Any]
    drift: Drift | None
    high: int


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which part of a list: from a value on, only customers who wrote, after so many scores."""

    at_least: float = 0.0
    wrote: bool = False
    skip: int = 0
    limit: int = SHOWN


@dataclass(frozen=True, slots=True)
class Row:
    """A customer of the list: what is foreseen, their latest conversation, and why nobody may write to them now."""

    foreseen: Foreseen
    entry: Entry | None
    refusal: Refusal


@dataclass(frozen=True, slots=True)
class WeekAhead:
    """What came by half hours, and what is foreseen from today on."""

    series: Series
    days: Sequence[DayAhead]


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a list; `total` is how many scores there are, `following` where the next part begins, 0 at the end."""

    rows: Sequence[Row]
    total: int
    following: int


async def beside(hall: Hall, who: Operator, talk: Conversation, language: Language) -> Sequence[Foreseen]:
    """What is foreseen of a conversation's customer; nothing for who may not see evidence."""
    found = hall.kefu.foreseeing
    if not found.declared or not may(who, "see_evidence"):
        return ()
    scores = await hall.kefu.store.scores_of(talk.identity.customer_id if talk.identity else talk.id)
    ranked = sorted(scores, key=lambda one: (one.predictor, -one.prediction.value))
    return [one for score in ranked if (one := _foreseen(found, score, language))]


async def list_cards(hall: Hall, who: Operator) -> Sequence[Card]:
    """All predictors of the project."""
    require(who, "read_reports")
    return [await _card(hall, declared) for declared in hall.kefu.foreseeing.declared.values()]


async def list_customers(hall: Hall, who: Operator, predictor: str, language: Language, wanted: Wanted) -> Part:
    """The customers of whom a predictor foresees the most, without those put off.

    Whoever may not read all sees those with a conversation of theirs alone. Raises `NotFound`.
    """
    require(who, "read_reports")
    store = hall.kefu.store
    declared_of(hall, predictor)
    seen = {one.customer for one in await store.approaches(predictor) if one.until and one.until > now()}
    rows, place, total = list[Row](), wanted.skip, 0
    while place < (total or wanted.skip + 1) and len(rows) < wanted.limit:
        ranked = await store.highest(predictor, BATCH, place, wanted.at_least)
        total = ranked.total
        for score in ranked.scores:
            place += 1
            if score.customer in seen:
                continue
            seen.add(score.customer)  # their highest comes first
            if row := await _row(hall, who, score, language, wrote=wanted.wrote):
                rows.append(row)
            if len(rows) == wanted.limit:
                break
        if not ranked.scores:
            break
    return Part(rows, total, place if place < total else 0)


async def read_customer(hall: Hall, who: Operator, customer: str, language: Language) -> Sequence[Foreseen]:
    """All that is foreseen of one customer; raises `NotFound` where nothing is, or who asks may not see them."""
    require(who, "see_evidence")
    scores = await hall.kefu.store.scores_of(customer)
    if not scores or (not may(who, "read_all") and await _entry(hall, who, scores[0]) is None):
        raise NotFound(f"Nothing is foreseen of {customer!r}.")
    ranked = sorted(scores, key=lambda one: (one.predictor, -one.prediction.value))
    return [one for score in ranked if (one := _foreseen(hall.kefu.foreseeing, score, language))]


async def read_volume(hall: Hall, who: Operator, aim: Aim) -> WeekAhead | None:
    """The week ahead by half hours, with the staff for an aim; None while no forecast of volume is served."""
    require(who, "read_reports")
    kefu = hall.kefu
    served = await asyncio.to_thread(kefu.foreseeing.served)
    model = next((one.volumes for one in served if one.volumes), None)
    if model is None:
        return None
    facts = await kefu.foreseeing.fresh_gatherer().everything()

    def work() -> WeekAhead:
        series = series_of(facts, kefu.reporting.hours, now())
        return WeekAhead(series, ahead(model, series, kefu.reporting.hours, now(), aim))

    return await asyncio.to_thread(work)


async def read_effect(hall: Hall, who: Operator, predictor: str) -> Effect:
    """What messages changed so far."""
    require(who, "read_reports")
    return await hall.kefu.reaching.effect(declared_of(hall, predictor), now())


async def act(hall: Hall, who: Operator, predictor: str, deed: str, customer: str) -> None:
    """Write to a customer, take their conversation, or put them off. Raises `BadInput`, `NotFound`."""
    declared_of(hall, predictor)
    score = next((one for one in await hall.kefu.store.scores_of(customer) if one.predictor == predictor), None)
    if score is None:
        raise NotFound(f"Nothing is foreseen of {customer!r} any more; load the page again.")
    entry = await _entry(hall, who, score)
    if entry is None and not may(who, "read_all"):
        raise NotFound(f"Nothing is foreseen of {customer!r} any more; load the page again.")
    if deed == "snooze":
        await hall.kefu.reaching.snooze(predictor, customer, SNOOZE_DAYS, hall.kefu.house)
    elif deed == "write":
        await hall.kefu.reaching.write(score, hall.kefu.house)
        hall.kefu.delivery.wake()
    elif deed == "take" and entry:
        await act_on(hall, who, entry.id)
        await hall.kefu.act(entry.id, who.who, [Take()])
    else:
        raise BadInput(f"{deed!r} can't be done here.")


def declared_of(hall: Hall, predictor: str) -> Declared:
    """A predictor by its name; raises `NotFound`."""
    found = hall.kefu.foreseeing.declared.get(predictor)
    if found is None:
        raise NotFound(f"There is no predictor {predictor!r}; declare it in predictors/{predictor}.toml.")
    return found


async def _card(hall: Hall, declared: Declared) -> Card:
    models, store = PredictorModels(hall.kefu.config.home, declared.name), hall.kefu.store

    def read() -> tuple[str, dict[str, Any], dict[str, Any]]:
        served = next(iter(models.served()), "")
        return served, models.card(served) if served else {}, models.latest()

    served, report, latest = await asyncio.to_thread(read)
    is_newer = latest and latest["name"] != served and latest["trained"] > report.get("trained", "")
    drift = await drift_of(store, declared.name, report)
    high = 0
    if declared.reading == "risk" and not declared.is_when:
        high = (await store.highest(declared.name, 0, at_least=declared.threshold)).total
    return Card(declared, served, report, latest if is_newer else {}, drift, high)


async def _row(hall: Hall, who: Operator, score: Score, language: Language, *, wrote: bool) -> Row | None:
    """The row of a score; None where the viewer may not see it, or with `wrote` nobody ever wrote."""
    foreseen = _foreseen(hall.kefu.foreseeing, score, language)
    entry = await _entry(hall, who, score)
    if foreseen is None or (entry is None and (wrote or not may(who, "read_all"))):
        return None
    refusal: Refusal = "no_way"
    if foreseen.declared.outreach:
        refusal, _ = await hall.kefu.reaching.may(score, hall.kefu.house)
    return Row(foreseen, entry, refusal)


def _foreseen(found: Foreseeing, score: Score, language: Language) -> Foreseen | None:
    declared = found.declared.get(score.predictor)
    if declared is None:
        return None
    return Foreseen(score, declared, say(score.reasons, declared, language), declared.is_high(score.prediction.value))


async def _entry(hall: Hall, who: Operator, score: Score) -> Entry | None:
    """The customer's latest conversation that the viewer may see."""
    known = score.conversation_id and score.conversation_id == score.customer
    view = View(scope_of(who), ids=(score.customer,)) if known else View(scope_of(who), customer_id=score.customer)
    return next(iter((await hall.kefu.store.inbox(view, "newest", limit=1)).entries), None)


def day_of(score: Score, days: float) -> date:
    """The day that a number of days from a score means."""
    return (score.at + timedelta(days=days)).date()
