"""A project's texts as a customer's question meets them, without a server."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime

from kefu.app.config import Config
from kefu.app.data.records import known_names
from kefu.app.library.answering import Answered, Answering
from kefu.app.library.bring import FOLDER
from kefu.app.library.intake import all_articles, open_library
from kefu.app.models import Models
from kefu.app.promise import read_certificate, standing, subject_of, usual_promise
from kefu.app.readers import reader_settings
from kefu.app.searches import Finder, Follower, edition_of, open_searches
from kefu.app.skills import load_catalog
from kefu.core.articles import Article, Audience
from kefu.core.errors import BadInput, ModelMissing
from kefu.core.nouns import Language
from kefu.core.ports.knowledge import Hit, Knowledge, Query
from kefu.core.ports.reader import Reader, Term
from kefu.core.ports.store import Memory
from kefu.service.dialogue.decide import KNOWLEDGE
from kefu.service.dialogue.scene import Promise


@dataclass(frozen=True, slots=True)
class Texts:
    """What there is to be found, and how sure it must be: an answer goes out from the probability `least` on.

    What is less sure is offered from `offer_at` on.

    `answering` knows which skill comes first; None where no model is trained, so that texts alone answer.
    """

    articles: Sequence[Article]
    least: float
    offer_at: float
    today: date
    knowledge: Knowledge
    answering: Answering | None = None

    async def ask(self, text: str, language: Language, audience: Audience) -> tuple[Answered, Sequence[Hit]]:
        """What would answer, and the passages found, best first."""
        query = Query(text, language, audience, self.today)
        hits = await asyncio.to_thread(self.knowledge.search, query)
        if self.answering:
            return await self.answering.ask(text, language, audience), hits
        found = await Finder(self.knowledge).find(query)
        return Answered("", found, goes_out=bool(found.parts) and found.probability >= self.least), hits


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
            reader = await asyncio.to_thread(_reader, config, names or {})
            promise = await _promise(config, library, reader.version if reader else "")
            today = now.astimezone(config.zone).date()
            answering = None
            if reader:
                catalog = load_catalog(config.home / config.get("skills.folder", str))
                answering = Answering(reader, catalog, promise, Finder(searches).find, today)
            least, offer_at = promise.answers_at(KNOWLEDGE), config.get("knowledge.offer_at", float)
            yield Texts(articles, least, offer_at, today, searches, answering)
        finally:
            searches.close()


def _reader(config: Config, names: Mapping[str, Sequence[Term]]) -> Reader | None:
    """The model that serves, which knows the records' names; None where none was trained."""
    models = Models(config.home / config.get("reader.model", str))
    try:
        reader = models.open(models.current(), reader_settings(config))
    except ModelMissing:
        return None
    reader.know(names)
    return reader


async def _promise(config: Config, library: Memory, reader: str) -> Promise:
    """How sure answers must be: by the certificate where there is one, else by kefu.toml."""
    usual = usual_promise(config)
    certificate = await asyncio.to_thread(read_certificate, config.home)
    if certificate is None:
        return usual
    subject = await asyncio.to_thread(subject_of, config, reader, await edition_of(library))
    return standing(certificate, subject, await library.reviews(judged=True)).applied(usual)
