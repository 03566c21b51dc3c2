"""What stands in a text by notation: entities marked in examples, and the shortcut `/intent{...}`."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from kefu.ai.text.lexicon import Manner
from kefu.ai.text.normal import normalise
from kefu.ai.text.pieces import pieces_of
from kefu.core.nouns import Ask, Entity, IntentScore, Value
from kefu.core.ports.reader import Example

MARK = re.compile(r"\[([^\]]+)\]\((\w+)\)")
SHORTCUT = re.compile(r"\s*/([\w.-]+)\s*(\{.*\})?\s*", re.DOTALL)
HEAD_LENGTHS = range(1, 4)
COMMON_HEAD = 3
"""In so many different mentions a word must end to count as one for the kind of thing."""


@dataclass(frozen=True, slots=True)
class Marked:
    """An example without its notation: the plain text and the marked stretches (start, end, kind)."""

    text: str
    spans: tuple[tuple[int, int, str], ...]


def parse_marks(text: str) -> Marked:
    """Take the notation out of a sentence: `看[英语课](course)` marks 英语课 as a course."""
    plain, spans, at = "", [], 0
    for match in MARK.finditer(text):
        plain += text[at : match.start()]
        spans.append((len(plain), len(plain) + len(match[1]), match[2]))
        plain += match[1]
        at = match.end()
    return Marked(plain + text[at:], tuple(spans))


def learn_manner(examples: Sequence[Example]) -> Manner:
    """How customers name things, from what is marked in the examples and what is not."""
    mentions: set[str] = set()
    inside: Counter[str] = Counter()
    outside: Counter[str] = Counter()
    for example in examples:
        at = 0
        for match in MARK.finditer(example.text):
            mention = normalise(match[1]).text.strip()
            mentions.add(mention)
            inside.update(piece for piece, _, _ in pieces_of(mention))
            outside.update(piece for piece, _, _ in pieces_of(normalise(example.text[at : match.start()]).text))
            at = match.end()
        outside.update(piece for piece, _, _ in pieces_of(normalise(example.text[at:]).text))
    endings: Counter[str] = Counter()
    for mention in mentions:
        words = mention.split()
        if mention.isascii():
            endings.update(words[-1:] if len(words) > 1 else [])
        else:
            endings.update(mention[-size:] for size in HEAD_LENGTHS if len(mention) > size + 1)
    heads = {ending for ending, count in endings.items() if count >= COMMON_HEAD}
    plain = {piece for piece, count in outside.items() if count > inside[piece]}
    return Manner(frozenset(heads), frozenset(plain | heads))


def read_shortcut(text: str, intents: Collection[str]) -> tuple[Ask, tuple[Entity, ...]] | None:
    """`/refund{"order": "E26…"}`, as buttons of chat clients send it; None unless the intent is known."""
    match = SHORTCUT.fullmatch(text) if "/" in text[:40] else None
    if match is None or match[1] not in intents:
        return None
    entities = []
    for kind, value in _values(match[2] or "{}").items():
        at = text.find(str(value), match.start(2))
        start, end = (at, at + len(str(value))) if at >= 0 else match.span(2)
        entities.append(Entity(kind, text[start:end], value, start, end))
    return Ask(text, (IntentScore(match[1], 1.0),)), tuple(entities)


def _values(written: str) -> dict[str, Value]:
    try:
        values = json.loads(written)
    except (ValueError, RecursionError):
        return {}
    return {kind: value for kind, value in values.items() if isinstance(value, str | int | float | bool)}
