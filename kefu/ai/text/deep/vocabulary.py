"""Units as numbers that a network reads."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np

from kefu.ai.text.sound import Sounds
from kefu.ai.text.units import describe, units_of
from kefu.ai.text.words import Word

NOTHING, UNKNOWN, FIRST = 0, 1, 2
"""Numbers with a meaning of their own: a filled-up place, a unit that training did not know, the first feature."""

MOST_FEATURES = 24
"""So many features of a unit are read."""

FEW = 1_500
"""With fewer texts, features seen once are kept too; with more they say nothing that lasts."""


class Vocabulary:
    """The features that training saw, in the order of their numbers."""

    def __init__(self, names: Sequence[str], sounds: Sounds) -> None:
        self.names, self._sounds = tuple(names), sounds
        self._number = {name: at for at, name in enumerate(self.names, start=FIRST)}

    def __len__(self) -> int:
        return len(self.names) + FIRST

    @classmethod
    def build(cls, texts: Sequence[Sequence[Word]], sounds: Sounds) -> Vocabulary:
        """The features of the training texts."""
        spread = Counter(name for words in texts for name in set(_features(words, sounds)))
        fewest = 1 if len(texts) < FEW else 2
        return cls(sorted(name for name, count in spread.items() if count >= fewest), sounds)

    def read(self, words: Sequence[Word]) -> tuple[list[list[int]], float, float]:
        """The numbers of each unit's features; which share of the units, and of all features, is known."""
        found, known, total = [], 0, 0
        for names in describe(units_of(words), self._sounds):
            own = self._number.get(names[0], UNKNOWN)
            more = [self._number[name] for name in names[1:] if name in self._number]
            known, total = known + len(more) + (own != UNKNOWN), total + len(names)
            found.append([own, *more][:MOST_FEATURES])
        familiar = sum(unit[0] != UNKNOWN for unit in found)
        return found or [[UNKNOWN]], familiar / (len(found) or 1), known / (total or 1)


def _features(words: Sequence[Word], sounds: Sounds) -> Iterable[str]:
    return (name for names in describe(units_of(words), sounds) for name in names)


def filled(texts: Sequence[Sequence[Sequence[int]]]) -> np.ndarray:
    """Texts of units of features as one array int64 (n_texts, n_units, n_features), filled up with `NOTHING`."""
    shape = (len(texts), max(map(len, texts)), max(len(unit) for text in texts for unit in text))
    array = np.zeros(shape, np.int64)
    for at, text in enumerate(texts):
        for place, unit in enumerate(text):
            array[at, place, : len(unit)] = unit
    return array
