"""The copilot for programs and for the desk's own pages: suggestions, likenesses, passages to insert."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Query

from kefu.app import Operator, scope_of
from kefu.app.copilot import Help, help_with, passages
from kefu.web.gate import Needs
from kefu.web.hall import Hall, hall_of
from kefu.web.staff import read_events, talk_of

Hallway = Annotated[Hall, Depends(hall_of)]
Agent = Annotated[Operator, Depends(Needs("see_evidence"))]

router = APIRouter(tags=["copilot"])


@dataclass(frozen=True, slots=True)
class Passage:
    """A passage that may answer; `link` is empty where customers can't read it."""

    article: str
    title: str
    text: str
    link: str
    probability: float


@router.get("/conversations/{conversation_id}/copilot")
async def copilot(conversation_id: str, hall: Hallway, who: Agent) -> Help:
    """What to reply with its source, what to do next, what happened so far, and closed conversations like it."""
    talk = await talk_of(hall, who, conversation_id)
    recorded = await read_events(hall, who, conversation_id, max(0, talk.version - 400))
    return await help_with(hall.kefu, talk, recorded, who.who, scope_of(who))


@router.get("/conversations/{conversation_id}/passages")
async def found(
    conversation_id: str, hall: Hallway, who: Agent, q: Annotated[str, Query(min_length=1, max_length=200)]
) -> Sequence[Passage]:
    """Passages of the company's texts for a colleague to insert, best first: those that this customer may read."""
    talk = await talk_of(hall, who, conversation_id)
    hits = await passages(hall.kefu, talk, q)
    place = hall.kefu.house.help_place
    return [
        Passage(
            hit.article.id,
            hit.article.title,
            hit.passage.text,
            hit.article.link or (f"{place}/{hit.article.id}" if place and hit.article.audience == "public" else ""),
            round(hit.probability, 3),
        )
        for hit in hits
    ]
