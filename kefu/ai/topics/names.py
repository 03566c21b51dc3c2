"""Names for topics: the phrase that tells a topic from the others, in the customers' own words."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from kefu.ai.knowledge.terms import EMPTY, NOT_LETTERS
from kefu.ai.text.features import FUNCTION_TAGS
from kefu.ai.text.normal import normalise
from kefu.ai.text.words import HAN, Word, cut_words

LONGEST = 3
"""Words of a phrase."""
FEWEST_TEXTS = 3
LEAST_SHARE = 0.08
"""Of a topic's texts, as many must hold a phrase that names it."""
LONGER = 0.15
"""What each word more adds to a phrase: 「退款到账」 says more than 「退款」."""
PHRASES = 4


def name_topics(texts: Sequence[Sequence[str]]) -> list[tuple[str, ...]]:
    """For the texts of each topic its phrases, best first; none where no phrase stands in three texts.

    Phrases are weighed by how many texts of the topic hold them, and how few of all texts do. Source: M. Grootendorst,
    "BERTopic: Neural topic modeling with a class-based TF-IDF procedure" (2022), with texts counted in place of words.
    """
    counts = [Counter(phrase for text in some for phrase in set(phrases(text))) for some in texts]
    everywhere: Counter[str] = Counter()
    for one in counts:
        everywhere.update(one)
    mean = sum(map(len, texts)) / max(1, len(texts))
    return [_best(count, len(some), everywhere, mean) for count, some in zip(counts, texts, strict=True)]


def phrases(text: str) -> Iterator[str]:
    """The phrases of a text: runs of words that begin and end with one that tells something."""
    words = [word for word in cut_words(normalise(text).text) if not NOT_LETTERS.fullmatch(word.text)]
    tells = [word.tag not in FUNCTION_TAGS and word.text not in EMPTY for word in words]
    for start, telling in enumerate(tells):
        if not telling:
            continue
        for end in range(start, min(start + LONGEST, len(words))):
            if tells[end] and not _is_thin(words[start : end + 1]):
                yield _written(words[start : end + 1])


def _is_thin(words: Sequence[Word]) -> bool:
    """Whether a phrase is a single character or a number."""
    return len(words) == 1 and (len(words[0].text) == 1 or words[0].text.isdecimal())


def _written(words: Sequence[Word]) -> str:
    """As it is written: blanks between words of letters alone."""
    out = words[0].text
    for before, word in pairwise(words):
        out += word.text if HAN.search(before.text + word.text) else f" {word.text}"
    return out


def _best(counts: Mapping[str, int], size: int, everywhere: Mapping[str, int], mean: float) -> tuple[str, ...]:
    least = max(FEWEST_TEXTS, LEAST_SHARE * size)
    weights = {
        phrase: count / size * math.log(1 + mean / everywhere[phrase]) * (1 + LONGER * _length(phrase))
        for phrase, count in counts.items()
        if count >= least
    }
    chosen: list[str] = []
    for phrase in sorted(weights, key=lambda one: (-weights[one], one)):
        if not any(phrase in other or other in phrase for other in chosen):
            chosen.append(phrase)
        if len(chosen) == PHRASES:
            break
    return tuple(chosen)


def _length(phrase: str) -> int:
    """Words beyond the first; two Chinese characters are about one."""
    return phrase.count(" ") if not HAN.search(phrase) else max(0, (len(phrase) - 1) // 2)
