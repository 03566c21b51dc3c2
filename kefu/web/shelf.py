"""What the team reads and does in the library, for the API and the desk's pages alike.

What the team changed is found at once: the index follows before the answer.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kefu.app import Operator
from kefu.app.library import edit
from kefu.app.library.cards import Card, card_of
from kefu.app.library.leaf import to_html
from kefu.app.library.reading import open_reading
from kefu.core.articles import Article
from kefu.core.errors import NotFound
from kefu.core.ports.document import Written
from kefu.core.ports.library import Version
from kefu.core.ports.opinions import Tally
from kefu.web.gate import require
from kefu.web.hall import Hall, now


@dataclass(frozen=True, slots=True)
class Wish:
    """Which articles somebody wants to see; empty means all.

    `state` is `holds` or `expired` (does not hold today), `origin` the first word of a source
    (`folder`, `site`, `upload`, `page`, `learned`), `words` stand in the title.
    """

    language: str = ""
    audience: str = ""
    state: str = ""
    origin: str = ""
    words: str = ""

    def wants(self, card: Card) -> bool:
        """Whether it is one of them."""
        return (
            self.language in ("", card.language)
            and self.audience in ("", card.audience)
            and self.state in ("", "holds" if card.holds else "expired")
            and self.origin in ("", origin_of(card))
            and self.words.casefold() in card.title.casefold()
        )


@dataclass(frozen=True, slots=True)
class Uploaded:
    """What became of a file: its articles, and the ids of those that are new, changed, or that it has no more."""

    articles: Sequence[Card]
    added: Sequence[str]
    changed: Sequence[str]
    removed: Sequence[str]


def origin_of(card: Card) -> str:
    """How an article came in: `folder`, `site`, `upload`, `page`, `learned`."""
    return card.source.partition(":")[0]


async def list_cards(hall: Hall, who: Operator, wish: Wish = Wish()) -> Sequence[Card]:
    """Articles in the order of their ids, for the team."""
    require(who, "read")
    return [card for card in await hall.catalogue.cards(hall.today) if wish.wants(card)]


async def read(hall: Hall, who: Operator, article_id: str, version: int = 0) -> Article:
    """An article or one version of it, for the team."""
    require(who, "read")
    return await edit.read_article(hall.kefu.store, article_id, version)


async def read_history(hall: Hall, who: Operator, article_id: str) -> Sequence[Version]:
    """All versions of an article, for the team."""
    require(who, "read")
    return await edit.read_history(hall.kefu.store, article_id)


async def read_opinions(hall: Hall, who: Operator, article_id: str) -> Mapping[int, Tally]:
    """What readers of the help centre thought of each version, for the team."""
    require(who, "read")
    return await hall.kefu.store.opinions(article_id)


async def preview(who: Operator, markdown: str, title: str) -> str:
    """A text as its readers would see it, for the team; nothing is kept."""
    require(who, "edit_knowledge")
    return await asyncio.to_thread(to_html, markdown, title)


async def write(hall: Hall, who: Operator, article_id: str, written: Written, name: str) -> Article:
    """Write an article anew, or with an empty id a new one, for the team."""
    require(who, "edit_knowledge")
    made = await edit.write(hall.kefu.store, article_id, written, name, now())
    await hall.kefu.follower.catch_up()
    return made


async def upload(
    hall: Hall, who: Operator, file: str, content: bytes, said: Mapping[str, str], *, name: str
) -> Uploaded:
    """Put the texts of a file in, for the team; the file is read in a process apart."""
    require(who, "edit_knowledge")
    async with open_reading(lanes=1) as reading:
        articles, shelved = await edit.upload(hall.kefu.store, reading, file, content, said, who=name, at=now())
    await hall.kefu.follower.catch_up()
    cards = [card_of(one, hall.today) for one in articles]
    return Uploaded(cards, shelved.added, shelved.changed, shelved.removed)


async def remove(hall: Hall, who: Operator, article_id: str, name: str) -> None:
    """Take an article out, for the team; raises `NotFound` when it is not there."""
    require(who, "edit_knowledge")
    if not (await hall.kefu.store.shelve([], [article_id], name, now())).removed:
        raise NotFound(f"There is no article {article_id!r}.")
    await hall.kefu.follower.catch_up()


async def restore(hall: Hall, who: Operator, article_id: str, version: int, name: str) -> Article:
    """Make an earlier version the current one, for the team."""
    require(who, "edit_knowledge")
    made = await edit.restore(hall.kefu.store, article_id, version, name, now())
    await hall.kefu.follower.catch_up()
    return made
