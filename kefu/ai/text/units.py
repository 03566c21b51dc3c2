"""A text as the sequence that deep models read and spans are marked in: characters of Chinese, words of the rest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kefu.ai.text.sound import Sounds
from kefu.ai.text.words import HAN, Word

LONGEST_WORD = 24
"""Letters of a word that are looked at."""


@dataclass(frozen=True, slots=True)
class Unit:
    """`text[start:end]` of a normalised text, within `word`; `kind` names a placeholder's kind of entity."""

    text: str
    start: int
    end: int
    word: Word

    @property
    def is_han(self) -> bool:
        """Whether it is a Chinese character."""
        return not self.word.kind and HAN.match(self.text) is not None


def units_of(words: Sequence[Word]) -> list[Unit]:
    """The units of words in their order."""
    units = []
    for word in words:
        if word.kind:
            units.append(Unit(f"⟨{word.kind}⟩", word.start, word.end, word))
        elif HAN.search(word.text):
            units += [Unit(char, word.start + at, word.start + at + 1, word) for at, char in enumerate(word.text)]
        else:
            units.append(Unit(word.text, word.start, word.end, word))
    return units


def describe(units: Sequence[Unit], sounds: Sounds) -> list[list[str]]:
    """What each unit is made of, the unit itself first.

    `u` itself, `p` it and the next, `l` the one before and it, `w` the word around a character, `t` the place in
    that word, `s` the sound of a character, `g` three to five letters within a word.
    """
    texts = ["", *(unit.text for unit in units), ""]
    found = []
    for at, unit in enumerate(units, start=1):
        names = [f"u{unit.text}", f"p{unit.text} {texts[at + 1]}", f"l{texts[at - 1]} {unit.text}"]
        if unit.is_han:
            place = ("s" if unit.end == unit.word.end else "b") if unit.start == unit.word.start else "i"
            names += [f"w{unit.word.text}", f"t{place}", f"s{sounds.of(unit.text)}"]
        elif not unit.word.kind and unit.text[0].isalpha():
            inside = f"<{unit.text[:LONGEST_WORD]}>"
            names += [f"g{inside[i : i + n]}" for n in (3, 4, 5) for i in range(len(inside) - n + 1)]
        found.append(names)
    return found
