"""Reports for programs: all figures of a time and a choice, and the visits behind each."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response

from kefu.app import Operator
from kefu.app.reporting import FIGURES, Fact, Rate, Report
from kefu.web.gate import Needs
from kefu.web.hall import Hall, hall_of
from kefu.web.reports import as_table, list_visits, read_aim, read_asked, read_report

Hallway = Annotated[Hall, Depends(hall_of)]
Staff = Annotated[Operator, Depends(Needs("read_reports"))]

router = APIRouter(prefix="/reports", tags=["reports"])


class Asking(BaseModel):
    """A time (local days, both included) and a choice: everything that is given must hold."""

    since: str = Field("", description="such as 2026-03-01; `days` before `until` by default")
    until: str = Field("", description="today by default")
    days: int = 28
    channel: str = ""
    language: str = ""
    intent: str = ""
    team: str = ""
    person: str = ""
    reason: str = Field("", description="why people were wanted")
    hour: str = ""
    weekday: str = Field("", description="0 is Monday")
    half: str = Field("", description="of lists, the half hour of the day, from 0 to 47")

    def query(self) -> dict[str, str]:
        """As in an address."""
        return {name: str(value) for name, value in self.model_dump().items()}


class Listing(Asking):
    """The visits that a figure counts; with `old` only those that ended 72 hours ago, as the ladder has them."""

    figure: str = Field("started", description=", ".join(FIGURES))
    old: str = ""
    place: int = Field(0, ge=0)
    limit: Annotated[int, Field(ge=1, le=500)] = 50


class Visit(BaseModel):
    """One visit of a customer."""

    conversation_id: str
    number: int
    at: datetime
    channel: str
    language: str
    intent: str
    customer: str
    sample: bool
    team: str
    person: str
    engaged: bool
    answered: bool
    confirmed: bool
    handed: datetime | None
    reason: str
    returned: datetime | None
    rating: int


class Visits(BaseModel):
    """A part of a list, latest first, and how many there are."""

    total: int
    visits: list[Visit]


@router.get("")
async def reports(hall: Hallway, who: Staff, asking: Annotated[Asking, Query()], request: Request) -> dict[str, Any]:
    """All figures; rates come as `count`, `total`, `share` and `interval` (95 %), times in seconds."""
    query = asking.query()
    found = await read_report(hall, who, read_asked(hall, query), read_aim(dict(request.query_params)))
    return {"complete": found.whole, "values": found.values, **as_mapping(found.report)}


@router.get("/visits")
async def visits(hall: Hallway, who: Staff, listing: Annotated[Listing, Query()]) -> Visits:
    """The visits behind a figure."""
    found = list(reversed(await list_visits(hall, who, read_asked(hall, listing.query()), listing.figure)))
    part = found[listing.place : listing.place + listing.limit]
    return Visits(total=len(found), visits=[_visit(fact) for fact in part])


@router.get("/visits.csv", response_class=Response)
@router.get("/visits.xlsx", response_class=Response)
async def table(hall: Hallway, who: Staff, listing: Annotated[Listing, Query()], request: Request) -> Response:
    """All visits behind a figure, as a table."""
    found = await list_visits(hall, who, read_asked(hall, listing.query()), listing.figure)
    return as_table(hall, found, request.url.path.rpartition(".")[2])


def as_mapping(report: Report) -> dict[str, Any]:
    """A report as JSON shows it: rates with their share and interval."""
    return {name: _plain(getattr(report, name)) for name in report.__dataclass_fields__}


def _plain(value: Any) -> Any:  # noqa: ANN401 - any part of a report
    match value:
        case Rate():
            return {**asdict(value), "share": value.share, "interval": value.interval}
        case dict():
            return {name: _plain(one) for name, one in value.items()}
        case list() | tuple():
            return [_plain(one) for one in value]
    if hasattr(value, "__dataclass_fields__"):
        return as_mapping(value)
    return value


def _visit(fact: Fact) -> Visit:
    return Visit(**{name: getattr(fact, name) for name in Visit.model_fields})
