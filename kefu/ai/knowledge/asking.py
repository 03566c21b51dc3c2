"""A question as it is looked for: its words with weights, what else may be meant, and the filters."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from rapidfuzz import process
from rapidfuzz.distance import OSA
from tantivy import FieldType, Occur
from tantivy import Query as Search

from kefu.ai.knowledge.index import Field, Snapshot
from kefu.ai.knowledge.synonyms import Phrase, Synonyms
from kefu.ai.knowledge.terms import FUNCTION_WEIGHT, Terms, pairs, stem, take_apart
from kefu.ai.text.sound import read_pinyin
from kefu.core.articles import AUDIENCES, may_read
from kefu.core.nouns import Language
from kefu.core.ports.knowledge import Query

CONTEXT_WEIGHT = 0.5
"""What a word of an earlier question counts in one that goes on from it."""

DOUBTFUL_WEIGHT = 0.8
"""What a synonym or a mended word counts."""

BOOSTS: Mapping[Field, float] = {"body": 1.0, "title": 1.0, "question": 1.2, "pieces": 3.0, "sounds": 1.5}
"""How much a field counts when candidates are chosen; chosen on the learning sets of bench/knowledge."""

MOST_TERMS: Mapping[Field, int] = {"body": 128, "title": 128, "question": 128, "pieces": 32, "sounds": 12}
"""So many of a question's terms are looked for, the rarest: a pasted page takes no longer than a long question."""

MANY, EVERYWHERE = 10_000, 0.05
"""In an index of more passages than `MANY` a term that more than this share holds chooses no candidates."""

SHORTEST_TYPO, LONG_WORD = 4, 8
"""Letters from which a word may have a typo, and two."""

GOES_ON = re.compile(
    r"^(?:那么?|还有|然后|另外)|^(?:and|what about|how about|what if|then)\b|呢[?？。!\s]*$", re.IGNORECASE
)
"""How a question begins or ends that goes on from the one before."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, ready to be compared with passages.

    `weights` are those of its words; `others` is what may stand for a phrase of it. `pieces` and
    `sounds` are of length 1. `total` is the weight of all words, `subject` of those with content.
    """

    terms: Terms
    language: Language
    weights: Mapping[str, float]
    subject: Mapping[str, float]
    others: Mapping[Phrase, tuple[Phrase, ...]]
    pieces: Mapping[str, float]
    sounds: Mapping[str, float]


def prepare(query: Query, snapshot: Snapshot, synonyms: Synonyms) -> Asked:
    """Take a question apart, mend its spelling by the index's words, add what the conversation was about."""
    terms = take_apart(query.text)
    before = _subject_before(query, terms)
    if before is not None and not terms.subject:
        terms, before = before, None
    language = query.language
    weights: dict[str, float] = {}
    for word, tells in zip(terms.words, terms.content, strict=True):
        share = 1.0 if tells else FUNCTION_WEIGHT
        weights[word] = max(weights.get(word, 0.0), share * snapshot.word_weight(language, word))
    subject = {word: weights[word] for word in terms.subject}
    if before is not None:
        for word in before.subject:
            weight = CONTEXT_WEIGHT * snapshot.word_weight(language, word)
            weights.setdefault(word, weight)
            subject.setdefault(word, weight)
    others = dict(synonyms.in_words(terms.words)) | _mended(terms, language, snapshot)
    counts = {**_weighed(before.pieces if before else {}, CONTEXT_WEIGHT), **_weighed(terms.pieces, 1.0)}
    sounds = {**_weighed(before.sounds if before else {}, CONTEXT_WEIGHT), **_weighed(terms.sounds, 1.0)}
    sounds |= _spelled_out(terms, language, snapshot)
    return Asked(
        terms,
        language,
        weights,
        subject,
        others,
        snapshot.unit_vector(language, "pieces", counts),
        snapshot.unit_vector(language, "sounds", sounds),
    )


def search_for(asked: Asked, query: Query, snapshot: Snapshot) -> Search:
    """The question as a search of the index, with everything excluded that this reader may not see on that day."""
    wanted: dict[Field, dict[str, float]] = {
        "body": _with_others(asked),
        "pieces": dict(asked.pieces),
        "sounds": dict(asked.sounds),
    }
    wanted["title"] = wanted["question"] = wanted["body"]
    parts = [
        (Occur.Should, Search.boost_query(Search.term_query(snapshot.schema, field, term, "freq"), boost))
        for field, shares in wanted.items()
        for term, boost in _rarest(snapshot, field, asked.language, shares)
    ]
    return Search.boolean_query([*parts, *((Occur.MustNot, one) for one in _excluded(query, snapshot))])


def search_among(ids: Iterable[str], query: Query, snapshot: Snapshot) -> Search:
    """All passages of these articles that this reader may see on that day, in the language asked for."""
    wanted = Search.term_set_query(snapshot.schema, "article", list(ids))
    language = Search.term_query(snapshot.schema, "language", query.language, "basic")
    excluded = ((Occur.MustNot, one) for one in _excluded(query, snapshot))
    return Search.boolean_query([(Occur.Must, wanted), (Occur.Must, language), *excluded])


def _excluded(query: Query, snapshot: Snapshot) -> Iterator[Search]:
    hidden = [audience for audience in AUDIENCES if not may_read(query.audience, audience)]
    if any(snapshot.searcher.doc_freq("audience", audience) for audience in hidden):
        yield Search.term_set_query(snapshot.schema, "audience", hidden)
    if query.on is None:
        return
    day, kind = query.on.toordinal(), FieldType.Integer
    yield Search.range_query(snapshot.schema, "valid_until", kind, None, day, include_upper=False)
    yield Search.range_query(snapshot.schema, "valid_from", kind, day, None, include_lower=False)


def _rarest(
    snapshot: Snapshot, field: Field, language: Language, shares: Mapping[str, float]
) -> Iterator[tuple[str, float]]:
    """The terms that the index holds, the rarest first, with what each counts."""
    known = [(count, term) for term in shares if (count := snapshot.count(field, language + term))]
    known.sort()
    most = EVERYWHERE * snapshot.size if snapshot.size > MANY else snapshot.size
    kept = [one for one in known if one[0] <= most] or known[:1]
    for _, term in kept[: MOST_TERMS[field]]:
        yield language + term, BOOSTS[field] * shares[term]


def _with_others(asked: Asked) -> dict[str, float]:
    """The words of a question with what may stand for them, and the share that each counts."""
    rarest = max(asked.weights.values(), default=1.0)
    shares = {word: 1.0 if word in asked.subject else FUNCTION_WEIGHT for word in asked.weights}
    shares |= {word: asked.subject[word] / rarest for word in asked.subject if word not in asked.terms.words}
    for phrase, others in asked.others.items():
        share = DOUBTFUL_WEIGHT * min(shares[word] for word in phrase)
        for word in (word for other in others for word in other):
            shares.setdefault(word, share)
    return shares


def _subject_before(query: Query, terms: Terms) -> Terms | None:
    """The latest earlier question with content, where this one has none or says that it goes on."""
    if terms.subject and not GOES_ON.search(query.text.strip()):
        return None
    earlier = (take_apart(line) for line in reversed(query.context))
    return next((one for one in earlier if one.subject), None)


def _mended(terms: Terms, language: Language, snapshot: Snapshot) -> dict[Phrase, tuple[Phrase, ...]]:
    """Words that the index does not hold, with those one or two slips away that it does."""
    found: dict[Phrase, tuple[Phrase, ...]] = {}
    for word in dict.fromkeys(terms.words):
        if len(word) < SHORTEST_TYPO or not (word.isascii() and word.isalpha()):
            continue
        if snapshot.word_weight(language, word) < snapshot.rarest:
            continue
        known = snapshot.vocabulary(language + word[0])
        slips = 2 if len(word) >= LONG_WORD else 1
        near = process.extract(language + word, known, scorer=OSA.distance, score_cutoff=slips, limit=3)
        if near:
            found[word,] = tuple((term[len(language) :],) for term, distance, _ in near if distance == near[0][1])
    return found


def _spelled_out(terms: Terms, language: Language, snapshot: Snapshot) -> dict[str, float]:
    """The sounds of Latin words in a Chinese question that the index does not hold: tuikuan sounds like 退款."""
    if language != "zh":
        return {}
    latin = (run for run in terms.sounds if run.isascii() and run.isalpha())
    unknown = (run for run in latin if snapshot.word_weight(language, stem(run)) >= snapshot.rarest)
    return {sound: 1.0 for run in unknown for sound in pairs(read_pinyin(run)) if sound}


def _weighed(counts: Mapping[str, float], share: float) -> dict[str, float]:
    return {term: count * share for term, count in counts.items()}
