"""Recorded calls are heard again by a real engine, and its errors are counted against what is right."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path

import pytest
from recorded_call import AT, SAID, record_call, speak
from small_house import make_bench

from kefu.adapters.recordings.files import open_recordings
from kefu.adapters.stores.memory import MemoryStore
from kefu.ai.speech.sphinx import open_recogniser
from kefu.app.listening import LISTENED
from kefu.app.people.team import Hand
from kefu.app.rehearing import Archive, errors_in, parse_settings, rate_of, rehear
from kefu.core.errors import BadInput
from kefu.core.events import Corrected
from kefu.core.nouns import Language
from kefu.core.ports.desk import Scope
from kefu.core.ports.recordings import Recordings
from kefu.core.ports.speech import Recogniser
from kefu.service.privacy.access import Operator

CATALOG = make_bench().house.catalog


@pytest.fixture
async def recordings(tmp_path: Path) -> AsyncIterator[Recordings]:
    async with open_recordings({"home": str(tmp_path), "secret": "r" * 32}) as opened:
        yield opened


@pytest.fixture(scope="module")
def recogniser() -> Iterator[Recogniser]:
    engine = open_recogniser({})
    yield engine
    engine.close()


@pytest.fixture(scope="module")
def spoken() -> Sequence[bytes]:
    return speak()


@pytest.mark.parametrize("corrected", [False, True])
async def test_errors_are_counted_against_what_is_right(
    recordings: Recordings, recogniser: Recogniser, spoken: Sequence[bytes], *, corrected: bool
) -> None:
    store = MemoryStore()
    right = (Corrected(AT, "mei", "t2", SAID[1], "person"),) if corrected else ()
    await record_call(store, recordings, spoken, [SAID[0], "i want my order", SAID[2]], *right)
    archive = Archive(store, recordings, Hand(Operator("cli")))
    (found,) = await rehear(await store.calls(Scope()), archive, recogniser, CATALOG, AT)
    expected = SAID[1] if corrected else "i want my order"
    assert [one.piece.right for one in found.pieces] == [SAID[0], expected, SAID[2]]
    assert [found.pieces[0].text, found.pieces[2].text] == [SAID[0], SAID[2]]
    then = rate_of(found.pieces, then=True)
    if corrected:
        assert found.pieces[1].text == SAID[1]
        assert (found.rate, then) == (0, 5 / 14)
    else:
        assert then == 0
    assert [one.deed.what for one in await store.trail()] == [LISTENED]


async def test_what_was_misheard_is_heard_again_and_counts_for_nothing(
    recordings: Recordings, recogniser: Recogniser, spoken: Sequence[bytes]
) -> None:
    store = MemoryStore()
    await record_call(store, recordings, spoken, [SAID[0], "", SAID[2]])
    archive = Archive(store, recordings, Hand(Operator("cli")))
    (found,) = await rehear(await store.calls(Scope()), archive, recogniser, CATALOG, AT)
    assert [one.units for one in found.pieces] == [4, 0, 3]
    assert found.rate == 0


async def test_a_call_without_a_recording_is_left_out(recordings: Recordings, recogniser: Recogniser) -> None:
    store = MemoryStore()
    await record_call(store, recordings, [], [])
    for label in [one async for one in recordings.labels()]:
        await recordings.erase(label.conversation_id)
    archive = Archive(store, recordings, Hand(Operator("cli")))
    assert await rehear(await store.calls(Scope()), archive, recogniser, CATALOG, AT) == []
    assert await store.trail() == []


@pytest.mark.parametrize(
    ("text", "right", "language", "errors"),
    [
        ("我学到哪里了", "我学到哪了？", "zh", 1),
        ("Where is my order?", "where is my order", "en", 0),
        ("where was the order", "where is my order", "en", 2),
        ("", "三个字", "zh", 3),
    ],
)
def test_errors_count_characters_or_words(text: str, right: str, language: Language, errors: int) -> None:
    assert errors_in(text, right, language) == errors


def test_settings_are_pairs() -> None:
    assert parse_settings(["model=/a=b", " threads = 2 "]) == {"model": "/a=b", "threads": "2"}
    with pytest.raises(BadInput, match="key=value"):
        parse_settings(["model"])
