"""What people teach kefu at the desk, for its pages and for the API alike: skills, examples, models."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from starlette.requests import HTTPConnection

from kefu.app import Operator
from kefu.app.data import clean, edit
from kefu.app.data.edit import Written
from kefu.app.jobs import Job, Kind
from kefu.app.models import Version
from kefu.app.practice import Correction, Use
from kefu.app.promotion import models_of
from kefu.core.errors import NotFound
from kefu.core.nouns import Language
from kefu.core.skill import Skill
from kefu.service.privacy.guard import guard
from kefu.web.gate import require, specify
from kefu.web.hall import Hall, now

ADOPT, DISMISS = "training.adopt", "training.dismiss"
SETTLED_MOST = 5_000
"""How many settled corrections are remembered for the marks beside examples."""


@dataclass(frozen=True, slots=True)
class SkillState:
    """A skill as it serves: its grade by the latest check, examples by language, how it was used lately."""

    skill: Skill
    grade: str
    missing: tuple[str, ...]
    dialogues: int
    examples: Mapping[str, int]
    use: Use


@dataclass(frozen=True, slots=True)
class Lesson:
    """An example with what the latest check found about it, and whether it came from a correction."""

    written: Written
    findings: tuple[Mapping[str, Any], ...]
    corrected: bool


@dataclass(frozen=True, slots=True)
class Lines:
    """Sentences that are to be examples of an intent."""

    intent: str
    language: Language
    texts: Sequence[str]


@dataclass(frozen=True, slots=True)
class Rewrite:
    """An example by its place and text, what it is to say, and whose it is to be."""

    place: str
    text: str
    new: str
    intent: str


@dataclass(frozen=True, slots=True)
class Choice:
    """A version of the model: `state` is `current`, `previous` or `candidate`."""

    version: Version
    state: str


def skills_of(hall: Hall) -> Path:
    """The folder of skills."""
    config = hall.kefu.config
    return config.home / config.get("skills.folder", str)


async def list_skills(hall: Hall, who: Operator) -> Sequence[SkillState]:
    """Every skill with its grade and its use."""
    require(who, "edit_training")
    await hall.practice.catch_up()
    job = await asyncio.to_thread(hall.jobs.latest, "grade")
    graded = {one["skill"]: one for one in job.result} if job and job.state == "done" else {}
    return [_state(hall, skill, graded.get(skill.name, {})) for skill in hall.kefu.catalog.skills.values()]


async def read_skill(hall: Hall, who: Operator, name: str) -> tuple[SkillState, str]:
    """One skill, and its dialogues as they are written; raises `NotFound`."""
    found = next((one for one in await list_skills(hall, who) if one.skill.name == name), None)
    if found is None:
        raise NotFound(f"There is no skill {name!r}.")
    file = skills_of(hall) / found.skill.name / "dialogues.md"
    return found, await asyncio.to_thread(lambda: file.read_text("utf-8") if file.is_file() else "")


async def list_lessons(hall: Hall, who: Operator) -> Sequence[Lesson]:
    """Every example, as the files have it now, with its marks."""
    require(who, "edit_training")
    written = await asyncio.to_thread(edit.list_examples, skills_of(hall))
    job = await asyncio.to_thread(hall.jobs.latest, "check")
    found: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for one in job.result["findings"] if job and job.state == "done" else ():
        if one["kind"] != "few":
            found.setdefault((one["intent"], one["text"]), []).append(one)
    adopted = {one.deed.detail for one in await hall.kefu.store.latest(what=ADOPT, limit=SETTLED_MOST)}
    return [
        Lesson(
            one,
            tuple(found.get((one.intent, one.plain), ())),
            one.corrected or mark_of(one.intent, one.plain) in adopted,
        )
        for one in written
    ]


async def list_intents(hall: Hall, who: Operator) -> Mapping[str, str]:
    """The skill of each intent, as the files have it now."""
    require(who, "edit_training")
    return await asyncio.to_thread(edit.intents_of, skills_of(hall))


async def add_lessons(hall: Hall, who: Operator, connection: HTTPConnection, lines: Lines) -> Sequence[str]:
    """Add examples; those that were new."""
    require(who, "edit_training")
    intent, language = lines.intent, lines.language
    new = await asyncio.to_thread(edit.add_examples, skills_of(hall), intent, language, lines.texts, now())
    specify(connection, f"{intent} ({language}): +{len(new)}", f"intent:{intent}")
    return new


async def change_lesson(hall: Hall, who: Operator, connection: HTTPConnection, wish: Rewrite) -> None:
    """Rewrite an example, or let another intent have it."""
    require(who, "edit_training")
    await asyncio.to_thread(
        edit.change_example, skills_of(hall), wish.place, wish.text, wish.new, wish.intent, now=now()
    )
    specify(connection, wish.place, f"intent:{wish.intent}")


async def remove_lesson(hall: Hall, who: Operator, connection: HTTPConnection, place: str, text: str) -> None:
    """Remove an example."""
    require(who, "edit_training")
    await asyncio.to_thread(edit.remove_example, skills_of(hall), place, text, now())
    specify(connection, place)


async def undo_lesson(hall: Hall, who: Operator, connection: HTTPConnection) -> Sequence[str]:
    """Take the latest change of examples back; the files that changed."""
    require(who, "edit_training")
    files = await asyncio.to_thread(clean.undo, skills_of(hall))
    specify(connection, ", ".join(files))
    return files


async def list_corrections(hall: Hall, who: Operator) -> Sequence[Correction]:
    """Corrections that are no examples yet, such as those that hold personal data, and not settled; latest first."""
    require(who, "edit_training")
    await hall.practice.catch_up()
    settled = set()
    for what in (ADOPT, DISMISS):
        settled |= {one.deed.about for one in await hall.kefu.store.latest(what=what, limit=SETTLED_MOST)}
    written = await asyncio.to_thread(edit.list_examples, skills_of(hall))
    known = {(one.intent, one.plain) for one in written}
    pending = [
        one
        for one in hall.practice.corrections.values()
        if f"turn:{one.turn_id}" not in settled and (one.intent, " ".join(one.text.split())) not in known
    ]
    return sorted(pending, key=lambda one: one.at, reverse=True)


async def adopt_correction(
    hall: Hall, who: Operator, connection: HTTPConnection, turn_id: str, text: str = ""
) -> Sequence[str]:
    """Make an example of a correction, in these words or in the customer's without what is personal."""
    found = await _correction(hall, who, turn_id)
    said = text.strip() or without_personal(found.text)
    language: Language = "en" if said.isascii() else "zh"
    new = await add_lessons(hall, who, connection, Lines(found.intent, language, [said]))
    specify(connection, mark_of(found.intent, said), f"turn:{turn_id}")
    return new


async def dismiss_correction(hall: Hall, who: Operator, connection: HTTPConnection, turn_id: str) -> None:
    """Settle a correction without an example."""
    found = await _correction(hall, who, turn_id)
    specify(connection, found.intent, f"turn:{turn_id}")


async def latest_job(hall: Hall, who: Operator, kind: Kind) -> Job | None:
    """The latest work of a kind."""
    require(who, "edit_training")
    return await asyncio.to_thread(hall.jobs.latest, kind)


async def running_job(hall: Hall, who: Operator) -> Kind | None:
    """The kind of work that is under way: until it is done, no other begins."""
    require(who, "edit_training")
    return await asyncio.to_thread(hall.jobs.running)


async def begin_job(hall: Hall, who: Operator, kind: Kind, version: str = "") -> None:
    """Start work of a kind; `promote` is of a version."""
    require(who, "edit_training")
    if kind == "promote":
        known = await asyncio.to_thread(lambda: [one.name for one in models_of(hall.kefu.config).versions()])
        if version not in known:
            raise NotFound(f"There is no version {version!r}.")
    await asyncio.to_thread(hall.jobs.begin, kind, who.who, now(), version)


async def list_models(hall: Hall, who: Operator) -> Sequence[Choice]:
    """The versions that are kept, the latest first."""
    require(who, "edit_training")
    models = models_of(hall.kefu.config)
    versions, served = await asyncio.to_thread(lambda: (models.versions()[::-1], models.served()))
    states = {name: "current" if at == 0 else "previous" for at, name in enumerate(served)}
    return [Choice(one, states.get(one.name, "candidate")) for one in versions]


async def roll_back(hall: Hall, who: Operator, connection: HTTPConnection) -> str:
    """Serve again what was served before; its name."""
    require(who, "edit_training")
    name = await asyncio.to_thread(models_of(hall.kefu.config).rollback)
    specify(connection, name)
    return name


def without_personal(text: str) -> str:
    """A sentence without what is personal in it."""
    return guard(text, len(text) + 1).masked


def mark_of(intent: str, text: str) -> str:
    """By what an example is known again in the audit trail, which holds nothing that a customer said."""
    return hashlib.sha256(f"{intent}\0{text}".encode()).hexdigest()[:16]


async def _correction(hall: Hall, who: Operator, turn_id: str) -> Correction:
    for one in await list_corrections(hall, who):
        if one.turn_id == turn_id:
            return one
    raise NotFound(f"There is no open correction of turn {turn_id!r}.")


def _state(hall: Hall, skill: Skill, graded: Mapping[str, Any]) -> SkillState:
    grade = graded.get("grade", {})
    counts: dict[str, int] = {language: len(pairs) for language, pairs in skill.examples.items()}
    use = hall.practice.uses.get(skill.name, Use())
    missing = tuple(grade.get("missing", ()))
    return SkillState(skill, grade.get("name", ""), missing, graded.get("dialogues", 0), counts, use)
