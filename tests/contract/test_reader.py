"""Every reader keeps what check_reader asks of any reader."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from encoders import tiny_encoder

from kefu.ai.text import classifier, ensemble, joined, linear, nearest, rules
from kefu.core.errors import BadConfig, ModelMissing
from kefu.core.ports.reader import OUT_OF_SCOPE, Example, TrainableReader
from kefu.testing.check_reader import READER_CHECKS, Open, sample_examples

RULES = """
[refund_status]
退款 到账|多久
refund arrive|"get my money"
[password]
密码 忘|登录
password forgot|"log in"
[refund]
退款 申请|想 !到账 !多久
[invoice]
发票
invoice
[greet]
您好|你好 !退款
hello|hi !refund
"""


@pytest.fixture(scope="module")
def opener(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Open]:
    """How a fresh reader of a name is opened; the same function for the same name."""
    file = tmp_path_factory.mktemp("rules") / "rules.txt"
    file.write_text(RULES, "utf-8")
    return cache(lambda name: _opener(name, file))


def _opener(name: str, file: Path) -> Open:
    match name:
        case "nearest.v1":
            return lambda: nearest.open_reader({})
        case "joined.v1":
            return lambda: joined.open_reader({"open_encoder": tiny_encoder})
        case "ensemble.v1":
            modules = {"linear": linear, "nearest": nearest}
            settings = {"parts": list(modules), "open_part": lambda part: modules[part].open_reader({})}
            return lambda: ensemble.open_reader(settings)
        case "rules.v1":
            return lambda: rules.open_reader({"rules": str(file)})
    return lambda: linear.open_reader({})


@pytest.mark.parametrize("name", ["linear.v1", "nearest.v1", "joined.v1", "ensemble.v1", "rules.v1"])
@pytest.mark.parametrize("check", READER_CHECKS, ids=lambda check: check.__name__)
def test_a_reader_conforms(
    name: str, check: Callable[[Open, Path], None], opener: Callable[[str], Open], tmp_path: Path
) -> None:
    check(opener(name), tmp_path)


KERAS = Path(__file__).parent / "keras"


def learned_from_keras() -> TrainableReader:
    """A reader on what Keras exported, which knows the eight English intents; see keras/make.py."""
    reader = classifier.open_reader({"classifier": str(KERAS), "language": "en"})
    english = [example for example in sample_examples() if example.language == "en"]
    reader.fit([*english, *(Example(text, OUT_OF_SCOPE, "en") for text in ABOUT_ELSE)], lambda *_: None)
    return reader


ABOUT_ELSE = ("who won the match last night", "the moon is made of basalt", "sing me a song", "what is the capital")


def test_an_export_of_keras_is_a_reader(tmp_path: Path) -> None:
    reader = learned_from_keras()
    for text, intent in (("I forgot my password", "password"), ("can I get an invoice please", "invoice")):
        assert reader.read(text).best.name == intent
        assert reader.read(text).best.probability > 0.5
    assert reader.read("basalt basalt zebra").best.probability < 0.5
    reader.save(tmp_path)
    again = classifier.open_reader({"classifier": str(KERAS), "language": "en"})
    again.load(tmp_path)
    assert again.version == reader.version
    assert again.read("I forgot my password") == reader.read("I forgot my password")


@pytest.mark.parametrize(
    ("change", "advice"),
    [({"labels": ["a", "b"]}, "outputs"), ({"input": "sound"}, "ids"), ({"words": []}, "vocabulary")],
)
def test_a_classifier_that_does_not_fit_is_refused(change: dict[str, object], advice: str, tmp_path: Path) -> None:
    shutil.copyfile(KERAS / "model.onnx", tmp_path / "model.onnx")
    settings = json.loads((KERAS / "classifier.json").read_text("utf-8"))
    (tmp_path / "classifier.json").write_text(json.dumps({**settings, **change}), "utf-8")
    with pytest.raises(BadConfig, match=advice):
        classifier.open_reader({"classifier": str(tmp_path)})


def test_a_model_of_another_encoder_is_refused(tmp_path: Path) -> None:
    reader = joined.open_reader({"open_encoder": tiny_encoder})
    reader.fit(sample_examples(), lambda *_: None)
    reader.save(tmp_path)
    with pytest.raises(ModelMissing, match="kefu train"):
        joined.open_reader({"open_encoder": lambda: tiny_encoder(6)}).load(tmp_path)


@pytest.mark.parametrize("name", ["linear.v1", "joined.v1"])
def test_foreign_sentences_teach_doubt(name: str, opener: Callable[[str], Open]) -> None:
    told, untold = opener(name)(), opener(name)()
    foreign = [
        Example(f"please book a {thing} to the {place}", OUT_OF_SCOPE, "en") for thing in THINGS for place in PLACES
    ]
    untold.fit(sample_examples(), lambda *_: None)
    told.fit([*sample_examples(), *foreign], lambda *_: None)
    text = "please book a taxi to the airport"
    assert told.read(text).best.probability < untold.read(text).best.probability
    assert OUT_OF_SCOPE not in {score.name for score in told.read(text).asks[0].intents}


THINGS, PLACES = ("flight", "cab", "ferry", "coach"), ("station", "city", "island", "hotel", "museum")


@pytest.mark.parametrize(
    ("text", "advice"),
    [("退款\n", ":1: .*before"), ("[refund]\n!到账\n", ":2: .*must be there"), ("[x]\n退款\n", "'x'")],
)
def test_rules_that_can_not_work_are_refused(text: str, advice: str, tmp_path: Path) -> None:
    (tmp_path / "rules.txt").write_text(text, "utf-8")
    with pytest.raises(BadConfig, match=advice):
        rules.open_reader({"rules": str(tmp_path / "rules.txt")}).fit(sample_examples(), lambda *_: None)


def test_an_ensemble_doubts_where_its_parts_disagree() -> None:
    parts = [linear.open_reader({}), nearest.open_reader({})]
    reader = ensemble.open_reader({"parts": ["0", "1"], "open_part": lambda part: parts[int(part)]})
    reader.fit(sample_examples(), lambda *_: None)
    for text in ("请问退款什么时候能到账", "the moon is made of basalt"):
        mean = sum(part.read(text).best.probability for part in parts) / 2
        assert reader.read(text).best.probability <= mean + 1e-4
