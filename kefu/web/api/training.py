"""Skills, examples and models for programs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field
from starlette.requests import HTTPConnection

from kefu.app import Operator
from kefu.app.jobs import Job, Kind
from kefu.app.practice import Correction
from kefu.core.nouns import Language
from kefu.web import teaching
from kefu.web.gate import Needs
from kefu.web.hall import Hall, hall_of
from kefu.web.teaching import Lines, Rewrite

Hallway = Annotated[Hall, Depends(hall_of)]
Teacher = Annotated[Operator, Depends(Needs("edit_training"))]
Adder = Annotated[Operator, Depends(Needs("edit_training", "training.add"))]
Changer = Annotated[Operator, Depends(Needs("edit_training", "training.change"))]
Remover = Annotated[Operator, Depends(Needs("edit_training", "training.remove"))]
Undoer = Annotated[Operator, Depends(Needs("edit_training", "training.undo"))]
Adopter = Annotated[Operator, Depends(Needs("edit_training", teaching.ADOPT))]
Dismisser = Annotated[Operator, Depends(Needs("edit_training", teaching.DISMISS))]
Worker = Annotated[Operator, Depends(Needs("edit_training", "training.{kind}"))]
Roller = Annotated[Operator, Depends(Needs("edit_training", "training.rollback"))]
Sentence = Annotated[str, Field(max_length=1000)]

router = APIRouter(tags=["training"])


class Skilled(BaseModel):
    """A skill: its grade by the latest check (empty before one), what the next grade needs, and how it was used."""

    name: str
    title: Mapping[Language, str]
    intents: Sequence[str]
    grade: str
    missing: Sequence[str]
    dialogues: int
    examples: Mapping[str, int]
    conversations: int
    handed_share: float
    last_at: datetime | None


class Taught(BaseModel):
    """An example where it stands; `findings` are those of the latest check."""

    place: str
    skill: str
    intent: str
    language: Language
    text: str
    corrected: bool
    findings: Sequence[Mapping[str, Any]]


class Added(BaseModel):
    """Sentences for an intent, entities marked in place."""

    intent: str
    language: Language
    texts: list[Sentence] = Field(max_length=200)


class Found(BaseModel):
    """An example by its place and its text there."""

    place: str = Field(max_length=300)
    text: Sentence


class Changed(Found):
    """What it is to say, and whose it is to be."""

    new: Sentence
    intent: str


class Words(BaseModel):
    """The words of an example; empty for the customer's own."""

    text: Sentence = ""


class Wanted(BaseModel):
    """Which version; for `promote` alone."""

    version: str = Field("", max_length=100)


class Model(BaseModel):
    """A version of the model; `gate` says how it compared with the one before."""

    name: str
    state: Literal["current", "previous", "candidate"]
    reader: str
    trained: datetime
    examples: int
    intents: int
    gate: Mapping[str, Any]


@router.get("/skills")
async def skills(hall: Hallway, who: Teacher) -> Sequence[Skilled]:
    """Every skill with its grade and its use."""
    return [
        Skilled(
            name=one.skill.name,
            title=one.skill.title,
            intents=one.skill.intents,
            grade=one.grade,
            missing=one.missing,
            dialogues=one.dialogues,
            examples=one.examples,
            conversations=len(one.use.conversations),
            handed_share=one.use.handed_share,
            last_at=one.use.last_at,
        )
        for one in await teaching.list_skills(hall, who)
    ]


@router.get("/training/examples")
async def examples(
    hall: Hallway, who: Teacher, *, intent: str = "", limit: Annotated[int, Query(ge=1, le=10_000)] = 1000
) -> Sequence[Taught]:
    """The examples as the skills' files have them, of an intent or all."""
    found = [one for one in await teaching.list_lessons(hall, who) if intent in ("", one.written.intent)]
    return [
        Taught(
            place=one.written.place,
            skill=one.written.skill,
            intent=one.written.intent,
            language=one.written.language,
            text=one.written.text,
            corrected=one.corrected,
            findings=one.findings,
        )
        for one in found[:limit]
    ]


@router.post("/training/examples")
async def add(added: Added, connection: HTTPConnection, hall: Hallway, who: Adder) -> dict[str, Sequence[str]]:
    """Add examples to an intent; `added` are those that were new."""
    new = await teaching.add_lessons(hall, who, connection, Lines(added.intent, added.language, added.texts))
    return {"added": new}


@router.patch("/training/examples")
async def change(changed: Changed, connection: HTTPConnection, hall: Hallway, who: Changer) -> dict[str, bool]:
    """Rewrite an example, or let another intent have it."""
    await teaching.change_lesson(hall, who, connection, Rewrite(**changed.model_dump()))
    return {"changed": True}


@router.delete("/training/examples")
async def remove(found: Found, connection: HTTPConnection, hall: Hallway, who: Remover) -> dict[str, bool]:
    """Remove an example."""
    await teaching.remove_lesson(hall, who, connection, found.place, found.text)
    return {"removed": True}


@router.post("/training/undo")
async def undo(connection: HTTPConnection, hall: Hallway, who: Undoer) -> dict[str, Sequence[str]]:
    """Take the latest change of examples back; says which files changed."""
    return {"files": await teaching.undo_lesson(hall, who, connection)}


@router.get("/training/corrections")
async def corrections(hall: Hallway, who: Teacher) -> Sequence[Correction]:
    """Corrections of the team that wait to become examples."""
    return await teaching.list_corrections(hall, who)


@router.post("/training/corrections/{turn_id}/adopt")
async def adopt(
    turn_id: str, words: Words, connection: HTTPConnection, hall: Hallway, who: Adopter
) -> dict[str, Sequence[str]]:
    """Make an example of a correction."""
    return {"added": await teaching.adopt_correction(hall, who, connection, turn_id, words.text)}


@router.post("/training/corrections/{turn_id}/dismiss")
async def dismiss(turn_id: str, connection: HTTPConnection, hall: Hallway, who: Dismisser) -> dict[str, bool]:
    """Settle a correction without an example."""
    await teaching.dismiss_correction(hall, who, connection, turn_id)
    return {"dismissed": True}


@router.get("/training/jobs/{kind}")
async def job(kind: Kind, hall: Hallway, who: Teacher) -> Job | None:
    """The latest work of a kind: `train`, `promote`, `check` (of the examples) or `grade` (of the skills)."""
    return await teaching.latest_job(hall, who, kind)


@router.post("/training/jobs/{kind}")
async def begin(kind: Kind, wanted: Wanted, hall: Hallway, who: Worker) -> Job | None:
    """Start work as a process of its own, one at a time; a good model is served at once, a worse one is not."""
    await teaching.begin_job(hall, who, kind, wanted.version)
    return await teaching.latest_job(hall, who, kind)


@router.get("/models")
async def models(hall: Hallway, who: Teacher) -> Sequence[Model]:
    """The versions of the model, the latest first."""
    found = [(one.version, one.state) for one in await teaching.list_models(hall, who)]
    return [
        Model(
            name=one.name,
            state=state,  # type: ignore[arg-type]  # pydantic checks it
            reader=one.reader,
            trained=one.trained,
            examples=one.examples,
            intents=one.intents,
            gate=one.gate,
        )
        for one, state in found
    ]


@router.post("/models/rollback")
async def rollback(connection: HTTPConnection, hall: Hallway, who: Roller) -> dict[str, str]:
    """Serve again what was served before."""
    return {"version": await teaching.roll_back(hall, who, connection)}
