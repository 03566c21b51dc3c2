"""What callers may say at any time, as the skills, the texts and the log of late have it."""

from __future__ import annotations

from collections import Counter

from kefu.app.calls.home import Home
from kefu.app.library.articles import questions_of
from kefu.core.events import FlowStarted, Replied
from kefu.core.ports.store import Log
from kefu.service.voice.phrases import Answered, Repertoire

MOST_QUESTIONS = 400
"""Questions that texts answer, of each language, among which the likeliest are listened for."""

LATELY = 50_000
"""Of so many latest events of the store, those are counted that show what customers came for."""

KNOWLEDGE = "knowledge:"


async def learn(home: Home) -> Repertoire:
    """The repertoire as it is now; some milliseconds, more where much happened. Raises `StoreFailed`."""
    asked, answered = await _counts(home.store)
    articles = [one for one in await home.store.articles(limit=MOST_QUESTIONS) if one.audience == "public"]
    questions = [
        Answered(article.language, question, answered[article.id])
        for article in articles
        for question in questions_of(article) or (article.title,)
    ]
    return Repertoire.of(home.house.catalog, questions, asked)


async def _counts(log: Log) -> tuple[Counter[str], Counter[str]]:
    """How often of late an intent was served, and an article answered."""
    asked: Counter[str] = Counter()
    answered: Counter[str] = Counter()
    since = max(await log.head() - LATELY, 0)
    for one in await log.happened(since, LATELY, (FlowStarted, Replied)):
        match one.event:
            case FlowStarted(intent=intent):
                asked[intent] += 1
            case Replied(statements=statements):
                sources = {evidence.source for statement in statements for evidence in statement.evidence}
                found = (source.removeprefix(KNOWLEDGE) for source in sources if source.startswith(KNOWLEDGE))
                answered.update({source.partition("@")[0] for source in found})
    return asked, answered
