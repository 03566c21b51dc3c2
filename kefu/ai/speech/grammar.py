"""What may be said now, as a grammar: phrases become words with phones, and paths through them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from kefu.ai.speech.letters import Dictionary
from kefu.ai.speech.pinyin import phones_of
from kefu.ai.speech.spoken import spoken
from kefu.core.nouns import Language
from kefu.core.ports.speech import Expected, Phrase

MOST: Mapping[Language, int] = {"zh": 60, "en": 200}
"""How many phrases of a language are listened for: with more, real voices are mistaken more often."""

YES_NO: Mapping[Language, str] = {
    "en": "yes|yeah|yes please|sure|okay|that's right|correct|no|nope|no thanks|no thank you|not now|that's wrong",
    "zh": "是|是的|对|对的|好|好的|可以|没错|不是|不对|不要|不用|不用了|不可以|没有",
}
CHINESE = re.compile(r"[\u3400-\u9fff]+")
LATIN = re.compile(r"[a-z']+")


@dataclass(frozen=True, slots=True)
class Way:
    """A phrase as the decoder hears it: words, each with the ways to say it."""

    phrase: Phrase
    words: tuple[str, ...]
    says: tuple[tuple[str, ...], ...]


def phrases_of(expected: Expected) -> Sequence[Phrase]:
    """The phrases that are listened for: the likeliest of each language, and yes and no where they are asked for."""
    found: list[Phrase] = []
    left = dict(MOST)
    if expected.expects == "yes_no":
        found += [Phrase("", text, expected.language) for text in YES_NO[expected.language].split("|")]
        left[expected.language] -= len(found)
    for phrase in expected.phrases:
        if left[phrase.language] > 0:
            left[phrase.language] -= 1
            found.append(phrase)
    return found


def ways_of(phrases: Sequence[Phrase], dictionary: Dictionary) -> Sequence[Way]:
    """How each phrase is said. A Chinese one is one word; what has nothing to say is left out."""
    found = []
    for number, phrase in enumerate(phrases):
        text = spoken(phrase.text, phrase.language).lower()
        if phrase.language == "zh":
            phones = " ".join(_phones(text, dictionary))
            way = Way(phrase, (f"p{number}",), ((phones,),)) if phones else None
        else:
            words = [word for word in LATIN.findall(text) if word.strip("'")]
            way = Way(phrase, tuple(words), tuple(tuple(dictionary.says(word)) for word in words)) if words else None
        if way:
            found.append(way)
    return found


def _phones(text: str, dictionary: Dictionary) -> Iterator[str]:
    """Of a Chinese text with Latin words in it: those are said as in English."""
    for run in re.finditer(rf"{CHINESE.pattern}|{LATIN.pattern}", text):
        if CHINESE.match(run[0]):
            yield from phones_of(run[0])
        else:
            yield dictionary.says(run[0])[0]


def paths(ways: Sequence[Way]) -> Iterator[tuple[int, int, float, str]]:
    """The transitions (from, to, probability, word) from state 0 to state 1."""
    whole = sum(max(way.phrase.weight, 1e-3) for way in ways)
    free = 2
    for way in ways:
        state, chance = 0, max(way.phrase.weight, 1e-3) / whole
        for at, word in enumerate(way.words):
            after = 1 if at == len(way.words) - 1 else free
            free += after != 1
            yield state, after, chance if at == 0 else 1.0, word
            state = after
