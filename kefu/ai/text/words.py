"""Words and their part of speech, behind one socket for every segmenter."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Protocol

HAN = re.compile(r"[\u3400-\u9fff\U00020000-\U000323af]")

ENGLISH_WORD = re.compile(
    r"[a-z]*\d+[a-z][a-z\d]*|[a-z]+\d+[a-z\d]*|[a-z]+(?=n't\b)|n't\b|'(?:s|m|re|ve|ll|d)\b|[^\W\d_]+(?:-[^\W\d_]+)*\+*#?|\d+(?:[.,:]\d+)*|([^\w\s]|_)\1+|\S",
    re.UNICODE,
)

CLOSED_CLASSES = {
    "DT": "a an the this that these those each every some any no another both all either neither",
    "PRP": "i you he she it we they me him her us them myself yourself himself herself itself themselves "
    "someone anyone everyone nobody something anything everything nothing one mine yours",
    "PRP$": "my your his its our their",
    "IN": "of in on at by for with from about into over after before under between through during without against "
    "since until till because if while although though than as per via within whether",
    "TO": "to",
    "CC": "and or but nor yet plus",
    "MD": "can could will would shall should may might must cannot ca wo",
    "WRB": "how when where why",
    "WP": "who what whom whose which",
    "RB": "not n't never very too also just still already now then here there again always often soon really so only "
    "even ever yet away back out up off down maybe please instead twice once almost quite well far else though",
    "VBZ": "is has does 's",
    "VBP": "am are have do 'm 're 've",
    "VBD": "was were had did got went said told came took made paid bought sent gave thought knew found lost",
    "VB": "be get go make take give see know want need help tell show find send pay buy check change cancel let try "
    "keep use talk speak look learn start stop stay ask call set book open close reset return refund watch",
    "UH": "yes yeah yep ok okay no nope hi hello hey thanks thank oh ah wow bye goodbye sorry",
    "JJ": "good bad new old other same much many more most less last next first second third great terrible wrong "
    "right late early free full sure possible able slow fast cheap expensive angry happy own such few",
}
TAGS = {word: tag for tag, words in CLOSED_CLASSES.items() for word in words.split()}
ENDINGS = (
    ("ing", "VBG"),
    ("ed", "VBD"),
    ("ly", "RB"),
    ("able", "JJ"),
    ("ible", "JJ"),
    ("ful", "JJ"),
    ("less", "JJ"),
    ("ous", "JJ"),
    ("ive", "JJ"),
    ("ical", "JJ"),
    ("ize", "VB"),
    ("ss", "NN"),
    ("us", "NN"),
    ("s", "NNS"),
)


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a normalised text: `text[start:end]`; `kind` names a placeholder's kind of entity."""

    text: str
    tag: str
    start: int
    end: int
    kind: str = ""


class Segmenter(Protocol):
    """Cuts a normalised text into words with parts of speech. Thread-safe, never raises."""

    def cut(self, text: str, start: int = 0) -> list[Word]:
        """The words of a text in order, blanks left out; offsets count from `start`."""


class ChineseSegmenter:
    """rjieba: jieba's dictionary and hidden Markov model in Rust; jieba's tag set. 3 µs a sentence."""

    def __init__(self) -> None:
        import rjieba

        self._tag = rjieba.tag

    def cut(self, text: str, start: int = 0) -> list[Word]:
        """The words of a text that holds Chinese characters."""
        words = []
        for word, tag in self._tag(text):
            end = start + len(word)
            if not word.isspace():
                words.append(Word(word, tag, start, end))
            start = end
        return words


class EnglishSegmenter:
    """A regular expression and a light tagger, for texts without Chinese characters.

    Contractions are cut (`do`, `n't`), and a mark that is repeated is one word (`...`, `!!`). The tag is a guess from
    about 300 words of closed classes and frequent verbs, else from the ending, else noun: it knows no context, so
    "a call" and "to call" get one tag. Right for 74 % of the tokens of UD English
    EWT (dev, Penn tags, proper nouns as nouns): a hint for rules and screens, not for parsing.
    """

    def cut(self, text: str, start: int = 0) -> list[Word]:
        """The words of a case-folded text."""
        return [
            Word(match.group(), _english_tag(match.group()), start + match.start(), start + match.end())
            for match in ENGLISH_WORD.finditer(text)
        ]


@lru_cache(maxsize=1 << 15)
def _english_tag(word: str) -> str:
    known = TAGS.get(word)
    if known:
        return known
    if any(map(str.isdigit, word)):
        return "CD"
    if not word[0].isalpha():
        return "SYM" if word[0] in "'$%#&@+=*" or ord(word[0]) > 0x2000 else "."
    if len(word) > 3:
        for ending, tag in ENDINGS:
            if word.endswith(ending):
                return tag
    return "NN"


@cache
def segmenter_for(chinese: bool) -> Segmenter:
    """The segmenter for texts with or without Chinese characters; loading the dictionary costs 0.1 s once."""
    return ChineseSegmenter() if chinese else EnglishSegmenter()


def cut_words(text: str, names: Sequence[tuple[int, int, str]] = ()) -> list[Word]:
    """The words of a normalised text, where each stretch of `names` (start, end, kind) is one word.

    This is how names from the records reach any segmenter: no dictionary is changed, so
    the words of a text depend on nothing but the text and its names.
    """
    if not text:
        return []
    segmenter = segmenter_for(bool(HAN.search(text)))
    if not names:
        return segmenter.cut(text)
    words: list[Word] = []
    at = 0
    for start, end, kind in names:
        if at < start:
            words += segmenter.cut(text[at:start], at)
        words.append(Word(text[start:end], "nz", start, end, kind))
        at = end
    return words + segmenter.cut(text[at:], at) if at < len(text) else words
