"""What customers tell, for programs: topics, messages, alarms, quality; and colleagues' labels."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field
from starlette.requests import Request

from kefu.app import Operator
from kefu.app.insight import wage_of
from kefu.service.insight.quality import QUALITIES, overall
from kefu.web.gate import Needs
from kefu.web.hall import Hall, hall_of
from kefu.web.insight import as_row, day_of, read_heard, read_judged, settle_alarm, write_label

Hallway = Annotated[Hall, Depends(hall_of)]
Staff = Annotated[Operator, Depends(Needs("read_reports"))]
Judge = Annotated[Operator, Depends(Needs("judge", "quality.label"))]
Settler = Annotated[Operator, Depends(Needs("judge", "alarm.settle"))]

router = APIRouter(prefix="/insight", tags=["insight"])


class Period(BaseModel):
    """A time in local days, both included."""

    since: str = Field("", description="such as 2026-03-01; `days` before `until` by default")
    until: str = Field("", description="today by default")
    days: int = 14

    def query(self) -> dict[str, str]:
        """As in an address."""
        return {name: str(value) for name, value in self.model_dump().items()}


class Behind(Period):
    """The messages behind a number: of a topic, with a trouble, an act, of a day, of visits that a figure counts."""

    topic: str = ""
    trouble: str = Field("", description="unanswered, unclear, handed_off, corrected, wrong, rated_low, any")
    act: str = Field("", description="complaint, suggestion, enquiry, praise")
    day: str = ""
    figure: str = Field("", description="contained, handed, replied, rated, and what reports count; simple")
    place: int = Field(0, ge=0)
    limit: Annotated[int, Field(ge=1, le=500)] = 50


class Said(BaseModel):
    """A customer's message without personal data."""

    conversation_id: str
    number: int
    at: datetime
    language: str
    text: str
    intent: str
    act: str
    sentiment: float
    anger: float
    troubles: list[str]
    topic: str
    closeness: float
    sample: bool


class Messages(BaseModel):
    """A part of a list, latest first, and how many there are."""

    total: int
    messages: list[Said]


class Settled(BaseModel):
    """What a colleague made of an alarm."""

    state: str
    who: str
    at: datetime
    reason: str


class Risen(BaseModel):
    """An alarm; `topic` is empty for all messages together. It went on until `until`; `settled` is null while open."""

    topic: str
    day: date
    days: int
    observed: int
    expected: float
    chance: float
    until: date
    settled: Settled | None


class Settling(BaseModel):
    """The alarm of a topic and day, and what to make of it."""

    topic: str
    day: date
    state: Literal["acknowledged", "dismissed", "open"]
    reason: str = Field("", description="why there is nothing to see to; needed to dismiss", max_length=500)


class Opinion(BaseModel):
    """What a colleague thinks of a visit, from 1 to 5; `number` is that of its first event."""

    conversation: str
    number: int
    solved: int
    tone: int
    process: int
    effort: int
    comment: str = ""


@router.get("/topics")
async def topics(hall: Hallway, who: Staff, period: Annotated[Period, Query()]) -> dict[str, Any]:
    """What customers came with: each topic and family with its figures, most visits first."""
    heard = await read_heard(hall, who, period.query())
    wage = wage_of(hall.kefu.config)
    return {"found_at": heard.found_at, "topics": [as_row(one, wage) for one in heard.figures]}


@router.get("/messages")
async def messages(hall: Hallway, who: Staff, behind: Annotated[Behind, Query()]) -> Messages:
    """The messages behind a number."""
    heard = await read_heard(hall, who, behind.query())
    found = heard.said(behind.topic, behind.trouble, behind.act, day_of(behind.day), behind.figure)
    part = found[behind.place : behind.place + behind.limit]
    return Messages(total=len(found), messages=[Said.model_validate(one._asdict()) for one in part])


@router.get("/alarms")
async def alarms(hall: Hallway, who: Staff) -> list[Risen]:
    """Topics of which there were more messages than chance explains, latest first, with what was made of them."""
    heard = await read_heard(hall, who, {})
    return [Risen.model_validate(one, from_attributes=True) for one in heard.alarms]


@router.put("/alarms", status_code=204)
async def settle(hall: Hallway, who: Settler, settling: Settling, request: Request) -> None:
    """Say that an alarm is being seen to, or that there is nothing to see to; `open` takes that back."""
    await settle_alarm(hall, who, {name: str(value) for name, value in settling.model_dump().items()}, request)


@router.get("/quality")
async def quality(hall: Hallway, who: Staff, period: Annotated[Period, Query()]) -> dict[str, Any]:
    """The score of each visit with its reasons, and how far scores and labels agree."""
    found = await read_judged(hall, who, period.query())
    return {
        "visits": [
            {**one._asdict(), "overall": overall(one), "reasons": [reason._asdict() for reason in one.reasons]}
            for one in found.scores
        ],
        "agreement": {
            name: {"count": one.count, "kappa": one.kappa, "interval": one.interval}
            for name, one in found.agreement.items()
        },
        "to_label": [{"conversation": one.conversation_id, "number": one.number} for one in found.sample],
        "qualities": QUALITIES,
    }


@router.post("/labels", status_code=204)
async def labels(hall: Hallway, who: Judge, opinion: Opinion) -> None:
    """Keep what you think of a visit; the latest holds."""
    await write_label(hall, who, {name: str(value) for name, value in opinion.model_dump().items()})
