"""A house with a clerk on a real store, whose clock the test moves."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from small_house import Bench, make_bench

from kefu.adapters.stores import memory, postgres, sqlite
from kefu.app.clerk import Clerk
from kefu.app.clerk.plan import read_plan
from kefu.core.events import Event
from kefu.core.nouns import Conversation
from kefu.core.people import Person, Role
from kefu.core.ports.people import Change
from kefu.core.ports.store import Memory, Settled
from kefu.service.desk.deeds import Deed
from kefu.service.turn.person import speak

MONDAY = datetime(2026, 11, 30, 2, tzinfo=UTC)
"""Ten in the morning in Shanghai."""


@dataclass
class Office:
    """Customers, colleagues and a clerk, at a time that only moves when told to."""

    bench: Bench
    store: Memory
    clerk: Clerk
    now: datetime = MONDAY
    told: list[str] = field(default_factory=list)

    @property
    def house(self):
        return self.bench.house

    async def ask(self, text: str = "转人工", sender: str = "u", learner: str = "L1") -> str:
        return (await self.bench.take(text, learner, sender)).conversation_id

    async def do(self, talk: str, *deeds: Deed, who: str = "mei") -> None:
        await speak(talk, deeds, who, self.house, self.store)

    async def pass_by(self, **span: float) -> None:
        """Time goes by, and the clerk looks."""
        self.now += timedelta(**span)
        await self.clerk.look(self.house)

    async def here(self, *people: str) -> None:
        for person in people:
            await self.store.attend(person, self.now, here=True)

    async def notices(self) -> list[str]:
        """What the team is told, in order; each is then taken."""
        kinds: list[str] = []
        while due := await self.store.take(self.now, 20, 60):
            kinds += [str(one.parting.body["kind"]) for one in due]
            await self.store.settle([Settled(one.parting.id) for one in due], self.now)
        return kinds

    async def join(self, name: str, role: Role = "agent", **more: Any) -> None:
        """Give somebody an account."""
        owner = Person("owner", "owner", "owner@example.com", "owner", self.now)
        person = Person(name, name, f"{name}@example.com", role, self.now, **more)
        known = {one.id for one in await self.store.people()}
        await self.store.change(Change(self.now, people=tuple(one for one in (owner, person) if one.id not in known)))

    async def look(self) -> None:
        await self.clerk.look(self.house)

    async def talk(self, talk: str) -> Conversation:
        found = await self.store.conversation(talk)
        assert found
        return found

    async def happened(self, talk: str, *kinds: type[Event]) -> Sequence[Event]:
        return [one.event for one in await self.store.events(talk) if isinstance(one.event, kinds)]


@asynccontextmanager
async def open_store(url: str) -> AsyncIterator[Memory]:
    """A store by its URL; `memory` for one that forgets."""
    if url == "memory":
        async with memory.open_store({}) as store:
            yield store
    else:
        plugin = postgres if url.startswith("postgresql") else sqlite
        async with plugin.open_store({"url": url, "path": url.removeprefix("sqlite:///")}) as store:
            yield store


def make_office(store: Memory, config) -> Office:
    """An office by a configuration."""

    async def tell(conversation_id: str, number: int) -> None:
        office.told.append(conversation_id)

    office = Office(make_bench(MONDAY), store, Clerk(store, read_plan(config), tell))
    house = replace(office.bench.house, store=store, clock=lambda: office.now, notify=("team",))
    office.bench.house = house
    return office
