"""Part of stage 断 decide and 办 act: what the company's own texts say, and whether that goes out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import structlog

from kefu.core.decisions import Answer, Clarify, Decision, HandOff, Search
from kefu.core.events import QuestionLeft
from kefu.core.nouns import Conversation, Evidence, Option, Statement
from kefu.core.ports.knowledge import Found, Hit, Part, Query
from kefu.service.dialogue.decide import ARTICLE, decide
from kefu.service.turn.act import Work, words
from kefu.service.turn.compose import Draft

log = structlog.get_logger()

CONTEXT = 3
"""How many earlier lines of the customer a question is understood with."""

MOST_OFFERED = 3
"""How many articles are offered at most."""

SKILLS_BESIDE = 2
"""How many skills stand before them at most: the third is hardly ever meant."""

RUNNER_UP = 0.1
"""Others are offered that are at least so likely as the best one, as a share."""

LONGEST_LABEL = 80
"""Characters of a question or title that is offered: a longer one is no option to choose."""

LEFT = frozenset(("unknown", "not_understood"))
"""Reasons for which a question is left without an answer."""


def weigh(text: str, work: Work, talk: Conversation | None = None) -> Decision | Search:
    """Decide about a text; in the conversation's own state, if no other is given."""
    house = work.house
    return decide(text, talk or work.talk, work.reading, house.catalog, house.promise, has_texts=house.find is not None)


async def consult(decision: Decision | Search, work: Work) -> Decision:
    """Carry out a search, if that was decided, and settle what to do; a search that fails has found nothing."""
    if not isinstance(decision, Search):
        return decision
    found = work.found = await _found(decision.question, work)
    if decision.is_met_by(found):
        return Answer(decision.question, found, decision.because)
    if decision.otherwise.because in LEFT:
        work.record(QuestionLeft(work.now, decision.question, work.talk.language, found.probability))
        if found.expired and found.expired.probability >= decision.least:
            return HandOff("expired")
    return _with_offers(decision.otherwise, found, work)


def _with_offers(decision: Decision, found: Found, work: Work) -> Decision:
    """Where it is asked what the customer means: what the likeliest articles are about, beside what skills do."""
    if not isinstance(decision, Clarify):
        return decision
    offers = offered(found, work.house.offer_at)
    if not offers:
        return decision
    work.evidence = [evidence_of(hit, work) for hit in offers.values()]
    articles = (Option(f"{ARTICLE}{hit.article.id}", label) for label, hit in offers.items())
    return Clarify((*decision.options[:SKILLS_BESIDE], *articles), decision.because if decision.options else "near")


def offered(found: Found, least: float) -> Mapping[str, Hit]:
    """What the customer may have meant, by what it is about: the likeliest passages, if one reaches `least`."""
    offers: dict[str, Hit] = {}
    likely = found.near if found.probability >= least else ()
    for hit in (one for one in likely if one.probability >= RUNNER_UP * likely[0].probability):
        label = about(hit)
        if len(label) <= LONGEST_LABEL and len(offers) < MOST_OFFERED:
            offers.setdefault(label, hit)
    return offers


def about(hit: Hit) -> str:
    """What a passage is about in its writer's words: the question that it answers, or title and heading."""
    return hit.passage.question or f"{hit.article.title} › {hit.passage.heading}".strip(" ›")


async def _found(question: str, work: Work) -> Found:
    try:
        return await work.house.find(_query(question, work)) if work.house.find else Found()
    except Exception:
        log.exception("search failed")
        return Found()


def _query(question: str, work: Work) -> Query:
    said = [line.text for line in work.talk.recent if line.by == "customer"]
    return Query(
        question,
        work.talk.language,
        "signed_in" if work.talk.identity else "public",
        work.now.astimezone(work.house.zone).date(),
        tuple(said[-1 - CONTEXT : -1]),
    )


def answer(found: Found, work: Work) -> None:
    """Give the sentences that answer, and name what contradicts them."""
    statements = [one for part in found.parts for one in statements_of(part, work)]
    statements[-1] = replace(statements[-1], text=statements[-1].text.rstrip())
    work.evidence = [evidence for statement in statements for evidence in statement.evidence]
    work.reply(Draft("say", "found", statements=tuple(statements)))
    for dispute in found.disputes[:1]:
        facts = {
            "title": dispute.one.hit.article.title,
            "other": dispute.other.hit.article.title,
            "says": dispute.one.sentences[0],
            "other_says": dispute.other.sentences[0],
        }
        both = (evidence_of(dispute.one.hit, work), evidence_of(dispute.other.hit, work))
        work.reply(Draft("say", "disputed", facts=facts, evidence=both, quick_replies=words(work, "person")))


def name_expired(work: Work) -> None:
    """Say that there was an answer, and until when it held."""
    hit = work.found.expired if work.found else None
    if hit:
        facts = {"title": hit.article.title, "until": hit.article.valid_until}
        work.reply(Draft("say", "expired", facts=facts, evidence=(evidence_of(hit, work),)))


def statements_of(part: Part, work: Work) -> Iterator[Statement]:
    """The sentences of a part as they stand in it: on lines of their own where they do there."""
    text, evidence = part.hit.passage.text, (evidence_of(part.hit, work),)
    at = 0
    for number, sentence in enumerate(part.sentences):
        begin = text.find(sentence, at)
        end = begin + len(sentence)
        is_last = number == len(part.sentences) - 1
        line_ends = is_last or "\n" in text[end : text.find(part.sentences[number + 1], end)]
        yield Statement(sentence + ("\n" if line_ends else " " if work.talk.language == "en" else ""), evidence)
        at = end


def evidence_of(hit: Hit, work: Work) -> Evidence:
    """Where a passage stands: article and version, the number of the passage, its text, and what readers call it.

    The link leads to where the article came from, or else to the help centre.
    """
    article, passage = hit.article, hit.passage
    place = work.house.help_place if article.audience == "public" else ""
    link = article.link or (f"{place}/{article.id}" if place else "")
    anchor = f"#{passage.anchor}" if passage.anchor and link else ""
    return Evidence(
        f"knowledge:{article.id}@{article.version}/{passage.number}", passage.text, article.title, link + anchor
    )


def said_by(parts: Sequence[Part]) -> str:
    """All sentences of an answer as one text, for people who judge it."""
    return "\n".join(" ".join(part.sentences) for part in parts)
