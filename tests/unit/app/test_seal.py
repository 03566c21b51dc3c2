"""Secrets of the second factor are sealed where they are kept, those of an older kefu too."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from clerk_house import open_store

from kefu.app.people.account import turn_on
from kefu.app.people.entrance import Place, check_code
from kefu.app.people.seal import MARK, Seal, seal_all
from kefu.app.people.team import Hand
from kefu.core.errors import NotSignedIn
from kefu.core.people import Person, Secrets
from kefu.core.ports.people import Change
from kefu.core.ports.store import Memory
from kefu.service.people.second_factor import STEP_S
from kefu.service.privacy.access import Operator

NOW = datetime(2026, 3, 2, tzinfo=UTC)
SECRET = "JBSWY3DPEHPK3PXP" * 2
STORES = ["memory", "sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]


@pytest.fixture(params=STORES)
async def store(request: pytest.FixtureRequest) -> AsyncIterator[Memory]:
    kind = request.param
    async with open_store("memory" if kind == "memory" else request.getfixturevalue(f"{kind}_url")) as opened:
        yield opened


def person(name: str, second: str = "") -> Person:
    return Person(f"p-{name}", name, f"{name}@example.com", "agent", NOW, secrets=Secrets(second=second))


def code_at(now: datetime) -> str:
    import pyotp

    return pyotp.TOTP(SECRET).generate_otp(int(now.timestamp()) // STEP_S)


def test_a_seal_opens_for_its_person_and_its_house_alone() -> None:
    seal = Seal("s" * 32)
    kept = seal.close("p-mei", SECRET)
    assert SECRET not in kept
    assert seal.open("p-mei", kept) == SECRET
    assert kept != seal.close("p-mei", SECRET)
    for other, whose in ((seal, "p-bo"), (Seal("t" * 32), "p-mei")):
        with pytest.raises(NotSignedIn, match="session_secret"):
            other.open(whose, kept)


async def test_what_an_older_kefu_kept_open_is_sealed_once_and_still_lets_in(store: Memory) -> None:
    seal = Seal("s" * 32)
    await store.change(Change(NOW, people=(person("mei", SECRET), person("bo"))))
    assert await seal_all(store, seal, NOW) == 1
    assert await seal_all(store, seal, NOW) == 0
    kept = {one.name: one.secrets.second for one in await store.people()}
    assert kept["mei"].startswith(MARK)
    assert kept["bo"] == ""
    entered = await check_code(store, "p-mei", code_at(NOW), Place("192.0.2.1"), NOW, seal=seal)
    assert entered.secrets.second == kept["mei"]
    with pytest.raises(NotSignedIn):
        await check_code(store, "p-bo", code_at(NOW), Place("192.0.2.1"), NOW, seal=seal)


async def test_a_new_one_is_sealed_at_once(store: Memory) -> None:
    await store.change(Change(NOW, people=(person("mei"),)))
    hand = Hand(Operator("mei", "agent", id="p-mei"), "192.0.2.1")
    await turn_on(store, hand, SECRET, code_at(NOW), NOW, seal=Seal("s" * 32))
    (mei,) = await store.people()
    assert Seal("s" * 32).open("p-mei", mei.secrets.second) == SECRET
