"""The learning queue: what nothing answered and what colleagues did, put together, for a person to settle."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from kefu.ai.knowledge.exchanges import contradicts
from kefu.ai.knowledge.groups import group
from kefu.ai.knowledge.phrases import without_courtesy
from kefu.app.library.answering import Answered, Answering
from kefu.app.library.articles import Properties, articles_of
from kefu.app.library.exchanges import masked
from kefu.core.articles import Article
from kefu.core.errors import BadInput
from kefu.core.nouns import Language
from kefu.core.ports.document import Written
from kefu.core.ports.knowledge import Found, Hit
from kefu.core.ports.questions import Exchange, Left

MOST = 2_000
"""Questions that are grouped, the latest ones: grouping is quadratic."""

MOST_WAYS = 8
"""Ways to ask that an accepted answer is found by."""

NEAR = 0.3
"""From this probability on an article comes near enough to be held against an answer."""

MOST_ASKED = 200
"""Groups that are held against what kefu answers, the most frequent ones: each takes some milliseconds."""

MOST_OTHERS = 3
"""Contradictions that are named of a group."""


@dataclass(frozen=True, slots=True)
class Otherwise:
    """An answer that contradicts the drafted one: `who` said so, or the article `known`."""

    answer: str
    who: str = ""
    known: Article | None = None


@dataclass(frozen=True, slots=True)
class Theme:
    """Questions that ask the same, the most typical first, with a draft of what could answer them.

    Personal data is masked in all texts. `count` is of conversations, `resolved` of those in which a
    colleague's answer solved it. `answer` is a colleague's most typical one, empty while nobody answered;
    `otherwise` names what contradicts it. `known` is an article that says so already or comes near,
    `answered` whether it would go out today; `skill` names the skill that would answer before it.
    """

    turns: tuple[str, ...]
    language: Language
    questions: tuple[str, ...]
    latest: datetime
    count: int
    resolved: int
    answer: str = ""
    who: str = ""
    otherwise: tuple[Otherwise, ...] = ()
    known: Hit | None = None
    answered: bool = False
    skill: str = ""

    @property
    def is_served(self) -> bool:
        """Whether kefu answers that by itself today."""
        return self.answered or bool(self.skill)


@dataclass(frozen=True, slots=True)
class Case:
    """One question: it was left (and perhaps answered later), or a colleague's answer `resolved` it, or both.

    `turns` are those that left and answered it.
    """

    turns: tuple[str, ...]
    conversation_id: str
    at: datetime
    text: str
    language: Language
    answer: str
    who: str
    resolved: bool


async def themes(left: Sequence[Left], exchanges: Sequence[Exchange], answering: Answering) -> list[Theme]:
    """The open questions by what they ask, in each language by itself.

    Those that kefu can't answer come first, the most frequent before others.
    """
    cases = sorted(_cases(left, exchanges), key=lambda one: one.at, reverse=True)[:MOST]
    groups: list[list[Case]] = []
    for language in ("zh", "en"):
        mine = [one for one in cases if one.language == language]
        numbers = await asyncio.to_thread(group, [one.text for one in mine])
        groups += [[mine[at] for at in one] for one in numbers]
    groups.sort(key=lambda one: (-_count(one), -max(case.at for case in one).timestamp()))
    found = [await _theme(one, await answering.ask(one[0].text, one[0].language)) for one in groups[:MOST_ASKED]]
    rest = [await _theme(one, Answered("", Found(), goes_out=False)) for one in groups[MOST_ASKED:]]
    return sorted([*found, *rest], key=lambda one: one.is_served)


def learned(turn_id: str, ways: Sequence[str], answer: str, properties: Properties, at: datetime) -> Article:
    """The article of an accepted answer, found by these ways to ask; raises `BadInput` where something is missing."""
    asked = [way.strip() for way in dict.fromkeys(ways) if way.strip()][:MOST_WAYS]
    if not asked or not answer.strip():
        raise BadInput("Write the question and its answer, then accept it.")
    written = Written(asked[0], answer.strip(), questions=tuple(asked))
    (article,) = articles_of([written], f"learned:{turn_id}", properties, at)
    return article


async def _theme(cases: Sequence[Case], said: Answered) -> Theme:
    known = said.found.parts[0].hit if said.found.parts else None
    told = await asyncio.to_thread(_answers, cases)
    best = told[0] if told else None
    return Theme(
        turns=tuple(turn for one in cases for turn in one.turns),
        language=cases[0].language,
        questions=tuple(dict.fromkeys(one.text for one in cases)),
        latest=max(one.at for one in cases),
        count=_count(cases),
        resolved=_count([one for one in cases if one.resolved]),
        answer=best.answer if best else "",
        who=best.who if best else "",
        otherwise=tuple(islice(_otherwise(best.answer, told[1:], known), MOST_OTHERS)) if best else (),
        known=known,
        answered=said.goes_out,
        skill=said.skill,
    )


def _count(cases: Sequence[Case]) -> int:
    return len({one.conversation_id for one in cases})


def _answers(cases: Sequence[Case]) -> list[Case]:
    """The cases that were answered, those with the most typical answer first, the latest of these before others."""
    told = sorted((one for one in cases if one.answer), key=lambda one: (not one.resolved, -one.at.timestamp()))
    return [told[at] for one in group([one.answer for one in told]) for at in one]


def _otherwise(answer: str, others: Sequence[Case], known: Hit | None) -> Iterator[Otherwise]:
    if known and known.probability >= NEAR and contradicts(answer, known.passage.text):
        yield Otherwise(known.passage.text, known=known.article)
    for one in {one.answer: one for one in reversed(others) if contradicts(answer, one.answer)}.values():
        yield Otherwise(one.answer, one.who)


def _cases(left: Sequence[Left], exchanges: Sequence[Exchange]) -> Iterator[Case]:
    """All questions; one that was left and then solved is one case."""
    solved: dict[tuple[str, str], list[Exchange]] = {}
    for one in exchanges:
        solved.setdefault((one.reply.conversation_id, one.text), []).append(one)
    turns = {key: [one.reply.turn_id for one in same] for key, same in solved.items()}
    for asked in left:
        text = masked(without_courtesy(asked.text)) or masked(asked.text)
        key = asked.conversation_id, text
        if key in turns:
            turns[key].append(asked.turn_id)
        else:
            answer = masked(without_courtesy(asked.answer))
            about = (asked.conversation_id, asked.at, text, asked.language, answer, asked.who)
            yield Case((asked.turn_id,), *about, resolved=False)
    for key, (latest, *_) in solved.items():
        about = (key[0], latest.at, latest.text, latest.language, latest.answer, latest.who)
        yield Case(tuple(turns[key]), *about, resolved=True)
