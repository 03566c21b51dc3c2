"""`nearest.v1`: the intent of the most similar examples; nothing is trained."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from kefu.ai.text.examples import ExampleIndex
from kefu.ai.text.features import Space
from kefu.ai.text.folder import Parts, pack_array, pack_json, unpack_array, unpack_json
from kefu.ai.text.intents import SHOWN
from kefu.ai.text.phrase import Phrase
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
    """The cosine with every example votes; reading takes time in proportion to the examples."""

    def __init__(self) -> None:
        self._intents: tuple[str, ...] = ()
        self._space = Space((), np.zeros(0, np.float32))
        self._labels = np.zeros(0, np.int32)
        self._index = ExampleIndex(np.zeros(1, np.int64), np.zeros(0, np.int32), np.zeros(0, np.float32), 0)

    def fit(
        self, phrases: Sequence[Phrase], intents: Sequence[str], _foreign: Sequence[Phrase], progress: Progress
    ) -> None:
        """Index the examples; milliseconds for thousands."""
        names = tuple(sorted(set(intents)))
        number = {name: at for at, name in enumerate(names)}
        space = Space.build([phrase.counts for phrase in phrases], len(names))
        self._index = ExampleIndex.build([space.vector(phrase.counts) for phrase in phrases], len(space))
        self._labels = np.array([number[intent] for intent in intents], dtype=np.int32)
        self._intents, self._space = names, space
        progress("index", len(phrases), len(phrases))

    def score(self, phrase: Phrase) -> tuple[IntentScore, ...]:
        """The intents of the nearest examples, weighed by their closeness."""
        cosines = self._index.cosines(self._space.vector(phrase.counts))
        if not cosines.any():
            return ()
        nearest = np.argsort(-cosines, kind="stable")[:NEIGHBOURS]
        votes = np.bincount(self._labels[nearest], cosines[nearest] ** SHARPNESS, len(self._intents))
        closeness = float(cosines[nearest[0]])
        certain = 1 / (1 + np.exp(-STEEPNESS * (closeness - HALF_SURE)))
        shares = votes / votes.sum() * certain
        order = [at for at in np.argsort(-shares, kind="stable")[:SHOWN] if shares[at] > 0]
        return tuple(IntentScore(self._intents[at], round(float(shares[at]), 4)) for at in order)

    def pack(self) -> Parts:
        """The index as files."""
        return {
            "nearest.json": pack_json({"intents": self._intents}),
            "labels.npy": pack_array(self._labels),
            **self._index.pack(),
            **self._space.pack(),
        }

    def unpack(self, parts: Parts) -> None:
        """Become the index in these files."""
        self._intents = tuple(unpack_json(parts["nearest.json"])["intents"])
        self._space, self._labels = Space.unpack(parts), unpack_array(parts["labels.npy"])
        self._index = ExampleIndex.unpack(parts, len(self._labels))


def open_reader(settings: Mapping[str, object]) -> TrainableReader:
    """A reader with this model; `settings` may name the `language` of texts that are too short to tell."""
    return TextReader(NAME, NearestIntents(), settings)
