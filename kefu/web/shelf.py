"""What the team reads and does in the library, for the API."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from kefu.app import Operator, may_see_evidence
from kefu.app.library import edit
from kefu.app.library.intake import all_articles
from kefu.app.library.reading import open_reading
from kefu.core.articles import Article, Audience
from kefu.core.errors import NotAllowed, NotFound
from kefu.core.nouns import Language
from kefu.core.ports.document import Written
from kefu.core.ports.library import Version
from kefu.web.hall import Hall, now


@dataclass(frozen=True, slots=True)
class Card:
    """An article as a list shows it; `holds` says whether it counts today."""

    id: str
    title: str
    language: Language
    audience: Audience
    owner: str
    source: str
    link: str
    labels: tuple[str, ...]
    valid_from: date | None
    valid_until: date | None
    updated_at: datetime
    version: int
    holds: bool


async def list_cards(
    hall: Hall, who: Operator, *, audience: str, language: str, expired: bool, after: str, limit: int
) -> Sequence[Card]:
    """Articles with ids greater than `after`, in the order of their ids, for the team."""
    _require(who)
    today = now().astimezone(hall.kefu.config.zone).date()
    found: list[Card] = []
    async for one in all_articles(hall.kefu.store, after):
        wanted = audience in ("", one.audience) and language in ("", one.language)
        if wanted and not (expired and one.holds_on(today)):
            found.append(card_of(one, today))
            if len(found) == limit:
                break
    return found


def card_of(one: Article, today: date) -> Card:
    """An article without its text."""
    about = (one.id, one.title, one.language, one.audience, one.owner, one.source, one.link, one.labels)
    return Card(*about, one.valid_from, one.valid_until, one.updated_at, one.version, one.holds_on(today))


async def read(hall: Hall, who: Operator, article_id: str, version: int = 0) -> Article:
    """An article or one version of it, for the team."""
    _require(who)
    return await edit.read_article(hall.kefu.store, article_id, version)


async def read_history(hall: Hall, who: Operator, article_id: str) -> Sequence[Version]:
    """All versions of an article, for the team."""
    _require(who)
    return await edit.read_history(hall.kefu.store, article_id)


async def write(hall: Hall, who: Operator, article_id: str, written: Written, name: str) -> Article:
    """Write an article anew, or with an empty id a new one, for the team."""
    _require(who)
    return await edit.write(hall.kefu.store, article_id, written, name, now())


async def upload(
    hall: Hall, who: Operator, file: str, content: bytes, said: Mapping[str, str], *, name: str
) -> Sequence[Article]:
    """Put the texts of a file in, for the team; the file is read in a process apart."""
    _require(who)
    async with open_reading(lanes=1) as reading:
        return await edit.upload(hall.kefu.store, reading, file, content, said, who=name, at=now())


async def remove(hall: Hall, who: Operator, article_id: str, name: str) -> None:
    """Take an article out, for the team; raises `NotFound` when it is not there."""
    _require(who)
    if not (await hall.kefu.store.shelve([], [article_id], name, now())).removed:
        raise NotFound(f"There is no article {article_id!r}.")


async def restore(hall: Hall, who: Operator, article_id: str, version: int, name: str) -> Article:
    """Make an earlier version the current one, for the team."""
    _require(who)
    return await edit.restore(hall.kefu.store, article_id, version, name, now())


def _require(who: Operator) -> None:
    if not may_see_evidence(who):
        raise NotAllowed
