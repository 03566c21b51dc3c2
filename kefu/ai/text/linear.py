"""`linear.v1`: a support vector machine over counted features that knows when it does not know."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from kefu.ai.text.certainty import (
    DEFAULT,
    FEWEST_INTENTS,
    FOREIGN,
    HOLLOW,
    KNOWN,
    LEFT_OUT,
    common_features,
    hollow,
    judge,
    learn_certainty,
    signals,
    split_folds,
)
from kefu.ai.text.crf import CrfSpans
from kefu.ai.text.features import Space
from kefu.ai.text.folder import Parts, pack_array, pack_json, unpack_array, unpack_json
from kefu.ai.text.machine import has_met, meetings, train_machine
from kefu.ai.text.phrase import Phrase
from kefu.ai.text.reading import TextReader
from kefu.core.nouns import IntentScore
from kefu.core.ports.reader import Progress, TrainableReader

FOLDS = 4
MOST_WORK = 150_000
"""Texts times intents up to which all folds are trained; beyond, one fold has texts enough."""

NAME = "linear.v1"
NONE = -1


@dataclass(frozen=True, slots=True)
class Machine:
    """A trained model: `weights` float32 (n_features + 1, n_labels), `met` as `meetings` makes it."""

    space: Space
    weights: np.ndarray
    met: np.ndarray

    def score(self, text: Counter[str]) -> tuple[np.ndarray, np.ndarray]:
        """The score of each label, (n_labels,), and the signals of the best one, (6,)."""
        vector = self.space.vector(text)
        scores = vector.values @ self.weights[vector.indices] + self.weights[-1]
        met = has_met(self.met, vector, int(scores.argmax()))
        return scores, signals(scores, vector.known * float(vector.values**2 @ met), vector, vector.topic)


class LinearIntents:
    """Words, pairs, characters, letters and sounds in one linear model, with learned certainty."""

    def __init__(self) -> None:
        self._intents: tuple[str, ...] = ()
        self._machine: Machine | None = None
        self._beta = DEFAULT

    def fit(
        self, phrases: Sequence[Phrase], intents: Sequence[str], foreign: Sequence[Phrase], progress: Progress
    ) -> None:
        """Learn; about 2 s of CPU for 3,000 texts and 20 intents."""
        texts = [phrase.counts for phrase in phrases]
        names = tuple(sorted(set(intents)))
        number = {name: at for at, name in enumerate(names)}
        labels = [number[intent] for intent in intents]
        self._beta = _certainty(texts, labels, [phrase.counts for phrase in foreign], len(names), progress)
        self._machine = _train(texts, labels, len(names), progress, "intents")
        self._intents = names

    def score(self, phrase: Phrase) -> tuple[IntentScore, ...]:
        """The likeliest intents with calibrated probabilities."""
        if self._machine is None:
            return ()
        found = judge(*self._machine.score(phrase.counts), self._beta)
        return tuple(IntentScore(self._intents[at], round(probability, 4)) for at, probability in found)

    def pack(self) -> Parts:
        """The model as files."""
        if self._machine is None:
            return {}
        settings = {"intents": self._intents, "certainty": self._beta.tolist()}
        arrays = {
            "weights.npy": pack_array(self._machine.weights.astype(np.float16)),
            "met.npy": pack_array(self._machine.met),
        }
        return {"linear.json": pack_json(settings), **arrays, **self._machine.space.pack()}

    def unpack(self, parts: Parts) -> None:
        """Become the model in these files."""
        settings = unpack_json(parts["linear.json"])
        weights = unpack_array(parts["weights.npy"]).astype(np.float32)
        self._machine = Machine(Space.unpack(parts), weights, unpack_array(parts["met.npy"]))
        self._intents, self._beta = tuple(settings["intents"]), np.array(settings["certainty"])


def _train(
    texts: Sequence[Counter[str]], labels: Sequence[int], n_labels: int, progress: Progress, what: str
) -> Machine:
    space = Space.build(texts, n_labels)
    vectors = [space.vector(text) for text in texts]
    shape = (len(space), n_labels)
    weights = train_machine(vectors, labels, shape, lambda done, total: progress(what, done, total))
    return Machine(space, weights.astype(np.float16).astype(np.float32), meetings(vectors, labels, shape))


def _certainty(
    texts: Sequence[Counter[str]],
    labels: Sequence[int],
    foreign: Sequence[Counter[str]],
    n_labels: int,
    progress: Progress,
) -> np.ndarray:
    """Try models on what they have not seen, and learn from it how far to trust them."""
    if n_labels < FEWEST_INTENTS:
        return DEFAULT
    rows: list[np.ndarray] = []
    right: list[bool] = []
    origins: list[int] = []
    common = common_features(texts, labels, n_labels)
    folds = split_folds(labels, n_labels, FOLDS)
    for fold, (train, trial, outside) in enumerate(folds if len(texts) * n_labels <= MOST_WORK else folds[:1]):
        if not train:
            continue
        known = sorted({labels[at] for at in train})
        place = {label: at for at, label in enumerate(known)}
        machine = _train(
            [texts[at] for at in train], [place[labels[at]] for at in train], len(known), progress, f"fold {fold + 1}"
        )
        tried = [
            (texts[at], labels[at], LEFT_OUT if is_outside else KNOWN)
            for at, is_outside in zip(trial, outside, strict=True)
        ]
        tried += [(hollow(text, common), NONE, HOLLOW) for text, _, origin in tried if origin == KNOWN]
        tried += [(text, NONE, FOREIGN) for text in foreign]
        for text, label, origin in tried:
            scores, told = machine.score(text)
            rows.append(told)
            right.append(label != NONE and known[int(scores.argmax())] == label)
            origins.append(origin)
    return learn_certainty(rows, right, origins)


def open_reader(settings: Mapping[str, object]) -> TrainableReader:
    """A reader with this model; `settings` may name the `language` of texts that are too short to tell."""
    return TextReader(NAME, LinearIntents(), settings, spans=CrfSpans())
