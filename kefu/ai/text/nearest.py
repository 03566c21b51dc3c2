"""`nearest.v1`: the intent of the most similar examples; nothing is trained."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np

from kefu.ai.text.features import Space
from kefu.ai.text.folder import Parts, pack_array, pack_json, unpack_array, unpack_json
from kefu.ai.text.intents import SHOWN
from kefu.ai.text.reading import TextReader
from kefu.core.nouns import IntentScore
from kefu.core.ports.reader import Progress, TrainableReader

NEIGHBOURS = 8
SHARPNESS = 6
"""An example counts by its cosine to this power: ten weak neighbours do not outvote a close one."""

HALF_SURE, STEEPNESS = 0.34, 14.0
"""The cosine at which an undisputed nearest example is right half the time, and the slope there.

Chosen on the training and dev sets of CLINC150, BANKING77 and SMP2017.
"""

NAME = "nearest.v1"


class NearestIntents:
    """Cosine of tf-idf vectors with every example, by an inverted index.

    Reading takes time in proportion to the examples: 0.3 ms of CPU for 1,000, 3.5 ms for
    10,000. Features known to no example count in a text's length, so that a text about something
    else is far from everything.
    """

    def __init__(self) -> None:
        self._intents: tuple[str, ...] = ()
        self._space = Space((), np.zeros(0, np.float32))
        self._labels = np.zeros(0, np.int32)
        self._begins = np.zeros(1, np.int64)
        self._examples = np.zeros(0, np.int32)
        self._values = np.zeros(0, np.float32)

    def fit(self, texts: Sequence[Counter[str]], intents: Sequence[str], progress: Progress) -> None:
        """Index the examples; milliseconds for thousands."""
        names = tuple(sorted(set(intents)))
        number = {name: at for at, name in enumerate(names)}
        space = Space.build(texts, len(names))
        vectors = [space.vector(text) for text in texts]
        features = np.concatenate([vector.indices for vector in vectors])
        examples = np.repeat(np.arange(len(texts), dtype=np.int32), [len(vector.indices) for vector in vectors])
        order = np.argsort(features, kind="stable")
        self._begins = np.searchsorted(features[order], np.arange(len(space) + 1))
        self._examples = examples[order]
        self._values = np.concatenate([vector.values for vector in vectors])[order]
        self._labels = np.array([number[intent] for intent in intents], dtype=np.int32)
        self._intents, self._space = names, space
        progress("index", len(texts), len(texts))

    def score(self, text: Counter[str]) -> tuple[IntentScore, ...]:
        """The intents of the nearest examples, weighed by their closeness."""
        cosines = self._cosines(text)
        if not cosines.size:
            return ()
        nearest = np.argsort(-cosines, kind="stable")[:NEIGHBOURS]
        votes = np.bincount(self._labels[nearest], cosines[nearest] ** SHARPNESS, len(self._intents))
        closeness = float(cosines[nearest[0]])
        if not closeness:
            return ()
        certain = 1 / (1 + np.exp(-STEEPNESS * (closeness - HALF_SURE)))
        shares = votes / votes.sum() * certain
        order = [at for at in np.argsort(-shares, kind="stable")[:SHOWN] if shares[at] > 0]
        return tuple(IntentScore(self._intents[at], round(float(shares[at]), 4)) for at in order)

    def _cosines(self, text: Counter[str]) -> np.ndarray:
        vector = self._space.vector(text)
        if not len(vector.indices):
            return np.zeros(0)
        spans = [slice(self._begins[at], self._begins[at + 1]) for at in vector.indices]
        examples = np.concatenate([self._examples[span] for span in spans])
        products = np.concatenate(
            [self._values[span] * value for span, value in zip(spans, vector.values, strict=True)]
        )
        cosines = np.bincount(examples, products, len(self._labels))
        familiar: np.ndarray = cosines * math.sqrt(vector.known)
        return familiar

    def pack(self) -> Parts:
        """The index as files."""
        arrays: dict[str, np.ndarray] = {
            "labels": self._labels,
            "begins": self._begins,
            "examples": self._examples,
            "values": self._values,
        }
        return {
            "nearest.json": pack_json({"intents": self._intents}),
            **{f"{name}.npy": pack_array(array) for name, array in arrays.items()},
            **self._space.pack(),
        }

    def unpack(self, parts: Parts) -> None:
        """Become the index in these files."""
        self._intents = tuple(unpack_json(parts["nearest.json"])["intents"])
        self._space = Space.unpack(parts)
        self._labels, self._begins = unpack_array(parts["labels.npy"]), unpack_array(parts["begins.npy"])
        self._examples, self._values = unpack_array(parts["examples.npy"]), unpack_array(parts["values.npy"])


def open_reader(settings: Mapping[str, object]) -> TrainableReader:
    """A reader with this model; `settings` may name the `language` of texts that are too short to tell."""
    return TextReader(NAME, NearestIntents(), settings)
