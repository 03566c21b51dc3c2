"""Every dialogue of every skill of the sample school comes out as written."""

from __future__ import annotations

from pathlib import Path

import pytest

from kefu.app.config import Config
from kefu.app.rehearsal import open_stage
from kefu.core.ports.reader import TrainableReader
from kefu.service.skills.catalog import Catalog
from kefu.testing.dialogue import Dialogue, parse_dialogues

SKILLS = Path(__file__).parents[2] / "kefu" / "starter" / "education" / "skills"
DIALOGUES = [
    pytest.param(file.parent.name, dialogue, id=f"{file.parent.name}-{dialogue.title}")
    for file in sorted(SKILLS.glob("*/dialogues.md"))
    for dialogue in parse_dialogues(file.read_text("utf-8"), f"{file.parent.name}/dialogues.md")
]


@pytest.mark.parametrize(("skill", "dialogue"), DIALOGUES)
async def test_a_dialogue_comes_out_as_written(
    school: tuple[Config, Catalog], reader: TrainableReader, skill: str, dialogue: Dialogue
) -> None:
    config, catalog = school
    async with open_stage(config, catalog, reader, SKILLS / skill / "fixtures") as stage:
        differences, _ = await stage.play(dialogue)
    assert not differences, "\n".join(map(str, differences))


def test_there_are_dialogues_for_every_skill() -> None:
    without = {file.parent.name for file in SKILLS.glob("*/skill.toml")} - {case.values[0] for case in DIALOGUES}
    assert DIALOGUES
    assert not without


def test_what_no_skill_serves_is_not_answered(reader: TrainableReader, school: tuple[Config, Catalog]) -> None:
    answer_at = school[0].get("promise.answer_at", float)
    foreign = [
        line.strip()
        for file in SKILLS.glob("out_of_scope.*.txt")
        for line in file.read_text("utf-8").splitlines()
        if line.strip() and not line.startswith("#")
    ]
    answered = [text for text in foreign if reader.read(text).best.probability >= answer_at]
    assert len(answered) <= 0.15 * len(foreign), answered
