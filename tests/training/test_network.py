"""deep.v1, trained: a smaller network on the sample sentences."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import torch

from kefu.ai.text.deep import network, reader, training
from kefu.ai.text.deep.graph import write_graph
from kefu.ai.text.deep.network import Task, forward, train
from kefu.ai.text.deep.vocabulary import filled
from kefu.testing.check_reader import READER_CHECKS, Open, sample_examples

pytestmark = pytest.mark.deep


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same training of a smaller network, in two seconds."""
    for name, value in {"WIDTH": 32, "CONTEXT": 8, "STEPS": 200}.items():
        monkeypatch.setattr(network, name, value)
    monkeypatch.setattr(training, "MANY", 0)


@pytest.mark.parametrize("check", READER_CHECKS, ids=lambda check: check.__name__)
def test_the_trained_reader_conforms(check: Callable[[Open, Path], None], tmp_path: Path) -> None:
    check(lambda: reader.open_reader({}), tmp_path)


def test_the_graph_computes_what_was_trained() -> None:
    texts = [[[2, 3], [4]], [[5], [6, 7], [2]], [[4, 7]]]
    task = Task(8, 2, 3, texts, np.array([0, 1, -1]), texts, [np.array([1, 2]), np.array([0, 1, 0]), np.array([0])])
    weights = train(task, 0, lambda *_: None)
    known = {name: torch.from_numpy(array) for name, array in weights.items()}
    trained = forward(known, torch.from_numpy(filled(texts)), training=False)
    session = onnxruntime.InferenceSession(write_graph(weights), providers=["CPUExecutionProvider"])
    served = session.run(["intents", "sentence", "labels"], {"ids": filled(texts)})
    for one, other in zip(trained, served, strict=True):
        np.testing.assert_allclose(one.numpy(), other, atol=2e-2)  # the embedding is kept in 16 bits


def test_another_seed_is_another_model() -> None:
    versions = set()
    for seed in (0, 1):
        fitted = reader.open_reader({"seed": seed})
        fitted.fit(sample_examples()[:40], lambda *_: None)
        versions.add(fitted.version)
    assert len(versions) == 2
