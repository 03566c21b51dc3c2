"""Both encoders keep what check_encoder asks of any encoder, and agree with each other."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from encoders import write_encoder

from kefu.ai.encode import bert, onnx
from kefu.ai.encode.graph import MODEL, convert, write_graph
from kefu.ai.encode.weights import read_plan, read_weights
from kefu.core.errors import ModelMissing
from kefu.testing.check_encoder import ENCODER_CHECKS, TEXTS, Open


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_encoder(tmp_path_factory.mktemp("encoder") / "source")


@pytest.fixture(scope="module")
def converted(source: Path) -> Path:
    convert(source, source.parent / "made", lambda *_: None)
    return source.parent / "made"


@pytest.mark.parametrize("check", ENCODER_CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize("name", ["onnx.v1", "bert.v1"])
def test_an_encoder_conforms(name: str, check: Callable[[Open], None], source: Path, converted: Path) -> None:
    if name == "onnx.v1":
        check(lambda: onnx.open_encoder({"folder": str(converted)}))
    else:
        check(lambda: bert.open_encoder({"folder": str(source)}))


@pytest.mark.parametrize("family", ["bert", "roberta"])
@pytest.mark.parametrize("pooling", ["mean", "cls"])
def test_the_graph_says_what_the_weights_say(family: str, pooling: str, tmp_path: Path) -> None:
    source = write_encoder(tmp_path / "source", family=family, pooling=pooling)
    write_graph(read_plan(source), read_weights(source), source / MODEL)
    graph = np.asarray(onnx.open_encoder({"folder": str(source)}).encode(TEXTS))
    plain = np.asarray(bert.open_encoder({"folder": str(source)}).encode(TEXTS))
    assert np.abs(graph - plain).max() < 1e-4


def test_eight_bits_cost_little(source: Path, converted: Path) -> None:
    small = np.asarray(onnx.open_encoder({"folder": str(converted)}).encode(TEXTS[:2]))
    plain = np.asarray(bert.open_encoder({"folder": str(source)}).encode(TEXTS[:2]))
    assert ((small * plain).sum(1) > 0.97).all()


def test_another_family_is_refused_with_advice(tmp_path: Path) -> None:
    source = write_encoder(tmp_path / "source", family="gpt2")
    with pytest.raises(ModelMissing, match=r"gpt2.*Export"):
        convert(source, tmp_path / "made", lambda *_: None)
    with pytest.raises(ModelMissing, match=r"model\.onnx.*kefu encoder add"):
        onnx.open_encoder({"folder": str(source)})
