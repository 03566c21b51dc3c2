"""The follower that keeps what messages name: everything once, cut batches, another model, colleagues' words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from kefu.adapters.stores.memory import MemoryStore
from kefu.app.extraction import following
from kefu.app.extraction.crew import alone
from kefu.app.extraction.following import Extraction
from kefu.core.events import ConversationOpened, Event, MessageReceived, MessageUnderstood, SpanJudged
from kefu.core.nouns import Conversation, Entity
from kefu.core.ports.extracts import Sought
from kefu.core.ports.store import Commit

NOW = datetime(2026, 11, 4, 3, tzinfo=UTC)
ZONE = ZoneInfo("Asia/Shanghai")
TEXT = "我要学英语课"


@dataclass
class Finds:
    """A model that finds one word wherever it stands, and counts the texts that it read."""

    word: str
    version: str = "model-1"
    read: int = 0

    def find(self, texts: Sequence[str]) -> list[tuple[Entity, ...]]:
        self.read += len(texts)
        starts = [text.find(self.word) for text in texts]
        return [
            (Entity("wish", self.word, self.word, at, at + len(self.word), 0.8),) if at >= 0 else () for at in starts
        ]


async def write(store: MemoryStore, name: str, *events: Event) -> None:
    talk = await store.load("kit", name) or Conversation(f"c-{name}", "kit", name)
    after = replace(talk, version=talk.version + len(events))
    await store.commit(Commit(f"t-{name}-{talk.version}", "", NOW, after, talk.version, events))


async def say(store: MemoryStore, name: str, text: str = TEXT) -> None:
    at = text.find("英语课")
    entities = (Entity("course", "英语课", "C1", at, at + 3),) if at >= 0 else ()
    understood = MessageUnderstood(NOW, "zh", (), entities, (), 0.0, 0.0, 0.0, None, "reader-1")
    await write(store, name, ConversationOpened(NOW, "kit", name, "zh"), MessageReceived(NOW, "", text), understood)


async def kinds(store: MemoryStore) -> list[tuple[str, str, str]]:
    return sorted((one.conversation_id, one.kind, one.text) for one in (await store.extracts(Sought())).entries)


def still(_what: str, _done: int, _total: int) -> None:
    """Show nothing."""


@pytest.mark.parametrize("batch", [1, 2, 3, 1000])
async def test_every_message_is_taken_in_wherever_a_batch_ends(monkeypatch, batch: int) -> None:
    monkeypatch.setattr(following, "BATCH", batch)
    store = MemoryStore()
    for name in ("a", "b", "c"):
        await say(store, name)
    extraction = Extraction(store, ZONE, lambda: None)
    assert not await extraction.catch_up(1) or batch == 1000
    assert await extraction.catch_up()
    assert await kinds(store) == [(f"c-{name}", "course", "英语课") for name in ("a", "b", "c")]


async def test_a_model_reads_what_is_new_and_the_past_when_asked(monkeypatch) -> None:
    monkeypatch.setattr(following, "BATCH", 3)
    store, served = MemoryStore(), []
    extraction = Extraction(store, ZONE, lambda: served[0] if served else None)
    await say(store, "a")
    await extraction.catch_up()
    served.append(Finds("我要"))
    await say(store, "b")
    await extraction.catch_up()
    assert await kinds(store) == [
        ("c-a", "course", "英语课"), ("c-b", "course", "英语课"), ("c-b", "wish", "我要"),
    ]  # fmt: skip
    assert await extraction.read_again(still, alone(served[0])) == 6
    assert ("c-a", "wish", "我要") in await kinds(store)
    read = served[0].read
    assert await extraction.read_again(still, alone(served[0])) == 0
    assert served[0].read == read


async def test_a_run_that_was_cut_off_goes_on_where_it_was(monkeypatch) -> None:
    monkeypatch.setattr(following, "BATCH", 2)
    store, model = MemoryStore(), Finds("学")
    for name in ("a", "b", "c"):
        await say(store, name)
    await Extraction(store, ZONE, lambda: None).catch_up()

    class CutError(Exception):
        pass

    def cut(_what: str, done: int, _total: int) -> None:
        if done:
            raise CutError

    extraction = Extraction(store, ZONE, lambda: model)
    with pytest.raises(CutError):
        await extraction.read_again(cut, alone(model))
    assert sum(kind == "wish" for _, kind, _ in await kinds(store)) == 1
    before = model.read
    await extraction.read_again(still, alone(model))
    assert model.read == before + 2
    assert sum(kind == "wish" for _, kind, _ in await kinds(store)) == 3


async def test_a_colleagues_word_holds_whichever_model_reads_again() -> None:
    store, model = MemoryStore(), Finds("英语课")
    await say(store, "a")
    extraction = Extraction(store, ZONE, lambda: model)
    await extraction.catch_up()
    assert await kinds(store) == [("c-a", "wish", "英语课")]
    await write(store, "a", SpanJudged(NOW, "mei", 2, 3, 6, "product"))
    await extraction.catch_up()
    assert await kinds(store) == [("c-a", "product", "英语课")]
    assert await store.judged_messages() == [("c-a", 2)]
    model.version = "model-2"
    await extraction.read_again(still, alone(model))
    assert await kinds(store) == [("c-a", "product", "英语课")]
    await write(store, "a", SpanJudged(NOW, "mei", 2, 3, 6, None))
    await extraction.catch_up()
    assert await kinds(store) == [("c-a", "wish", "英语课")]
    assert await store.judged_messages() == []


async def test_a_colleagues_word_holds_while_the_past_is_read_again(monkeypatch) -> None:
    monkeypatch.setattr(following, "BATCH", 2)
    store, model = MemoryStore(), Finds("英语课")
    for name in ("a", "b", "c", "d"):
        await say(store, name)
    await write(store, "a", SpanJudged(NOW, "mei", 2, 3, 6, "product"))
    extraction = Extraction(store, ZONE, lambda: model)
    await extraction.catch_up()
    model.version, seen = "model-2", []

    def look(_what: str, _done: int, _total: int) -> None:
        seen.append([one.kind for one in store._extracted.by_message["c-a", 2]])

    await extraction.read_again(look, alone(model))
    assert len(seen) > 3
    assert seen == [["product"]] * len(seen)


async def test_an_erased_conversation_is_passed_over() -> None:
    store = MemoryStore()
    await say(store, "a")
    await say(store, "b")
    await store.erase("c-a")
    await Extraction(store, ZONE, lambda: None).catch_up()
    assert await kinds(store) == [("c-b", "course", "英语课")]
