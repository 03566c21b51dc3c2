"""A pipeline of a company's own is a reader."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from kefu.ai.text import pipeline
from kefu.ai.text.marks import parse_marks
from kefu.core.errors import BadConfig
from kefu.core.ports.reader import OUT_OF_SCOPE
from kefu.testing.check_reader import READER_CHECKS, Open, sample_examples


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A pipeline trained on the sample examples: characters of both languages, a categoriser and a ruler."""
    import spacy

    nlp = spacy.blank("zh")
    bag = {
        "@architectures": "spacy.TextCatBOW.v3",
        "exclusive_classes": True,
        "ngram_size": 3,
        "no_output_layer": False,
    }
    nlp.add_pipe("textcat", config={"model": bag})
    examples = [one for one in sample_examples() if one.intent != OUT_OF_SCOPE]
    labels = sorted({one.intent for one in examples})
    taught = [
        spacy.training.Example.from_dict(
            nlp.make_doc(parse_marks(one.text).text), {"cats": {label: float(label == one.intent) for label in labels}}
        )
        for one in examples
    ]
    optimizer = nlp.initialize(lambda: taught)
    optimizer.learn_rate = 0.006
    for _ in range(30):
        nlp.update(taught, sgd=optimizer)
    nlp.add_pipe("entity_ruler").add_patterns([{"label": "CITY", "pattern": "杭州", "id": "HZ"}])
    folder = tmp_path_factory.mktemp("pipeline")
    nlp.to_disk(folder)
    return folder


CHECKS = [check for check in READER_CHECKS if check.__name__ != "check_learns_the_same_twice"]
"""The pipeline itself learns nothing from kefu, so that one example less may leave the model as it was."""


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_a_pipeline_conforms(check: Callable[[Open, Path], None], folder: Path, tmp_path: Path) -> None:
    check(lambda: pipeline.open_reader({"pipeline": str(folder)}), tmp_path)


def test_entities_of_the_pipeline_stand_beside_ours(folder: Path) -> None:
    reader = pipeline.open_reader({"pipeline": str(folder)})
    reader.fit(sample_examples(), lambda *_: None)
    found = [(one.kind, one.text, one.value) for one in reader.read("杭州的课明天退款").entities]
    assert found == [("city", "杭州", "HZ"), ("date", "明天", "+1d")]


def test_a_folder_without_a_pipeline_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadConfig, match="to_disk"):
        pipeline.open_reader({"pipeline": str(tmp_path)})


def test_a_pipeline_without_categories_is_refused(tmp_path: Path) -> None:
    import spacy

    spacy.blank("en").to_disk(tmp_path)
    with pytest.raises(BadConfig, match="textcat"):
        pipeline.open_reader({"pipeline": str(tmp_path)})
