"""What everybody may read: public articles that hold today. Every way into the help centre leads through here."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from kefu.app.library.cards import Card
from kefu.app.library.excerpt import excerpt
from kefu.core.articles import Article, Audience, may_read
from kefu.core.errors import NotFound
from kefu.core.nouns import Language
from kefu.core.ports.knowledge import Query
from kefu.web.hall import Hall
from kefu.web.words import LANGUAGES

VISITOR: Audience = "public"
"""Whoever comes: nobody's identity is looked at, so a page is the same for all."""
PASSAGES = 30
"""How many passages are looked through for the best of each article."""
MOST, FEWEST = 10, 3
"""Results that are shown; after the first three only those that may answer, compared with the best."""
SHARE = 0.05
SURE = 0.3
"""From this probability of the best passage on, the list does not say that it only comes close."""


@dataclass(frozen=True, slots=True)
class Result:
    """The best passage of an article that was found: its sentences, each with whether it answers."""

    card: Card
    heading: str
    anchor: str
    sentences: Sequence[tuple[str, bool]]
    probability: float


@dataclass(frozen=True, slots=True)
class Findings:
    """What a search found, best first; without `sure` nothing may answer, and these come closest."""

    results: Sequence[Result]
    sure: bool


async def open_cards(hall: Hall, language: Language | None = None) -> Sequence[Card]:
    """The articles that everybody may read today, in the order of their ids."""
    cards = await hall.catalogue.cards(hall.today)
    return [
        card for card in cards if card.holds and may_read(VISITOR, card.audience) and language in (None, card.language)
    ]


async def open_article(hall: Hall, article_id: str) -> Article:
    """An article that everybody may read today; raises `NotFound`, the same for one that there is not."""
    article = await hall.kefu.store.article(article_id)
    if article is None or not may_read(VISITOR, article.audience) or not article.holds_on(hall.today):
        raise NotFound(f"There is no article {article_id!r}.")
    return article


async def find(hall: Hall, asked: str, language: Language) -> Findings:
    """The articles that answer best, in this language, or where there is nothing in the other one."""
    for wanted in sorted(LANGUAGES, key=lambda one: one != language):
        # The index may be a moment behind the library: what was closed meanwhile is not shown.
        cards = {card.id: card for card in await open_cards(hall, wanted)}
        query = Query(asked, wanted, VISITOR, hall.today, limit=PASSAGES)
        found: dict[str, Result] = {}
        for hit in await asyncio.to_thread(hall.kefu.searches.search, query):
            card, passage = cards.get(hit.article.id), hit.passage
            if card and card.version == hit.article.version and card.id not in found:
                sentences = excerpt(asked, hit)
                found[card.id] = Result(card, passage.heading, passage.anchor, sentences, hit.probability)
        if results := list(found.values())[:MOST]:
            best = max(one.probability for one in results)
            rest = [one for one in results[FEWEST:] if one.probability >= SHARE * best]
            return Findings([*results[:FEWEST], *rest], best >= SURE)
    return Findings([], sure=False)


async def opine(hall: Hall, article: Article, *, helped: bool) -> None:
    """Count a visitor's opinion of an article."""
    await hall.kefu.store.opine(article.id, article.version, helped=helped)


async def is_of_use(hall: Hall) -> bool:
    """Whether there is a help centre with something to read."""
    return hall.has_help and bool(await open_cards(hall))
