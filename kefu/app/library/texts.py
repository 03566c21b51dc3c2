"""A project's texts as a customer's question meets them, without a server."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime

from kefu.app.config import Config
from kefu.app.data.records import known_names
from kefu.app.library.bring import FOLDER
from kefu.app.library.intake import all_articles, open_library
from kefu.app.models import Models
from kefu.app.promise import read_certificate, standing, subject_of, usual_promise
from kefu.app.searches import Finder, Follower, edition_of, open_searches
from kefu.core.articles import Article, Audience
from kefu.core.errors import BadInput, ModelMissing
from kefu.core.nouns import Language
from kefu.core.ports.knowledge import Found, Hit, Knowledge, Query
from kefu.core.ports.store import Memory
from kefu.service.dialogue.decide import KNOWLEDGE


@dataclass(frozen=True, slots=True)
class Texts:
    """What there is to be found, and how sure it must be: an answer goes out from the probability `least` on.

    Whether a skill would answer instead is not looked at.
    """

    articles: Sequence[Article]
    least: float
    today: date
    knowledge: Knowledge

    async def ask(self, text: str, language: Language, audience: Audience) -> tuple[Found, Sequence[Hit]]:
        """The sentences that would go out if they are sure enough, and the passages found, best first."""
        query = Query(text, language, audience, self.today)
        found = await Finder(self.knowledge).find(query)
        return found, await asyncio.to_thread(self.knowledge.search, query)


@asynccontextmanager
async def open_texts(config: Config, now: datetime) -> AsyncIterator[Texts]:
    """Index the texts of a project in memory, beside a server that may run; raises `BadInput` where there are none."""
    async with open_library(config) as library:
        articles = [one async for one in all_articles(library)]
        if not articles:
            own = config.home / FOLDER
            folder = own if own.is_dir() else "FOLDER"
            raise BadInput(
                f"{config.home} has no articles yet; bring some in: kefu knowledge add {folder} --project {config.home}"
            )
        names, _ = await known_names(config.home)
        apart = replace(config, values={**config.values, "knowledge.index": ""})
        searches = await open_searches(apart, names or {})
        try:
            await Follower(library, searches).catch_up()
            least = await _least(config, library)
            yield Texts(articles, least, now.astimezone(config.zone).date(), searches)
        finally:
            searches.close()


async def _least(config: Config, library: Memory) -> float:
    """How sure the texts must be: by the certificate where there is one, else by kefu.toml."""
    usual = usual_promise(config)
    certificate = await asyncio.to_thread(read_certificate, config.home)
    if certificate is None:
        return usual.answers_at(KNOWLEDGE)
    models = Models(config.home / config.get("reader.model", str))
    try:
        reader = models.card(models.current()).version
    except ModelMissing:
        reader = ""
    subject = await asyncio.to_thread(subject_of, config, reader, await edition_of(library))
    return standing(certificate, subject, await library.reviews(judged=True)).applied(usual).answers_at(KNOWLEDGE)
