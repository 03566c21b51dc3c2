"""The catalogue is as the library is, today."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from kefu.adapters.stores.memory import MemoryStore
from kefu.app.library.cards import Catalogue
from kefu.testing.check_library import NOW, article_of

LAST = date(2026, 12, 31)


async def test_it_follows_every_change_and_every_day() -> None:
    store = MemoryStore()
    catalogue = Catalogue(store)
    assert list(await catalogue.cards(LAST)) == []
    await store.shelve([article_of("b"), article_of("a")], [], "mei", NOW)
    first = await catalogue.cards(LAST)
    assert [(card.id, card.holds) for card in first] == [("a", True), ("b", True)]
    assert await catalogue.cards(LAST) is first
    assert [card.holds for card in await catalogue.cards(LAST + timedelta(days=1))] == [False, False]
    await store.shelve([replace(article_of("b", "new"), title="New")], ["a"], "mei", NOW)
    assert [(card.id, card.title, card.version) for card in await catalogue.cards(LAST)] == [("b", "New", 2)]
