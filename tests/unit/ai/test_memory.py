"""Lessons kept between trainings: looked up where they can be, read where not, never other than read anew."""

from __future__ import annotations

from collections.abc import Sequence
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pytest

from kefu.ai.text import joined, lessons, linear, memory
from kefu.ai.text.memory import Lesson, LessonMemory
from kefu.ai.text.sound import Sounds, build_sounds
from kefu.core.ports.reader import Example, TrainableReader
from kefu.testing.check_reader import sample_examples

EXAMPLES = [
    Example("I want a refund for order E2024030512!", "refund", "en", "negative angry"),
    Example("[英语课](course)学到哪了，電話 13800138000", "progress", "zh"),
    Example("when is my [piano lesson](course) on 3 May", "schedule", "en", "enquiry"),
    Example("", "", "en"),
    Example("I want a refund", "refund", "en"),
    Example("I want a refund", "", "en", "negative"),
    Example("\ud800 half 😀 ｆｕｌｌ", "other", "en"),
]


def read(file: Path | None, examples: Sequence[Example]) -> tuple[list[Lesson], list[str]]:
    """The lessons, and the texts that had to be read for them."""
    asked: list[str] = []

    def look(example: Example) -> Lesson:
        asked.append(example.text)
        return lessons.read_example(example, build_sounds())

    return LessonMemory(file, build_sounds()).lessons(examples, look, lambda *_: None), asked


def told(found: Sequence[Lesson]) -> list[object]:
    """Lessons as what can be compared: the order of what is counted matters too."""
    return [
        (
            list(one.phrase.counts.items()),
            one.phrase,
            one.taught,
            one.kinds,
            one.remark and (list(one.remark.counts.items()), one.remark.listed.tolist(), one.remark.mood),
        )
        for one in found
    ]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "models" / ".lessons.npz"


def test_what_is_kept_is_what_was_read(file: Path) -> None:
    fresh, asked = read(file, EXAMPLES)
    assert asked == [example.text for example in EXAMPLES]
    again, asked = read(file, EXAMPLES)
    assert asked == []
    assert told(again) == told(fresh) == told(read(None, EXAMPLES)[0])


def test_one_changed_example_is_one_read(file: Path) -> None:
    read(file, EXAMPLES)
    changed = [*EXAMPLES[:3], Example("something else", "", "en"), *EXAMPLES[4:]]
    assert read(file, changed)[1] == ["something else"]
    assert read(file, [*EXAMPLES, *changed])[1] == []


@pytest.mark.parametrize("use", [linear, joined])
def test_a_training_with_one_changed_example_reads_one(
    use: object, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = {"lessons": str(file), "open_encoder": Letters}
    asked: list[str] = []
    plain = lessons.read_example

    def look(example: Example, sounds: Sounds) -> Lesson:
        asked.append(example.text)
        return plain(example, sounds)

    def trained(examples: Sequence[Example], settings: dict[str, object]) -> TrainableReader:
        reader: TrainableReader = use.open_reader(settings)  # type: ignore[attr-defined]
        reader.fit(examples, lambda *_: None)
        return reader

    monkeypatch.setattr(lessons, "read_example", look)
    examples = sample_examples()
    trained(examples, settings)
    changed = [Example("please give me all of my money back", "refund", "en"), *examples[1:]]
    asked.clear()
    kept = trained(changed, settings)
    assert asked == [changed[0].text]
    assert kept.version == trained(changed, {**settings, "lessons": ""}).version


class Letters:
    """An encoder by the letters of a text."""

    version, dimensions = "letters-1", 26

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """How often each letter stands in a text, at length 1."""
        counts = np.array([[text.count(chr(97 + at)) for at in range(26)] for text in texts], np.float32)
        return counts / np.maximum(np.linalg.norm(counts, axis=1, keepdims=True), 1)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 broken", b"\x93NUMPY"])
def test_a_damaged_file_is_an_empty_one(file: Path, content: bytes) -> None:
    file.parent.mkdir()
    file.write_bytes(content)
    found, asked = read(file, EXAMPLES)
    assert len(asked) == len(EXAMPLES)
    assert told(found) == told(read(None, EXAMPLES)[0])
    assert read(file, EXAMPLES)[1] == []


def test_any_damaged_byte_is_told(file: Path) -> None:
    expected = told(read(file, EXAMPLES)[0])
    good = file.read_bytes()
    for at in range(0, len(good), 97):
        file.write_bytes(good[:at] + bytes([good[at] ^ 0xFF]) + good[at + 1 :])
        assert told(read(file, EXAMPLES)[0]) == expected


def test_what_cannot_be_kept_is_read_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "models").write_text("no folder", "utf-8")
    assert told(read(tmp_path / "models" / ".lessons.npz", EXAMPLES)[0]) == told(read(None, EXAMPLES)[0])


def test_arrays_that_do_not_fit_together_are_not_used(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = memory.Shelf.pack
    monkeypatch.setattr(memory.Shelf, "pack", lambda shelf: {**whole(shelf), "times": np.zeros(3, np.int32)})
    read(file, EXAMPLES)
    assert len(read(file, EXAMPLES)[1]) == len(EXAMPLES)


def test_other_code_lists_or_sounds_start_anew(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read(file, EXAMPLES)
    sounds = Sounds(np.zeros_like(build_sounds().codes))
    asked: list[str] = []

    def look(example: Example) -> Lesson:
        asked.append(example.text)
        return lessons.read_example(example, sounds)

    LessonMemory(file, sounds).lessons(EXAMPLES, look, lambda *_: None)
    assert len(asked) == len(EXAMPLES)
    read(file, EXAMPLES)
    monkeypatch.setattr(memory, "_edition", lambda: "another")
    assert len(read(file, EXAMPLES)[1]) == len(EXAMPLES)


def test_no_more_is_kept_than_there_is_room_for(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "MOST", 4)
    many = [Example(f"text {number}", "", "en") for number in range(6)]
    read(file, many[:3])
    assert read(file, many[3:])[1] == [one.text for one in many[3:]]
    assert read(file, many[3:])[1] == []
    assert read(file, many[:1])[1] == [many[0].text]  # there was no room for both
    read(file, many)
    assert len(read(file, many)[1]) == 2


def keep(file: Path, begin: int) -> None:
    """What each of two processes does."""
    for step in range(10):
        examples = [Example(f"text {number}", "", "en") for number in range(begin, begin + step + 1)]
        assert told(read(file, examples)[0]) == told(read(None, examples)[0])


def test_two_processes_at_once(file: Path) -> None:
    workers = [get_context("spawn").Process(target=keep, args=(file, 10 * number)) for number in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert [worker.exitcode for worker in workers] == [0, 0]
    assert [one.name for one in file.parent.iterdir()] == [file.name]
    keep(file, 0)
