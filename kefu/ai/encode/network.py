"""An encoder of the BERT family in PyTorch, for learning: the same layers as `bert.v1`, with slopes.

Source: J. Devlin et al., "BERT" (2019).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch.nn import functional

from kefu.ai.encode.weights import Plan

Tensor = Any
"""A tensor of torch."""


class Network:
    """Runs tensors of weights, which may change between two runs."""

    def __init__(self, plan: Plan, weights: Mapping[str, Tensor]) -> None:
        self._plan, self._weights = plan, weights

    def run(self, ids: Tensor, mask: Tensor, dropout: float = 0.0) -> Tensor:
        """Vectors float32 (n_texts, d) of length 1, from tokens and mask, both int64 (n_texts, n_tokens).

        With `dropout` so large a share of what a layer adds is left out by chance.
        """
        weights, first = self._weights, self._plan.first_position
        places = weights["embeddings.position_embeddings.weight"][first : first + ids.shape[1]]
        words = functional.embedding(ids, weights["embeddings.word_embeddings.weight"])
        state = words + places + weights["embeddings.token_type_embeddings.weight"][0]
        state = self._normal(state, "embeddings.LayerNorm")
        hidden = torch.where(mask.bool(), 0.0, -1e4)[:, None, None, :]
        for number in range(self._plan.layers):
            state = self._layer(state, hidden, f"encoder.layer.{number}.", dropout)
        if self._plan.pooling == "cls":
            return functional.normalize(state[:, 0], dim=-1)
        visible = mask[..., None].float()
        return functional.normalize((state * visible).sum(1) / visible.sum(1), dim=-1)

    def _layer(self, state: Tensor, hidden: Tensor, at: str, dropout: float) -> Tensor:
        texts, tokens, wide = state.shape
        query, key, value = (
            self._dense(state, f"{at}attention.self.{part}").view(texts, tokens, self._plan.heads, -1).transpose(1, 2)
            for part in ("query", "key", "value")
        )
        mixed = functional.scaled_dot_product_attention(query, key, value, hidden.to(query.dtype))
        mixed = self._dense(mixed.transpose(1, 2).reshape(texts, tokens, wide), f"{at}attention.output.dense")
        seen = self._normal(state + functional.dropout(mixed, dropout), f"{at}attention.output.LayerNorm")
        inner = functional.gelu(self._dense(seen, f"{at}intermediate.dense"))
        out = functional.dropout(self._dense(inner, f"{at}output.dense"), dropout)
        return self._normal(seen + out, f"{at}output.LayerNorm")

    def _dense(self, state: Tensor, name: str) -> Tensor:
        return functional.linear(state, self._weights[f"{name}.weight"], self._weights[f"{name}.bias"])

    def _normal(self, state: Tensor, name: str) -> Tensor:
        shift, scale = self._weights[f"{name}.bias"], self._weights[f"{name}.weight"]
        return functional.layer_norm(state.float(), scale.shape, scale, shift, self._plan.epsilon)
