"""deep.v1: served without PyTorch from the model in deep/, trained for real where `make deep` was run."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from kefu.ai.text.deep import reader
from kefu.testing.check_reader import READER_CHECKS, Open, sample_examples

MODEL = Path(__file__).parent / "deep" / "model"
WITHOUT_TORCH = """
import sys
sys.modules["torch"] = None  # importing it raises ImportError
from pathlib import Path
from kefu.ai.text.deep import reader
from kefu.core.errors import BadConfig
from kefu.testing.check_reader import ASKED, sample_examples
served = reader.open_reader({})
served.load(Path(sys.argv[1]))
for text, _, intent in ASKED:
    assert served.read(text).best.name == intent, text
try:
    reader.open_reader({}).fit(sample_examples(), lambda *_: None)
except BadConfig as error:
    print(error)
"""


def test_a_model_is_served_without_pytorch_and_training_says_what_to_install() -> None:
    run = subprocess.run(
        [sys.executable, "-c", WITHOUT_TORCH, str(MODEL)], capture_output=True, text=True, timeout=60, check=False
    )
    assert run.returncode == 0, run.stderr
    assert "pip install 'kefu[deep]'" in run.stdout


def test_a_served_model_finds_spans_that_no_record_holds() -> None:
    served = reader.open_reader({})
    served.load(MODEL)
    text = "how far am I in my yoga course"
    (found,) = served.read(text).entities
    assert (found.kind, found.value) == ("course", "yoga course")
    assert 0.6 <= found.score <= 1
    served.know({"course": ()})  # the records list courses, and this is none of them
    assert [entity.value for entity in served.read(text).entities] == [None]


def test_texts_are_read_alike_alone_and_together() -> None:
    import onnxruntime

    from kefu.ai.text.deep.vocabulary import filled

    session = onnxruntime.InferenceSession(str(MODEL / "joint.onnx"), providers=["CPUExecutionProvider"])
    texts = [[[5, 6], [7]], [[8, 9, 10]]]
    together = session.run(["intents", "labels"], {"ids": filled(texts)})
    for at, text in enumerate(texts):
        intents, labels = session.run(["intents", "labels"], {"ids": filled([text])})
        np.testing.assert_allclose(together[0][at], intents[0], atol=1e-5)
        np.testing.assert_allclose(together[1][at, : len(text)], labels[0], atol=1e-5)


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same training of a smaller network, in two seconds."""
    pytest.importorskip("torch", reason="make deep")
    from kefu.ai.text.deep import network, training

    for name, value in {"WIDTH": 32, "CONTEXT": 8, "STEPS": 200}.items():
        monkeypatch.setattr(network, name, value)
    monkeypatch.setattr(training, "MANY", 0)


@pytest.mark.deep
@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("check", READER_CHECKS, ids=lambda check: check.__name__)
def test_the_trained_reader_conforms(check: Callable[[Open, Path], None], tmp_path: Path) -> None:
    check(lambda: reader.open_reader({}), tmp_path)


@pytest.mark.deep
@pytest.mark.usefixtures("small")
def test_the_graph_computes_what_was_trained() -> None:
    import onnxruntime
    import torch

    from kefu.ai.text.deep.graph import write_graph
    from kefu.ai.text.deep.network import Task, forward, train
    from kefu.ai.text.deep.vocabulary import filled

    texts = [[[2, 3], [4]], [[5], [6, 7], [2]], [[4, 7]]]
    task = Task(8, 2, 3, texts, np.array([0, 1, -1]), texts, [np.array([1, 2]), np.array([0, 1, 0]), np.array([0])])
    weights = train(task, 0, lambda *_: None)
    known = {name: torch.from_numpy(array) for name, array in weights.items()}
    trained = forward(known, torch.from_numpy(filled(texts)), training=False)
    session = onnxruntime.InferenceSession(write_graph(weights), providers=["CPUExecutionProvider"])
    served = session.run(["intents", "sentence", "labels"], {"ids": filled(texts)})
    for one, other in zip(trained, served, strict=True):
        np.testing.assert_allclose(one.numpy(), other, atol=2e-2)  # the embedding is kept in 16 bits


@pytest.mark.deep
@pytest.mark.usefixtures("small")
def test_another_seed_is_another_model() -> None:
    versions = set()
    for seed in (0, 1):
        fitted = reader.open_reader({"seed": seed})
        fitted.fit(sample_examples()[:40], lambda *_: None)
        versions.add(fitted.version)
    assert len(versions) == 2
