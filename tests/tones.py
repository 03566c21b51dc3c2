"""A model for sherpa-onnx whose weights are written by hand: it hears tones, a of 500 Hz and b of 1500 Hz."""

from __future__ import annotations

import math
from array import array
from pathlib import Path

import numpy as np
from onnx import TensorProto, helper, numpy_helper, save

from kefu.core.ports.speech import Expected, Phrase
from kefu.testing.check_recogniser import Sample
from kefu.testing.sounds import noise, silence

RATE_HZ, BANDS = 8000, 23
TONES = {"a": (500, (5, 6)), "b": (1500, (13, 14))}
"""Each tone with the two of the 23 log mel bands, 20 to 3600 Hz, between which it lies."""

NEEDED = 4.0
"""How far the bands of a tone have to stand above the mean of all, in logs of energy."""


def write_model(folder: Path) -> Path:
    """The graph, a linear map of each frame, and its tokens."""
    weights = np.zeros((BANDS, 3), np.float32)
    for at, (_, bands) in enumerate(TONES.values(), 1):
        weights[:, at] = -1 / BANDS
        weights[list(bands), at] += 1 / len(bands)
    kept = [
        numpy_helper.from_array(weights, "weights"),
        numpy_helper.from_array(np.array([NEEDED, 0, 0], np.float32), "least"),
    ]
    nodes = [
        helper.make_node("MatMul", ["x", "weights"], ["above"]),
        helper.make_node("Add", ["above", "least"], ["scores"]),
        helper.make_node("LogSoftmax", ["scores"], ["log_probs"], axis=2),
    ]
    heard = helper.make_tensor_value_info("x", TensorProto.FLOAT, ["N", "T", BANDS])
    told = helper.make_tensor_value_info("log_probs", TensorProto.FLOAT, ["N", "T", 3])
    graph = helper.make_graph(nodes, "tones", [heard], [told], kept)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    helper.set_model_props(model, {"vocab_size": "3", "model_type": "tdnn", "subsampling_factor": "1"})
    folder.mkdir()
    save(model, str(folder / "model.onnx"))
    (folder / "tokens.txt").write_text("<eps> 0\na 1\nb 2\n", "utf-8")
    return folder


def tone_sample(text: str = "abab") -> Sample:
    """The tones of a text, 200 ms each, in quiet noise."""
    pcm = noise(0.3, RATE_HZ, -55.0)
    for letter in text:
        hertz, _ = TONES[letter]
        waves = (math.sin(2 * math.pi * hertz * at / RATE_HZ) for at in range(RATE_HZ // 5))
        pcm += array("h", (round(8000 * one) for one in waves)).tobytes() + silence(0.05, RATE_HZ)
    phrases = (Phrase("tones", text, "en"),)
    return Sample(pcm + noise(0.3, RATE_HZ, -55.0), Expected("en", "phrases", phrases, RATE_HZ), text)
