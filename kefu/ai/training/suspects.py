"""Examples whose label may be wrong: each is judged by a linear model that has not seen it.

The model is a ridge regression on the features of the linear reader, folded by random
signs into few dimensions, because its leave-one-out answers have a closed form: n models
for the price of one. It ranks; people decide.

Sources: D. Allen, "The Relationship Between Variable Selection and Data Augmentation and a
Method for Prediction" (1974) for the closed form; K. Weinberger et al., "Feature Hashing
for Large Scale Multitask Learning" (2009) for the folding; C. Northcutt et al., "Confident
Learning" (2021) for judging labels by answers out of sample.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from kefu.ai.text.features import Space, count_features
from kefu.ai.text.lessons import example_words
from kefu.ai.text.normal import normalise
from kefu.ai.text.sound import build_sounds
from kefu.ai.training.corpus import Sentence

DIMENSIONS = 2048
PENALTY = 1.0
"""Ridge on vectors of length 1; chosen on BANKING77's training set."""

LEAST_MARGIN = 0.25
"""By how much another intent must be likelier than the label, where 1 is between certain and not at all."""


@dataclass(frozen=True, slots=True)
class Suspect:
    """The number of a sentence, the intent that it reads like, the nearest sentence of that intent, the margin."""

    at: int
    reads_like: str
    nearest: int
    margin: float


def find_suspects(sentences: Sequence[Sentence], seed: int = 1) -> list[Suspect]:
    """Sentences that read like another intent than theirs, most suspicious first.

    About 5 s of CPU and 300 MB for 10,000 sentences of 77 intents; empty where intents have
    fewer than two sentences on average.
    """
    names = sorted({sentence.intent for sentence in sentences})
    if len(names) < 2 or len(sentences) < 2 * len(names):
        return []
    labels = np.array([names.index(sentence.intent) for sentence in sentences])
    inputs = _fold(sentences, len(names), seed)
    scores = _leave_one_out(inputs, labels, len(names))
    own = scores[np.arange(len(labels)), labels]
    rest = scores.copy()
    rest[np.arange(len(labels)), labels] = -np.inf
    other = rest.argmax(axis=1)
    margins = rest[np.arange(len(labels)), other] - own
    found = []
    for at in np.argsort(-margins, kind="stable"):
        if margins[at] < LEAST_MARGIN:
            break
        rivals = np.flatnonzero(labels == other[at])
        nearest = rivals[int(np.argmax(inputs[rivals] @ inputs[at]))]
        found.append(Suspect(int(at), names[other[at]], int(nearest), round(float(margins[at]), 3)))
    return found


def _fold(sentences: Sequence[Sentence], n_intents: int, seed: int) -> np.ndarray:
    """Each sentence as float32 of shape (n_sentences, n_dimensions), of length about 1."""
    sounds = build_sounds()
    counts = [
        count_features(example_words(normalise(s.text), [(m.start, m.end, m.kind) for m in s.marks]), sounds)
        for s in sentences
    ]
    space = Space.build(counts, n_intents)
    chance = np.random.default_rng(seed)
    size = min(DIMENSIONS, max(64, len(sentences)))
    bucket = chance.integers(size, size=len(space))
    sign = chance.choice(np.array([-1, 1], np.float32), size=len(space))
    folded = np.zeros((len(sentences), size), np.float32)
    for row, one in zip(folded, counts, strict=True):
        vector = space.vector(one)
        np.add.at(row, bucket[vector.indices], vector.values * sign[vector.indices])
    return folded


def _leave_one_out(inputs: np.ndarray, labels: np.ndarray, n_labels: int) -> np.ndarray:
    """What a ridge regression without a sentence says of it: shape (n_sentences, n_labels), 1 is yes, 0 no."""
    wanted = np.zeros((len(labels), n_labels), np.float32)
    wanted[np.arange(len(labels)), labels] = 1
    size = inputs.shape[1]
    inverse = np.linalg.inv(inputs.T @ inputs + PENALTY * np.eye(size, dtype=np.float32))
    spread = inputs @ inverse
    leverage = np.einsum("ij,ij->i", spread, inputs)
    answers = spread @ (inputs.T @ wanted)
    held_out: np.ndarray = wanted - (wanted - answers) / (1 - np.minimum(leverage, 0.999))[:, None]
    return held_out
