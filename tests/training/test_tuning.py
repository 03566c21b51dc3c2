"""An encoder is tuned to examples: a tiny one with random weights, in the format that real ones have."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from click.testing import CliRunner, Result
from encoders import write_encoder
from small_school import thin

from kefu.ai.encode import bert, onnx
from kefu.ai.encode.tuned import REHEARSAL, Recipe, digest_text, read_tuned
from kefu.ai.encode.tuning import Tuner, vectors_of
from kefu.ai.encode.weights import Cutter, read_plan, read_weights
from kefu.app.readers import open_reader
from kefu.app.tuning import Lesson, lesson_of, tune_encoder
from kefu.cli import commands
from kefu.core.errors import BadInput
from kefu.core.nouns import Language
from kefu.core.ports.reader import Example
from kefu.testing.check_encoder import ENCODER_CHECKS, TEXTS
from kefu.testing.check_reader import sample_examples

pytestmark = pytest.mark.deep

BOTH: frozenset[Language] = frozenset(("en", "zh"))
QUICK = Recipe(few_epochs=12, batch=16, rate=3e-3, kept=0.0)


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_encoder(tmp_path_factory.mktemp("tuning") / "source")


@pytest.fixture(scope="module")
def lesson() -> Lesson:
    return lesson_of(sample_examples(), frozenset(("en",)), lambda *_: None)


@pytest.fixture(scope="module")
def tuned(source: Path, lesson: Lesson) -> Path:
    target = source.parent / "tuned"
    tune_encoder(str(source), target, lesson, QUICK, seed=1, progress=lambda *_: None)
    return target


@pytest.mark.parametrize("family", ["bert", "roberta"])
@pytest.mark.parametrize("pooling", ["mean", "cls"])
def test_torch_computes_what_numpy_computes(family: str, pooling: str, tmp_path: Path) -> None:
    folder = write_encoder(tmp_path / "source", family=family, pooling=pooling)
    mine = vectors_of(read_plan(folder), read_weights(folder), Cutter(folder).cut(TEXTS))
    plain = np.asarray(bert.open_encoder({"folder": str(folder)}).encode(TEXTS))
    assert ((mine * plain).sum(1) > 0.99).all()


def test_tuning_helps_with_sentences_that_it_has_not_seen(tuned: Path) -> None:
    record = read_tuned(tuned / REHEARSAL)
    assert record
    assert record.gain
    before, after = record.gain
    assert after > before + 0.1


@pytest.mark.parametrize("check", ENCODER_CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize("part", ["", REHEARSAL])
def test_a_tuned_encoder_conforms(check, part: str, tuned: Path) -> None:  # type: ignore[no-untyped-def]
    check(lambda: onnx.open_encoder({"folder": str(tuned / part)}))


def test_the_record_names_what_was_seen(tuned: Path, lesson: Lesson) -> None:
    whole, part = read_tuned(tuned), read_tuned(tuned / REHEARSAL)
    assert whole
    assert part
    assert whole.seen == {digest_text(text) for text in lesson.texts}
    assert part.seen < whole.seen
    new = {int(label) for text, label in zip(lesson.texts, lesson.labels, strict=True) if part.has_seen(text)}
    assert 0 < len(new) < len(set(lesson.labels.tolist()))


def test_the_same_seed_makes_the_same_weights(source: Path, lesson: Lesson) -> None:
    plan, weights, tokens = read_plan(source), read_weights(source), Cutter(source).cut(lesson.texts[:40])
    recipe = Recipe(few_epochs=1, batch=8)

    def made(seed: int) -> np.ndarray:
        learned = Tuner(plan, weights, recipe, seed).tune(tokens, lesson.labels[:40], lambda *_: None)
        return learned["encoder.layer.1.output.dense.weight"]

    before = weights["encoder.layer.1.output.dense.weight"].copy()
    assert (made(3) == made(3)).all()
    assert (made(3) != made(4)).any()
    assert (weights["encoder.layer.1.output.dense.weight"] == before).all()


def test_certainty_is_learned_from_what_the_encoder_has_not_seen(tuned: Path) -> None:
    """With certainty learned on sentences that the encoder has seen, nonsense is believed more."""
    settings = {"home": str(tuned.parent), "encoder": "tuned", "encoder_languages": ["en"]}
    unaware = tuned.parent / "unaware"
    shutil.copytree(tuned, unaware, ignore=shutil.ignore_patterns(REHEARSAL), dirs_exist_ok=True)
    learned = [example for example in sample_examples() if example.language == "en"]
    foreign = ["the moon is made of basalt", "play the next song", "how tall is the eiffel tower", "roast a chicken"]
    sure = []
    for encoder in ("tuned", "unaware"):
        reader = open_reader("joined.v1", {**settings, "encoder": encoder})
        reader.fit(learned, lambda *_: None)
        sure.append(np.mean([reader.read(text).best.probability for text in foreign]))
    assert sure[0] < sure[1]


def test_an_interruption_leaves_the_old_encoder(tuned: Path, source: Path, lesson: Lesson, tmp_path: Path) -> None:
    kept = tmp_path / "encoders" / "mine"
    shutil.copytree(tuned, kept)

    def interrupt(what: str, done: int, total: int) -> None:
        if what == "rehearsal: tuning":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        tune_encoder(str(source), kept, lesson, QUICK, seed=2, progress=interrupt)
    assert [path.name for path in kept.parent.iterdir()] == ["mine"]
    assert read_tuned(kept) == read_tuned(tuned)


def test_one_intent_is_too_few() -> None:
    with pytest.raises(BadInput, match="Fewer than two intents"):
        lesson_of([Example("how are you", "greet", "en")], BOTH, lambda *_: None)


def kefu(*arguments: str, **environment: str) -> Result:
    return CliRunner(env={"LANG": "en_GB.UTF-8", **environment}).invoke(commands, arguments)


def test_a_project_is_tuned_and_trained_by_command(source: Path, tmp_path: Path) -> None:
    home = tmp_path / "school"
    assert kefu("init", str(home), "--learners", "60", "--quiet").exit_code == 0
    thin(home, 8)
    done = kefu("encoder", "tune", str(home), "--encoder", str(source), "--name", "ours", "--epochs", "1")
    assert done.exit_code == 0, done.output
    assert 'encoder = "encoders/ours"' in done.output
    assert "[reader]" in done.output
    chosen = {"KEFU__READER__USE": "joined.v1", "KEFU__READER__ENCODER": "encoders/ours"}
    done = kefu("train", str(home), **chosen)
    assert done.exit_code == 0, done.output
    assert "new to the tuned encoder" not in done.output
    for file in (home / "skills").glob("*/examples.en.txt"):
        lines = file.read_text("utf-8").splitlines()
        file.write_text("\n".join(line if line.startswith(("[", "#")) else line and f"{line} now" for line in lines))
    done = kefu("train", str(home), "--no-promote", **chosen)
    assert "are new to the tuned encoder: kefu encoder tune" in done.output
