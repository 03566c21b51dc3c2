"""English as it is typed: number words as digits, and days, months and units with a slip put right."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from rapidfuzz.distance import OSA

ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
).split()
TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
SMALL = (
    {word: at for at, word in enumerate(ONES)}
    | {word: at * 10 for at, word in enumerate(TENS, start=2)}
    | {"fourty": 40}
)
LARGE = {"hundred": 100, "thousand": 1000, "million": 1_000_000}
NUMBER = re.compile(
    rf"\b(?:half a dozen|a dozen|(?:{'|'.join(SMALL)}|an?(?= (?:{'|'.join(LARGE)})\b))"
    rf"(?:(?:[ -]| and )(?:{'|'.join((*SMALL, *LARGE))})\b)*)\b(?P<half> and a half\b)?"
)
NUMBER_WORD = re.compile(rf"\b(?:{'|'.join((*SMALL, *LARGE))}|an?)\b")
NAMED_BY_ONE = re.compile(
    r"(?:\b(?:the|this|that|which|no|any|every|each|some|last|first|second|third|next|other|another|only|new|old|right"
    r"|wrong|good|is|as|at) )$"
)
"""Before a "one" that stands for a thing."""

COUNTS_ONE = re.compile(r"(?: (?!of\b|that\b|with\b|i\b|is\b|was\b|for\b|in\b|and\b|or\b|question\b|thing\b)|-)[a-z]")
COUNTED_BY_ONE = re.compile(r"\b(?:lesson|chapter|unit|part|section|page|episode|option) $")

WORDS = (
    "today yesterday tomorrow tonight monday tuesday wednesday thursday friday saturday sunday january february august "
    "september october november december"
).split()
UNITS = "minute minutes hours month months weeks years dollars percent".split()
SHORT = {
    "tmrw": "tomorrow", "tmr": "tomorrow", "2moro": "tomorrow", "2day": "today", "yday": "yesterday",
    "wensday": "wednesday", "wendsday": "wednesday", "febuary": "february",
}  # fmt: skip
REAL = frozenset("mouth mouths minuet ours yours weeps wees fears tears bears gears leeks meeks week year".split())
"""English words that a slip of the finger could also be."""

WORD = re.compile(r"(?<![\w@./-])(?<![\d$] )[a-z2]{3,10}(?![\w@/]|\.\w)|(?<=\d )[a-z]{5,8}\b")


def _shortened(word: str) -> set[str]:
    return {word, *(word[:at] + word[at + 1 :] for at in range(len(word)))}


NEAR = {shorter: word for word in (*UNITS, *WORDS) for shorter in _shortened(word)}
KNOWN = frozenset((*WORDS, *UNITS)) | REAL | {f"{word}s" for word in WORDS}


def find_numbers(text: str) -> Iterator[tuple[int, int, str]]:
    """Stretches of a case-folded text that are numbers in words, with their digits: twenty-five, a hundred and two.

    "one" is a number only before what it counts: "the last one" stays. Words that don't make one
    number ("seven thirty") are several.
    """
    for match in NUMBER.finditer(text):
        if match[0] == "one":
            named = NAMED_BY_ONE.search(text, 0, match.start()) or not COUNTS_ONE.match(text, match.end())
            if named and not COUNTED_BY_ONE.search(text, 0, match.start()):
                continue
        yield from _values(match)


def _values(match: re.Match[str]) -> Iterator[tuple[int, int, str]]:
    half = match["half"] or ""
    if "dozen" in match[0]:
        yield *match.span(), "6" if match[0].startswith("half") else "12"
        return
    numbers: list[list[re.Match[str]]] = []
    for word in NUMBER_WORD.finditer(match.string, match.start(), match.end() - len(half)):
        if numbers and _goes_on(numbers[-1][-1][0], word[0]):
            numbers[-1].append(word)
        else:
            numbers.append([word])
    for words in numbers:
        last = words is numbers[-1]
        value = str(_value(word[0] for word in words)) + (".5" if last and half else "")
        yield words[0].start(), words[-1].end() + (len(half) if last else 0), value


def _goes_on(word: str, following: str) -> bool:
    """Whether two words are of one number: twenty five, two hundred, hundred two; not seven thirty."""
    return word in LARGE or following in LARGE or (word in TENS and 0 < SMALL[following] < 10)


def _value(words: Iterable[str]) -> int:
    total = section = 0
    for word in words:
        large = LARGE.get(word)
        if large is None:
            section += SMALL.get(word, 1)
        elif large == 100:
            section = max(section, 1) * large
        else:
            total, section = total + max(section, 1) * large, 0
    return total + section


def find_slips(text: str) -> Iterator[tuple[int, int, str]]:
    """Days, months and, after a number, units of a case-folded text with one letter wrong, and what was meant."""
    for match in WORD.finditer(text):
        word = match[0]
        meant = SHORT.get(word) or _meant(word)
        if meant and (meant not in UNITS or (match.start() >= 2 and text[match.start() - 2].isdigit())):
            yield *match.span(), meant


def _meant(word: str) -> str | None:
    if len(word) < 5 or word in KNOWN:
        return None
    for shorter in _shortened(word):
        near = NEAR.get(shorter)
        if near and near[0] == word[0] and OSA.distance(word, near) == 1:
            return near
    return None
