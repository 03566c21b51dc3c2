"""The learning queue: questions that were left, put together, with what colleagues answered, for a person to settle."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from kefu.ai.knowledge.groups import group
from kefu.app.library.articles import Properties, articles_of
from kefu.core.articles import Article
from kefu.core.errors import BadInput
from kefu.core.nouns import Language
from kefu.core.ports.document import Written
from kefu.core.ports.knowledge import Found, Hit, Query
from kefu.core.ports.questions import Left
from kefu.service.privacy.guard import guard

LONGEST = 2_000
"""Characters of a question or an answer that are shown."""

MOST_WAYS = 8
"""Ways to ask that an accepted answer is found by."""


@dataclass(frozen=True, slots=True)
class Theme:
    """Questions that ask the same, the most typical first, with a draft of what could answer them.

    Personal data is masked in all texts. `answer` is what a colleague said last, empty while nobody did;
    `known` is an article that says so already or comes near, and `answered` whether it would go out today.
    """

    turns: tuple[str, ...]
    language: Language
    questions: tuple[str, ...]
    latest: datetime
    answer: str = ""
    who: str = ""
    known: Hit | None = None
    answered: bool = False


async def themes(
    left: Sequence[Left], find: Callable[[Query], Awaitable[Found]], answers_at: float, today: date
) -> list[Theme]:
    """The open questions by what they ask, in each language by itself; the most frequent first."""
    found = []
    for language in ("zh", "en"):
        mine = [one for one in left if one.language == language]
        numbers = await asyncio.to_thread(group, [one.text for one in mine])
        found += [await _theme([mine[at] for at in one], find, answers_at, today) for one in numbers]
    return sorted(found, key=lambda one: (-len(one.turns), -one.latest.timestamp()))


async def _theme(
    questions: Sequence[Left], find: Callable[[Query], Awaitable[Found]], answers_at: float, today: date
) -> Theme:
    answered = max((one for one in questions if one.answer), key=lambda one: one.at, default=None)
    said = await find(Query(questions[0].text, questions[0].language, "public", today))
    return Theme(
        turns=tuple(one.turn_id for one in questions),
        language=questions[0].language,
        questions=tuple(dict.fromkeys(_masked(one.text) for one in questions)),
        latest=max(one.at for one in questions),
        answer=_masked(answered.answer) if answered else "",
        who=answered.who if answered else "",
        known=said.parts[0].hit if said.parts else None,
        answered=said.probability >= answers_at,
    )


def learned(turn_id: str, ways: Sequence[str], answer: str, properties: Properties, at: datetime) -> Article:
    """The article of an accepted answer, found by these ways to ask; raises `BadInput` where something is missing."""
    asked = [way.strip() for way in dict.fromkeys(ways) if way.strip()][:MOST_WAYS]
    if not asked or not answer.strip():
        raise BadInput("Write the question and its answer, then accept it.")
    written = Written(asked[0], answer.strip(), questions=tuple(asked))
    (article,) = articles_of([written], f"learned:{turn_id}", properties, at)
    return article


def _masked(text: str) -> str:
    return guard(text, LONGEST).masked
