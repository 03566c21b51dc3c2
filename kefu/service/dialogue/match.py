"""Which of the offered options a customer means: by name, in part, by place, by sound."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice, product

from rapidfuzz import fuzz

from kefu.core.nouns import Entity, Option

FILLERS = frozenset(
    (
        "课程 这门 那门 一门 门课 这个 那个 一个 个课 学习 进度 的课 那么 怎么 "
        "course class lesson the a an my one i in of for to and is it what about"
    ).split()
)
"""Pieces that never tell one option from another."""

SOUND_ALIKE = 86
"""Lowest partial similarity (0-100) of two pinyin spellings that counts as the same name."""

MOST_READINGS = 16
"""How many ways to read a name aloud are tried."""

SPELLED_ALIKE = 82
"""Lowest partial similarity (0-100) of two spellings that counts as a typo."""


@dataclass(frozen=True, slots=True)
class Match:
    """The options that a text may mean, and whether it named something that is not offered."""

    options: tuple[Option, ...] = ()
    other: bool = False


def match_entities(entities: Sequence[Entity], kinds: Sequence[str], options: Sequence[Option]) -> Match:
    """Match what a sentence names in passing: only entities of the slot's kinds count."""
    for entity in (entity for entity in entities if entity.kind in kinds):
        if entity.value is not None:
            found = tuple(option for option in options if entity.value in (option.value, *option.aliases))
            if found or entity.score >= 1:
                return Match(found, other=not found)
        named = match_text(entity.text, options)
        if named:
            return Match(named)
        return Match(other=True)
    return Match()


def match_answer(text: str, entities: Sequence[Entity], kinds: Sequence[str], options: Sequence[Option]) -> Match:
    """Match an answer to a question that listed the options: place, name or part of it."""
    place = _place(text, entities, len(options))
    if place is not None:
        return Match((options[place],))
    by_entity = match_entities(entities, kinds, options)
    if by_entity.options:
        return by_entity
    return Match(match_text(text, options), by_entity.other)


def match_exactly(text: str, entities: Sequence[Entity], options: Sequence[Option]) -> tuple[Option, ...]:
    """The options that a text means without a doubt: by their place, or by a whole name."""
    place = _place(text, entities, len(options))
    if place is not None:
        return (options[place],)
    said = _plain(text)
    return tuple(option for option in options if said and said in _names(option))


def match_text(text: str, options: Sequence[Option]) -> tuple[Option, ...]:
    """The options that a text names best; several when it fits several equally."""
    said = _plain(text)
    if not said:
        return ()
    exact = tuple(option for option in options if said in _names(option))
    return exact or _by_pieces(said, options) or _by_spelling(said, options) or _by_sound(said, options)


@lru_cache(maxsize=4096)
def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).casefold()
    return re.sub(r"[\W_]+", " ", folded).strip()


def _names(option: Option) -> set[str]:
    return {_plain(name) for name in (option.label, str(option.value), *option.aliases)}


def _place(text: str, entities: Sequence[Entity], count: int) -> int | None:
    for entity in entities:
        if entity.kind == "ordinal" and isinstance(entity.value, int):
            index = entity.value - 1 if entity.value > 0 else count + entity.value
            if 0 <= index < count:
                return index
    plain = _plain(text)
    return int(plain) - 1 if plain.isdecimal() and 0 < int(plain[:3]) <= count else None


@lru_cache(maxsize=4096)
def _pieces(text: str) -> frozenset[str]:
    pieces: set[str] = set()
    for run in re.findall(r"[a-z0-9+#]+|[^\x00-\x7f]+", _plain(text)):
        if run.isascii():
            pieces.add(run)
        else:
            pieces.update(run[i : i + 2] for i in range(len(run) - 1))
    return frozenset(pieces) - FILLERS


def _by_pieces(said: str, options: Sequence[Option]) -> tuple[Option, ...]:
    owned = [frozenset[str]().union(*(_pieces(name) for name in (option.label, *option.aliases))) for option in options]
    spread = Counter(piece for pieces in owned for piece in pieces)
    mine = _pieces(said)
    scores = [sum(1 / spread[piece] for piece in mine & pieces) for pieces in owned]
    best = max(scores, default=0.0)
    return tuple(o for o, score in zip(options, scores, strict=True) if score > best * 0.99) if best > 0 else ()


def _by_spelling(said: str, options: Sequence[Option]) -> tuple[Option, ...]:
    if len(said) < 4:
        return ()
    long = [[name for name in _names(option) if len(name) >= 4] for option in options]
    scores = [max((fuzz.partial_ratio(said, name) for name in names), default=0.0) for names in long]
    return _closest(scores, options, SPELLED_ALIKE)


def _by_sound(said: str, options: Sequence[Option]) -> tuple[Option, ...]:
    chinese = "".join(re.findall(r"[\u3400-\u9fff]+", re.sub(r"(这|那)?门?课程?$", "", said)))
    if len(chinese) < 2:
        return ()
    said_as = _sounds(chinese)[0]
    scores = [max(fuzz.partial_ratio(said_as, sound) for sound in _sounds(option.label)) for option in options]
    return _closest(scores, options, SOUND_ALIKE)


def _closest(scores: Sequence[float], options: Sequence[Option], floor: float) -> tuple[Option, ...]:
    best = max(scores, default=0.0)
    return tuple(o for o, score in zip(options, scores, strict=True) if score > best - 3) if best >= floor else ()


@lru_cache(maxsize=4096)
def _sounds(text: str) -> tuple[str, ...]:
    """The ways to read a text aloud, the usual one first: 音乐 is yin le, then yin yue."""
    from pypinyin import Style, pinyin

    readings = pinyin(text, style=Style.NORMAL, heteronym=True)
    return tuple(" ".join(reading) for reading in islice(product(*readings), MOST_READINGS))
