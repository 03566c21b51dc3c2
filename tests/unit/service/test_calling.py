"""What a call writes down, and that only what was heard counts as said."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from small_house import Bench

from kefu.core.events import CallBegan, CallEnded, CallHeld, CallResumed, ConversationOpened, Replied, Spoken
from kefu.core.nouns import Identity, OnCall
from kefu.core.ports.line import Caller
from kefu.service.turn.calling import note

NOW = datetime(2026, 3, 2, 2, tzinfo=UTC)
CALLER = Caller("chat", "u", "k1", Identity("L1", "token"), "zh")
ANSWER = "《英语口语》学到第12课。"


async def answered(bench: Bench) -> str:
    """The turn that a question led to."""
    return (await bench.take("我学到哪了")).turn_id


async def recent(bench: Bench) -> list[tuple[str, str]]:
    talk = await bench.store.load("chat", "u")
    assert talk
    return [(said.by, said.text) for said in talk.recent]


async def test_a_call_opens_the_conversation_of_who_never_wrote(bench: Bench) -> None:
    talk = await note(CALLER, [CallBegan(NOW, "k1", "chat", "zh")], bench.house)
    assert talk.call == OnCall("k1", "chat", NOW)
    assert talk.identity == CALLER.identity
    events = [one.event for one in await bench.store.events(talk.id)]
    assert isinstance(events[0], ConversationOpened)
    again = await note(CALLER, [CallHeld(NOW, "k1", "mei")], bench.house)
    assert again.call
    assert again.call.held
    assert (await note(CALLER, [CallResumed(NOW, "k1", "mei")], bench.house)).call == OnCall("k1", "chat", NOW)
    assert (await note(CALLER, [CallEnded(NOW, "k1", "caller", 9000)], bench.house)).call is None


async def test_a_late_word_of_an_earlier_call_ends_no_other(bench: Bench) -> None:
    await note(CALLER, [CallBegan(NOW, "k1", "chat", "zh"), CallBegan(NOW, "k2", "chat", "zh")], bench.house)
    talk = await note(CALLER, [CallEnded(NOW, "k1", "failed", 9000)], bench.house)
    assert talk.call == OnCall("k2", "chat", NOW)


async def test_chat_and_call_are_one_conversation(bench: Bench) -> None:
    await answered(bench)
    talk = await note(CALLER, [CallBegan(NOW, "k1", "chat", "zh")], bench.house)
    assert [said.text for said in talk.recent] == ["我学到哪了", ANSWER]


async def test_what_was_not_heard_was_not_said(bench: Bench) -> None:
    turn = await answered(bench)
    await note(CALLER, [Spoken(NOW, "k1", turn, ANSWER, "《英语口语》", whole=False)], bench.house)
    assert await recent(bench) == [("customer", "我学到哪了"), ("machine", "《英语口语》")]


async def test_a_reply_of_which_nothing_was_heard_is_gone(bench: Bench) -> None:
    turn = await answered(bench)
    await note(CALLER, [Spoken(NOW, "k1", turn, ANSWER, "", whole=False)], bench.house)
    assert await recent(bench) == [("customer", "我学到哪了")]


async def test_what_was_heard_whole_stays_and_the_calls_own_words_are_lines(bench: Bench) -> None:
    turn = await answered(bench)
    own = Spoken(NOW, "k1", "", "请问您还在吗？", "请问您还在吗？", whole=True)
    await note(CALLER, [Spoken(NOW, "k1", turn, ANSWER, ANSWER, whole=True), own], bench.house)
    assert await recent(bench) == [("customer", "我学到哪了"), ("machine", ANSWER), ("machine", own.text)]


class Overtaking:
    """A store before which another process goes on first, once."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._store = bench.store

    def __getattr__(self, name: str) -> object:
        return getattr(self._store, name)

    async def commit(self, commit: object) -> None:
        if self._bench:
            bench, self._bench = self._bench, None
            await bench.take("我学到哪了")
            assert await self._store.load("chat", "u")
        await self._store.commit(commit)


async def test_a_note_waits_for_what_another_process_wrote(bench: Bench) -> None:
    house = replace(bench.house, store=Overtaking(bench), gate=type(bench.house.gate)(4))
    await note(CALLER, [CallBegan(NOW, "k1", "chat", "zh")], house)
    events = [one.event for one in await bench.store.events((await note(CALLER, [], house)).id)]
    kinds = [type(event) for event in events]
    assert kinds.count(ConversationOpened) == 1
    assert kinds.count(Replied) == kinds.count(CallBegan) == 1
