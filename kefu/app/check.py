"""Check skill folders: load, play their dialogues, grade."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass

from kefu.app.config import Config
from kefu.app.rehearsal import Rehearsed, rehearse
from kefu.core.ports.reader import Reader
from kefu.service.skills.catalog import Catalog
from kefu.service.skills.grade import Grade, Played, all_examples, grade

CHINESE = re.compile(r"[\u4e00-\u9fff]")


@dataclass(frozen=True, slots=True)
class Checked:
    """A skill with its grade."""

    skill: str
    grade: Grade
    dialogues: int
    failures: int


async def check_skills(config: Config, catalog: Catalog, reader: Reader, only: str = "") -> AsyncIterator[Checked]:
    """Grade the skills of a catalogue, one after the other; with `only`, just that one."""
    for skill in catalog.skills.values():
        if only not in ("", skill.name):
            continue
        played = played_of(await rehearse(config, catalog, reader, skill.name))
        others = all_examples([other for other in catalog.skills.values() if other.name != skill.name])
        yield Checked(skill.name, grade(skill, played, others), played.dialogues, len(played.failures))


def played_of(rehearsed: list[Rehearsed]) -> Played:
    """What a grade needs to know of played dialogues."""
    return Played(
        dialogues=len(rehearsed),
        failures=tuple(f"dialogues.md: {one.dialogue.title}: {d}" for one in rehearsed for d in one.differences),
        languages=frozenset(
            "zh" if CHINESE.search("".join(e.said for e in one.dialogue.exchanges)) else "en" for one in rehearsed
        ),
        replies=frozenset(reply for one in rehearsed for reply in one.replies_used),
    )
