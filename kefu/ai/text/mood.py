"""Sentiment, anger and urgency of a message, by word lists and a few rules.

Transparent and quick rather than learned: words of `mood.*.txt` add up, a negation before
one turns it, a word of degree scales it, what follows "but" counts more, an exclamation
mark strengthens. It is made to tell an angry customer from a calm one, and knows nothing of
irony or of things that are good or bad only in their context. It is the reading without any
training, and what it finds is among the features of the learned one (`tone`).
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

SOFTNESS = 6.0
"""A sum `s` becomes s / sqrt(s² + softness). Source of the form: C. Hutto and E. Gilbert, VADER (2014)."""

TURNED = -0.7
"""What a negation makes of a word: "not good" is less bad than "bad"."""

REACH = {True: 4, False: 24}
"""How many characters before a word a negation or degree may stand, in Chinese and in other scripts."""

SHOUTING = 0.2
SECTION = re.compile(r"\[(\w+)(?: (-?[\d.]+))?\]")
BORDER = re.compile(r"[,.!?;。、\n]")
CAPITALS = re.compile(r"\b[A-Z]{3,}\b")


@dataclass(frozen=True, slots=True)
class Sign:
    """One listed word at its place: `role` is mood, angry, urgent, not, times or but."""

    role: str
    weight: float
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Mood:
    """Sentiment from -1 (bad) to 1 (good), urgency and anger from 0 to 1.

    `words` are the weights of the listed words where they stand: turned, scaled.
    """

    sentiment: float
    urgency: float
    anger: float = 0.0
    words: tuple[float, ...] = ()


Entries = dict[str, dict[str, float]]


@cache
def _lists() -> tuple[Entries, dict[str, tuple[str, ...]], re.Pattern[str]]:
    """Words with roles and weights; by beginning (two letters, one character) the words, longest first; beginnings."""
    entries: Entries = {}
    for language in ("zh", "en"):
        role, weight = "", 0.0
        for line in (files(__package__) / f"mood.{language}.txt").read_text("utf-8").splitlines():
            header = SECTION.fullmatch(line)
            if header:
                role, weight = header[1], float(header[2] or 1)
            elif not line.startswith("#"):
                for word in line.split():
                    entries.setdefault(word.replace("_", " "), {})[role] = weight
    first: dict[str, list[str]] = {}
    for word in sorted(entries, key=lambda word: (-len(word), word)):
        first.setdefault(word[:2] if word.isascii() else word[0], []).append(word)
    return entries, {beginning: tuple(words) for beginning, words in first.items()}, _pattern(first)


def _pattern(beginnings: Iterable[str]) -> re.Pattern[str]:
    """Where a listed word may begin: a Latin one at the beginning of a word, or as n't."""
    second: dict[str, str] = {}
    others = ""
    for beginning in beginnings:
        if beginning.isascii():
            second[beginning[0]] = second.get(beginning[0], "") + re.escape(beginning[1])
        else:
            others += beginning
    latin = "|".join(f"{re.escape(one)}[{rest}]" for one, rest in second.items())
    return re.compile(rf"(?<![a-zA-Z0-9])(?:{latin})|n't|[{others}]")


def read_mood(text: str, original: str) -> Mood:
    """The mood of a normalised text; `original` tells who shouts. About 15 µs for a sentence."""
    signs = list(_signs(text))
    words = tuple(_weigh(text, signs, sign) for sign in signs if sign.role == "mood")
    marks = original.count("!") + original.count("！")
    shouts = marks >= 2 or len(CAPITALS.findall(original)) >= 2
    total = sum(words) * (1 + 0.15 * min(marks, 3))
    patient, calm = _unmoved(signs, "urgent"), _unmoved(signs, "angry")
    if shouts and (patient < 1 or total < 0):
        patient *= 1 - SHOUTING
    if shouts and total < 0:
        calm *= 1 - SHOUTING
    if total < 0:
        patient *= 1 - min(0.3, -total / 20)
        calm *= 1 - min(0.5, -total / 12)
    sentiment = total / math.sqrt(total * total + SOFTNESS)
    return Mood(round(sentiment, 3), round(1 - patient, 3), round(1 - calm, 3), words)


def _unmoved(signs: Iterable[Sign], role: str) -> float:
    """What the words of a role leave of 1, each its part of the rest."""
    return math.prod(1 - sign.weight for sign in signs if sign.role == role)


def _signs(text: str) -> Iterator[Sign]:
    """The listed words of a text, the longest at each place; a word in two lists gives two signs."""
    entries, first, beginning = _lists()
    at = 0
    while found := beginning.search(text, at):
        start = found.start()
        at = start + 1
        for word in first.get(text[start : start + 2] if text[start].isascii() else text[start], ()):
            end = start + len(word)
            if text.startswith(word, start) and _is_whole(text, start, end):
                for role, weight in entries[word].items():
                    yield Sign(role, weight, start, end)
                at = end
                break


def _is_whole(text: str, start: int, end: int) -> bool:
    """Whether a stretch is not part of a longer Latin word; n't stands within one."""
    before = start > 0 and text[start - 1].isascii() and text[start - 1].isalnum() and not text.startswith("n't", start)
    after = end < len(text) and text[end].isascii() and text[end].isalnum()
    return not ((before and text[start].isascii()) or (after and text[end - 1].isascii()))


def _weigh(text: str, signs: list[Sign], word: Sign) -> float:
    reach = REACH[not text[word.start].isascii()]
    weight = word.weight
    for sign in signs:
        if sign.role == "but":
            weight *= 0.5 if word.end <= sign.start else 1.3
        elif _bears_on(text, sign, word, reach):
            weight *= TURNED if sign.role == "not" else sign.weight
    return weight


def _bears_on(text: str, sign: Sign, word: Sign, reach: int) -> bool:
    is_near = sign.role in ("not", "times") and 0 <= word.start - sign.end <= reach
    return is_near and not BORDER.search(text, sign.end, word.start)
