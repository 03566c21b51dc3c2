"""Voices for Piper whose graphs are written by hand: every phoneme is a tone of the same length."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
from onnx import TensorProto, helper, numpy_helper, save

RATE_HZ, PHONEME = 22_050, 1200
"""Samples a second, and of each phoneme at the usual speed."""

PHONEMES = "_^$ abcdefhijklmnopqrstuvwxyzæçðøŋœɐɑɒɔɕəɚɛɜɡɣɨɪɫɲɹɾʂʃʈʉʊʋʌʐʑʒʰˈˌːθχ,.;:!?12345"


def write_voices(folder: Path, **languages: str) -> Path:
    """A voice for each name, in a language as eSpeak names it: the two files that Piper's voices are."""
    folder.mkdir()
    for name, language in languages.items():
        save(_model(), str(folder / f"{name}.onnx"))
        config = {
            "audio": {"sample_rate": RATE_HZ},
            "espeak": {"voice": language},
            "inference": {"noise_scale": 0.667, "length_scale": 1.0, "noise_w": 0.8},
            "num_symbols": len(PHONEMES),
            "num_speakers": 1,
            "phoneme_id_map": {phoneme: [number] for number, phoneme in enumerate(PHONEMES)},
        }
        (folder / f"{name}.onnx.json").write_text(json.dumps(config), "utf-8")
    return folder


def _model() -> object:
    """As many samples as there are phonemes, by the scale of length: a tone of 440 Hz."""
    kept = {
        "one": np.array(1, np.int64),
        "zero": np.array(0, np.float32),
        "step": np.array(1, np.float32),
        "phoneme": np.array(PHONEME, np.float32),
        "turn": np.array(2 * math.pi * 440 / RATE_HZ, np.float32),
        "loud": np.array(0.3, np.float32),
        "shape": np.array([1, 1, 1, -1], np.int64),
        "first": np.array(0, np.int64),
    }
    nodes = [
        helper.make_node("Gather", ["input_lengths", "first"], ["length"]),
        helper.make_node("Cast", ["length"], ["phonemes"], to=TensorProto.FLOAT),
        helper.make_node("Gather", ["scales", "one"], ["slowness"]),
        helper.make_node("Mul", ["phonemes", "slowness"], ["stretched"]),
        helper.make_node("Mul", ["stretched", "phoneme"], ["samples"]),
        helper.make_node("Range", ["zero", "samples", "step"], ["places"]),
        helper.make_node("Mul", ["places", "turn"], ["angles"]),
        helper.make_node("Sin", ["angles"], ["waves"]),
        helper.make_node("Mul", ["waves", "loud"], ["sound"]),
        helper.make_node("Reshape", ["sound", "shape"], ["output"]),
    ]
    given = [
        helper.make_tensor_value_info("input", TensorProto.INT64, [1, "phonemes"]),
        helper.make_tensor_value_info("input_lengths", TensorProto.INT64, [1]),
        helper.make_tensor_value_info("scales", TensorProto.FLOAT, [3]),
    ]
    made = helper.make_tensor_value_info("output", TensorProto.FLOAT, [1, 1, 1, "samples"])
    tensors = [numpy_helper.from_array(value, name) for name, value in kept.items()]
    graph = helper.make_graph(nodes, "voice", given, [made], tensors)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
