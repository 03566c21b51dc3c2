"""An index follows its library; hits are remembered, never across what differs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from web_house import WebHouse, make_config

from kefu.ai.knowledge.lexical import LexicalKnowledge
from kefu.app.searches import Follower, RememberedSearches
from kefu.core.articles import Article, Audience
from kefu.core.nouns import Identity, Inbound
from kefu.core.ports.knowledge import Query
from kefu.core.ports.library import Changes
from kefu.testing.check_knowledge import BASICS, DAY, KNOWLEDGE_CHECKS, Open, row

ASKED = Query("i want a refund", "en", "public", DAY)


class Shelf:
    """A library of changes alone, small and real: what stands at each edition."""

    def __init__(self) -> None:
        self.log: list[tuple[str, Article | None]] = []

    def put(self, *articles: Article) -> None:
        self.log += [(one.id, one) for one in articles]

    def drop(self, article_id: str) -> None:
        self.log.append((article_id, None))

    async def changes(self, since: int) -> Changes:
        now = dict(self.log)
        touched = dict.fromkeys(name for name, _ in self.log[since:])
        put = tuple(one for name in touched if (one := now[name]) is not None)
        return Changes(len(self.log), put, tuple(name for name in touched if now[name] is None))


def ids(found: Sequence[object]) -> list[str]:
    return [hit.article.id for hit in found]


async def test_an_index_follows_the_library_and_goes_on_after_a_restart(tmp_path: Path) -> None:
    shelf, folder = Shelf(), tmp_path / "index"
    shelf.put(*BASICS)
    knowledge = LexicalKnowledge(folder)
    follower = Follower(shelf, knowledge, folder)
    assert await follower.catch_up()
    assert ids(knowledge.search(ASKED)) == ["refund"]
    assert not await follower.catch_up()
    knowledge.close()
    shelf.drop("refund")
    shelf.put(row("return", "How do I return a refund?", "You don't."))
    again = LexicalKnowledge(folder)
    follower = Follower(shelf, again, folder)
    assert follower.edition == len(BASICS)
    assert await follower.catch_up()
    assert ids(again.search(ASKED)) == ["return"]
    assert Follower(shelf, again, folder).edition == len(BASICS) + 2


async def test_another_method_or_a_lost_index_begins_anew(tmp_path: Path) -> None:
    shelf, folder = Shelf(), tmp_path / "index"
    shelf.put(*BASICS)
    await Follower(shelf, LexicalKnowledge(folder), folder).catch_up()
    other = LexicalKnowledge(folder, [(["sum"], ["refund"])])
    assert Follower(shelf, other, folder).edition == 0
    (folder / "format").write_text("0", "utf-8")
    assert Follower(shelf, LexicalKnowledge(folder), folder).edition == 0


def test_hits_are_remembered_until_an_article_changes() -> None:
    known = RememberedSearches(LexicalKnowledge(), most=3)
    known.put([*BASICS, row("staff", "How do I get a refund?", "Ask the boss.", audience="staff")])
    assert ids(known.search(ASKED)) == ["refund"]
    assert known.search(ASKED) == known.search(ASKED)
    assert (known.hits, known.misses) == (2, 1)
    assert "staff" in ids(known.search(replace(ASKED, audience="staff")))
    assert ids(known.search(ASKED)) == ["refund"]
    known.drop(["refund"])
    assert not known.search(ASKED)
    for number in range(9):
        known.search(replace(ASKED, text=f"refund {number}"))
    assert len(known._known) == 3


@pytest.mark.parametrize("check", KNOWLEDGE_CHECKS, ids=lambda check: check.__name__)
def test_a_memory_keeps_what_a_search_promises(check: Callable[[Open], None]) -> None:
    check(lambda: RememberedSearches(LexicalKnowledge()))


def told(name: str, question: str, answer: str, audience: Audience = "public") -> Article:
    return replace(row(name, question, answer, language="zh", audience=audience), title=question)


async def test_what_an_open_kefu_remembers_is_for_one_audience_and_until_an_article_changes(tmp_path: Path) -> None:
    grades, mail = "我的成绩单在哪里看？", "教材怎么邮寄？"
    async with WebHouse(make_config(tmp_path)).opening() as kefu:

        async def says(text: str, sender: str, customer: str = "") -> str:
            identity = Identity(customer, "token") if customer else None
            now = datetime.now(UTC)
            taken = await kefu.take(Inbound("rest", f"m-{sender}", sender, text, now, identity))
            return "".join(reply.text for reply in taken.replies)

        async def shelve(*articles: Article) -> None:
            await kefu.store.shelve(articles, (), "mei", datetime.now(UTC))
            assert await kefu.follower.catch_up()

        await shelve(told("grades", grades, "成绩单在“我的学习”里。", "signed_in"), told("mail", mail, "三天内寄出。"))
        assert "我的学习" in await says(grades, "a", "L1")
        hits = kefu.searches.hits
        assert "我的学习" in await says(grades, "b", "L2")
        assert kefu.searches.hits > hits
        assert "我的学习" not in await says(grades, "c")
        assert "三天内" in await says(mail, "d")
        assert "三天内" in await says(mail, "e")
        await shelve(told("mail", mail, "五天内寄出。"))
        assert "五天内" in await says(mail, "f")
