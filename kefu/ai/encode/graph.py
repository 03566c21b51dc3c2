"""An encoder's weights as an ONNX graph, written without the framework that trained them.

Source of the architecture: J. Devlin et al., "BERT" (2019). The matrices are then kept in
eight bits each, and what goes through them is rounded to eight bits as it comes (dynamic
quantisation): a quarter of the size, two to four times the speed on a CPU.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from kefu.ai.encode.weights import KEPT_FILES, Plan, read_plan, read_weights
from kefu.core.ports.reader import Progress

MODEL = "model.onnx"
OPSET = 20
"""The first in which GELU is an operator."""


def convert(source: Path, target: Path, progress: Progress, weights: Mapping[str, np.ndarray] | None = None) -> None:
    """Write the encoder of `source` into the folder `target`, ready to serve; `weights` take the place of its own.

    Raises `ModelMissing` for a family that is not read. About 10 s and 400 MB for 22 million weights.
    """
    from onnxruntime.quantization import QuantType, quantize_dynamic

    plan, weights = read_plan(source), weights or read_weights(source)
    target.mkdir(parents=True, exist_ok=True)
    for name in KEPT_FILES:
        if (source / name).is_file():
            (target / name).parent.mkdir(exist_ok=True)
            shutil.copyfile(source / name, target / name)
    plain = target / f".plain-{MODEL}"
    progress("graph", 0, 2)
    write_graph(plan, weights, plain)
    progress("eight bits", 1, 2)
    quantize_dynamic(plain, target / MODEL, weight_type=QuantType.QInt8, per_channel=True)
    plain.unlink()
    progress("eight bits", 2, 2)


def write_graph(plan: Plan, weights: Mapping[str, np.ndarray], file: Path) -> None:
    """Write a graph: `input_ids` and `attention_mask` (n_texts, n_tokens) to `sentence_embedding` (n_texts, d)."""
    import onnx
    from onnx import TensorProto, helper

    graph = _Graph(plan, weights)
    vectors = graph.pooled(graph.layers(graph.embedded()))
    shape = ["texts", "tokens"]
    made = helper.make_graph(
        graph.nodes,
        "encoder",
        [helper.make_tensor_value_info(name, TensorProto.INT64, shape) for name in ("input_ids", "attention_mask")],
        [helper.make_tensor_value_info(vectors, TensorProto.FLOAT, ["texts", graph.width])],
        graph.constants,
    )
    opset = [helper.make_opsetid("", OPSET)]
    onnx.save(helper.make_model(made, opset_imports=opset, ir_version=10, producer_name="kefu"), str(file))


class _Graph:
    """Nodes and constants of a graph while it is being written."""

    def __init__(self, plan: Plan, weights: Mapping[str, np.ndarray]) -> None:
        self.nodes: list[Any] = []
        self.constants: list[Any] = []
        self._plan, self._weights = plan, weights
        self.width = weights["embeddings.word_embeddings.weight"].shape[1]

    def embedded(self) -> str:
        """Word, position and kind of sentence, added and normalised."""
        weights, first = self._weights, self._plan.first_position
        places = weights["embeddings.position_embeddings.weight"][first : first + self._plan.most_tokens]
        places = places + weights["embeddings.token_type_embeddings.weight"][0]
        words = self._add("Gather", self._constant("words", weights["embeddings.word_embeddings.weight"]), "input_ids")
        long = self._add("Shape", "input_ids", start=1, end=2)
        start, axes = self._constant("zero", np.array([0])), self._constant("axis", np.array([0]))
        here = self._add("Slice", self._constant("places", places), start, long, axes)
        return self._normal(self._add("Add", words, here), "embeddings.LayerNorm")

    def layers(self, state: str) -> str:
        """All layers, one after the other."""
        visible = self._add("Cast", "attention_mask", to=1)
        hidden = self._add("Sub", self._constant("one", np.float32(1)), visible)
        far = self._add("Mul", hidden, self._constant("far", np.float32(-1e4)))
        mask = self._add("Unsqueeze", far, self._constant("mask_axes", np.array([1, 2])))
        for number in range(self._plan.layers):
            state = self._layer(state, mask, f"encoder.layer.{number}.")
        return state

    def pooled(self, state: str) -> str:
        """One vector of length 1 for each text."""
        if self._plan.pooling == "cls":
            pooled = self._add("Gather", state, self._constant("first", np.array(0)), axis=1)
        else:
            visible = self._add("Cast", "attention_mask", to=1)
            deep = self._add("Unsqueeze", visible, self._constant("deep", np.array([2])))
            axis = self._constant("sum_axis", np.array([1]))
            total = self._add("ReduceSum", self._add("Mul", state, deep), axis, keepdims=0)
            pooled = self._add("Div", total, self._add("ReduceSum", deep, axis, keepdims=0))
        self.nodes.append(_node("LpNormalization", [pooled], "sentence_embedding", axis=1, p=2))
        return "sentence_embedding"

    def _layer(self, state: str, mask: str, at: str) -> str:
        heads = self._plan.heads
        shape = self._constant("heads", np.array([0, 0, heads, self.width // heads]))
        parts = {}
        for part in ("query", "key", "value"):
            flat = self._dense(state, f"{at}attention.self.{part}")
            turn = [0, 2, 3, 1] if part == "key" else [0, 2, 1, 3]
            parts[part] = self._add("Transpose", self._add("Reshape", flat, shape), perm=turn)
        root = self._constant("root", np.float32((self.width // heads) ** -0.5))
        likeness = self._add("Mul", self._add("MatMul", parts["query"], parts["key"]), root)
        weights = self._add("Softmax", self._add("Add", likeness, mask), axis=-1)
        mixed = self._add("Transpose", self._add("MatMul", weights, parts["value"]), perm=[0, 2, 1, 3])
        joined = self._add("Reshape", mixed, self._constant("joined", np.array([0, 0, self.width])))
        seen = self._add("Add", self._dense(joined, f"{at}attention.output.dense"), state)
        seen = self._normal(seen, f"{at}attention.output.LayerNorm")
        wide = self._add("Gelu", self._dense(seen, f"{at}intermediate.dense"))
        return self._normal(self._add("Add", self._dense(wide, f"{at}output.dense"), seen), f"{at}output.LayerNorm")

    def _dense(self, state: str, name: str) -> str:
        matrix = self._constant(f"{name}.weight", np.ascontiguousarray(self._weights[f"{name}.weight"].T))
        product = self._add("MatMul", state, matrix)
        return self._add("Add", product, self._constant(f"{name}.bias", self._weights[f"{name}.bias"]))

    def _normal(self, state: str, name: str) -> str:
        scale = self._constant(f"{name}.weight", self._weights[f"{name}.weight"])
        shift = self._constant(f"{name}.bias", self._weights[f"{name}.bias"])
        return self._add("LayerNormalization", state, scale, shift, axis=-1, epsilon=self._plan.epsilon)

    def _constant(self, name: str, value: np.ndarray | np.generic) -> str:
        from onnx import numpy_helper

        if all(one.name != name for one in self.constants):
            array = np.asarray(value)
            kind = np.int64 if array.dtype.kind == "i" else np.float32
            self.constants.append(numpy_helper.from_array(array.astype(kind), name))
        return name

    def _add(self, operator: str, *inputs: str, **attributes: object) -> str:
        name = f"{operator}_{len(self.nodes)}"
        self.nodes.append(_node(operator, list(inputs), name, **attributes))
        return name


def _node(operator: str, inputs: list[str], output: str, **attributes: Any) -> Any:  # noqa: ANN401 - onnx is untyped
    from onnx import helper

    return helper.make_node(operator, inputs, [output], **attributes)
