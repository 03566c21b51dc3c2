"""The conformance kit of stores: run every check of `STORE_CHECKS` on an empty store.

    @pytest.mark.parametrize("check", STORE_CHECKS)
    async def test_store(check):
        async with open_store(settings) as store:
            await check(store)

Checks of `SHARED_STORE_CHECKS` take two stores on the same database.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from kefu.core.errors import Conflict, KefuError, Repeat
from kefu.core.events import (
    KINDS,
    DrawnForReview,
    Event,
    Judged,
    MessageReceived,
    PersonReplied,
    QuestionLeft,
    QuestionSettled,
)
from kefu.core.nouns import Conversation, Flow, Identity, Option, Question, Said, Waiting
from kefu.core.ports.questions import Exchange, Left, Reply
from kefu.core.ports.store import Commit, Memory, Parting, Review, Settled
from kefu.testing.invent import invent

NOW = datetime(2026, 3, 2, 2, 0, 0, 123456, tzinfo=UTC)
LATER = NOW + timedelta(minutes=1)


def talk_of(name: str) -> Conversation:
    """A new conversation."""
    return Conversation(f"c-{name}", "kit", name)


def turn_of(
    talk: Conversation,
    name: str,
    events: Sequence[Event] = (),
    partings: Sequence[Parting] = (),
    claims: Sequence[str] = (),
) -> Commit:
    """A commit that goes on with a conversation; its external id is its name."""
    happened = tuple(events) or (MessageReceived(NOW, name, f"text of {name}"),)
    after = replace(talk, version=talk.version + len(happened))
    return Commit(f"t-{name}", name, NOW, after, talk.version, happened, tuple(partings), tuple(claims))


async def refused(work: Awaitable[object]) -> type[Exception] | None:
    """The error that a commit met, if any."""
    try:
        await work
    except KefuError as error:
        return type(error)
    return None


async def an_unknown_sender_has_no_conversation(store: Memory) -> None:
    """Nothing is made by asking."""
    assert await store.load("kit", "nobody") is None
    assert await store.conversation("c-nobody") is None
    assert list(await store.events("c-nobody")) == []


async def what_was_committed_is_there(store: Memory) -> None:
    """State and events come back as they were, with their numbers."""
    full = Conversation(
        id="c-full",
        channel="kit",
        sender="客户 😀",
        identity=Identity("L1", "token"),
        language="en",
        flow=Flow(
            "refund", "refund", "退款", {"order": "E1"}, {"amount": 129900, "share": 0.5}, 2, Question("reason", "slot")
        ),
        paused=(Flow("course", "progress", "x"),),
        queue=("还有",),
        last=Flow("course", "progress", "y", {"course": "C1"}),
        waiting=Waiting("asked", NOW, "mei"),
        offered=(Option("refund", "退款", ("钱",), {"text": "t", "none": None, "yes": True}),),
        heard=("a", "b"),
        recent=(Said("customer", "多行\n文字", NOW),),
    )
    commit = turn_of(full, "full")
    await store.commit(commit)
    assert await store.load("kit", "客户 😀") == commit.conversation
    assert await store.conversation("c-full") == commit.conversation
    (recorded,) = await store.events("c-full")
    assert (recorded.number, recorded.turn_id, recorded.event) == (1, "t-full", commit.events[0])
    assert [one.event for one in await store.turn("t-full")] == list(commit.events)


async def every_kind_of_event_comes_back_the_same(store: Memory) -> None:
    """No kind loses anything on its way through the store."""
    happened = [invent(kind) for kind in KINDS.values()]
    await store.commit(turn_of(talk_of("kinds"), "kinds", happened))
    stored = [one.event for one in await store.events("c-kinds")]
    for wanted, got in zip(happened, stored, strict=True):
        assert wanted == got, f"{type(wanted).__name__}: {wanted} came back as {got}"


async def events_continue_and_can_be_read_from_a_number_on(store: Memory) -> None:
    """Numbers have no gaps over turns."""
    talk = talk_of("long")
    for number in range(5):
        commit = turn_of(talk, f"long-{number}", [MessageReceived(NOW, "", str(n)) for n in range(3)])
        await store.commit(commit)
        talk = commit.conversation
    assert [one.number for one in await store.events("c-long")] == list(range(1, 16))
    assert [one.number for one in await store.events("c-long", after=13)] == [14, 15]


async def a_repeat_is_refused_and_changes_nothing(store: Memory) -> None:
    """The same external id on the same channel is the same message."""
    commit = turn_of(talk_of("repeat"), "repeat")
    await store.commit(commit)
    again = turn_of(commit.conversation, "other", [MessageReceived(NOW, "", "again")])
    assert await refused(store.commit(replace(again, external_id="repeat"))) is Repeat
    assert len(await store.events("c-repeat")) == 1


async def a_stale_version_is_a_conflict(store: Memory) -> None:
    """Two turns can't follow the same state."""
    commit = turn_of(talk_of("stale"), "stale")
    await store.commit(commit)
    assert await refused(store.commit(turn_of(talk_of("stale"), "stale-2"))) is Conflict
    assert await refused(store.commit(turn_of(replace(commit.conversation, version=9), "stale-3"))) is Conflict
    await store.commit(turn_of(commit.conversation, "stale-4"))


async def commits_without_an_external_id_never_repeat(store: Memory) -> None:
    """What people do has no external id."""
    first = replace(turn_of(talk_of("person"), "person-1"), external_id="")
    await store.commit(first)
    await store.commit(replace(turn_of(first.conversation, "person-2"), external_id=""))
    assert len(await store.events("c-person")) == 2


async def a_claim_is_used_up(store: Memory) -> None:
    """Only one commit gets a claim; a refused commit uses none up."""
    await store.commit(turn_of(talk_of("claim-a"), "claim-a", claims=("check:%_1:0",)))
    assert (
        await refused(store.commit(turn_of(talk_of("claim-b"), "claim-b", claims=("new", "check:%_1:0")))) is Conflict
    )
    assert await store.claimed("check:%_1:") == 1
    assert await store.claimed("check:") == 1
    assert await store.claimed("check:xx1:") == 0
    assert await store.claimed("new") == 0
    await store.commit(turn_of(talk_of("claim-b"), "claim-b", claims=("new",)))


async def parallel_conversations_do_not_disturb_each_other(store: Memory) -> None:
    """64 conversations of 5 turns at once: all there, in order."""

    async def chat(name: str) -> None:
        talk = talk_of(name)
        for number in range(5):
            commit = turn_of(talk, f"{name}-{number}")
            await store.commit(commit)
            talk = commit.conversation

    await asyncio.gather(*(chat(f"parallel-{number}") for number in range(64)))
    assert (await store.counts())["turns"] == 320
    for number in range(64):
        assert [one.number for one in await store.events(f"c-parallel-{number}")] == [1, 2, 3, 4, 5]


async def a_refused_commit_does_not_spoil_its_neighbours(store: Memory) -> None:
    """What is written together is judged one by one."""
    await store.commit(turn_of(talk_of("n-0"), "n-0"))
    commits = [turn_of(talk_of(f"n-{number}"), f"n-{number}") for number in range(10)]
    outcomes = await asyncio.gather(*(refused(store.commit(commit)) for commit in commits))
    assert outcomes[0] is not None
    assert outcomes[1:] == [None] * 9
    assert await store.load("kit", "n-9") == commits[9].conversation


async def partings_leave_in_the_order_of_their_conversation(store: Memory) -> None:
    """The second waits until the first is settled; other conversations don't wait."""
    first, second, other = (
        Parting(name, "message", "push", {"text": "你好", "n": 1}) for name in ("p-1", "p-2", "p-3")
    )
    await store.commit(turn_of(talk_of("order"), "order", partings=(first, second)))
    await store.commit(turn_of(talk_of("order-b"), "order-b", partings=(other,)))
    due = await store.take(LATER, 10, 30)
    assert [(one.parting, one.attempts) for one in due] == [(first, 0), (other, 0)]
    assert due[0].conversation_id == "c-order"
    assert due[0].turn_id == "t-order"
    assert list(await store.take(LATER, 10, 30)) == []
    await store.settle([Settled("p-1"), Settled("p-3")], LATER)
    assert [one.parting.id for one in await store.take(LATER, 10, 30)] == ["p-2"]


async def a_lease_runs_out(store: Memory) -> None:
    """A process that dies with a parting in hand does not keep it."""
    await store.commit(turn_of(talk_of("lease"), "lease", partings=(Parting("l-1", "effect", "school", {}),)))
    assert len(await store.take(LATER, 10, 30)) == 1
    assert len(await store.take(LATER + timedelta(seconds=29), 10, 30)) == 0
    assert len(await store.take(LATER + timedelta(seconds=31), 10, 30)) == 1


async def a_failed_try_comes_again_then_is_given_up_and_can_be_revived(store: Memory) -> None:
    """Retry, dead letter, second life."""
    parting = Parting("d-1", "message", "push", {"text": "x"})
    await store.commit(turn_of(talk_of("dead"), "dead", partings=(parting, Parting("d-2", "message", "push", {}))))
    (due,) = await store.take(LATER, 10, 30)
    await store.settle([Settled(due.parting.id, "no answer", LATER + timedelta(seconds=5))], LATER)
    assert list(await store.take(LATER + timedelta(seconds=4), 10, 30)) == []
    (again,) = await store.take(LATER + timedelta(seconds=6), 10, 30)
    assert again.attempts == 1
    await store.settle([Settled("d-1", "no answer", None)], LATER)
    assert [one.parting for one in await store.dead()] == [parting]
    assert [one.parting.id for one in await store.take(LATER + timedelta(seconds=7), 10, 30)] == ["d-2"]
    assert await store.revive(["d-1", "unknown"], LATER) == 1
    assert list(await store.dead()) == []
    assert [one.parting.id for one in await store.take(LATER + timedelta(seconds=8), 10, 30)] == ["d-1"]


async def people_find_what_waits_for_them(store: Memory) -> None:
    """Lists, longest waiting first; a customer's own conversations."""
    for name, minutes in (("w-1", 5), ("w-2", 9), ("w-3", 0)):
        waiting = Waiting("asked", NOW - timedelta(minutes=minutes)) if minutes else None
        said = (Said("customer", f"line of {name}", NOW),)
        talk = replace(talk_of(name), waiting=waiting, recent=said, identity=Identity(name, "token"))
        await store.commit(turn_of(talk, name))
    assert [one.id for one in await store.summaries(waiting=True)] == ["c-w-2", "c-w-1"]
    (mine,) = await store.summaries(customer_id="w-3")
    assert (mine.id, mine.waiting_since, mine.last_line, mine.updated_at) == ("c-w-3", None, "line of w-3", NOW)
    assert len(await store.summaries(limit=2)) == 2
    assert {turn for turn, _, _ in await store.turns()} == {"t-w-1", "t-w-2", "t-w-3"}
    assert (await store.counts())["waiting"] == 2


async def an_erased_conversation_leaves_nothing(store: Memory) -> None:
    """Also its partings and claims go; the sender may begin anew."""
    parting = Parting("e-1", "message", "push", {})
    await store.commit(turn_of(talk_of("erase"), "erase", partings=(parting,), claims=("erase:1",)))
    await store.commit(turn_of(talk_of("kept"), "kept"))
    assert await store.erase("c-erase") == 1
    assert await store.load("kit", "erase") is None
    assert list(await store.events("c-erase")) == []
    assert list(await store.take(LATER, 10, 30)) == []
    assert await store.claimed("erase:") == 0
    assert await store.load("kit", "kept") is not None
    await store.commit(turn_of(talk_of("erase"), "erase"))


async def two_processes_take_turns(one: Memory, other: Memory) -> None:
    """Of two commits that follow the same state one wins, on either store, and both see it."""

    async def chat(store: Memory, who: str) -> int:
        won = 0
        for number in range(30):
            talk = await store.load("kit", "shared") or talk_of("shared")
            won += await refused(store.commit(turn_of(talk, f"{who}-{number}"))) is None
        return won

    won = sum(await asyncio.gather(chat(one, "a"), chat(other, "b")))
    stored = await one.events("c-shared")
    assert won == len(stored)
    assert [recorded.number for recorded in stored] == list(range(1, won + 1))
    assert await one.load("kit", "shared") == await other.load("kit", "shared")


async def two_processes_never_lease_the_same(one: Memory, other: Memory) -> None:
    """Every parting is in one hand at a time."""
    for number in range(40):
        name = f"s-{number}"
        await one.commit(turn_of(talk_of(name), name, partings=(Parting(name, "message", "push", {}),)))
    taken = await asyncio.gather(*(store.take(LATER, 7, 30) for store in (one, other) * 4))
    ids = [due.parting.id for due_list in taken for due in due_list]
    assert len(ids) == len(set(ids))
    assert len(ids) == 40


async def drawn_enquiries_wait_for_a_verdict(store: Memory) -> None:
    """What is drawn for review is found until it is judged, then among the judged; erasing takes it away."""
    talk = talk_of("drawn")
    turns: list[str] = []
    for name, score in (("drawn-1", 0.9), ("drawn-2", 0.25)):
        commit = turn_of(talk, name, [DrawnForReview(NOW, "progress", score, "kit-1")])
        await store.commit(commit)
        talk, turns = commit.conversation, [*turns, commit.turn_id]
    waiting = {one.turn_id: one for one in await store.reviews(judged=False)}
    assert set(waiting) == set(turns)
    assert waiting[turns[1]] == Review(turns[1], talk.id, NOW, "progress", 0.25, "kit-1")
    commit = turn_of(talk, "drawn-3", [Judged(NOW, turns[0], False, "mei")])
    await store.commit(commit)
    assert [one.turn_id for one in await store.reviews(judged=False)] == turns[1:]
    (judged,) = await store.reviews(judged=True)
    assert (judged.turn_id, judged.right, judged.who) == (turns[0], False, "mei")
    await store.erase(talk.id)
    assert not [*await store.reviews(judged=False), *await store.reviews(judged=True)]


async def what_was_left_waits_with_its_answer_until_it_is_settled(store: Memory) -> None:
    """A question without an answer is kept with what a colleague said, until somebody settles it or it is erased."""
    first = turn_of(talk_of("left"), "left-1", [QuestionLeft(NOW, "卖鞋吗", "zh", 0.2)])
    await store.commit(first)
    assert list(await store.questions()) == [Left(first.turn_id, first.conversation.id, NOW, "卖鞋吗", "zh", 0.2)]
    second = turn_of(first.conversation, "left-2", [QuestionLeft(LATER, "卖袜子吗", "zh", 0.1)])
    await store.commit(second)
    said = turn_of(second.conversation, "left-3", [PersonReplied(LATER, "mei", "都不卖。")])
    await store.commit(said)
    assert [(one.text, one.answer, one.who) for one in await store.questions()] == [
        ("卖袜子吗", "都不卖。", "mei"),
        ("卖鞋吗", "都不卖。", "mei"),
    ]
    settled = turn_of(said.conversation, "left-4", [QuestionSettled(LATER, first.turn_id, "a1", "mei")])
    await store.commit(settled)
    assert [one.text for one in await store.questions()] == ["卖袜子吗"]
    await store.erase(first.conversation.id)
    assert not await store.questions()


async def exchanges_wait_until_they_are_settled(store: Memory) -> None:
    """What a reply came to changes until somebody settles it, and goes with its conversation."""
    said = [
        MessageReceived(NOW, "", "卖鞋吗"),
        PersonReplied(NOW, "mei", "不卖。"),
        PersonReplied(LATER, "mei", "没有。"),
    ]
    first = turn_of(talk_of("gather"), "gather-1", said[:2])
    second = turn_of(first.conversation, "gather-2", said[2:])
    for commit in (first, second):
        await store.commit(commit)
    _, one, other = (Reply(at.turn_id, at.conversation_id, at.position, at.number) for at in await store.happened())
    await store.gather([Exchange(one, NOW, "waiting"), Exchange(other, LATER, "waiting")])
    assert [found.reply for found in await store.exchanges("waiting")] == [one, other]
    assert len(await store.exchanges("waiting", 1)) == 1
    learned = Exchange(one, NOW, "open", "卖鞋吗", "zh", "不卖。", "mei")
    await store.gather([learned, Exchange(other, LATER, "settled")])
    assert (list(await store.exchanges("waiting")), list(await store.exchanges("open"))) == ([], [learned])
    settled = turn_of(second.conversation, "gather-3", [QuestionSettled(LATER, first.turn_id, "a1", "mei")])
    await store.commit(settled)
    await store.gather([learned, Exchange(Reply("gone", "c-gone", 10**9, 1), NOW, "open", "x", "zh", "y")])
    assert not await store.exchanges("open")
    assert {found.reply.turn_id for found in await store.exchanges("settled")} == {first.turn_id, second.turn_id}
    await store.erase(first.conversation.id)
    assert not await store.exchanges("settled")


STORE_CHECKS: tuple[Callable[[Memory], Awaitable[None]], ...] = (
    an_unknown_sender_has_no_conversation,
    what_was_committed_is_there,
    every_kind_of_event_comes_back_the_same,
    events_continue_and_can_be_read_from_a_number_on,
    a_repeat_is_refused_and_changes_nothing,
    a_stale_version_is_a_conflict,
    commits_without_an_external_id_never_repeat,
    a_claim_is_used_up,
    parallel_conversations_do_not_disturb_each_other,
    a_refused_commit_does_not_spoil_its_neighbours,
    partings_leave_in_the_order_of_their_conversation,
    a_lease_runs_out,
    a_failed_try_comes_again_then_is_given_up_and_can_be_revived,
    people_find_what_waits_for_them,
    an_erased_conversation_leaves_nothing,
    drawn_enquiries_wait_for_a_verdict,
    what_was_left_waits_with_its_answer_until_it_is_settled,
    exchanges_wait_until_they_are_settled,
)

SHARED_STORE_CHECKS: tuple[Callable[[Memory, Memory], Awaitable[None]], ...] = (
    two_processes_take_turns,
    two_processes_never_lease_the_same,
)
