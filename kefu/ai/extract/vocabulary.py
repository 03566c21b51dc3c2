"""Texts as numbers that the network reads: each unit by a few traits, each trait with its own numbers."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from kefu.ai.text.normal import Normal, normalise
from kefu.ai.text.units import Unit, units_of
from kefu.ai.text.words import cut_words

TRAITS: Mapping[str, int] = {
    "unit": 96, "before": 64, "after": 64, "word": 64, "tag": 16, "place": 8, "shape": 12, "head": 24, "tail": 24,
}  # fmt: skip
"""What a unit is made of, and how many numbers stand for each.

The unit itself, with the one before and the one after it; the word around a character, its part of speech and the
place in it; how it is written (`Xx`, `X`, `9`); the first and the last three letters of a word.
"""

NOTHING, UNKNOWN, FIRST = 0, 1, 2
"""Numbers with a meaning of their own: a filled-up place, what training did not know, the first that it did."""

RARE = frozenset(("before", "after", "word", "head", "tail"))
"""Traits of which what was seen once is left out where there is much: it says nothing that lasts."""

MUCH = 1_500
"""So many texts are much."""

RUNS = re.compile(r"([Xx9.])\1+")


@dataclass(frozen=True, slots=True)
class Cut:
    """A text cut into units; `places` are their stretches in the text as it was written."""

    normal: Normal
    units: tuple[Unit, ...]

    @property
    def places(self) -> list[tuple[int, int]]:
        """Where each unit stands in the original."""
        return [self.normal.span(unit.start, unit.end) for unit in self.units]


def cut(text: str) -> Cut:
    """Cut a text; about 30 µs for a short sentence."""
    normal = normalise(text)
    return Cut(normal, tuple(units_of(cut_words(normal.text))))


def describe(one: Cut) -> list[dict[str, str]]:
    """The traits of each unit."""
    texts = ["", *(unit.text for unit in one.units), ""]
    found = []
    for at, unit in enumerate(one.units, start=1):
        traits = {"unit": unit.text, "before": f"{texts[at - 1]} {unit.text}", "after": f"{unit.text} {texts[at + 1]}"}
        traits |= {"word": unit.word.text, "tag": unit.word.tag, "place": _place(unit)}
        traits["shape"] = "H" if unit.is_han else shape(one.normal.slice(unit.start, unit.end))
        traits |= {"head": "", "tail": ""} if unit.is_han else {"head": unit.text[:3], "tail": unit.text[-3:]}
        found.append(traits)
    return found


def shape(text: str) -> str:
    """How something is written: capitals, small letters, digits, marks; runs of one are two at most."""
    signs = ("X" if c.isupper() else "x" if c.isalpha() else "9" if c.isdigit() else "." for c in text)
    return RUNS.sub(r"\1\1", "".join(signs))


def _place(unit: Unit) -> str:
    if not unit.is_han:
        return "x"
    begins, ends = unit.start == unit.word.start, unit.end == unit.word.end
    return "s" if begins and ends else "b" if begins else "e" if ends else "i"


class Vocabulary:
    """What training saw of each trait, in the order of its numbers; a trait that says nothing is left out."""

    def __init__(self, names: Mapping[str, Sequence[str]]) -> None:
        self.names = {trait: tuple(names[trait]) for trait in TRAITS if trait in names}
        self._numbers = {
            trait: {name: at for at, name in enumerate(known, start=FIRST)} for trait, known in self.names.items()
        }

    @classmethod
    def build(cls, texts: Sequence[Cut]) -> Vocabulary:
        """The traits of the training texts."""
        described = [unit for text in texts for unit in describe(text)]
        names: dict[str, list[str]] = {}
        for trait in TRAITS:
            counts = Counter(unit[trait] for unit in described)
            fewest = 2 if trait in RARE and len(texts) >= MUCH else 1
            if len(counts) > 1:
                names[trait] = sorted(name for name, count in counts.items() if count >= fewest)
        return cls(names)

    @property
    def sizes(self) -> dict[str, int]:
        """How many numbers each trait has."""
        return {trait: len(known) + FIRST for trait, known in self.names.items()}

    def read(self, text: Cut) -> np.ndarray:
        """The numbers int64 (n_units, n_traits)."""
        rows = [[known.get(unit[trait], UNKNOWN) for trait, known in self._numbers.items()] for unit in describe(text)]
        return np.array(rows, np.int64).reshape(len(rows), len(self._numbers))


def filled(texts: Sequence[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Texts as one array int64 (n_texts, n_units, n_traits), filled up with `NOTHING`, and their lengths."""
    sizes = np.array([len(text) for text in texts], np.int32)
    array = np.zeros((len(texts), int(sizes.max()), texts[0].shape[1]), np.int64)
    for at, text in enumerate(texts):
        array[at, : len(text)] = text
    return array, sizes


def stacked(states: Sequence[np.ndarray]) -> np.ndarray:
    """States of texts as one array float32 (n_texts, n_units, n), filled up with zeros."""
    array = np.zeros((len(states), max(map(len, states)), states[0].shape[1]), np.float32)
    for at, own in enumerate(states):
        array[at, : len(own)] = own
    return array
