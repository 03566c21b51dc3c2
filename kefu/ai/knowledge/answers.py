"""From hits to the sentences that answer: chosen, never cut or changed, each with where it stands."""

from __future__ import annotations

import re
from collections.abc import Sequence

from kefu.ai.knowledge.sentences import split_sentences
from kefu.ai.knowledge.terms import Terms, take_apart
from kefu.ai.text.clauses import may_stand_alone, split_clauses
from kefu.ai.text.normal import normalise
from kefu.core.ports.knowledge import Dispute, Found, Hit, Part

MOST = 3
"""Sentences of one passage that are given at most."""

WHOLE = 6
"""A passage of at most so many sentences is given whole where its heading alone repeats the question: steps, say."""

ENOUGH = 0.5
"""A further sentence is given when it is at least so good as the best one."""

SAME_QUESTION = 0.6
"""The share of common content words from which two passages answer the same question."""

CLOSE = 0.5
"""A hit is held against the best one when it is at least so probable, as a share."""

AMOUNT = re.compile(
    r"(?P<sign>[¥$€£]?)\s*(?P<number>\d+(?:[.,:/-]\d+)*)\s*(?P<unit>%|[\u3400-\u9fff]{1,2}|[a-z]+)?", re.IGNORECASE
)
UNITS_MEANT = {
    "calendar": "day",
    "business": "day",
    "working": "day",
    "工作": "天",
    "自然": "天",
    "日": "天",
    "块": "元",
}


def extract(asked: Sequence[tuple[str, Sequence[Hit]]]) -> Found:
    """The sentences that answer a message: each of its questions with its hits, best first.

    A question without hits has no part. The same passage for two questions is one part, with the sentences of both.
    """
    chosen: dict[tuple[str, int], tuple[Hit, set[int]]] = {}
    disputes: list[Dispute] = []
    best = [hits[0] for _, hits in asked if hits]
    for question, hits in asked:
        if hits:
            hit = hits[0]
            _, numbers = chosen.setdefault((hit.article.id, hit.passage.number), (hit, set()))
            numbers.update(choose_sentences(question, hit))
            disputes += disputes_among(hits)
    parts = []
    for hit, numbers in chosen.values():
        sentences = split_sentences(hit.passage.text)
        parts.append(Part(hit, tuple(sentences[at] for at in sorted(numbers))))
    return Found(tuple(parts), min((hit.probability for hit in best), default=0.0), tuple(disputes))


def halves_of(question: str) -> list[str]:
    """The questions in a message that can stand alone; the whole where there is but one."""
    plain = normalise(question)
    clauses = [one for one in split_clauses(plain.text) if may_stand_alone(plain.text, one)]
    if len(clauses) < 2 or not all(take_apart(plain.slice(one.start, one.end)).subject for one in clauses):
        return [question]
    return [plain.slice(one.start, one.end) for one in clauses]


def choose_sentences(question: str, hit: Hit) -> list[int]:
    """The numbers of the one to three sentences that are most like the question, in their order.

    An answer to a listed question answers whole, whatever its words; so does a short passage of which no sentence
    holds a word that the question is about. A sentence that ends with a colon brings the next.
    """
    sentences = split_sentences(hit.passage.text)
    if hit.passage.question or len(sentences) <= 1:
        return list(range(len(sentences)))
    asked, told = take_apart(question), [take_apart(sentence) for sentence in sentences]
    if len(sentences) <= WHOLE and not any(set(asked.subject).intersection(one.words) for one in told):
        return list(range(len(sentences)))
    scores = [_likeness(asked, one) for one in told]
    best = max(scores)
    order = sorted(range(len(sentences)), key=lambda at: (-scores[at], at))
    chosen = {at for at in order[:MOST] if scores[at] >= ENOUGH * best and (scores[at] > 0 or at == order[0])}
    for at in sorted(chosen):
        if sentences[at].endswith((":", "：")) and at + 1 < len(sentences):
            chosen.add(at + 1)
    return sorted(chosen)


def disputes_among(hits: Sequence[Hit]) -> list[Dispute]:
    """Where the best hit and one of another article give different numbers of the same unit to the same question."""
    found = []
    for other in hits[1:]:
        best = hits[0]
        if other.article.id == best.article.id or other.probability < CLOSE * best.probability:
            continue
        if not _same_subject(best, other):
            continue
        ours, theirs = amounts_in(best.passage.text), amounts_in(other.passage.text)
        for unit in ours.keys() & theirs.keys():
            if not set(ours[unit]) & set(theirs[unit]):
                found.append(Dispute(_stating(best, unit), _stating(other, unit)))
                break
    return found


def _stating(hit: Hit, unit: str) -> Part:
    """The first sentence of a passage with an amount of this unit."""
    sentences = split_sentences(hit.passage.text)
    return Part(hit, (next((one for one in sentences if unit in amounts_in(one)), hit.passage.text),))


def amounts_in(text: str) -> dict[str, list[str]]:
    """The numbers of a text by their unit, as digits: 十四天 and 14 天 are the same."""
    found: dict[str, list[str]] = {}
    for match in AMOUNT.finditer(normalise(text).text):
        unit = match["sign"] or (match["unit"] or "").removesuffix("s")
        unit = UNITS_MEANT.get(unit, unit[:1] if unit and not unit.isascii() else unit)
        found.setdefault(UNITS_MEANT.get(unit, unit), []).append(match["number"].strip(".,:/-"))
    return found


def _same_subject(one: Hit, other: Hit) -> bool:
    first, second = (set(take_apart(_about(hit)).subject) for hit in (one, other))
    return bool(first and second) and len(first & second) >= SAME_QUESTION * min(len(first), len(second))


def _about(hit: Hit) -> str:
    return hit.passage.question or hit.passage.heading or hit.article.title


def _likeness(asked: Terms, sentence: Terms) -> float:
    """The share of the question's content in a sentence, and of its pieces, which survive typos and other endings."""
    subject = set(asked.subject) or set(asked.words)
    pieces = set(asked.pieces)
    in_words = len(subject & set(sentence.words)) / len(subject) if subject else 0.0
    in_pieces = len(pieces & set(sentence.pieces)) / len(pieces) if pieces else 0.0
    return in_words + in_pieces / 2
