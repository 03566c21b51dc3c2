"""Chinese or English, by the script of the words."""

from __future__ import annotations

import re
from collections.abc import Sequence

from kefu.ai.text.words import HAN, Word
from kefu.core.nouns import Language

CODE = re.compile(r"[\w.@/:-]*(?:[.@/_:]\w|\d)[\w.@/:-]*", re.ASCII)
"""An address, a file name, a number with letters."""

INTERNATIONAL = frozenset("ok okay hi hello hey bye yes no thanks vip app wifi".split())
"""Words that Chinese customers write too: alone they do not tell."""


def tell_language(text: str, words: Sequence[Word], before: Language | None, default: Language) -> Language:
    """The language that most words of a normalised text are of; names from the records and codes do not count.

    What is too short to tell ("2", "ok", an emoji) is in the conversation's language
    `before`. A text in another script or another European language counts as English,
    because that is what its writer more likely reads.
    """
    chinese = sum(1 for word in words if HAN.match(word.text) and not word.kind)
    latin = [
        word.text
        for word in words
        if word.text[0].isalpha() and not HAN.match(word.text) and not word.kind and not _is_code(text, word)
    ]
    if chinese:
        return "zh" if 2 * chinese >= len(latin) else "en"
    if not latin or (len(latin) == 1 and (latin[0] in INTERNATIONAL or before)):
        return before or default
    return "en"


def _is_code(text: str, word: Word) -> bool:
    before, after = text[: word.start].rpartition(" ")[2], text[word.end :].partition(" ")[0]
    return bool(CODE.fullmatch(before[-40:] + word.text + after[:40]))
