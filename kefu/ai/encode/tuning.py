"""Tune an encoder to a company's own examples: texts of one intent move together, others apart.

The encoder and one direction for each intent learn together: the cosine of a text with its
intent's direction should beat the cosines with all others (a normalised softmax). Directions
begin at the mean vector of an intent's texts, so that nothing has to be unlearned. Lower layers
learn slower, and words keep their vectors: what the examples do not hold stays as it was. At the
end the weights are moved back towards the original a little, which costs nothing on the
examples' own kind and keeps what is foreign apart.

Sources: F. Wang et al., "NormFace" (2017); J. Howard and S. Ruder, "Universal Language Model
Fine-tuning" (2018), for the layers' rates; M. Wortsman et al., "Robust fine-tuning of zero-shot
models" (2022), for the way back.
"""

from __future__ import annotations

import math
import re
import time
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np
import torch
from torch.nn import functional

from kefu.ai.encode.network import Network, Tensor
from kefu.ai.encode.tuned import Recipe
from kefu.ai.encode.weights import Plan, batches, padded
from kefu.core.ports.reader import Progress

MOST_PADDED = 2048
"""Tokens in one run without learning, padding included."""

POOL = 40
"""So many batches are cut from texts that were sorted by length, so that little is padded."""

WARM = 0.1
"""The share of steps in which the rates rise to their height."""

LONGEST_STEP = 1.0
"""A slope is cut to this length."""

DECAY = 0.01
"""How strongly matrices are held small."""

LAYER = re.compile(r"encoder\.layer\.(\d+)\.")
"""Names of the weights that learn."""

WORTH, TRIES = 1.5, 30
"""How many times faster numbers of 16 bits must be to be used, and by how many products that is measured."""


class Tuner:
    """Tunes one encoder as often as asked, each time from its own `weights` on, which stay as they are."""

    def __init__(self, plan: Plan, weights: Mapping[str, np.ndarray], recipe: Recipe, seed: int) -> None:
        self._plan, self._weights, self._recipe, self._seed = plan, weights, recipe, seed

    def tune(self, tokens: Sequence[Sequence[int]], labels: np.ndarray, progress: Progress) -> dict[str, np.ndarray]:
        """The weights after learning from texts, as tokens, with labels (n_texts,).

        The same seed gives the same weights on the same machine with as many threads. About
        10 ms of CPU for a text of 16 tokens, with 22 million weights and arithmetic in 16 bits.
        """
        most, kept = self._recipe.most_tokens, self._recipe.kept
        short = [[*one[: most - 1], one[-1]] if len(one) > most else list(one) for one in tokens]
        start = {name: torch.from_numpy(np.array(value)) for name, value in self._weights.items()}
        now = {name: value.clone() for name, value in start.items()}
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(self._seed)
            self._learn(now, short, torch.from_numpy(np.unique(labels, return_inverse=True)[1]), progress)
        return {name: (kept * start[name] + (1 - kept) * value.detach()).numpy() for name, value in now.items()}

    def _learn(
        self, weights: dict[str, Tensor], tokens: Sequence[Sequence[int]], labels: Tensor, progress: Progress
    ) -> None:
        """Change the weights in place, epoch by epoch."""
        recipe, network, chance = self._recipe, Network(self._plan, weights), np.random.default_rng(self._seed)
        head = _directions(vectors_of(self._plan, weights, tokens), labels.numpy()).requires_grad_()
        groups = [*self._groups(weights), {"params": [head], "lr": recipe.head_rate, "weight_decay": 0.0}]
        learning = [one for group in groups for one in group["params"]]
        optimiser = torch.optim.AdamW(groups, fused=True)
        heights = [group["lr"] for group in optimiser.param_groups]
        epochs = recipe.epochs_for(len(tokens), len(head))
        steps = epochs * math.ceil(len(tokens) / recipe.batch)
        order = (rows for _ in range(epochs) for rows in _shuffled(tokens, recipe.batch, chance))
        for step, rows in enumerate(order):
            slope = min(1.0, (step + 1) / (WARM * steps)) * (1 + math.cos(math.pi * step / steps)) / 2
            for group, height in zip(optimiser.param_groups, heights, strict=True):
                group["lr"] = height * slope
            ids, mask = (torch.from_numpy(one) for one in padded([tokens[row] for row in rows]))
            with torch.autocast("cpu", torch.bfloat16, enabled=halves_pay()):
                vectors = network.run(ids, mask, recipe.dropout)
            odds = recipe.sharpness * vectors @ functional.normalize(head, dim=-1).T
            loss: Tensor = functional.cross_entropy(odds, labels[rows], label_smoothing=recipe.smoothing)
            optimiser.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(learning, LONGEST_STEP)
            optimiser.step()
            progress("tuning", step + 1, steps)

    def _groups(self, weights: Mapping[str, Tensor]) -> Iterator[dict[str, Any]]:
        """What learns, and how fast: upper layers faster than lower ones, words not at all."""
        for name, value in weights.items():
            layer = LAYER.match(name)
            if layer is not None:
                rate = self._recipe.rate * self._recipe.slower ** (self._plan.layers - 1 - int(layer[1]))
                decay = DECAY if value.ndim > 1 else 0.0
                yield {"params": [value.requires_grad_()], "lr": rate, "weight_decay": decay}


def vectors_of(plan: Plan, weights: Mapping[str, Any], tokens: Sequence[Sequence[int]]) -> np.ndarray:
    """Vectors float32 (n_texts, d) of length 1, without learning; the weights are arrays or tensors."""
    network = Network(plan, {name: torch.as_tensor(value) for name, value in weights.items()})
    found: list[tuple[list[int], Tensor]] = []
    with torch.no_grad(), torch.autocast("cpu", torch.bfloat16, enabled=halves_pay()):
        for rows in batches(tokens, MOST_PADDED):
            ids, mask = (torch.from_numpy(one) for one in padded([tokens[row] for row in rows]))
            found.append((rows, network.run(ids, mask)))
    vectors = np.zeros((len(tokens), found[0][1].shape[1] if found else 0), np.float32)
    for rows, made in found:
        vectors[rows] = made.numpy()
    return vectors


def halves_pay() -> bool:
    """Whether this processor is much faster with numbers of 16 bits (bfloat16) than with 32: measured once."""
    return _gain() > WORTH


@cache
def _gain() -> float:
    """How many times faster a product of 16 bits is."""
    spent = []
    for kind in (torch.float32, torch.bfloat16):
        one, two = torch.ones(512, 384, dtype=kind), torch.ones(384, 1536, dtype=kind)
        one @ two
        began = time.process_time()
        for _ in range(TRIES):
            one @ two
        spent.append(time.process_time() - began)
    return spent[0] / max(spent[1], 1e-9)


def _directions(vectors: np.ndarray, labels: np.ndarray) -> Tensor:
    """The mean vector of each intent, (n_labels, d)."""
    means = [vectors[labels == label].mean(0) for label in range(labels.max() + 1)]
    return torch.from_numpy(np.stack(means))


def _shuffled(tokens: Sequence[Sequence[int]], size: int, chance: np.random.Generator) -> list[list[int]]:
    """All texts once, in batches of like length whose order is by chance."""
    order, found = chance.permutation(len(tokens)), []
    for at in range(0, len(order), size * POOL):
        pool = sorted(order[at : at + size * POOL].tolist(), key=lambda row: len(tokens[row]))
        found += [pool[begin : begin + size] for begin in range(0, len(pool), size)]
    return [found[at] for at in chance.permutation(len(found))]
