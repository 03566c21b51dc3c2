"""`linear.v1`: a maximum-entropy model of intents that knows when it does not know."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

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
from kefu.ai.text.features import Space
from kefu.ai.text.folder import Parts, pack_array, pack_json, unpack_array, unpack_json
from kefu.ai.text.intents import SHOWN
from kefu.ai.text.maxent import label_scores, train_weights
from kefu.ai.text.phrase import Phrase
from kefu.ai.text.reading import TextReader
from kefu.core.nouns import IntentScore
from kefu.core.ports.reader import Progress, TrainableReader

FOLDS = 4
MOST_WORK = 150_000
"""Texts times intents up to which all folds are trained; beyond, one fold has texts enough."""

NAME = "linear.v1"
NONE = -1


class LinearIntents:
    """Logistic regression over words, pairs, characters, letters and sounds, with learned certainty."""

    def __init__(self) -> None:
        self._intents: tuple[str, ...] = ()
        self._space = Space((), np.zeros(0, np.float32))
        self._weights = np.zeros((1, 0), np.float32)
        self._beta: list[float] = DEFAULT.tolist()

    def fit(
        self, phrases: Sequence[Phrase], intents: Sequence[str], foreign: Sequence[Phrase], progress: Progress
    ) -> None:
        """Learn; 2 to 4 s of CPU for 3,000 texts and 20 intents."""
        texts = [phrase.counts for phrase in phrases]
        names = tuple(sorted(set(intents)))
        number = {name: at for at, name in enumerate(names)}
        labels = [number[intent] for intent in intents]
        beta = _certainty(texts, labels, [phrase.counts for phrase in foreign], len(names), progress)
        space, weights = _train(texts, labels, len(names), progress, "intents")
        self._intents, self._space, self._weights, self._beta = names, space, weights, beta.tolist()

    def score(self, phrase: Phrase) -> tuple[IntentScore, ...]:
        """The likeliest intents with calibrated probabilities."""
        if not self._intents:
            return ()
        vector = self._space.vector(phrase.counts)
        judged = judge(*label_scores(self._weights, vector), vector, self._beta)
        order = sorted(range(len(judged)), key=judged.__getitem__, reverse=True)[:SHOWN]
        return tuple(IntentScore(self._intents[at], round(judged[at], 4)) for at in order)

    def pack(self) -> Parts:
        """The model as files."""
        settings = {"intents": self._intents, "certainty": self._beta}
        return {"linear.json": pack_json(settings), "weights.npy": pack_array(self._weights), **self._space.pack()}

    def unpack(self, parts: Parts) -> None:
        """Become the model in these files."""
        settings = unpack_json(parts["linear.json"])
        self._space, self._weights = Space.unpack(parts), unpack_array(parts["weights.npy"])
        self._intents, self._beta = tuple(settings["intents"]), [float(weight) for weight in settings["certainty"]]


def _train(
    texts: Sequence[Counter[str]], labels: Sequence[int], n_labels: int, progress: Progress, what: str
) -> tuple[Space, np.ndarray]:
    space = Space.build(texts, n_labels)
    vectors = [space.vector(text) for text in texts]
    shape = (len(space), n_labels)
    return space, train_weights(vectors, labels, shape, lambda done, total: progress(what, done, total))


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
    rows: list[tuple[float, ...]] = []
    right: list[bool] = []
    origins: list[int] = []
    common = common_features(texts, labels, n_labels)
    folds = split_folds(labels, n_labels, FOLDS)
    for fold, (train, trial, outside) in enumerate(folds if len(texts) * n_labels <= MOST_WORK else folds[:1]):
        if not train:
            continue
        known = sorted({labels[at] for at in train})
        place = {label: at for at, label in enumerate(known)}
        space, weights = _train(
            [texts[at] for at in train], [place[labels[at]] for at in train], len(known), progress, f"fold {fold + 1}"
        )
        tried = [
            (texts[at], labels[at], LEFT_OUT if is_outside else KNOWN)
            for at, is_outside in zip(trial, outside, strict=True)
        ]
        tried += [(hollow(text, common), NONE, HOLLOW) for text, _, origin in tried if origin == KNOWN]
        tried += [(text, NONE, FOREIGN) for text in foreign]
        for text, label, origin in tried:
            vector = space.vector(text)
            probabilities, met = label_scores(weights, vector)
            top = max(probabilities)
            rows.append(signals(top, met, vector))
            right.append(label != NONE and known[probabilities.index(top)] == label)
            origins.append(origin)
    return learn_certainty(rows, right, origins)


def open_reader(settings: Mapping[str, object]) -> TrainableReader:
    """A reader with this model; `settings` may name the `language` of texts that are too short to tell."""
    return TextReader(NAME, LinearIntents(), settings)
