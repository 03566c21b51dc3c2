"""`onnx.v1`: an encoder as an ONNX graph, ours or one that its makers exported."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from kefu.ai.encode.graph import MODEL
from kefu.ai.encode.weights import KEPT_FILES, Cutter, batches, digest_of, padded, read_pooling, unit
from kefu.core.errors import ModelMissing
from kefu.core.ports.encoder import Encoder

MOST_PADDED = 512
"""Tokens in one run, padding included: more gain nothing and take memory, 100 MB for 2048 on two cores."""

FILES = (MODEL, "onnx/model.onnx", "model_quantized.onnx", "onnx/model_quantized.onnx")


class OnnxEncoder:
    """Runs the graph on one thread; several may call at once."""

    def __init__(self, folder: Path) -> None:
        import onnxruntime

        file = next((folder / name for name in FILES if (folder / name).is_file()), None)
        if file is None:
            raise ModelMissing(f"{folder} holds no {MODEL}; `kefu encoder add {folder}` converts safetensors.")
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        options.enable_cpu_mem_arena = options.enable_mem_pattern = False
        self._session = onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])
        self._inputs = [one.name for one in self._session.get_inputs()]
        self._output = self._session.get_outputs()[0]
        self._cutter, self._pooling = Cutter(folder), read_pooling(folder)
        self._dimensions = int(self._output.shape[-1])
        self._version = f"onnx.v1-{digest_of(file, *(folder / name for name in KEPT_FILES))}"

    @property
    def version(self) -> str:
        """A fingerprint of graph and tokenizer."""
        return self._version

    @property
    def dimensions(self) -> int:
        """How long each vector is."""
        return self._dimensions

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """Vectors float32 of length 1, (n_texts, dimensions)."""
        tokens = self._cutter.cut(texts)
        vectors = np.zeros((len(texts), self._dimensions), np.float32)
        for rows in batches(tokens, MOST_PADDED):
            vectors[rows] = self._run(*padded([tokens[row] for row in rows]))
        return vectors

    def _run(self, ids: np.ndarray, mask: np.ndarray) -> np.ndarray:
        given = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        found = self._session.run([self._output.name], {name: given[name] for name in self._inputs})[0]
        if found.ndim == 2:
            return unit(found)
        if self._pooling == "cls":
            return unit(found[:, 0])
        return unit((found * mask[..., None]).sum(1) / mask.sum(1, keepdims=True))


def open_encoder(settings: Mapping[str, object]) -> Encoder:
    """The encoder in `settings["folder"]`; raises `ModelMissing` when it is none."""
    return OnnxEncoder(Path(str(settings["folder"])))
