"""The learning queue for programs of the team: what was left, what colleagues answered, and settling it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field

from kefu.app import Operator
from kefu.app.library.articles import LARGEST, Properties
from kefu.app.library.cards import Card, card_of
from kefu.app.library.learning import Otherwise, Theme
from kefu.web import lessons
from kefu.web.gate import Needs
from kefu.web.hall import Hall, hall_of
from kefu.web.staff import named

Hallway = Annotated[Hall, Depends(hall_of)]
Editor = Annotated[Operator, Depends(Needs("edit_knowledge"))]
Teacher = Annotated[Operator, Depends(Needs("edit_knowledge", "question.accept"))]
Dismisser = Annotated[Operator, Depends(Needs("edit_knowledge", "question.dismiss"))]
Turns = Annotated[list[str], Field(min_length=1, max_length=2000)]

router = APIRouter(prefix="/questions", tags=["questions"])


class Near(BaseModel):
    """An article that comes near, and how likely it answers."""

    id: str
    title: str
    probability: float


class Contradiction(BaseModel):
    """An answer that contradicts the drafted one: of a colleague (`who`), or of an article (`id`, `title`)."""

    answer: str
    who: str
    id: str
    title: str


class Asked(BaseModel):
    """Questions that ask the same, with a draft of their answer; personal data is masked.

    `count` is of conversations, `resolved` of those that a colleague's answer solved. `answered` says that
    the article `near` would answer today, `skill` names a skill that would.
    """

    turns: list[str]
    language: str
    questions: list[str]
    latest: datetime
    count: int
    resolved: int
    answer: str
    who: str
    contradictions: list[Contradiction]
    near: Near | None
    answered: bool
    skill: str


class Lesson(BaseModel):
    """What answers these questions from now on: `ways` to ask, the first being the title."""

    turns: Turns
    ways: Annotated[list[Annotated[str, Field(max_length=2000)]], Field(min_length=1, max_length=50)]
    answer: str = Field(max_length=LARGEST)
    language: Literal["", "zh", "en"] = ""
    audience: Literal["", "public", "signed_in", "staff"] = ""
    who: str = Field("", max_length=60)


class Dismissed(BaseModel):
    """Questions that need no answer."""

    turns: Turns
    who: str = Field("", max_length=60)


@router.get("")
async def questions(hall: Hallway, who: Editor) -> Sequence[Asked]:
    """What nothing answered and what colleagues did, by what it asks; what kefu can't answer yet comes first."""
    return [_asked(theme) for theme in await lessons.list_themes(hall, who)]


@router.post("/accept")
async def accept(lesson: Lesson, hall: Hallway, who: Teacher) -> Card:
    """Answer these questions so from now on; the article is live at once."""
    said = Properties(language=lesson.language, audience=lesson.audience)
    name = named(who, lesson.who)
    article = await lessons.accept(hall, who, lesson.turns, lesson.ways, lesson.answer, said=said, name=name)
    return card_of(article, hall.today)


@router.post("/dismiss")
async def dismiss(dismissed: Dismissed, hall: Hallway, who: Dismisser) -> dict[str, int]:
    """Take these questions from the list; says how many."""
    await lessons.dismiss(hall, who, dismissed.turns, name=named(who, dismissed.who))
    return {"dismissed": len(dismissed.turns)}


def _asked(theme: Theme) -> Asked:
    hit = theme.known
    near = Near(id=hit.article.id, title=hit.article.title, probability=hit.probability) if hit else None
    return Asked(
        turns=list(theme.turns),
        language=theme.language,
        questions=list(theme.questions),
        latest=theme.latest,
        count=theme.count,
        resolved=theme.resolved,
        answer=theme.answer,
        who=theme.who,
        contradictions=[_contradiction(one) for one in theme.otherwise],
        near=near,
        answered=theme.answered,
        skill=theme.skill,
    )


def _contradiction(one: Otherwise) -> Contradiction:
    known = one.known
    where = {"id": known.id, "title": known.title} if known else {"id": "", "title": ""}
    return Contradiction(answer=one.answer, who=one.who, **where)
