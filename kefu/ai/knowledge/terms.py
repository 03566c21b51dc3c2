"""What a text is found by: its words, pieces of words, and how it sounds."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

import tantivy

from kefu.ai.text.features import FUNCTION_TAGS
from kefu.ai.text.normal import normalise
from kefu.ai.text.sound import build_sounds
from kefu.ai.text.words import HAN, Word, cut_words

RUN = re.compile(r"[\u3400-\u9fff]+|[a-z0-9]+")
NOT_LETTERS = re.compile(r"[\W_]+")

FUNCTION_WEIGHT = 0.4
"""What a word without content counts against one with."""

LONGEST_WORD = 40
"""Characters of a word that count: what is longer is an address or a key."""

EMPTY = frozenset(
    """怎么弄 怎么办 咋办 咋弄
    的 了 是 我 你 您 请问 请 在 有 就 和 与 都 也 这 那 个 吗 呢 吧 啊 一下 一个
    知道 谁 麻烦 你好 您好 谢谢 着 过 得 地 还
    怎么 如何 什么 哪 哪里 多少 想 能 可以 要 会 need want tell know show give""".split()
)
"""Words that questions about anything hold, whatever part of speech they are."""

Placed = tuple[tuple[str, ...], int, int]
"""Terms with the first and last character of the text that they are of."""


@dataclass(frozen=True, slots=True)
class Terms:
    """A text taken apart.

    `words` in order, English ones stemmed; `content` says of each whether it tells what the text is about. `pieces`
    are characters and pairs of them in Chinese, runs of three and four letters in other words; `sounds` are pairs of
    syllables without tones; of both how often they stand there, less in words without content. `letters` is the text
    without anything else.
    """

    words: tuple[str, ...]
    content: tuple[bool, ...]
    pieces: Mapping[str, float]
    sounds: Mapping[str, float]
    letters: str

    @property
    def subject(self) -> tuple[str, ...]:
        """The words that tell what the text is about."""
        return tuple(word for word, tells in zip(self.words, self.content, strict=True) if tells)


def take_apart(text: str) -> Terms:
    """The terms of a short text: a question, a heading. 40 µs."""
    plain = normalise(text).text
    words = [word for word in cut_words(plain) if not NOT_LETTERS.fullmatch(word.text)]
    forms = tuple(map(form, words))
    content = tuple(word.tag not in FUNCTION_TAGS and one not in EMPTY for word, one in zip(words, forms, strict=True))
    shares = [1.0] * len(plain)
    for word, tells in zip(words, content, strict=True):
        if not tells:
            shares[word.start : word.end] = [FUNCTION_WEIGHT] * (word.end - word.start)
    pieces, sounds = _weighed(_pieces(plain), shares), _weighed(_sounds(plain), shares)
    return Terms(forms, content, pieces, sounds, NOT_LETTERS.sub("", plain))


def form(word: Word) -> str:
    """The form of a word that is compared: `refunds` and `refunded` are `refund`."""
    text = word.text[:LONGEST_WORD]
    return text if HAN.search(text) else stem(text)


def words_of(text: str) -> list[str]:
    """The words of a longer text alone, in the form that is compared."""
    return [form(word) for word in cut_words(normalise(text).text) if not NOT_LETTERS.fullmatch(word.text)]


def pieces_of(plain: str, *, singles: bool = True) -> Counter[str]:
    """The pieces of a normalised text; without `singles` pairs of Chinese characters alone."""
    return Counter(piece for pieces, _, _ in _pieces(plain, singles=singles) for piece in pieces)


def sounds_of(plain: str) -> Counter[str]:
    """Pairs of syllables of a normalised text; a word in other letters sounds as itself."""
    return Counter(sound for sounds, _, _ in _sounds(plain) for sound in sounds)


def _pieces(plain: str, *, singles: bool = True) -> Iterator[Placed]:
    """The pieces with the first and last character that they are of; those of a word in letters are the word's."""
    for match in RUN.finditer(plain):
        run, start = match[0], match.start()
        if not run.isascii():
            yield from (((run[at : at + 2],), start + at, start + at + 1) for at in range(len(run) - 1))
            if singles:
                yield from (((run[at],), start + at, start + at) for at in range(len(run)))
        elif singles:
            yield _runs(run[:LONGEST_WORD]), start, start


@lru_cache(maxsize=1 << 15)
def _runs(word: str) -> tuple[str, ...]:
    """The runs of three and four letters of a word with its edges."""
    edged = f"<{word}>"
    return tuple(edged[at : at + size] for size in (3, 4) for at in range(len(edged) - size + 1))


def _sounds(plain: str) -> Iterator[Placed]:
    """The sounds with the first and last character that they are of."""
    for match in RUN.finditer(plain):
        run, start = match[0], match.start()
        if run.isascii():
            yield (run[:LONGEST_WORD],), start, start
        else:
            heard = pairs(build_sounds().of(run))
            yield from (((sound,), start + at, start + min(at + 1, len(run) - 1)) for at, sound in enumerate(heard))


def _weighed(found: Iterator[Placed], shares: Sequence[float]) -> dict[str, float]:
    """How often each term stands in a text whose characters count so much each."""
    counts: dict[str, float] = {}
    for terms, first, last in found:
        share = (shares[first] + shares[last]) / 2
        for term in terms:
            counts[term] = counts.get(term, 0.0) + share
    return counts


def pairs(sound: str) -> Sequence[str]:
    """Neighbours in a row of syllables; a single one stands for itself."""
    return [sound[at : at + 2] for at in range(len(sound) - 1)] or [sound]


@lru_cache(maxsize=1 << 15)
def stem(word: str) -> str:
    """The stem of an English word. Source: M. Porter's Snowball, as tantivy carries it."""
    return next(iter(_stemmer().analyze(word)), word)


@cache
def _stemmer() -> tantivy.TextAnalyzer:
    builder = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace())
    return builder.filter(tantivy.Filter.stemmer("english")).build()
