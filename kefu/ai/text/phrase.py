"""What a model of intents is given: a sentence or clause, taken apart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from kefu.ai.text.features import count_features
from kefu.ai.text.sound import Sounds
from kefu.ai.text.words import HAN, Word


@dataclass(frozen=True, slots=True)
class Phrase:
    """A text with names of known kinds replaced by their kind, and what it is made of.

    `text` is what an encoder reads, `counts` what is counted (see `count_features`), `words` what it is cut into.
    """

    text: str
    counts: Counter[str]
    words: tuple[Word, ...] = ()

    @property
    def is_chinese(self) -> bool:
        """Whether any of it is written in Chinese characters."""
        return HAN.search(self.text) is not None

    def is_in(self, languages: frozenset[str]) -> bool:
        """Whether there is something to read, in one of these languages."""
        return bool(self.text.strip()) and ("zh" if self.is_chinese else "en") in languages


def make_phrase(text: str, words: Sequence[Word], sounds: Sounds) -> Phrase:
    """The phrase of some words of a normalised text that follow each other."""
    pieces, at = [], words[0].start if words else 0
    for word in words:
        pieces += [text[at : word.start], word.kind.replace("_", " ") if word.kind else text[word.start : word.end]]
        at = word.end
    return Phrase("".join(pieces), count_features(words, sounds), tuple(words))
