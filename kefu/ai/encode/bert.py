"""`bert.v1`: an encoder's published weights, run by numpy alone; for a try, and to check a conversion against.

A third of the speed of `onnx.v1` and four times its memory. Source: J. Devlin et al., "BERT" (2019).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from kefu.ai.encode.weights import KEPT_FILES, Cutter, batches, digest_of, padded, read_plan, read_weights, unit
from kefu.core.ports.encoder import Encoder

MOST_PADDED = 2048
"""Tokens in one run, padding included."""

ERF = (0.254829592, -0.284496736, 1.421413741, -1.453152027, 1.061405429)
"""Source: M. Abramowitz and I. Stegun, Handbook of Mathematical Functions (1964), 7.1.26; error below 1.5e-7."""


class BertEncoder:
    """Runs the layers as they are written down in the paper."""

    def __init__(self, folder: Path) -> None:
        self._plan, self._weights = read_plan(folder), read_weights(folder)
        self._cutter = Cutter(folder)
        self._dimensions = int(self._weights["embeddings.word_embeddings.weight"].shape[1])
        files = (folder / "model.safetensors", *(folder / name for name in KEPT_FILES))
        self._version = f"bert.v1-{digest_of(*files)}"

    @property
    def version(self) -> str:
        """A fingerprint of weights and tokenizer."""
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
        weights, first = self._weights, self._plan.first_position
        places = weights["embeddings.position_embeddings.weight"][first : first + ids.shape[1]]
        state = weights["embeddings.word_embeddings.weight"][ids] + places
        state = self._normal(state + weights["embeddings.token_type_embeddings.weight"][0], "embeddings.LayerNorm")
        hidden = np.where(mask, 0.0, -1e4).astype(np.float32)[:, None, None, :]
        for number in range(self._plan.layers):
            state = self._layer(state, hidden, f"encoder.layer.{number}.")
        if self._plan.pooling == "cls":
            return unit(state[:, 0])
        return unit((state * mask[..., None]).sum(1) / mask.sum(1, keepdims=True))

    def _layer(self, state: np.ndarray, hidden: np.ndarray, at: str) -> np.ndarray:
        texts, tokens, wide = state.shape
        shape = (texts, tokens, self._plan.heads, wide // self._plan.heads)
        query, key, value = (
            self._dense(state, f"{at}attention.self.{part}").reshape(shape).transpose(0, 2, 1, 3)
            for part in ("query", "key", "value")
        )
        likeness = query @ key.transpose(0, 1, 3, 2) / math.sqrt(shape[-1]) + hidden
        odds = np.exp(likeness - likeness.max(-1, keepdims=True))
        mixed = (odds / odds.sum(-1, keepdims=True) @ value).transpose(0, 2, 1, 3).reshape(state.shape)
        seen = state + self._dense(mixed, f"{at}attention.output.dense")
        seen = self._normal(seen, f"{at}attention.output.LayerNorm")
        inner = gelu(self._dense(seen, f"{at}intermediate.dense"))
        return self._normal(seen + self._dense(inner, f"{at}output.dense"), f"{at}output.LayerNorm")

    def _dense(self, state: np.ndarray, name: str) -> np.ndarray:
        product: np.ndarray = state @ self._weights[f"{name}.weight"].T + self._weights[f"{name}.bias"]
        return product

    def _normal(self, state: np.ndarray, name: str) -> np.ndarray:
        away = state - state.mean(-1, keepdims=True)
        scale = np.sqrt((away**2).mean(-1, keepdims=True) + self._plan.epsilon)
        normal: np.ndarray = away / scale * self._weights[f"{name}.weight"] + self._weights[f"{name}.bias"]
        return normal


def gelu(state: np.ndarray) -> np.ndarray:
    """The state times Φ(state), with Φ by a polynomial."""
    size = np.abs(state) / math.sqrt(2)
    step = 1 / (1 + 0.3275911 * size)
    series = step * (ERF[0] + step * (ERF[1] + step * (ERF[2] + step * (ERF[3] + step * ERF[4]))))
    error = np.copysign(1 - series * np.exp(-size * size), state)
    bent: np.ndarray = state * (1 + error) / 2
    return bent


def open_encoder(settings: Mapping[str, object]) -> Encoder:
    """The encoder in `settings["folder"]`; raises `ModelMissing` when it is none."""
    return BertEncoder(Path(str(settings["folder"])))
