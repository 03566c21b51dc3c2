"""Sentences whose meaning is known, to hold two models against: a fixed set, held-out examples, conversations."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

from kefu.app.config import Config
from kefu.app.data.source import open_source
from kefu.app.plugins import load_plugin
from kefu.core.events import MessageReceived, MessageUnderstood
from kefu.core.nouns import Language
from kefu.core.ports.reader import Example
from kefu.core.ports.store import Memory, Review
from kefu.service.promotion import Known, each_once
from kefu.service.skills.grade import plain

TESTS = ("tests.csv", "tests.jsonl")
"""The fixed set of a project: columns text, label and perhaps language; the first of these files that is there."""

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


def is_held(example: Example) -> bool:
    """Whether an example is held out: by a digest of its text, so the same ones from every model."""
    digest = hashlib.blake2b(plain(example.text).encode(), digest_size=4, person=b"kefu-held").digest()
    return int.from_bytes(digest) % HELD == 0


def held_out(before: Sequence[Example], after: Sequence[Example]) -> list[Known]:
    """The held-out examples of two models: of intents that both know, and called the same by both.

    Nobody knows which of the two is right about the others.
    """
    shared = {one.intent for one in before} & {one.intent for one in after}
    called: dict[str, set[tuple[str, Language]]] = {}
    for one in (*before, *after):
        if is_held(one):
            called.setdefault(plain(one.text), set()).add((one.intent, one.language))
    agreed = ((text, *next(iter(intents))) for text, intents in called.items() if len(intents) == 1)
    return [Known(text, intent, language=language) for text, intent, language in agreed if intent in shared]


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
