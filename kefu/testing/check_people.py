"""The conformance kit of people, sign-ins and the audit trail: run every check of `PEOPLE_CHECKS` on an empty store.

Checks of `SHARED_PEOPLE_CHECKS` take two stores on the same database.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from kefu.core.errors import BadInput, Conflict, KefuError
from kefu.core.people import Invitation, Person, Role, Secrets, SignIn
from kefu.core.ports.people import Change
from kefu.core.ports.store import Memory
from kefu.core.trail import Deed, flaw_in

NOW = datetime(2026, 3, 2, 2, 0, 0, 123456, tzinfo=UTC)
LATER = NOW + timedelta(days=1)
HOUR = timedelta(hours=1)


def person_of(name: str, role: Role = "agent") -> Person:
    """Somebody with something in every field."""
    return Person(
        id=f"p-{name}",
        name=name,
        email=f"{name}@example.com",
        role=role,
        since=NOW,
        teams=("教务", "billing"),
        languages=("zh", "en"),
        skills=("refunds",),
        capacity=7,
        secrets=Secrets("hash", "secret", 3, ("digest",), "issuer#sub", 2, LATER),
    )


def invitation_of(name: str, used_at: datetime | None = None) -> Invitation:
    """An invitation whose id and digest follow from a name."""
    return Invitation(
        f"i-{name}", f"d-{name}", f"{name}@example.com", "agent", ("教务",), "mei", NOW, LATER, used_at=used_at
    )


def sign_in_of(person: Person, number: int = 1) -> SignIn:
    """A place where somebody is signed in."""
    at = NOW + timedelta(minutes=number)
    return SignIn(f"s-{person.id}-{number}", f"d-{person.id}-{number}", person.id, at, at, "192.0.2.1", "浏览器")


async def refused(store: Memory, change: Change) -> type[KefuError] | None:
    """The kind of error that a change meets."""
    try:
        await store.change(change)
    except KefuError as error:
        return type(error)
    return None


async def nobody_is_there_at_first(store: Memory) -> None:
    """Nothing is made by asking."""
    assert list(await store.people()) == []
    assert await store.person("p-mei") is None
    assert list(await store.invitations()) == []
    assert await store.signed_in("d") is None
    assert list(await store.trail()) == []


async def who_came_in_is_there(store: Memory) -> None:
    """Every field comes back; the version counts up."""
    mei, li = person_of("mei"), person_of("Li")
    await store.change(Change(NOW, people=(mei, li)))
    assert await store.person(mei.id) == replace(mei, version=1)
    assert [one.name for one in await store.people()] == ["Li", "mei"]
    await store.change(Change(LATER, people=(replace(mei, version=1, disabled_at=LATER),)))
    changed = await store.person(mei.id)
    assert changed == replace(mei, version=2, disabled_at=LATER)


async def a_change_of_an_older_state_is_refused(store: Memory) -> None:
    """Two who changed the same person do not overwrite each other, and nothing of the second is kept."""
    mei = person_of("mei")
    await store.change(Change(NOW, people=(mei,)))
    assert await refused(store, Change(NOW, (Deed("li", "x", "y"),), people=(mei, person_of("li")))) is Conflict
    assert await store.person("p-li") is None
    assert list(await store.trail()) == []


async def names_and_addresses_belong_to_one(store: Memory) -> None:
    """Also when they only look different."""
    await store.change(Change(NOW, people=(person_of("mei"),)))
    li = person_of("li")
    for other in (
        replace(li, name=" ＭEI "),
        replace(li, email="Mei@Example.com"),
        replace(li, name="mei@example.com"),
    ):
        assert await refused(store, Change(NOW, people=(other,))) is BadInput
    assert len(await store.people()) == 1


async def a_name_stays_theirs(store: Memory) -> None:
    """What somebody was called before is nobody else's, and they may take it again."""
    mei = person_of("mei")
    await store.change(Change(NOW, people=(mei,)))
    renamed = replace(mei, version=1, name="May", former=("mei",))
    await store.change(Change(NOW, people=(renamed,)))
    assert await refused(store, Change(NOW, people=(replace(person_of("li"), name="Mei"),))) is BadInput
    await store.change(Change(NOW, people=(replace(mei, version=2, former=("mei", "May")),)))
    assert [one.name for one in await store.people()] == ["mei"]


async def one_owner_is_always_left(store: Memory) -> None:
    """The last one can be neither disabled nor made something else; with another one both can."""
    owner, second = person_of("mei", "owner"), person_of("li", "owner")
    await store.change(Change(NOW, people=(owner,)))
    held = replace(owner, version=1)
    for worse in (replace(held, role="admin"), replace(held, disabled_at=NOW)):
        assert await refused(store, Change(NOW, people=(worse,))) is BadInput
    await store.change(Change(NOW, people=(second,)))
    await store.change(Change(NOW, people=(replace(held, role="viewer"),)))
    assert [one.name for one in await store.people() if one.is_owner] == ["li"]


async def an_invitation_is_used_once(store: Memory) -> None:
    """What comes second is refused whole."""
    await store.change(Change(NOW, invitations=(invitation_of("mei"), invitation_of("li"))))
    used = invitation_of("mei", LATER)
    await store.change(Change(LATER, people=(person_of("mei"),), invitations=(used,)))
    again = Change(LATER, people=(person_of("wu"),), invitations=(used,))
    assert await refused(store, again) is Conflict
    assert {one.id: one.used_at for one in await store.invitations()} == {"i-mei": LATER, "i-li": None}
    await store.change(Change(LATER, withdrawn=("i-li",)))
    assert [one.id for one in await store.invitations()] == ["i-mei"]


async def a_sign_in_holds_until_it_ends(store: Memory) -> None:
    """One ends alone, or all of a person's; the person comes as they are now."""
    mei, li = person_of("mei"), person_of("li")
    signed = [sign_in_of(mei, number) for number in (1, 2, 3)]
    await store.change(Change(NOW, people=(mei, li), sign_ins=(*signed, sign_in_of(li))))
    assert await store.signed_in(signed[0].digest) == (signed[0], replace(mei, version=1))
    await store.seen(signed[0].id, LATER)
    await store.change(Change(NOW, people=(replace(mei, version=1, role="viewer"),), ended=(signed[1].id,)))
    assert list(await store.sign_ins(mei.id)) == [signed[2], replace(signed[0], seen_at=LATER)]
    found = await store.signed_in(signed[0].digest)
    assert found is not None
    assert found[1].role == "viewer"
    fresh = sign_in_of(mei, 4)
    await store.change(Change(NOW, left=(mei.id,), sign_ins=(fresh,)))
    assert list(await store.sign_ins(mei.id)) == [fresh]
    assert await store.signed_in(signed[0].digest) is None
    assert await store.signed_in(sign_in_of(li).digest) is not None


async def the_trail_is_a_chain(store: Memory) -> None:
    """Entries follow each other whatever wrote them, and can be asked for from both ends."""
    await store.change(Change(NOW, (Deed("mei", "person.join", "person:p-mei", detail="角色"),)))
    await store.record([Deed("li", "audit.x", "a:1"), Deed("mei", "person.role", "person:p-li", after="f")], LATER)
    entries = await store.trail()
    assert flaw_in(entries) is None
    assert [one.number for one in entries] == [1, 2, 3]
    assert (entries[2].at, entries[2].deed.after) == (LATER, "f")
    assert flaw_in(entries[1:]) is not None
    assert [one.number for one in await store.trail(after=1, limit=1)] == [2]
    assert [one.number for one in await store.latest(who="mei")] == [3, 1]
    assert [one.number for one in await store.latest(what="person.", before=3)] == [1]
    assert [one.number for one in await store.latest(limit=1)] == [3]


async def the_same_is_noted_once_in_a_while(store: Memory) -> None:
    """What somebody did lately is not written again; what another did, or about something else, is."""
    deed = Deed("mei", "conversation.read", "conversation:c1")
    assert await store.note(deed, NOW, NOW - HOUR) == NOW
    assert await store.note(deed, NOW + HOUR / 2, NOW - HOUR / 2) == NOW
    for other in (replace(deed, who="li"), replace(deed, about="conversation:c2"), replace(deed, what="other")):
        assert await store.note(other, NOW + HOUR / 2, NOW - HOUR / 2) == NOW + HOUR / 2
    assert await store.note(deed, NOW + HOUR, NOW) == NOW + HOUR
    entries = await store.trail()
    assert len(entries) == 5
    assert flaw_in(entries) is None


async def the_trail_outlives_a_conversation(store: Memory) -> None:
    """An erased conversation leaves the entries about it, which never held what was said."""
    from kefu.testing.check_store import talk_of, turn_of

    await store.commit(turn_of(talk_of("gone"), "gone"))
    await store.record([Deed("mei", "conversation.take", "conversation:c-gone")], NOW)
    await store.erase("c-gone")
    (entry,) = await store.trail()
    assert entry.deed.about == "conversation:c-gone"
    assert flaw_in([entry]) is None


async def two_processes_write_one_chain(one: Memory, other: Memory) -> None:
    """Entries that both write at once come out as one chain."""
    deeds = [store.record([Deed("mei", f"n.{number}", "a:1")], NOW) for number in range(20) for store in (one, other)]
    await asyncio.gather(*deeds)
    entries = await other.trail()
    assert flaw_in(entries) is None
    assert len(entries) == 40


async def a_look_at_two_processes_is_one(one: Memory, other: Memory) -> None:
    """What both note at once stands in the trail once."""
    deed = Deed("mei", "conversation.read", "conversation:c1")
    times = await asyncio.gather(*(store.note(deed, NOW, NOW - HOUR) for store in (one, other) * 5))
    assert {*times} == {NOW}
    assert len(await one.trail()) == 1


async def two_owners_can_not_remove_each_other(one: Memory, other: Memory) -> None:
    """Of two changes at once that would leave nobody, one is refused."""
    owners = [person_of(name, "owner") for name in ("mei", "li")]
    await one.change(Change(NOW, people=tuple(owners)))
    lesser = [Change(NOW, people=(replace(owner, version=1, role="viewer"),)) for owner in owners]
    found = await asyncio.gather(refused(one, lesser[0]), refused(other, lesser[1]))
    assert sorted(map(str, found)) == sorted(map(str, (None, BadInput)))
    assert len([person for person in await one.people() if person.is_owner]) == 1


PEOPLE_CHECKS: list[Callable[[Memory], Awaitable[None]]] = [
    nobody_is_there_at_first,
    who_came_in_is_there,
    a_change_of_an_older_state_is_refused,
    names_and_addresses_belong_to_one,
    a_name_stays_theirs,
    one_owner_is_always_left,
    an_invitation_is_used_once,
    a_sign_in_holds_until_it_ends,
    the_trail_is_a_chain,
    the_same_is_noted_once_in_a_while,
    the_trail_outlives_a_conversation,
]
SHARED_PEOPLE_CHECKS: list[Callable[[Memory, Memory], Awaitable[None]]] = [
    two_processes_write_one_chain,
    a_look_at_two_processes_is_one,
    two_owners_can_not_remove_each_other,
]
