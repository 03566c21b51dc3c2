"""Words by which lines are found again, in both languages, without a dictionary.

A run of Chinese characters becomes its pairs (and its single characters, so that one character finds, too), a
Latin word or a number itself in small letters. Full width becomes half width (NFKC).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from itertools import pairwise

CHINESE = "\u3400-\u9fff\uf900-\ufaff"
PART = re.compile(rf"[{CHINESE}]+|[^\W_{CHINESE}]+")

LONGEST = 64
"""Characters of a word that count."""


def words_of(text: str) -> tuple[str, ...]:
    """What a line can be found by: each word once."""
    found: dict[str, None] = {}
    for part, is_chinese in _parts(text):
        found |= dict.fromkeys((*part, *map("".join, pairwise(part))) if is_chinese else (part[:LONGEST],))
    return tuple(found)


def sought(text: str) -> tuple[str, ...]:
    """What a search asks for: all pairs of a Chinese run of two characters and more, the words of others."""
    found: dict[str, None] = {}
    for part, is_chinese in _parts(text):
        found |= dict.fromkeys(map("".join, pairwise(part)) if is_chinese and len(part) > 1 else (part[:LONGEST],))
    return tuple(found)


def _parts(text: str) -> Iterator[tuple[str, bool]]:
    for found in PART.finditer(unicodedata.normalize("NFKC", text).casefold()):
        yield found[0], re.match(f"[{CHINESE}]", found[0]) is not None
