"""Ways to say the same: the house's few, and the company's own."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache, lru_cache
from importlib.resources import files

from kefu.ai.knowledge.terms import words_of
from kefu.core.errors import BadInput

Phrase = tuple[str, ...]
"""Words in a row, in the form that is compared."""

BETWEEN = re.compile(r"\s*[,，、|;；]\s*")
ONE_WAY = "=>"
LONGEST_PHRASE = 4


class Synonyms:
    """Phrases to what else may stand for them. Immutable."""

    def __init__(self, groups: Iterable[tuple[Sequence[str], Sequence[str]]]) -> None:
        found: dict[Phrase, dict[Phrase, None]] = {}
        for asked, meant in groups:
            others = [_phrase(text) for text in meant]
            for phrase in map(_phrase, asked):
                known = found.setdefault(phrase, {})
                known.update({other: None for other in others if other and other != phrase})
        self._meant = {phrase: tuple(others) for phrase, others in found.items() if phrase and others}

    def in_words(self, words: Sequence[str]) -> Mapping[Phrase, tuple[Phrase, ...]]:
        """The phrases of a question that have synonyms, with these."""
        return {
            phrase: self._meant[phrase]
            for start in range(len(words))
            for size in range(1, LONGEST_PHRASE + 1)
            if (phrase := tuple(words[start : start + size])) in self._meant
        }


@lru_cache(maxsize=4096)
def _phrase(text: str) -> Phrase:
    """The words of a phrase; the house's own come with every index that is opened."""
    return tuple(words_of(text))


def read_synonyms(text: str, where: str) -> list[tuple[list[str], list[str]]]:
    """The groups of a file as (asked, meant); raises `BadInput` with the line that can't be read.

    One group a line, its members separated by commas (in a Chinese file blanks will do); `a => b` goes one way.
    """
    groups = []
    for number, line in enumerate(text.splitlines(), start=1):
        bare = line.strip()
        if not bare or bare.startswith("#"):
            continue
        sides = [_members(side) for side in bare.split(ONE_WAY)]
        if len(sides) > 2 or not all(sides) or (len(sides) == 1 and len(sides[0]) < 2):
            raise BadInput(f"{where}, line {number}: {bare!r} is no group; write `a, b, c` or `a => b`.")
        groups.append((sides[0], sides[-1]))
    return groups


def _members(side: str) -> list[str]:
    members = [one for one in BETWEEN.split(side.strip()) if one]
    return side.split() if len(members) == 1 and not side.isascii() else members


@cache
def house_synonyms() -> tuple[tuple[list[str], list[str]], ...]:
    """What customers of any company say in different ways; written for kefu."""
    folder = files("kefu.ai.knowledge")
    names = ("synonyms.zh.txt", "synonyms.en.txt")
    return tuple(group for name in names for group in read_synonyms((folder / name).read_text("utf-8"), name))
