"""What a tuned encoder has seen is known, and nobody is tried on it; without PyTorch."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
from encoders import write_encoder

from kefu.ai.encode.graph import convert
from kefu.ai.encode.tuned import RECORD, REHEARSAL, Recipe, Tuned, digest_text, read_tuned, write_tuned
from kefu.ai.text import joined
from kefu.app.readers import open_reader
from kefu.app.tuning import lesson_of, nearest_right, share_new, tune_encoder
from kefu.core.errors import BadConfig, ModelMissing
from kefu.core.ports.reader import Example
from kefu.testing.check_reader import sample_examples

ENGLISH = [example for example in sample_examples() if example.language == "en"]


def made_up(folder: Path, seen: frozenset[str]) -> None:
    """A converted encoder that says that it has seen these texts."""
    convert(write_encoder(folder / "source"), folder, lambda *_: None)
    write_tuned(folder, Tuned("tiny", Recipe(), 7, seen))


def test_a_record_comes_back_as_it_was_written(tmp_path: Path) -> None:
    tuned = Tuned("a1b2", Recipe(epochs=5), 3, frozenset(map(digest_text, ("hello", "你好"))), (0.5, 0.75))
    write_tuned(tmp_path, tuned)
    assert read_tuned(tmp_path) == tuned
    assert tuned.has_seen("你好")
    assert not tuned.has_seen("bye")
    assert tuned.share_unseen(["hello", "bye", "bye", "thanks", "你好"]) == 0.5
    (tmp_path / RECORD).write_text("{}")
    with pytest.raises(ModelMissing, match="kefu encoder tune"):
        read_tuned(tmp_path)


def test_a_model_is_tried_only_on_what_a_rehearsal_has_not_seen() -> None:
    labels = np.array([0, 0, 0, 1, 1, 2])
    train, trial, outside = joined.split_seen([True, True, False, True, False, False], labels)
    assert (train, trial) == ([0, 1, 3], [2, 4, 5])
    assert outside == [False, False, True]


def test_joined_opens_the_rehearsal_of_a_tuned_encoder(tmp_path: Path) -> None:
    """What the rehearsal has seen decides what certainty is learned from; the same vectors, another certainty."""
    lesson = lesson_of(ENGLISH, frozenset(("en",)), lambda *_: None)
    every = frozenset(map(digest_text, lesson.texts))
    made_up(tmp_path / "tuned", every)
    plain = open_reader("joined.v1", {"home": str(tmp_path), "encoder": "tuned", "encoder_languages": ["en"]})
    plain.fit(ENGLISH, lambda *_: None)
    known = {at for at, label in enumerate(lesson.labels.tolist()) if label < 5 and at % 3}
    made_up(tmp_path / "tuned" / REHEARSAL, frozenset(digest_text(lesson.texts[at]) for at in known))
    steps: list[str] = []
    aware = open_reader("joined.v1", {"home": str(tmp_path), "encoder": "tuned", "encoder_languages": ["en"]})
    aware.fit(ENGLISH, lambda what, *_: steps.append(what))
    assert "rehearsal's vectors" in steps
    assert "fold 2" not in steps
    asked = "how do I get a refund"
    assert aware.read(asked).best.name == plain.read(asked).best.name
    assert aware.read(asked).best.probability != plain.read(asked).best.probability


def test_examples_that_are_new_to_an_encoder_are_counted(tmp_path: Path) -> None:
    settings = {"home": str(tmp_path), "encoder": "mine", "encoder_languages": ["en"]}
    (tmp_path / "mine").mkdir()
    assert share_new(settings, ENGLISH) == 0.0
    lesson = lesson_of(ENGLISH, frozenset(("en",)), lambda *_: None)
    write_tuned(tmp_path / "mine", Tuned("tiny", Recipe(), 7, frozenset(map(digest_text, lesson.texts))))
    assert share_new(settings, ENGLISH) == 0.0
    new = [Example(f"{example.text} please {number}", example.intent, "en") for number, example in enumerate(ENGLISH)]
    assert 0.4 < share_new(settings, [*ENGLISH, *new]) < 0.5
    assert share_new({"encoder": ""}, ENGLISH) == 0.0


def test_the_nearest_mean_is_right_or_wrong() -> None:
    vectors = np.array([[1, 0], [0, 1], [0.9, 0.1], [0.8, 0.2]])
    assert nearest_right(vectors, np.array([0, 1, 0, 1]), 2) == 0.5


def test_without_torch_it_is_said_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lesson = lesson_of(ENGLISH, frozenset(("en",)), lambda *_: None)
    with monkeypatch.context() as without:
        without.setitem(sys.modules, "torch", None)
        with pytest.raises(BadConfig, match=r"kefu\[deep\]"):
            tune_encoder("minilm", tmp_path / "encoders" / "mine", lesson, Recipe(), seed=1, progress=lambda *_: None)
    assert list((tmp_path / "encoders").iterdir()) == []


def test_few_examples_are_read_more_often() -> None:
    assert Recipe().epochs_for(10 * 77, 77) > Recipe().epochs_for(100 * 77, 77)
