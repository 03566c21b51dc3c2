"""The conformance kit of a store's desk: lists, search, tickets, attendance, following the log (`DESK_CHECKS`)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta

from kefu.core.errors import BadInput
from kefu.core.events import CallBegan, CallEnded, DrawnForReview, Event, MessageReceived, Noted, Tagged, TicketOpened
from kefu.core.nouns import Conversation, Identity, Ticket, Waiting
from kefu.core.ports.desk import Line, Scope, View
from kefu.core.ports.store import Memory
from kefu.core.ports.tools import Tool
from kefu.core.work import Work
from kefu.testing.check_store import NOW, refused, talk_of, turn_of

OPEN = View(status=("open",))


async def keep(store: Memory, talk: Conversation, *events: Event, minutes: int = 0) -> None:
    """Commit a conversation as it is, some minutes after `NOW`."""
    at = NOW + timedelta(minutes=minutes)
    await store.commit(replace(turn_of(talk, talk.sender, events), at=at))


def open_talk(name: str, minutes: int = 0, work: Work | None = None) -> Conversation:
    """A conversation that people have since some minutes after `NOW`."""
    since = NOW + timedelta(minutes=minutes)
    return replace(talk_of(name), waiting=Waiting("asked", since), work=work or Work())


async def ids(store: Memory, view: View, **more: object) -> list[str]:
    """The names of the conversations of a view."""
    return [entry.sender for entry in (await store.inbox(view, **more)).entries]  # type: ignore[arg-type]


async def a_list_comes_in_parts_and_in_its_order(store: Memory) -> None:
    """Every conversation once, whichever the order, over as many pages as it takes."""
    for number in range(7):
        await keep(store, open_talk(f"n{number}", minutes=(number * 3) % 7), minutes=number)
    await keep(store, talk_of("served"), minutes=9)
    found: list[str] = []
    after = ""
    while True:
        page = await store.inbox(OPEN, "waiting", after, 3)
        found += [entry.sender for entry in page.entries]
        after = page.next
        if not after:
            break
    assert found == ["n0", "n5", "n3", "n1", "n6", "n4", "n2"]
    assert await ids(store, OPEN, order="newest", limit=2) == ["n6", "n5"]
    assert await ids(store, View(), order="newest", limit=1) == ["served"]


async def a_place_that_no_page_gave_is_refused(store: Memory) -> None:
    """It would show anything."""
    assert await refused(store.inbox(OPEN, "waiting", "nowhere")) is BadInput


async def a_view_narrows_by_everything_it_names(store: Memory) -> None:
    """Person, team, priority, tag, mention, customer, review, channel, language and time."""
    work = Work(person="mei", team="billing", priority="urgent", tags=("refund", "vip"))
    known = replace(open_talk("a", work=work), identity=Identity("L1", "token"), language="en")
    noted = Noted(NOW, "mei", "look", ("bo",))
    drawn = DrawnForReview(NOW, "refund", 0.5, "r1")
    await keep(store, known, Tagged(NOW, "mei", ("refund", "vip")), noted, drawn)
    await keep(store, open_talk("b"), minutes=5)
    assert await ids(store, replace(OPEN, person="mei")) == ["a"]
    assert await ids(store, replace(OPEN, person="")) == ["b"]
    assert await ids(store, replace(OPEN, team="billing")) == ["a"]
    assert await ids(store, replace(OPEN, priority="urgent")) == ["a"]
    assert await ids(store, replace(OPEN, tag="vip")) == ["a"]
    assert await ids(store, replace(OPEN, mentions="bo")) == ["a"]
    assert await ids(store, replace(OPEN, customer_id="L1")) == ["a"]
    assert await ids(store, replace(OPEN, to_review=True)) == ["a"]
    assert await ids(store, replace(OPEN, language="en")) == ["a"]
    assert await ids(store, replace(OPEN, ids=("c-b",))) == ["b"]
    assert await ids(store, replace(OPEN, since=NOW + timedelta(minutes=1))) == ["b"]
    assert await ids(store, replace(OPEN, channel="other")) == []
    assert await ids(store, replace(OPEN, status=("closed", "snoozed"))) == []
    assert list(await store.tally([OPEN, replace(OPEN, tag="vip"), View(status=("machine",))])) == [2, 1, 0]


async def a_scope_hides_other_teams(store: Memory) -> None:
    """From lists, counts and search alike; what a person has is always theirs."""
    for name, team, person in (("a", "billing", ""), ("b", "", ""), ("c", "tech", ""), ("d", "tech", "mei")):
        await keep(store, open_talk(name, work=Work(team=team, person=person)))
    said = [(Line(f"c-{name}", 1, NOW, "customer", "refund"), "refund") for name in "abcd"]
    assert await store.index(said, "search", 0, 4)
    scope = Scope("mei", frozenset({"billing"}))
    assert sorted(await ids(store, View(scope))) == ["a", "b", "d"]
    assert list(await store.tally([View(scope), View()])) == [3, 4]
    assert [line.conversation_id for line in await store.search(["refund"], scope)] == ["c-d", "c-b", "c-a"]
    assert len(await store.search(["refund"], Scope(), 2)) == 2


async def lines_are_found_by_all_their_words(store: Memory) -> None:
    """In both languages; nothing after the conversation was erased."""
    await keep(store, talk_of("a"))
    lines = [
        (Line("c-a", 1, NOW, "customer", "我想退款"), "我 想 退 款 我想 想退 退款"),
        (Line("c-a", 2, NOW, "machine", "It's refunded."), "it s refunded"),
        (Line("c-gone", 1, NOW, "customer", "退款"), "退款"),
    ]
    assert await store.index(lines, "search", 0, 2)
    assert [line.number for line in await store.search(["想退", "退款"], Scope())] == [1]
    assert [line.text for line in await store.search(["refunded"], Scope())] == ["It's refunded."]
    assert list(await store.search(["退款", "refunded"], Scope())) == []
    assert list(await store.search([], Scope())) == []
    await store.erase("c-a")
    assert list(await store.search(["退款"], Scope())) == []


async def a_view_narrows_by_the_clock(store: Memory) -> None:
    """By when a service level ends, by when something wakes; the moment itself counts."""
    for name, minutes in (("soon", 5), ("late", 50)):
        at = NOW + timedelta(minutes=minutes)
        await keep(store, open_talk(name, work=Work(due={"first_reply": at})))
        await keep(store, open_talk(f"{name}-asleep", work=Work(snoozed_until=at)))
    await keep(store, open_talk("free"))
    for minutes, seen in ((4, []), (5, ["soon"]), (60, ["soon", "late"])):
        until = NOW + timedelta(minutes=minutes)
        assert await ids(store, View(due_by=until), order="due") == seen
        assert sorted(await ids(store, View(wakes_by=until))) == sorted(f"{name}-asleep" for name in seen)


async def tickets_are_found_by_their_numbers(store: Memory) -> None:
    """Latest first, in parts, within a scope, and gone with their conversation."""
    for name, team in (("a", "x"), ("b", "y"), ("c", "x")):
        number = f"2611{name}"
        opened = TicketOpened(NOW + timedelta(minutes=ord(name)), Ticket(number, "complaint", "high", f"about {name}"))
        await keep(store, open_talk(name, work=Work(team=team)), Noted(NOW, "mei", "!"), opened)
    page = await store.tickets(View(), limit=2)
    rest = await store.tickets(View(), after=page.next, limit=2)
    assert [one.number for one in (*page.entries, *rest.entries)] == ["2611c", "2611b", "2611a"]
    assert rest.next == ""
    (found,) = (await store.tickets(View(), "2611b")).entries
    assert (found.kind, found.urgency, found.text, found.entry.sender) == ("complaint", "high", "about b", "b")
    assert (await store.tickets(View(), "2611%")).entries == ()
    seen = await store.tickets(View(Scope("mei", frozenset({"x"}))))
    assert [one.number for one in seen.entries] == ["2611c", "2611a"]
    await store.erase("c-c")
    assert [one.number for one in (await store.tickets(View())).entries] == ["2611b", "2611a"]
    assert await refused(store.tickets(View(), after="nowhere")) is BadInput


async def calls_are_listed_latest_first(store: Memory) -> None:
    """With their end once it is known, in parts, within a scope, and gone with their conversation."""
    one, two = CallBegan(NOW, "1", "phone", "zh"), CallBegan(NOW, "2", "phone", "en", recording=True)
    ended = CallEnded(NOW, "1", "caller", 61_000)
    known = replace(open_talk("a", work=Work(team="x")), identity=Identity("L1", "token"))
    await keep(store, known, one, ended, two)
    await keep(store, open_talk("b", work=Work(team="y")), one)
    found = await store.calls(Scope())
    assert [(call.conversation_id, call.number, call.customer_id, call.began, call.ended) for call in found] == [
        ("c-b", 1, "", one, None),
        ("c-a", 3, "L1", two, None),
        ("c-a", 1, "L1", one, ended),
    ]
    assert list(await store.calls(Scope(), limit=1)) == [found[0]]
    assert list(await store.calls(Scope(), before=found[0].position, limit=1)) == [found[1]]
    assert list(await store.calls(Scope("mei", frozenset({"x"})))) == list(found[1:])
    assert list(await store.calls(Scope(), under_way=True)) == list(found[:2])
    await store.erase("c-a")
    assert list(await store.calls(Scope())) == [found[0]]


async def people_say_that_they_are_here_or_away(store: Memory) -> None:
    """What somebody said last holds."""
    for person, minutes, here in (
        ("mei", 1, True),
        ("bo", 2, True),
        ("mei", 3, False),
        ("an", 4, False),
        ("bo", 5, True),
    ):
        await store.attend(person, NOW + timedelta(minutes=minutes), here=here)
    assert await store.here() == {"bo": NOW + timedelta(minutes=5)}


async def a_follower_reads_everything_once(store: Memory) -> None:
    """In the order of the store; of two followers at one place, only one goes on."""
    for name in ("a", "b"):
        await keep(store, talk_of(name), MessageReceived(NOW, name, "1"), MessageReceived(NOW, f"{name}2", "2"))
    first = await store.happened(limit=3)
    rest = await store.happened(first[-1].position)
    assert [(one.conversation_id, one.number) for one in (*first, *rest)] == [
        ("c-a", 1), ("c-a", 2), ("c-b", 1), ("c-b", 2),
    ]  # fmt: skip
    assert await store.happened(first[0].position, 2, (MessageReceived,)) == [first[1], first[2]]
    assert await store.happened(0, 5, (Noted,)) == []
    assert await store.head() == rest[-1].position
    place = first[-1].position
    assert await store.bookmark("one") == 0
    assert await store.turn_to("one", 0, place)
    assert not await store.turn_to("one", 0, place + 5)
    assert not await store.index([], "one", 0, place + 5)
    assert await store.bookmark("one") == place
    assert await store.bookmark("another") == 0


async def tools_are_kept_by_kind_and_name(store: Memory) -> None:
    """The same id takes the place of the one before; what is dropped is gone."""
    view = Tool("v1", "view", "refunds", "mei", {"tag": "refund", "status": ["open"]})
    for tool in (
        view,
        Tool("m2", "macro", "b", "", {}),
        Tool("m1", "macro", "a", "", {}),
        Tool("v1", "view", "x", "", {}),
    ):
        await store.keep_tool(tool)
    assert [tool.id for tool in await store.tools("macro")] == ["m1", "m2"]
    await store.keep_tool(view)
    assert list(await store.tools("view")) == [view]
    assert await store.drop_tool("v1")
    assert not await store.drop_tool("v1")
    assert list(await store.tools("view")) == []


Check = Callable[[Memory], Awaitable[None]]

DESK_CHECKS: tuple[Check, ...] = (
    a_list_comes_in_parts_and_in_its_order,
    a_place_that_no_page_gave_is_refused,
    a_view_narrows_by_everything_it_names,
    a_scope_hides_other_teams,
    lines_are_found_by_all_their_words,
    a_view_narrows_by_the_clock,
    tickets_are_found_by_their_numbers,
    calls_are_listed_latest_first,
    people_say_that_they_are_here_or_away,
    a_follower_reads_everything_once,
    tools_are_kept_by_kind_and_name,
)
