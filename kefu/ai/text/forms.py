"""Rules for things that follow a form: a pattern, what it means, and which texts it is tried on."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from kefu.ai.text.found import Found
from kefu.core.nouns import Value

Meaning = tuple[str, Value] | tuple[str, Value, str]
"""A kind, a value and perhaps its unit."""

Make = Callable[[re.Match[str]], Meaning | None]

DIGIT = "0"
"""The hint of a text with digits."""

HINT = re.compile(r"[a-z]+|[^\W\d]|[^\w\s]|(\d)")


@dataclass(frozen=True, slots=True)
class Form:
    """What matches `pattern` means what `make` says; its group `x`, where it has one, is what is named.

    It is tried only on texts with one of the words or characters in `hints`.
    """

    pattern: re.Pattern[str]
    make: Make
    hints: frozenset[str]
    score: float = 1.0

    def find(self, text: str) -> Iterator[Found]:
        """All that has this form in a normalised text."""
        group: str | int = "x" if "x" in self.pattern.groupindex else 0
        for match in self.pattern.finditer(text):
            meaning = self.make(match)
            if meaning is not None:
                yield Found(meaning[0], *match.span(group), meaning[1], self.score, *meaning[2:])


def form(hints: str, pattern: str, make: Make, score: float = 1.0) -> Form:
    """A form whose hints are written with blanks between words, Chinese characters each for itself."""
    found = {word for words in hints.split() for word in ([words] if words.isascii() else words)}
    return Form(re.compile(pattern), make, frozenset(found), score)


def hints_of(text: str) -> AbstractSet[str]:
    """The words and characters of a text; any digit is `DIGIT`."""
    return {DIGIT if match[1] else match[0] for match in HINT.finditer(text)}


def find_forms(text: str, hints: AbstractSet[str], forms: Iterable[Form]) -> Iterator[Found]:
    """All that has one of the forms."""
    for one in forms:
        if not one.hints.isdisjoint(hints):
            yield from one.find(text)


def either(words: Iterable[str]) -> str:
    """A pattern of any of the words, the longest first; Latin words stand alone."""
    ordered = sorted(words, key=len, reverse=True)
    return "|".join(rf"(?<![a-z]){re.escape(one)}(?![a-z])" if one.isascii() else re.escape(one) for one in ordered)
