"""The network in PyTorch, and how it learns. Imported for training alone.

A unit is the joined vectors of its traits; a bidirectional LSTM reads the sentence; a linear-chain
conditional random field says which labels follow each other. Whole units and traits are left out by chance,
so that the network also reads what it never saw; what is served is the moving average of the weights.

Sources: Z. Huang, W. Xu, K. Yu, "Bidirectional LSTM-CRF Models for Sequence Tagging" (2015); J. Lafferty et al.,
"Conditional Random Fields" (2001); B. Polyak and A. Juditsky, "Acceleration of Stochastic Approximation by
Averaging" (1992); L. Smith and N. Topin, "Super-Convergence" (2018), for the rates.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from kefu.ai.extract.vocabulary import NOTHING, TRAITS, UNKNOWN, filled, stacked
from kefu.ai.text.chain import may_follow
from kefu.core.ports.reader import Progress

FAR = -1e4
"""The score of what may not be."""

SPREAD = 0.3
"""How far vectors lie apart before learning."""

LONGEST_STEP = 5.0

EACH = 4
"""The average takes up the weights of every such step."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """How to learn; chosen on a part of CLUENER's training file that was held back.

    `hidden` numbers each way, `context` of what an encoder says of a unit; `dropout` of what goes into the sentence
    and comes out of it; `drop_trait` and `drop_unit` of traits and of units themselves; `averaged` is how much of the
    average stays at each step. Texts are gone through `rounds` times, more often (at most `most_rounds`) where that
    makes fewer than `steps` steps, and once more at a `late` rate with those that were held back.
    """

    hidden: int = 192
    context: int = 128
    rounds: int = 6
    most_rounds: int = 60
    steps: int = 600
    batch: int = 32
    rate: float = 2e-3
    decay: float = 1e-3
    dropout: float = 0.5
    drop_trait: float = 0.1
    drop_unit: float = 0.05
    averaged: float = 0.995
    late: float = 1e-4


@dataclass(frozen=True, slots=True)
class Task:
    """Texts as numbers (n_units, n_traits), with a label for each unit; `sizes` has each trait's numbers.

    `states` (n_units, n) are what an encoder makes of each text; empty where there is none.
    """

    texts: Sequence[np.ndarray]
    labels: Sequence[np.ndarray]
    sizes: Mapping[str, int]
    n_kinds: int
    states: Sequence[np.ndarray] = ()


class Network(nn.Module):  # type: ignore[misc]
    """From traits to scores of labels."""

    def __init__(self, sizes: Mapping[str, int], n_kinds: int, recipe: Recipe, deep: int = 0) -> None:
        """`deep` numbers of an encoder for each unit, 0 without one."""
        super().__init__()
        self.traits, self._recipe = tuple(sizes), recipe
        n_labels = 1 + 2 * n_kinds
        self.tables = nn.ModuleDict({trait: nn.Embedding(size, TRAITS[trait]) for trait, size in sizes.items()})
        for table in self.tables.values():
            nn.init.normal_(table.weight, 0, SPREAD)
        self.context = nn.Linear(deep, recipe.context) if deep else None
        width = sum(TRAITS[trait] for trait in sizes) + (recipe.context if deep else 0)
        self.lstm = nn.LSTM(width, recipe.hidden, bidirectional=True, batch_first=True)
        self.out = nn.Linear(2 * recipe.hidden, n_labels)
        self.steps = nn.Parameter(torch.zeros(n_labels, n_labels))
        drops = [recipe.drop_unit if trait == "unit" else recipe.drop_trait for trait in sizes]
        self.register_buffer("drops", torch.tensor(drops))

    def forward(self, ids: torch.Tensor, sizes: torch.Tensor, states: torch.Tensor | None = None) -> torch.Tensor:
        """Scores (n_texts, n_units, n_labels)."""
        if self.training:
            dropped = (torch.rand(ids.shape) < self.drops) & (ids != NOTHING)
            ids = torch.where(dropped, UNKNOWN, ids)
        parts = [self.tables[trait](ids[:, :, at]) for at, trait in enumerate(self.traits)]
        if self.context is not None:
            parts.append(self.context(states))
        joined = torch.cat(parts, 2)
        joined = functional.dropout(joined, self._recipe.dropout, self.training)
        packed = nn.utils.rnn.pack_padded_sequence(joined, sizes, batch_first=True, enforce_sorted=False)
        states, _ = nn.utils.rnn.pad_packed_sequence(self.lstm(packed)[0], batch_first=True)
        found: torch.Tensor = self.out(functional.dropout(states, self._recipe.dropout, self.training))
        return found

    def loss(
        self, ids: torch.Tensor, sizes: torch.Tensor, labels: torch.Tensor, states: torch.Tensor | None
    ) -> torch.Tensor:
        """The mean negative logarithm of the right labels' probability."""
        scores, mask = self(ids, sizes, states), ids[:, :, 0] != NOTHING
        n_kinds = (scores.shape[2] - 1) // 2
        steps = self.steps + torch.from_numpy(np.where(may_follow(n_kinds), 0, FAR)).float()
        begins = torch.zeros(scores.shape[2])
        begins[2::2] = FAR
        ahead = scores[:, 0] + begins
        for at in range(1, scores.shape[1]):
            further = torch.logsumexp(ahead.unsqueeze(2) + steps, 1) + scores[:, at]
            ahead = torch.where(mask[:, at : at + 1], further, ahead)
        own = (scores.gather(2, labels.unsqueeze(2)).squeeze(2) * mask).sum(1)
        own = own + (steps[labels[:, :-1], labels[:, 1:]] * mask[:, 1:]).sum(1)
        return (torch.logsumexp(ahead, 1) - own).mean()


class Learner:
    """A network that learns, and the average of what it was; deterministic for a seed on one kind of processor."""

    def __init__(self, sizes: Mapping[str, int], n_kinds: int, recipe: Recipe, seed: int, deep: int = 0) -> None:
        self._recipe, self._chance, self._seed, self._step = recipe, np.random.default_rng(seed), seed, 0
        with alone(seed):
            self._network, self._average = (Network(sizes, n_kinds, recipe, deep) for _ in range(2))
        self._average.load_state_dict(self._network.state_dict())

    def learn(self, task: Task, what: str, progress: Progress) -> None:
        """Go through all texts as often as the recipe says."""
        recipe, count = self._recipe, len(task.texts)
        size = min(recipe.batch, max(4, count // 8))
        n_batches = math.ceil(count / size)
        rounds = max(recipe.rounds, min(recipe.most_rounds, math.ceil(recipe.steps / n_batches)))
        optimiser = torch.optim.AdamW(self._network.parameters(), recipe.rate, weight_decay=recipe.decay, fused=True)
        schedule = torch.optim.lr_scheduler.OneCycleLR(
            optimiser, recipe.rate, total_steps=rounds * n_batches, pct_start=0.1
        )
        with alone(self._seed):
            for done in range(rounds):
                for place, batch in enumerate(self._batches(task.texts, n_batches)):
                    self._go(task, batch, optimiser)
                    schedule.step()
                    progress(what, done * n_batches + place + 1, rounds * n_batches)

    def go_over(self, task: Task, what: str, progress: Progress) -> None:
        """Go through all texts once more, with small steps."""
        recipe = self._recipe
        optimiser = torch.optim.AdamW(self._network.parameters(), recipe.late, weight_decay=recipe.decay, fused=True)
        n_batches = math.ceil(len(task.texts) / recipe.batch)
        with alone(self._seed + 1):
            for place, batch in enumerate(self._batches(task.texts, n_batches)):
                self._go(task, batch, optimiser)
                progress(what, place + 1, n_batches)

    def weights(self) -> dict[str, np.ndarray]:
        """The averaged weights by their names in the graph, and `steps` of the field."""
        network = self._average
        lstm = {name: value.detach().numpy() for name, value in network.lstm.named_parameters()}
        ends = ("", "_reverse")
        found = {f"table_{trait}": network.tables[trait].weight.detach().numpy() for trait in network.traits}
        found |= {
            "lstm_w": np.stack([_gates(lstm[f"weight_ih_l0{end}"]) for end in ends]),
            "lstm_r": np.stack([_gates(lstm[f"weight_hh_l0{end}"]) for end in ends]),
            "lstm_b": np.stack(
                [np.concatenate([_gates(lstm[f"bias_{part}_l0{end}"]) for part in ("ih", "hh")]) for end in ends]
            ),
            "out_w": network.out.weight.detach().numpy().T,
            "out_b": network.out.bias.detach().numpy(),
            "steps": network.steps.detach().numpy(),
        }
        if network.context is not None:
            found["context_w"] = network.context.weight.detach().numpy().T
            found["context_b"] = network.context.bias.detach().numpy()
        return {name: np.ascontiguousarray(value.copy()) for name, value in found.items()}

    def _go(self, task: Task, batch: Sequence[int], optimiser: torch.optim.Optimizer) -> None:
        ids, sizes = filled([task.texts[at] for at in batch])
        labels = np.zeros(ids.shape[:2], np.int64)
        for row, at in enumerate(batch):
            labels[row, : sizes[row]] = task.labels[at]
        states = torch.from_numpy(stacked([task.states[at] for at in batch])) if task.states else None
        given = torch.from_numpy(ids), torch.from_numpy(sizes).long(), torch.from_numpy(labels)
        loss = self._network.loss(*given, states)
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self._network.parameters(), LONGEST_STEP)
        optimiser.step()
        self._step += 1
        if self._step % EACH:
            return
        kept = min(self._recipe.averaged, (1 + self._step) / (10 + self._step)) ** EACH
        with torch.no_grad():
            for mean, value in zip(self._average.parameters(), self._network.parameters(), strict=True):
                mean.mul_(kept).add_(value, alpha=1 - kept)

    def _batches(self, texts: Sequence[np.ndarray], n_batches: int) -> list[list[int]]:
        """All texts once, those of one batch about equally long."""
        lengths = np.array([len(text) for text in texts]) + self._chance.random(len(texts)) * 6
        batches = np.array_split(np.argsort(lengths, kind="stable"), n_batches)
        return [batches[at].tolist() for at in self._chance.permutation(n_batches)]


def _gates(array: np.ndarray) -> np.ndarray:
    """PyTorch's gates (input, forget, cell, output) in ONNX's order (input, output, forget, cell)."""
    gates = np.split(array, 4)
    return np.concatenate([gates[0], gates[3], gates[1], gates[2]])


@contextmanager
def alone(seed: int) -> Iterator[Any]:
    """PyTorch with random numbers of this seed and one thread, without a trace afterwards."""
    threads = torch.get_num_threads()
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        torch.set_num_threads(1)
        try:
            yield
        finally:
            torch.set_num_threads(threads)
