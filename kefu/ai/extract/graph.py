"""The network as an ONNX graph: what `network` computes in training, written for serving."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

HEAD = '<ir_version: 10, opset_import: ["" : 20], producer_name: "kefu">'

DENSE = ("lstm_w", "lstm_r", "lstm_b", "out_w", "out_b", "context_w", "context_b")
CONTEXT = (
    "narrow = MatMul (states, context_w)",
    "context = Add (narrow, context_b)",
    "whole = Concat <axis = 2> (wide, context)",
)


def write_graph(weights: Mapping[str, np.ndarray], traits: Sequence[str]) -> bytes:
    """The graph with its weights; tables of traits are kept in 16 bits.

    From `ids` int64 (n_texts, n_units, n_traits) and `sizes` int32 (n_texts,), with an encoder also its `states`
    (n_texts, n_units, n), to `scores` (n_texts, n_units, n_labels).
    """
    from onnx import checker, numpy_helper, parser

    width, has_context = weights["lstm_r"].shape[2], "context_w" in weights
    more = ", float[texts, units, deep] states" if has_context else ""
    lines = []
    for at, trait in enumerate(traits):
        lines += [
            f"ids_{trait} = Gather <axis = 2> (ids, at_{at})",
            f"of_{trait} = Gather (table_{trait}, ids_{trait})",
        ]
    lines += [
        f"joined = Concat <axis = 2> ({', '.join(f'of_{trait}' for trait in traits)})",
        "wide = Cast <to = 1> (joined)",
        *(CONTEXT if has_context else ()),
        f"turned = Transpose <perm = [1, 0, 2]> ({'whole' if has_context else 'wide'})",
        f'both = LSTM <hidden_size = {width}, direction = "bidirectional"> (turned, lstm_w, lstm_r, lstm_b, sizes)',
        "back = Transpose <perm = [2, 0, 1, 3]> (both)",
        "flat = Reshape (back, shape)",
        "product = MatMul (flat, out_w)",
        "scores = Add (product, out_b)",
    ]
    body = "\n  ".join(lines)
    text = (
        f"{HEAD}\nspans (int64[texts, units, traits] ids, int32[texts] sizes{more})\n"
        "  => (float[texts, units, labels] scores)\n"
        f"{{\n  {body}\n}}\n"
    )
    constants: dict[str, np.ndarray] = {
        **{f"at_{at}": np.array(at, np.int64) for at in range(len(traits))},
        **{f"table_{trait}": weights[f"table_{trait}"].astype(np.float16) for trait in traits},
        **{name: weights[name].astype(np.float32) for name in DENSE if name in weights},
        "shape": np.array([0, 0, 2 * width], np.int64),
    }
    model = parser.parse_model(text)
    model.graph.initializer.extend(numpy_helper.from_array(array, name) for name, array in constants.items())
    checker.check_model(model)
    written: bytes = model.SerializeToString()
    return written
