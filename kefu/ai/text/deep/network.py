"""The network in PyTorch, and how it learns. Imported for training alone.

A unit is the sum of the embeddings of what it is made of. An intent is read from the largest and
the mean value of each dimension over the units; labels of spans from each unit and its
neighbours by two convolutions. Sources: A. Joulin et al., "Bag of Tricks for Efficient Text
Classification" (2017); R. Collobert et al., "Natural Language Processing (Almost) from
Scratch" (2011); D. Hendrycks et al., "Deep Anomaly Detection with Outlier Exposure" (2019).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import torch
from torch.nn import functional

from kefu.ai.text.deep.vocabulary import filled

WIDTH = 128
"""Numbers in an embedding."""

CONTEXT = 96
"""Numbers in what a unit's neighbours add."""

RATE, DECAY = 2e-3, 1e-4
SMOOTHING = 0.1
DROP_UNIT, DROP_FEATURE, DROP_SENTENCE, DROP_CONTEXT = 0.1, 0.1, 0.5, 0.3
"""Shares that are left out in each step, so that nothing is leaned on alone."""

BATCH = 64
ROUNDS, MOST_ROUNDS, STEPS = 6, 60, 500
"""How often texts are gone through: `ROUNDS` times, more often where that makes fewer than `STEPS` steps."""

IGNORED = -100
"""The label of places that are filled up."""

Ids = Sequence[Sequence[int]]
"""A text: the numbers of each unit's features."""


@dataclass(frozen=True, slots=True)
class Task:
    """What is to be learned.

    `texts` have an intent each in `intents`, -1 for none of them; `marked` have a label
    for each unit in `labels`.
    """

    n_features: int
    n_intents: int
    n_labels: int
    texts: Sequence[Ids]
    intents: np.ndarray
    marked: Sequence[Ids] = ()
    labels: Sequence[np.ndarray] = ()


def train(task: Task, seed: int, progress: Callable[[int, int], None]) -> dict[str, np.ndarray]:
    """The weights, by their names in the graph; deterministic for a seed on one kind of processor.

    About 25 s of CPU for 10,000 texts of 77 intents.
    """
    with _alone(seed):
        weights = _begin(task)
        size = min(BATCH, max(8, len(task.texts) // 8))
        n_batches = math.ceil(len(task.texts) / size)
        rounds = max(ROUNDS, min(MOST_ROUNDS, math.ceil(STEPS / n_batches)))
        optimiser = torch.optim.AdamW(weights.values(), RATE, weight_decay=DECAY)
        schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, RATE, total_steps=rounds * n_batches, pct_start=0.1)
        chance = np.random.default_rng(seed)
        for done in range(1, rounds + 1):
            pieces = _shares(task, n_batches, chance)
            for batch, piece in zip(_batches(task.texts, n_batches, chance), pieces, strict=True):
                loss = _intent_loss(weights, task, batch)
                if len(piece):
                    loss = loss + _label_loss(weights, task, piece)
                optimiser.zero_grad()
                loss.backward()
                optimiser.step()
                schedule.step()
            progress(done, rounds)
        return {name: weight.detach().numpy() for name, weight in weights.items()}


def sentences(weights: dict[str, np.ndarray], texts: Sequence[Ids]) -> np.ndarray:
    """The vectors (n_texts, n) from which intents are read."""
    known = {name: torch.from_numpy(array) for name, array in weights.items()}
    with torch.no_grad():
        return np.stack([forward(known, torch.from_numpy(filled([text])), training=False)[1][0] for text in texts])


def forward(weights: dict[str, torch.Tensor], ids: torch.Tensor, *, training: bool) -> tuple[torch.Tensor, ...]:
    """Scores of intents (n_texts, n_intents), vectors (n_texts, n), labels (n_texts, n_units, n_labels).

    `graph.GRAPH` has the same names for the same things.
    """
    n_texts, n_units, n_features = ids.shape
    mask = (ids[:, :, :1] > 0).float()
    if training:
        kept = torch.rand(ids.shape) > DROP_FEATURE
        ids = ids * (kept & (torch.rand(n_texts, n_units, 1) > DROP_UNIT))
    count = (ids > 0).sum(2, keepdim=True).clamp(min=1).float()
    total = functional.embedding_bag(
        ids.reshape(-1, n_features), weights["embedding"], mode="sum", padding_idx=0
    ).reshape(n_texts, n_units, -1)
    unit = total / count.sqrt()
    unit = functional.dropout(unit, 0.2, training) * mask
    mean = unit.sum(1) / mask.sum(1).sqrt()
    top = (unit + (mask - 1) * 1e4).amax(1)
    turned = unit.transpose(1, 2)
    near = functional.gelu(functional.conv1d(turned, weights["near_weight"], weights["near_bias"], padding=2))
    near = near * mask.transpose(1, 2)
    sentence = torch.cat([top, mean, (near + (mask - 1).transpose(1, 2) * 1e4).amax(2)], 1)
    dropped = functional.dropout(sentence, DROP_SENTENCE, training)
    intents = functional.linear(dropped, weights["intent_weight"], weights["intent_bias"])
    wide = functional.gelu(functional.conv1d(near, weights["wide_weight"], weights["wide_bias"], padding=2))
    context = functional.dropout(torch.cat([turned, near, wide], 1), DROP_CONTEXT, training)
    labels = functional.linear(context.transpose(1, 2), weights["label_weight"], weights["label_bias"])
    return intents, sentence, labels


def _begin(task: Task) -> dict[str, torch.Tensor]:
    """Weights before learning; matrices as PyTorch has them, (n_out, n_in)."""

    def layer(*shape: int) -> torch.Tensor:
        return torch.empty(shape).uniform_(-1, 1) / math.sqrt(math.prod(shape[1:]))

    embedding = torch.randn(task.n_features, WIDTH) * 0.1
    embedding[0] = 0
    weights = {
        "embedding": embedding,
        "intent_weight": layer(task.n_intents, 2 * WIDTH + CONTEXT),
        "intent_bias": torch.zeros(task.n_intents),
        "near_weight": layer(CONTEXT, WIDTH, 5),
        "near_bias": torch.zeros(CONTEXT),
        "wide_weight": layer(CONTEXT, CONTEXT, 5),
        "wide_bias": torch.zeros(CONTEXT),
        "label_weight": layer(task.n_labels, WIDTH + 2 * CONTEXT),
        "label_bias": torch.zeros(task.n_labels),
    }
    return {name: weight.requires_grad_() for name, weight in weights.items()}


def _intent_loss(weights: dict[str, torch.Tensor], task: Task, batch: np.ndarray) -> torch.Tensor:
    """Cross entropy; a text of no intent should speak for none more than for another."""
    scores, _, _ = forward(weights, torch.from_numpy(filled([task.texts[at] for at in batch])), training=True)
    wanted = task.intents[batch]
    target = np.full((len(batch), task.n_intents), SMOOTHING / task.n_intents, np.float32)
    target[wanted < 0] = 1 / task.n_intents
    inside = np.flatnonzero(wanted >= 0)
    target[inside, wanted[inside]] += 1 - SMOOTHING
    return functional.cross_entropy(scores, torch.from_numpy(target))


def _label_loss(weights: dict[str, torch.Tensor], task: Task, piece: np.ndarray) -> torch.Tensor:
    ids = filled([task.marked[at] for at in piece])
    target = np.full(ids.shape[:2], IGNORED, np.int64)
    for place, at in enumerate(piece):
        target[place, : len(task.labels[at])] = task.labels[at]
    _, _, scores = forward(weights, torch.from_numpy(ids), training=True)
    return functional.cross_entropy(scores.transpose(1, 2), torch.from_numpy(target), ignore_index=IGNORED)


def _batches(texts: Sequence[Ids], n_batches: int, chance: np.random.Generator) -> list[np.ndarray]:
    """All texts in a new order, those of one batch about equally long, so that little is filled up."""
    lengths = np.array([len(text) for text in texts]) + chance.random(len(texts)) * 4
    batches = np.array_split(np.argsort(lengths, kind="stable"), n_batches)
    return [batches[at] for at in chance.permutation(n_batches)]


def _shares(task: Task, n_batches: int, chance: np.random.Generator) -> list[np.ndarray]:
    """For each batch its share of the texts with labels: all that have spans, and as many that have none."""
    has_spans = np.array([bool(labels.any()) for labels in task.labels], bool)
    none = chance.permutation(np.flatnonzero(~has_spans))[: max(1, has_spans.sum())]
    return np.array_split(chance.permutation(np.concatenate([np.flatnonzero(has_spans), none])), n_batches)


@contextmanager
def _alone(seed: int) -> Iterator[None]:
    """PyTorch with random numbers of this seed and one thread, without a trace afterwards."""
    threads = torch.get_num_threads()
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        torch.set_num_threads(1)
        try:
            yield
        finally:
            torch.set_num_threads(threads)
