"""Versions of a model: kept, promoted, walked back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from kefu.ai.text.nearest import open_reader
from kefu.app.models import Models, Version
from kefu.app.versions import KEPT
from kefu.core.errors import ModelMissing, NotFound
from kefu.core.ports.reader import Example

THEN = datetime(2026, 3, 2, tzinfo=UTC)


def keep(models: Models, number: int, *, word: str = "", apart: timedelta = timedelta(minutes=1)) -> Version:
    """A version that learned one sentence more than the others."""
    examples = [Example("hello there", "greet", "en"), Example(word or f"order number {number}", "order", "en")]
    reader = open_reader({})
    reader.fit(examples, lambda *_: None)
    return models.keep(reader, "nearest.v1", examples, THEN + number * apart)


@pytest.fixture
def models(tmp_path: Path) -> Models:
    return Models(tmp_path / "models")


def test_a_version_is_kept_with_its_card_and_examples_and_served_when_promoted(models: Models) -> None:
    made = keep(models, 1)
    with pytest.raises(ModelMissing, match="kefu train"):
        models.current()
    models.promote(made.name)
    assert models.current() == made.name
    assert models.versions() == [made]
    assert (made.reader, made.examples, made.intents, made.trained.minute) == ("nearest.v1", 2, 2, 1)
    assert models.open(made.name, {}).version == made.version
    assert [example.intent for example in models.examples(made.name)] == ["greet", "order"]


def test_examples_come_back_as_they_were(models: Models) -> None:
    made = keep(models, 1, word="a line\u2028within\x85a sentence\r\n")
    assert models.examples(made.name)[1].text == "a line\u2028within\x85a sentence\r\n"
    (models.folder / made.name / "examples.jsonl").write_text("{")
    with pytest.raises(ModelMissing, match="is damaged"):
        models.examples(made.name)


def test_several_rollbacks_walk_back(models: Models) -> None:
    names = [keep(models, number).name for number in range(3)]
    for name in names:
        models.promote(name)
    assert models.rollback() == names[1]
    assert models.rollback() == names[0]
    with pytest.raises(NotFound, match="no other version"):
        models.rollback()
    models.promote(names[2])
    assert models.served() == [names[2], names[0]]


def test_a_model_trained_again_is_no_way_back(models: Models) -> None:
    first, again, other = keep(models, 1, word="where"), keep(models, 2, word="where"), keep(models, 3)
    assert first.version == again.version
    for version in (other, first, again):
        models.promote(version.name)
    assert models.served() == [again.name, other.name]


def test_old_versions_go_but_neither_the_current_nor_the_previous(models: Models) -> None:
    first, second = keep(models, 0), keep(models, 1)
    models.promote(first.name)
    models.promote(second.name)
    late = [keep(models, number) for number in range(2, 8)]
    assert {one.name for one in models.versions()} == {first.name, second.name, *(one.name for one in late[-KEPT:])}
    assert models.rollback() == first.name


def test_versions_of_one_second_stand_in_the_order_in_which_they_were_made(models: Models) -> None:
    made = [keep(models, number, apart=timedelta(milliseconds=1)) for number in range(8)]
    assert [one.name for one in models.versions()] == [one.name for one in made[-KEPT:]]


def test_a_part_of_a_name_is_enough_when_it_names_one(models: Models) -> None:
    first, second = keep(models, 1), keep(models, 2)
    assert models.find(first.name[-12:]) == first
    with pytest.raises(NotFound, match=f"more than one.*{second.name}"):
        models.find("20260302")
    with pytest.raises(NotFound, match="no version is called 'x'"):
        models.find("x")


def test_a_damaged_version_is_named_and_does_not_hide_the_others(models: Models) -> None:
    good, bad = keep(models, 1), keep(models, 2)
    card = models.folder / bad.name / "card.json"
    card.write_text("[]")
    assert models.versions() == [good]
    with pytest.raises(ModelMissing, match=r"card\.json is missing or damaged"):
        models.open(bad.name, {})


def test_a_pointer_of_one_line_is_read(models: Models) -> None:
    made = keep(models, 1)
    models.pointer.write_text(made.name)
    assert models.served() == [made.name]
