"""What an encoder makes of each unit in its sentence: its last states, before they become one vector.

The encoder is a graph as `kefu encoder add` writes it; it stays as it is, and is kept with the model.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from kefu.ai.encode.graph import MODEL
from kefu.ai.encode.weights import batches, open_tokenizer, padded, read_room
from kefu.ai.extract.vocabulary import Cut
from kefu.core.errors import ModelMissing

STATES = "states"
MOST_PADDED = 512
"""Tokens in one run, padding included."""


class Context:
    """Runs the encoder on one thread; immutable, so thread-safe."""

    def __init__(self, graph: bytes, tokenizer: str) -> None:
        import onnxruntime
        from tokenizers import Tokenizer

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        options.enable_cpu_mem_arena = options.enable_mem_pattern = False
        self._session: Any = onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
        self._tokenizer: Any = Tokenizer.from_str(tokenizer)
        self.graph, self.tokenizer = graph, tokenizer
        self.width = int(self._session.get_outputs()[0].shape[-1])

    @classmethod
    def of(cls, folder: Path) -> Context:
        """The states of the encoder in a folder; raises `ModelMissing` for a graph that has none to show."""
        import onnx
        from onnx import TensorProto, helper

        file = folder / MODEL
        model = onnx.load(str(file)) if file.is_file() else None
        last = (
            next((node for node in reversed(model.graph.node) if node.op_type == "LayerNormalization"), None)
            if model
            else None
        )
        if model is None or last is None:
            raise ModelMissing(f"{folder} holds no {MODEL} with states to show; make one with `kefu encoder add`.")
        width = model.graph.output[0].type.tensor_type.shape.dim[-1].dim_value
        del model.graph.output[:]
        model.graph.node.append(helper.make_node("Identity", [last.output[0]], [STATES]))
        model.graph.output.append(helper.make_tensor_value_info(STATES, TensorProto.FLOAT, ["texts", "tokens", width]))
        tokenizer = open_tokenizer(folder)
        tokenizer.no_padding()
        tokenizer.enable_truncation(read_room(folder))
        return cls(model.SerializeToString(), tokenizer.to_str())

    def read(self, texts: Sequence[Cut]) -> list[np.ndarray]:
        """The mean state of each unit's tokens, float32 (n_units, width); zeros behind the longest text it reads."""
        cut = [
            self._tokenizer.encode(text.normal.original.encode("utf-8", "replace").decode("utf-8")) for text in texts
        ]
        found: list[np.ndarray] = [np.zeros((len(text.units), self.width), np.float32) for text in texts]
        for rows in batches([one.ids for one in cut], MOST_PADDED):
            ids, mask = padded([cut[row].ids for row in rows])
            (states,) = self._session.run([STATES], {"input_ids": ids, "attention_mask": mask})
            for row, own in zip(rows, states, strict=True):
                found[row] = _by_unit(texts[row].places, cut[row].offsets, own, self.width)
        return found


def _by_unit(
    places: Sequence[tuple[int, int]], offsets: Sequence[tuple[int, int]], states: np.ndarray, width: int
) -> np.ndarray:
    """The mean over the tokens that have a character in common with each unit."""
    found = np.zeros((len(places), width), np.float32)
    at = 0
    for row, (start, end) in enumerate(places):
        while at < len(offsets) and offsets[at][1] <= start:
            at += 1
        inside = at
        while inside < len(offsets) and offsets[inside][0] < end:
            inside += 1
        if inside > at:
            found[row] = states[at:inside].mean(0)
    return found
