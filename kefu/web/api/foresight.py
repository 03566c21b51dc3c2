"""What customers are likely to do, for programs: predictors with their cards, customers with reasons, the week ahead.

A site never gets these: they need a member of the team, by role.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field

from kefu.app import Operator
from kefu.app.reporting import Aim
from kefu.core.nouns import Language
from kefu.web.foresight import (
    SHOWN,
    Card,
    Foreseen,
    Wanted,
    act,
    list_cards,
    list_customers,
    read_customer,
    read_volume,
)
from kefu.web.gate import Needs
from kefu.web.hall import Hall, hall_of

Hallway = Annotated[Hall, Depends(hall_of)]
Staff = Annotated[Operator, Depends(Needs("read_reports"))]
Colleague = Annotated[Operator, Depends(Needs("see_evidence"))]
Doer = Annotated[Operator, Depends(Needs("act", "foresight.{predictor}"))]
In = Annotated[Language, Query(description="of the reasons")]

router = APIRouter(prefix="/foresight", tags=["foresight"])


class Drifted(BaseModel):
    """How far scores have moved since the version was measured; judged once `missing` is 0."""

    scores: int
    missing: int
    shift: float
    has_moved: bool


class PredictorCard(BaseModel):
    """A predictor, the version served, how it was measured, and a later version that is not served."""

    name: str
    title: dict[Language, str]
    about: str
    served: str = Field(description="empty: none is")
    threshold: float
    high: int = Field(description="scores to act upon")
    card: dict[str, Any] = Field(description="figures on later cases, groups, when and why it learned, the gate")
    candidate: dict[str, Any]
    drift: Drifted | None


class Because(BaseModel):
    """A reason: the feature, its value, in words, and how far it moved the forecast (above 0 towards yes)."""

    feature: str
    value: str | float | int | None
    part: float
    text: str


class Forecast(BaseModel):
    """What is foreseen: a probability, or days with the `chance` that it comes at all; the interval holds 80 %."""

    predictor: str
    customer: str
    subject: str
    conversation_id: str
    at: datetime
    version: str
    value: float
    low: float
    high: float
    chance: float
    label: str = Field(description="what is asked next, in place of a number")
    to_act_upon: bool
    reasons: list[Because]


class Listed(Forecast):
    """A row of a list: the latest conversation, and why nobody may write to the customer now."""

    latest_conversation: str
    refusal: str = Field(description="empty: one may write")


class Narrow(BaseModel):
    """Which part of a list."""

    at_least: float = Field(0.0, ge=0, description="a probability, or days")
    wrote: bool = Field(False, description="only customers with a conversation")
    place: int = Field(0, ge=0, description="where the part begins")
    limit: int = Field(SHOWN, ge=1, le=200)
    lang: Language = Field("en", description="of the reasons")


class Goal(BaseModel):
    """What customers are to get."""

    share: int = Field(80, ge=1, le=99, description="percent answered in time")
    within: int = Field(60, ge=0, le=86_400, description="seconds")
    at_once: int = Field(3, ge=1, le=50, description="conversations that an agent serves at once")
    patience: int = Field(0, ge=0, le=86_400, description="mean seconds until customers give up; 0: never")


class Risks(BaseModel):
    """A part of a list, the highest first; the next part begins at `following`, 0 at the end."""

    total: int
    following: int
    customers: list[Listed]


class Deed(BaseModel):
    """What to do about a customer."""

    customer: str
    deed: Literal["write", "take", "snooze"]


class Span(BaseModel):
    """So many customers, with the interval of 80 %."""

    mean: float
    low: float
    high: float


class HalfHour(BaseModel):
    """Half an hour from `begins` (local): contacts, who wants people, and the staff that keeps the aim."""

    day: date
    begins: str
    contacts: Span
    people: Span
    agents: int
    agents_busy: int
    answered_in_time: float
    gave_up: float


class Staffing(BaseModel):
    """The week ahead; empty while no forecast of volume is served. `work_s` is what a customer takes."""

    work_s: float = 0.0
    halves: list[HalfHour] = []


@router.get("/predictors")
async def predictors(hall: Hallway, who: Staff) -> list[PredictorCard]:
    """All predictors with their cards."""
    return [_card(one) for one in await list_cards(hall, who)]


@router.get("/predictors/{predictor}/customers")
async def customers(
    hall: Hallway,
    who: Staff,
    predictor: str,
    narrow: Annotated[Narrow, Query()],
) -> Risks:
    """The customers of whom a predictor foresees the most, each once, without those put off."""
    wanted = Wanted(narrow.at_least, narrow.wrote, narrow.place, narrow.limit)
    part = await list_customers(hall, who, predictor, narrow.lang, wanted)
    rows = [
        Listed(
            **_forecast(row.foreseen).model_dump(),
            latest_conversation=row.entry.id if row.entry else "",
            refusal=row.refusal,
        )
        for row in part.rows
    ]
    return Risks(total=part.total, following=part.following, customers=rows)


@router.post("/predictors/{predictor}/customers", status_code=204)
async def do(hall: Hallway, who: Doer, predictor: str, deed: Deed) -> None:
    """Write to a customer within manners, take their conversation, or put them off."""
    await act(hall, who, predictor, deed.deed, deed.customer)


@router.get("/customers/{customer}")
async def customer(hall: Hallway, who: Colleague, customer: str, lang: In = "en") -> list[Forecast]:
    """All that is foreseen of one customer (an id of the records, or a conversation's), with reasons."""
    return [_forecast(one) for one in await read_customer(hall, who, customer, lang)]


@router.get("/volume")
async def volume(hall: Hallway, who: Staff, goal: Annotated[Goal, Query()]) -> Staffing:
    """Contacts of the week ahead by half hours, with the staff needed (Erlang C, or A with `patience`)."""
    aim = Aim(goal.share / 100, goal.within, goal.at_once, goal.patience)
    found = await read_volume(hall, who, aim)
    if found is None:
        return Staffing()
    halves = [
        HalfHour(
            day=one.day,
            begins=f"{number // 2:02}:{number % 2 * 30:02}",
            contacts=Span(**asdict(half.contacts)),
            people=Span(**asdict(half.people)),
            agents=half.agents,
            agents_busy=half.agents_busy,
            answered_in_time=half.service.in_time,
            gave_up=half.service.gave_up,
        )
        for one in found.days
        for number, half in enumerate(one.halves)
    ]
    return Staffing(work_s=found.series.work_s, halves=halves)


def _card(one: Card) -> PredictorCard:
    drift = None
    if found := one.drift:
        drift = Drifted(scores=found.count, missing=found.missing, shift=found.shift, has_moved=found.has_moved)
    return PredictorCard(
        name=one.declared.name,
        title=dict(one.declared.title),
        about=one.declared.about,
        served=one.served,
        threshold=one.declared.threshold,
        high=one.high,
        card=dict(one.report),
        candidate=dict(one.candidate),
        drift=drift,
    )


def _forecast(one: Foreseen) -> Forecast:
    score = one.score
    return Forecast(
        predictor=score.predictor,
        customer=score.customer,
        subject=score.subject,
        conversation_id=score.conversation_id,
        at=score.at,
        version=score.version,
        **asdict(score.prediction),
        label=score.label,
        to_act_upon=one.high,
        reasons=[
            Because(feature=reason.feature, value=reason.value, part=reason.part, text=said.text)
            for reason, said in zip(score.reasons, one.reasons, strict=False)
        ],
    )
