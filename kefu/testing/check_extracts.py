"""The conformance kit of a store's extracts (`EXTRACT_CHECKS`)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta

from kefu.core.errors import BadInput
from kefu.core.ports.desk import Scope
from kefu.core.ports.extracts import Extract, Sought
from kefu.core.ports.store import Memory
from kefu.core.work import Work
from kefu.testing.check_store import NOW, talk_of, turn_of


def extract_of(name: str, number: int = 1, start: int = 0, **known: object) -> Extract:
    """A thing that a message names, as late as its number says."""
    at = NOW + timedelta(hours=number)
    plain = Extract(
        conversation_id=talk_of(name).id, number=number, start=start, end=start + 3, turn_id=f"t-{name}", at=at,
        day=at.date(), channel="kit", language="zh", kind="course", text="英语课", value="C1", probability=0.75,
        maker="kit-1",
    )  # fmt: skip
    return plain._replace(**known)  # type: ignore[arg-type]


async def keep(store: Memory, *found: Extract) -> None:
    """Keep extracts in the place of those of their messages, and go on by one event."""
    place = await store.bookmark("kit")
    messages = {(one.conversation_id, one.number) for one in found}
    by_message = {
        message: [one for one in found if (one.conversation_id, one.number) == message] for message in messages
    }
    assert await store.keep_extracts(by_message, "kit", place, place + 1)


async def read(store: Memory, **wanted: object) -> list[Extract]:
    """All extracts that are sought."""
    return list((await store.extracts(Sought(**wanted))).entries)  # type: ignore[arg-type]


async def an_extract_comes_back_as_it_was(store: Memory) -> None:
    """Every field; the latest first."""
    await store.commit(turn_of(talk_of("a"), "a"))
    first = extract_of("a", value="499.00 CNY", kind="money", text="499块", probability=1.0)
    later = extract_of("a", 2, who="mei", language="en")
    await keep(store, first, later)
    assert await read(store) == [later, first]


async def extracts_are_sought_by_what_they_are(store: Memory) -> None:
    """By kind, value, channel, language and local days."""
    await store.commit(turn_of(talk_of("a"), "a"))
    course, money = extract_of("a"), extract_of("a", 30, kind="money", value="1", channel="web", language="en")
    await keep(store, course, money)
    for wanted in ({"kind": "money"}, {"value": "1"}, {"channel": "web"}, {"language": "en"}, {"since": money.day}):
        assert await read(store, **wanted) == [money]
    assert await read(store, until=course.day) == [course]
    assert await read(store, kind="money", value="C1") == []


async def a_list_comes_in_parts(store: Memory) -> None:
    """Each extract once, also where several are of one moment; an invented place is refused."""
    for name in ("a", "b"):
        await store.commit(turn_of(talk_of(name), name))
    every = [extract_of(name, number, start) for name in ("a", "b") for number in (1, 2) for start in (0, 5)]
    await keep(store, *every)
    found: list[Extract] = []
    after = ""
    while True:
        page = await store.extracts(Sought(), after, 3)
        found += page.entries
        after = page.next
        if not after:
            break
    assert found == sorted(every, key=lambda one: (one.at, one.conversation_id, one.start), reverse=True)
    try:
        await store.extracts(Sought(), "nowhere")
    except BadInput:
        return
    raise AssertionError("an invented place was taken")


async def extracts_are_counted_by_their_traits(store: Memory) -> None:
    """The most first, with a text of theirs."""
    await store.commit(turn_of(talk_of("a"), "a"))
    await keep(store, extract_of("a"), extract_of("a", start=4), extract_of("a", 30, value="C2", text="数学课"))
    counts = await store.count_extracts(Sought(), ["kind", "value"])
    assert [(one.traits, one.count, one.text) for one in counts] == [
        (("course", "C1"), 2, "英语课"), (("course", "C2"), 1, "数学课"),
    ]  # fmt: skip
    days = await store.count_extracts(Sought(value="C2"), ["day"])
    assert [one.traits for one in days] == [((NOW + timedelta(hours=30)).date().isoformat(),)]
    assert len(await store.count_extracts(Sought(), ["value"], 1)) == 1


async def a_message_is_replaced_whole(store: Memory) -> None:
    """What was known of it before is gone; other messages stay."""
    await store.commit(turn_of(talk_of("a"), "a"))
    await keep(store, extract_of("a"), extract_of("a", start=4), extract_of("a", 2))
    await keep(store, extract_of("a", start=9))
    assert [(one.number, one.start) for one in await read(store)] == [(2, 0), (1, 9)]
    place = await store.bookmark("kit")
    assert await store.keep_extracts({(talk_of("a").id, 2): []}, "kit", place, place + 1)
    assert [(one.number, one.start) for one in await read(store)] == [(1, 9)]


async def what_a_colleague_took_away_is_no_extract(store: Memory) -> None:
    """But its message is one that was judged."""
    for name in ("a", "b"):
        await store.commit(turn_of(talk_of(name), name))
    await keep(store, extract_of("a"), extract_of("b", 2, kind="", who="mei"), extract_of("b", 1, who="mei"))
    assert [one.number for one in await read(store)] == [1, 1]
    assert sum(one.count for one in await store.count_extracts(Sought(), ["kind"])) == 2
    assert await store.judged_messages() == [(talk_of("b").id, 1), (talk_of("b").id, 2)]


async def whoever_may_not_see_a_conversation_has_no_extract_of_it(store: Memory) -> None:
    """Neither counted nor listed."""
    await store.commit(turn_of(replace(talk_of("a"), work=Work(team="billing")), "a"))
    await store.commit(turn_of(talk_of("b"), "b"))
    await keep(store, extract_of("a"), extract_of("b"))
    for teams, count in ((None, 2), (frozenset({"billing"}), 2), (frozenset({"sales"}), 1)):
        scope = Scope("mei", teams)
        assert len(await read(store, scope=scope)) == count
        assert [one.count for one in await store.count_extracts(Sought(scope), ["kind"])] == [count]


async def an_erased_conversation_has_no_extracts(store: Memory) -> None:
    """Nor has one that was erased before they were kept."""
    await store.commit(turn_of(talk_of("a"), "a"))
    await keep(store, extract_of("a"), extract_of("gone"))
    assert len(await read(store)) == 1
    await store.erase(talk_of("a").id)
    assert await read(store) == []


async def of_two_who_extract_one_goes_on(store: Memory) -> None:
    """The other one's extracts are left out."""
    await store.commit(turn_of(talk_of("a"), "a"))
    message = (talk_of("a").id, 1)
    assert await store.keep_extracts({message: [extract_of("a")]}, "kit", 0, 5)
    assert not await store.keep_extracts({message: [extract_of("a", value="C9")]}, "kit", 0, 5)
    assert [one.value for one in await read(store)] == ["C1"]


EXTRACT_CHECKS: tuple[Callable[[Memory], Awaitable[None]], ...] = (
    an_extract_comes_back_as_it_was,
    extracts_are_sought_by_what_they_are,
    a_list_comes_in_parts,
    extracts_are_counted_by_their_traits,
    a_message_is_replaced_whole,
    what_a_colleague_took_away_is_no_extract,
    whoever_may_not_see_a_conversation_has_no_extract_of_it,
    an_erased_conversation_has_no_extracts,
    of_two_who_extract_one_goes_on,
)
"""Each is called with an empty store."""
