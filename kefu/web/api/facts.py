"""What messages name, for programs: lists, counts, tables, and a colleague's word on one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response

from kefu.app import Operator
from kefu.core.errors import BadInput
from kefu.core.ports.extracts import Extract
from kefu.web.facts import TRAITS, Sentence, as_table, catch_up, count_facts, list_facts, read_sought, sentences_of
from kefu.web.gate import Needs
from kefu.web.hall import Hall, hall_of

Hallway = Annotated[Hall, Depends(hall_of)]
Staff = Annotated[Operator, Depends(Needs("read_reports"))]

router = APIRouter(prefix="/facts", tags=["facts"])


class Asking(BaseModel):
    """A time (local days, both included) and a choice: everything that is given must hold."""

    since: str = Field("", description="such as 2026-03-01; `days` before `until` by default")
    until: str = Field("", description="today by default")
    days: int = 28
    kind: str = ""
    value: str = Field("", description="the normal form, as lists and counts show it")
    channel: str = ""
    language: str = ""

    def query(self) -> dict[str, str]:
        """As in an address."""
        return {name: str(value) for name, value in self.model_dump().items()}


class Listing(Asking):
    """A part of a list."""

    after: str = Field("", description="`next` of the part before")
    limit: Annotated[int, Field(ge=1, le=500)] = 50


class Counting(Asking):
    """What to count by: `kind`, `value`, `channel`, `language`, `day`, one or more."""

    by: list[str] = Field(default_factory=lambda: ["kind"])
    limit: Annotated[int, Field(ge=1, le=10_000)] = 1000


class Fact(BaseModel):
    """A thing that a message names, with its evidence."""

    conversation_id: str
    number: int
    start: int
    end: int
    turn_id: str
    at: datetime
    day: date
    channel: str
    language: str
    kind: str
    text: str
    value: str
    probability: float
    maker: str
    who: str
    before: str
    after: str


class Facts(BaseModel):
    """A part of a list, latest first; `next` begins the following part and is empty at the end."""

    facts: list[Fact]
    next: str


class Counted(BaseModel):
    """How many have these traits, in the order of `by`; `text` is one of theirs."""

    traits: list[str]
    count: int
    text: str


@router.get("")
async def facts(hall: Hallway, who: Staff, listing: Annotated[Listing, Query()]) -> Facts:
    """Things that messages name, each with the sentence around it; personal data is masked."""
    await catch_up(hall)
    page = await list_facts(hall, who, read_sought(hall, who, listing.query()), listing.after, listing.limit)
    sentences = await sentences_of(hall, who, page.entries)
    return Facts(facts=[_fact(*pair) for pair in zip(page.entries, sentences, strict=True)], next=page.next)


@router.get("/counts")
async def counts(hall: Hallway, who: Staff, counting: Annotated[Counting, Query()]) -> Sequence[Counted]:
    """How many there are, the most first."""
    unknown = [name for name in counting.by if name not in TRAITS]
    if unknown or not counting.by:
        raise BadInput(f"Facts are counted by {', '.join(TRAITS)}, not by {', '.join(unknown) or 'nothing'}.")
    await catch_up(hall)
    sought, by = read_sought(hall, who, counting.query()), [TRAITS[name] for name in counting.by]
    found = await count_facts(hall, who, sought, by, counting.limit)
    return [Counted(traits=list(one.traits), count=one.count, text=one.text) for one in found]


@router.get("/table.csv", response_class=Response)
@router.get("/table.xlsx", response_class=Response)
async def table(hall: Hallway, who: Staff, asking: Annotated[Asking, Query()], request: Request) -> Response:
    """All of them as a table, at most 20,000, latest first."""
    await catch_up(hall)
    kind = request.url.path.rpartition(".")[2]
    return await as_table(hall, who, read_sought(hall, who, asking.query()), kind)


def _fact(one: Extract, sentence: Sentence) -> Fact:
    return Fact(**one._asdict(), before=sentence.before, after=sentence.after)
