"""The network as an ONNX graph: what `network` computes in training, written for serving."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

GRAPH = """
<ir_version: 10, opset_import: ["" : 20], producer_name: "kefu">
joint (int64[texts, units, features] ids)
  => (float[texts, intents] intents, float[texts, wide] sentence, float[texts, units, kinds] labels)
{
  there = Greater (ids, nothing)
  counted = Cast <to = 1> (there)
  count = ReduceSum <keepdims = 1> (counted, over_features)
  mask = Min (count, one)
  rows = Gather (embedding, ids)
  wider = Cast <to = 1> (rows)
  total = ReduceSum <keepdims = 0> (wider, over_features)
  some = Max (count, one)
  root = Sqrt (some)
  unit = Div (total, root)
  length = ReduceSum <keepdims = 0> (mask, over_units)
  length_root = Sqrt (length)
  sum = ReduceSum <keepdims = 0> (unit, over_units)
  mean = Div (sum, length_root)
  beyond = Sub (mask, one)
  hidden = Mul (beyond, far)
  seen = Add (unit, hidden)
  top = ReduceMax <keepdims = 0> (seen, over_units)
  turned = Transpose <perm = [0, 2, 1]> (unit)
  near = Conv <kernel_shape = [5], pads = [2, 2]> (turned, near_weight, near_bias)
  near_bent = Gelu (near)
  turned_mask = Transpose <perm = [0, 2, 1]> (mask)
  near_kept = Mul (near_bent, turned_mask)
  turned_hidden = Transpose <perm = [0, 2, 1]> (hidden)
  near_seen = Add (near_kept, turned_hidden)
  near_top = ReduceMax <keepdims = 0> (near_seen, over_features)
  sentence = Concat <axis = -1> (top, mean, near_top)
  intents = Gemm <transB = 1> (sentence, intent_weight, intent_bias)
  around = Conv <kernel_shape = [5], pads = [2, 2]> (near_kept, wide_weight, wide_bias)
  wide_bent = Gelu (around)
  context = Concat <axis = 1> (turned, near_kept, wide_bent)
  back = Transpose <perm = [0, 2, 1]> (context)
  product = MatMul (back, label_weight)
  labels = Add (product, label_bias)
}
"""


def write_graph(weights: Mapping[str, np.ndarray]) -> bytes:
    """The graph with its weights; the embedding is kept in 16 bits."""
    from onnx import checker, numpy_helper, parser

    constants: dict[str, np.ndarray] = {
        **{name: array.astype(np.float32) for name, array in weights.items()},
        "embedding": weights["embedding"].astype(np.float16),
        "label_weight": np.ascontiguousarray(weights["label_weight"].T.astype(np.float32)),
        "nothing": np.array(0, np.int64),
        "over_units": np.array([1], np.int64),
        "over_features": np.array([2], np.int64),
        "one": np.array(1, np.float32),
        "far": np.array(1e4, np.float32),
    }
    model = parser.parse_model(GRAPH)
    model.graph.initializer.extend(numpy_helper.from_array(array, name) for name, array in constants.items())
    checker.check_model(model)
    written: bytes = model.SerializeToString()
    return written
