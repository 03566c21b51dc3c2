"""The conformance kit of a store's facts for reports (`REPORT_CHECKS`)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta

from kefu.core.ports.desk import Scope
from kefu.core.ports.reports import Fact
from kefu.core.ports.store import Memory
from kefu.core.work import Work
from kefu.testing.check_store import NOW, talk_of, turn_of

EVERYBODY = Scope()
DAY = timedelta(days=1)


def fact_of(name: str, number: int = 1, minutes: float = 0, **known: object) -> Fact:
    """A visit in a conversation, some minutes after `NOW`."""
    at, id_ = NOW + timedelta(minutes=minutes), talk_of(name).id
    plain = Fact(
        conversation_id=id_, number=number, at=at, day=at.date(), hour=at.hour, channel="kit", language="zh",
        intent="refund", customer=id_, sample=False, team="", person="", asked=1, replies=1, answers=0, engaged=True,
        answered=True, confirmed=False, handed=None, reason="", returned=None, first_reply=None, next_replies=(),
        resolution=None, worked_s=0.0, ended=at, rating=0, first_target="", next_target="", resolution_target="",
        accepted=0, edited=0, rejected=0, drawn=0, judged=0, wrong=0,
    )  # fmt: skip
    return plain._replace(**known)  # type: ignore[arg-type]


async def keep(store: Memory, *facts: Fact) -> None:
    """Keep facts, and go on by one event."""
    place = await store.bookmark("kit")
    assert await store.keep_facts(facts, "kit", place, place + 1)


async def read(store: Memory, scope: Scope = EVERYBODY) -> list[Fact]:
    """All facts around `NOW`."""
    return list(await store.facts(NOW - DAY, NOW + DAY, scope))


async def a_fact_comes_back_as_it_was(store: Memory) -> None:
    """Every field, also where there is nothing in it."""
    await store.commit(turn_of(talk_of("a"), "a"))
    full = fact_of(
        "a", person="mei", team="billing", handed=NOW, reason="angry", first_reply=(61.25, 0.0), worked_s=12.5,
        next_replies=((1.5, 1.0), (1e-6, 0.0)), resolution=(90000.0, 3600.0), rating=4, first_target="missed",
        next_target="met", resolution_target="running", accepted=1, edited=2, rejected=3, drawn=5, judged=4, wrong=1,
        confirmed=True, sample=True,
    )  # fmt: skip
    await keep(store, full, fact_of("a", 9, 200))
    assert await read(store) == [
        full._replace(returned=NOW + timedelta(minutes=200)),
        fact_of("a", 9, 200),
    ]
    assert await store.latest_facts([talk_of("a").id, "nobody"]) == {talk_of("a").id: fact_of("a", 9, 200)}


async def a_visit_takes_the_place_of_what_was_known_of_it(store: Memory) -> None:
    """From its beginning on; earlier visits stay."""
    await store.commit(turn_of(talk_of("a"), "a"))
    await keep(store, fact_of("a", 1), fact_of("a", 5, 200), fact_of("a", 8, 400))
    await keep(store, fact_of("a", 5, 200, rating=5))
    assert [(one.number, one.rating) for one in await read(store)] == [(1, 0), (5, 5)]


async def a_customer_comes_again_through_whichever_channel(store: Memory) -> None:
    """Also where it is only known later who wrote."""
    for name in ("a", "b"):
        await store.commit(turn_of(talk_of(name), name))
    await keep(store, fact_of("a", 1), fact_of("b", 1, 30))
    assert [one.returned for one in await read(store)] == [None, None]
    await keep(store, fact_of("b", 1, 30, customer="L1"), fact_of("a", 7, 60, customer="L1"))
    later = [NOW + timedelta(minutes=minutes) for minutes in (30, 60)]
    assert [(one.customer, one.returned) for one in await read(store)] == [
        ("L1", later[0]), ("L1", later[1]), ("L1", None),
    ]  # fmt: skip


async def whoever_may_not_see_a_conversation_has_none_of_it(store: Memory) -> None:
    """Neither counted nor listed."""
    await store.commit(turn_of(replace(talk_of("a"), work=Work(team="billing")), "a"))
    await store.commit(turn_of(talk_of("b"), "b"))
    await keep(store, fact_of("a"), fact_of("b", minutes=1))
    for teams, names in ((None, ["a", "b"]), (frozenset({"billing"}), ["a", "b"]), (frozenset({"sales"}), ["b"])):
        found = await read(store, Scope("mei", teams))
        assert [one.conversation_id for one in found] == [talk_of(name).id for name in names]


async def an_erased_conversation_is_not_counted(store: Memory) -> None:
    """Nor is one that was erased before its facts were kept."""
    await store.commit(turn_of(talk_of("a"), "a"))
    await keep(store, fact_of("a"), fact_of("gone"))
    assert len(await read(store)) == 1
    await store.erase(talk_of("a").id)
    assert await read(store) == []


async def of_two_followers_one_goes_on(store: Memory) -> None:
    """The other one's facts are left out."""
    await store.commit(turn_of(talk_of("a"), "a"))
    assert await store.keep_facts([fact_of("a")], "kit", 0, 5)
    assert not await store.keep_facts([fact_of("a", rating=1)], "kit", 0, 5)
    assert [one.rating for one in await read(store)] == [0]


REPORT_CHECKS: tuple[Callable[[Memory], Awaitable[None]], ...] = (
    a_fact_comes_back_as_it_was,
    a_visit_takes_the_place_of_what_was_known_of_it,
    a_customer_comes_again_through_whichever_channel,
    whoever_may_not_see_a_conversation_has_none_of_it,
    an_erased_conversation_is_not_counted,
    of_two_followers_one_goes_on,
)
"""Each is called with an empty store."""
