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
from kefu.app.foresight.report import MOVED, drift_of
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

MOST = 200
"""Scores that are looked at for a list."""

SHOWN = 50
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
    """A predictor: what is served, how it was measured, how far scores have moved since, how many are high."""

    declared: Declared
    served: str
    report: Mapping[str, Any]
    drift: float | None
    high: int

    @property
    def has_moved(self) -> bool:
        """Whether scores are so far from those it was measured on that it should learn anew."""
        return self.drift is not None and self.drift > MOVED


@dataclass(frozen=True, slots=True)
class Row:
    """A customer of the list: what is foreseen, their latest conversation, and why nobody may write to them now."""

    foreseen: Foreseen
    entry: Entry | None
    refusal: Refusal


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


async def list_customers(hall: Hall, who: Operator, predictor: str, language: Language) -> Sequence[Row]:
    """The customers of whom a predictor foresees the most, without those put off.

    Whoever may not read all sees those with a conversation of theirs alone. Raises `NotFound`.
    """
    require(who, "read_reports")
    declared, store = declared_of(hall, predictor), hall.kefu.store
    put_off = {one.customer for one in await store.approaches(predictor) if one.until and one.until > now()}
    rows: list[Row] = []
    for score in await store.highest(predictor, MOST):
        foreseen = _foreseen(hall.kefu.foreseeing, score, language)
        if score.customer in put_off or foreseen is None or any(score.customer == _whose(row) for row in rows):
            continue
        entry = await _entry(hall, who, score)
        if entry is None and not may(who, "read_all"):
            continue
        refusal: Refusal = "no_way"
        if declared.outreach:
            refusal, _ = await hall.kefu.reaching.may(score, hall.kefu.house)
        rows.append(Row(foreseen, entry, refusal))
        if len(rows) == SHOWN:
            break
    return rows


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
    models = PredictorModels(hall.kefu.config.home, declared.name)
    served = next(iter(await asyncio.to_thread(models.served)), "")
    report = await asyncio.to_thread(models.card, served) if served else {}
    scores = await hall.kefu.store.highest(declared.name, MOST)
    values = [one.prediction.value for one in scores]
    # The highest alone would always look moved; all there are can be compared.
    drift = drift_of(report, values) if "deciles" in report and len(values) < MOST else None
    high = len({one.customer for one in scores if declared.is_high(one.prediction.value)})
    return Card(declared, served, report, drift, high)


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


def _whose(row: Row) -> str:
    return row.foreseen.score.customer


def day_of(score: Score, days: float) -> date:
    """The day that a number of days from a score means."""
    return (score.at + timedelta(days=days)).date()
