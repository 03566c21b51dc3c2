"""Sentences whose meaning is known, to hold two models against: a fixed set, held-out examples, conversations."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path

from kefu.ai.text.tone import LANGUAGES, answers_of, heading_of
from kefu.app.config import Config
from kefu.app.data.source import open_source
from kefu.app.plugins import load_plugin
from kefu.core.events import MessageReceived, MessageUnderstood
from kefu.core.nouns import Language
from kefu.core.ports.reader import Example
from kefu.core.ports.store import Memory, Review
from kefu.service.promotion import Known, each_once
from kefu.service.skills.grade import plain
from kefu.service.skills.parse import read_tone

TESTS = ("tests.csv", "tests.jsonl")
"""The fixed set of a project: columns text, label and perhaps language; the first of these files that is there."""

TONE_TESTS = "tests.tone.{}.txt"
"""The fixed set for tone, by language: headings and sentences as in `skills/tone.zh.txt`."""

HELD = 5
"""One example in so many is held out."""

REPLAYED = 2000
"""The latest judged enquiries that are read again."""


def tests_of(home: Path) -> Path | None:
    """The fixed set of a project, if it has one."""
    return next((home / name for name in TESTS if (home / name).is_file()), None)


def fixed_set(file: Path) -> list[Known]:
    """The sentences of a fixed set; raises `BadInput` with file and line."""
    sentences = open_source(file).loaded.corpus.sentences
    return [Known(one.text, one.intent, language="zh" if one.language == "zh" else "en") for one in sentences]


def fixed_tones(home: Path) -> list[Known]:
    """The sentences of the fixed set for tone, under their headings; raises `BadSkill` with file and line."""
    found: list[Known] = []
    for language in LANGUAGES:
        file = home / TONE_TESTS.format(language)
        for _, heading, text in read_tone(file.name, file.read_text("utf-8")) if file.is_file() else ():
            answers = answers_of(Example(text, "", language, heading))
            found.append(Known(text, heading_of(answers), language=language))
    return found


def is_held(example: Example) -> bool:
    """Whether an example is held out: by a digest of its text, so the same ones from every model."""
    digest = hashlib.blake2b(plain(example.text).encode(), digest_size=4, person=b"kefu-held").digest()
    return int.from_bytes(digest) % HELD == 0


def held_out(before: Sequence[Example], after: Sequence[Example]) -> list[Known]:
    """The held-out examples of two models: of intents that both know, and called the same by both.

    Nobody knows which of the two is right about the others.
    """
    shared = {one.intent for one in before} & {one.intent for one in after}
    meant = [(one, one.intent) for one in (*before, *after) if one.intent]
    return [known for known in _agreed(meant) if known.intent in shared]


def held_out_tones(before: Sequence[Example], after: Sequence[Example]) -> list[Known]:
    """The held-out sentences of a stated tone from which both models learn, under their headings."""
    texts = {plain(one.text) for one in before if one.tone} & {plain(one.text) for one in after if one.tone}
    toned = [(one, heading_of(answers_of(one))) for one in (*before, *after) if one.tone]
    return [known for known in _agreed(toned) if known.text in texts]


def _agreed(called: Iterable[tuple[Example, str]]) -> list[Known]:
    """The held-out ones among examples, of those that are always called the same."""
    names: dict[str, set[tuple[str, Language]]] = {}
    for example, name in called:
        if is_held(example):
            names.setdefault(plain(example.text), set()).add((name, example.language))
    agreed = ((text, *next(iter(found))) for text, found in names.items() if len(found) == 1)
    return [Known(text, name, language=language) for text, name, language in agreed]


async def judged(config: Config) -> list[Known]:
    """The latest enquiries that people judged, each sentence once; raises `StoreFailed`."""
    place = {**config.table("store"), "home": str(config.home)}
    async with load_plugin("stores", config.get("store.use", str))(place) as store:
        reviews = await store.reviews(judged=True, limit=REPLAYED)
        found = [await _judged(store, review) for review in reviews]
    return each_once(one for one in found if one.text)


async def _judged(store: Memory, review: Review) -> Known:
    events = [recorded.event for recorded in await store.turn(review.turn_id)]
    text = next((event.text for event in events if isinstance(event, MessageReceived)), "")
    language = next((event.language for event in events if isinstance(event, MessageUnderstood)), None)
    return Known(text, review.intent, bool(review.right), language)
