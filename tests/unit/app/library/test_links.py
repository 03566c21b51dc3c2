"""Where a link from one file to another leads, and where it leads nowhere."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kefu.app.library.articles import Properties, make_article
from kefu.app.library.cards import card_of
from kefu.app.library.links import links_of
from kefu.core.articles import Article
from kefu.core.ports.document import Written
from kefu.testing.check_knowledge import DAY
from kefu.testing.check_library import NOW


def article(source: str, text: str = "Text.", place: str = "") -> Article:
    return make_article(Written("T", text, place=place), source, Properties(language="en"), NOW)


HERE = "folder:guide/refunds/time.md"
OTHERS = [
    article("folder:guide/post.md"),
    article("folder:guide/refunds/rules.md"),
    article("folder:other/post.md"),
    article("folder:guide/refunds/table.csv", place="1"),
    article("folder:guide/refunds/table.csv", place="2"),
]
POST, RULES, *_ = (one.id for one in OTHERS)


@pytest.mark.parametrize(
    ("href", "place"),
    [
        ("rules.md", RULES),
        ("./rules.md#days", f"{RULES}#days"),
        ("rules", RULES),
        ("../post.md", POST),
        ("..%2Fpost.md", POST),
        ("../../other/post.md", OTHERS[2].id),
        ("../../../guide/post.md", ""),
        ("table.csv", ""),
        ("nothing.md", ""),
        ("/post.md", ""),
        ("https://a.example/rules.md", ""),
        ("#rules.md", ""),
    ],
)
def test_a_link_leads_to_the_article_of_the_file(href: str, place: str) -> None:
    shown = article(HERE, f"See [this]({href}).")
    cards = [card_of(one, DAY) for one in OTHERS]
    assert links_of(shown, cards, "/help") == (((href, f"/help/{place}"),) if place else ())
    assert links_of(shown, [], "/help") == ()
    assert links_of(replace(shown, source="site:https://a.example/time.md"), cards, "/help") == ()
