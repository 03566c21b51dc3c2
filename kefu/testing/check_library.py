"""The conformance kit of libraries and opinions: run every check of `LIBRARY_CHECKS` on an empty store.

Checks of `SHARED_LIBRARY_CHECKS` take two stores on the same database.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from time import perf_counter

from kefu.core.articles import Article, Passage
from kefu.core.ports.library import Changes, Library, Shelved, Version
from kefu.core.ports.opinions import Tally
from kefu.core.ports.store import Memory

NOW = datetime(2026, 3, 2, 2, 0, 0, 123456, tzinfo=UTC)
LATER = NOW + timedelta(days=1)

MOST_SECONDS = 5.0
"""How long 5,000 articles may take to come in."""


def article_of(id_: str, text: str = "正文 body") -> Article:
    """An article with something in every field; its digest names its text."""
    return Article(
        id=id_,
        title=f"标题 {id_}",
        language="zh",
        source=f"folder:{id_}.md",
        markdown=f"# 标题\n\n{text}\n",
        passages=(Passage(0, text, "标题 › 小节", "小节", "怎么办？"),),
        digest=sha256(text.encode()).hexdigest(),
        updated_at=NOW,
        audience="signed_in",
        link="https://example.com/a",
        owner="教务",
        valid_from=date(2026, 1, 1),
        valid_until=date(2026, 12, 31),
        labels=("退款", "refund"),
    )


async def an_empty_library_has_nothing(library: Library) -> None:
    """Nothing is made by asking."""
    assert await library.article("a") is None
    assert await library.article("a", 1) is None
    assert list(await library.articles()) == []
    assert list(await library.history("a")) == []
    assert await library.changes(0) == Changes(0, (), ())
    assert await library.shelve([], ["a"], "mei", NOW) == Shelved((), (), (), 0)


async def what_was_shelved_is_there(library: Library) -> None:
    """Every field comes back; version and time are the library's own."""
    wanted = article_of("a")
    assert await library.shelve([replace(wanted, version=9)], [], "mei", LATER) == Shelved(("a",), (), (), 1)
    held = replace(wanted, version=1, updated_at=LATER)
    assert await library.article("a") == held
    assert list(await library.articles()) == [held]
    assert await library.changes(0) == Changes(1, (held,), ())
    assert list(await library.history("a")) == [Version(1, wanted.digest, "mei", LATER)]


async def the_same_again_changes_nothing(library: Library) -> None:
    """The digest decides, and the edition stays."""
    await library.shelve([article_of("a")], [], "mei", NOW)
    assert await library.shelve([article_of("a")], ["unknown"], "li", LATER) == Shelved((), (), (), 1)
    assert len(await library.history("a")) == 1


async def a_change_keeps_what_was_before(library: Library) -> None:
    """Versions count up and stay readable, also after the article was taken out and came back."""
    await library.shelve([article_of("a", "one")], [], "mei", NOW)
    assert await library.shelve([article_of("a", "two")], [], "li", LATER) == Shelved((), ("a",), (), 2)
    assert await library.shelve([], ["a", "a"], "wu", LATER) == Shelved((), (), ("a",), 3)
    assert await library.article("a") is None
    assert list(await library.articles()) == []
    assert await library.article("a", 3) is None
    assert await library.shelve([], ["a"], "wu", LATER) == Shelved((), (), (), 3)
    assert await library.shelve([article_of("a", "two")], [], "mei", LATER) == Shelved(("a",), (), (), 4)
    kept = [await library.article("a", number) for number in (1, 2, 4)]
    assert [one and one.passages[0].text for one in kept] == ["one", "two", "two"]
    assert await library.article("a", 5) is None
    history = await library.history("a")
    assert [(one.number, bool(one.digest), one.who) for one in history] == [
        (1, True, "mei"), (2, True, "li"), (3, False, "wu"), (4, True, "mei"),
    ]  # fmt: skip


async def of_two_the_last_holds_and_put_wins_over_drop(library: Library) -> None:
    """One change names each article once."""
    made = await library.shelve([article_of("a", "one"), article_of("a", "two")], ["a"], "mei", NOW)
    assert made == Shelved(("a",), (), (), 1)
    held = await library.article("a")
    assert held
    assert (held.passages[0].text, held.version) == ("two", 1)


async def an_index_can_follow(library: Library) -> None:
    """Changes since an edition, as they are now."""
    await library.shelve([article_of("a"), article_of("b")], [], "mei", NOW)
    await library.shelve([article_of("c")], ["a"], "mei", NOW)
    await library.shelve([article_of("b", "new")], [], "mei", NOW)
    changes = await library.changes(1)
    assert (changes.edition, [one.id for one in changes.put], changes.drop) == (3, ["b", "c"], ("a",))
    assert changes.put[0].passages[0].text == "new"
    assert await library.changes(3) == Changes(3, (), ())
    assert (await library.changes(9)).put == ()


async def pages_follow_the_order_of_ids(library: Library) -> None:
    """By code point, on every database."""
    ids = ["B", "a", "Z", "b", "0", "_", "aa", "é", "中"]
    await library.shelve([article_of(id_) for id_ in ids], [], "mei", NOW)
    first = [one.id for one in await library.articles(limit=4)]
    rest = [one.id for one in await library.articles(after=first[-1])]
    assert [*first, *rest] == sorted(ids)


async def a_big_article_comes_back(library: Library) -> None:
    """Five million characters."""
    text = "很长的一段 with words 😀\n" * 250_000
    await library.shelve([article_of("big", text)], [], "mei", NOW)
    held = await library.article("big")
    assert held
    assert held.passages[0].text == text


async def five_thousand_come_in_quickly(library: Library) -> None:
    """In batches, as a folder is brought in."""
    articles = [article_of(f"{number:05}", f"第 {number} 篇 " * 100) for number in range(5_000)]
    start = perf_counter()
    for at in range(0, len(articles), 250):
        await library.shelve(articles[at : at + 250], [], "mei", NOW)
    assert perf_counter() - start <= MOST_SECONDS
    assert len((await library.changes(0)).put) == 5_000


async def hands_at_once_do_not_disturb_each_other(library: Library) -> None:
    """Each change is whole, with an edition of its own."""
    shelved = await asyncio.gather(
        *(library.shelve([article_of(f"p-{n}"), article_of("shared", str(n))], [], f"w-{n}", NOW) for n in range(40))
    )
    assert sorted(one.edition for one in shelved) == list(range(1, 41))
    assert [one.number for one in await library.history("shared")] == list(range(1, 41))
    assert len(await library.articles()) == 41


async def two_processes_write_one_library(one: Library, other: Library) -> None:
    """Numbers have no gaps, and both see all."""
    await asyncio.gather(
        *((one, other)[n % 2].shelve([article_of("shared", str(n))], [], str(n), NOW) for n in range(30))
    )
    assert [version.number for version in await one.history("shared")] == list(range(1, 31))
    assert await one.changes(0) == await other.changes(0)
    assert (await one.changes(0)).edition == 30


async def opinions_are_counted_by_version(store: Memory) -> None:
    """Many readers at once, each counted once; opinions outlive the article."""
    await store.shelve([article_of("a"), article_of("b")], [], "mei", NOW)
    assert dict(await store.opinions("a")) == {}
    await asyncio.gather(*(store.opine("a", 1, helped=number % 3 > 0) for number in range(30)))
    await store.shelve([article_of("a", "two")], [], "mei", NOW)
    await store.opine("a", 2, helped=False)
    await store.shelve([], ["a"], "mei", NOW)
    assert dict(await store.opinions("a")) == {1: Tally(20, 10), 2: Tally(0, 1)}
    assert dict(await store.opinions("b")) == {}


async def two_processes_count_together(one: Memory, other: Memory) -> None:
    """No opinion is lost."""
    await one.shelve([article_of("a")], [], "mei", NOW)
    await asyncio.gather(*((one, other)[n % 2].opine("a", 1, helped=True) for n in range(20)))
    assert dict(await other.opinions("a")) == {1: Tally(20, 0)}


LIBRARY_CHECKS: tuple[Callable[[Memory], Awaitable[None]], ...] = (
    an_empty_library_has_nothing,
    what_was_shelved_is_there,
    the_same_again_changes_nothing,
    a_change_keeps_what_was_before,
    of_two_the_last_holds_and_put_wins_over_drop,
    an_index_can_follow,
    pages_follow_the_order_of_ids,
    a_big_article_comes_back,
    five_thousand_come_in_quickly,
    hands_at_once_do_not_disturb_each_other,
    opinions_are_counted_by_version,
)

SHARED_LIBRARY_CHECKS: tuple[Callable[[Memory, Memory], Awaitable[None]], ...] = (
    two_processes_write_one_library,
    two_processes_count_together,
)
