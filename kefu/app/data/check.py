"""Look through labelled sentences for what spoils a reader; each finding names place and remedy."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Literal, get_args

from kefu.ai.text.language import tell_language
from kefu.ai.text.lessons import example_words
from kefu.ai.text.lexicon import Lexicon, Manner
from kefu.ai.text.normal import normalise
from kefu.ai.text.sound import build_sounds
from kefu.ai.text.words import cut_words
from kefu.ai.training.alike import near_pairs, shape
from kefu.ai.training.corpus import Sentence
from kefu.ai.training.suspects import find_suspects
from kefu.core.nouns import Language
from kefu.core.ports.reader import OUT_OF_SCOPE, Term
from kefu.service.privacy.guard import guard
from kefu.service.skills.grade import SILVER_EXAMPLES

Kind = Literal["personal", "contradiction", "leak", "repeat", "language", "entity", "near", "suspect", "few"]
KINDS: tuple[Kind, ...] = get_args(Kind)
"""What is looked for, the gravest first."""

FAULTS: frozenset[Kind] = frozenset(("personal", "contradiction", "leak", "repeat"))
"""What is wrong whatever the business; the rest is for a person to judge."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to look at: a sentence, where it stands, and the other sentence that it is held against.

    `score` is the likeness in [0, 1] or the margin of a suspect; `detail` the kind of
    personal data, the name of an entity, or the number of examples.
    """

    kind: Kind
    place: str
    text: str
    intent: str
    other_place: str = ""
    other_text: str = ""
    other_intent: str = ""
    score: float = 1.0
    detail: str = ""

    def as_dict(self) -> dict[str, object]:
        """For JSON and tables."""
        return asdict(self)


def check(
    sentences: Sequence[Sentence],
    held_out: Sequence[Sentence] = (),
    names: Mapping[str, Sequence[Term]] | None = None,
) -> list[Finding]:
    """All findings, by kind and then by score.

    `held_out` are sentences of a test: what stands in both is a leak. `names` are the
    names of the records by kind; None leaves entities unchecked.
    """
    shapes = [shape(sentence) for sentence in sentences]
    firsts: dict[str, int] = {}
    for at, text in enumerate(shapes):
        firsts.setdefault(text, at)
    found = [
        *_personal(sentences),
        *_repeats(sentences, shapes, firsts),
        *_near(sentences, firsts),
        *_leaks(sentences, firsts, held_out),
        *_languages(sentences),
        *(_entities(sentences, names) if names is not None else ()),
        *_suspects(sentences),
        *_few(sentences),
    ]
    return sorted(found, key=lambda one: (KINDS.index(one.kind), -one.score))


def _pair(kind: Kind, one: Sentence, other: Sentence, score: float = 1.0, detail: str = "") -> Finding:
    there = (other.place, other.text, other.intent)
    return Finding(kind, one.place, one.text, one.intent, *there, round(score, 3), detail)


def _personal(sentences: Sequence[Sentence]) -> Iterator[Finding]:
    """Personal data, masked: a report must not spread what it warns of."""
    for sentence in sentences:
        guarded = guard(sentence.text, longest=len(sentence.text) + 1)
        if guarded.personal:
            text = list(guarded.text)
            for span in guarded.personal:
                text[span.start + 2 : span.end - 2] = "*" * max(0, span.end - span.start - 4)
            kinds = ", ".join(dict.fromkeys(span.kind for span in guarded.personal))
            yield Finding("personal", sentence.place, "".join(text), sentence.intent, detail=kinds)


def _repeats(sentences: Sequence[Sentence], shapes: Sequence[str], firsts: Mapping[str, int]) -> Iterator[Finding]:
    """The same sentence again: a repeat under the same intent, a contradiction under another."""
    met: dict[tuple[str, str, str], Sentence] = {}
    for at, sentence in enumerate(sentences):
        first = sentences[firsts[shapes[at]]]
        if first.intent != sentence.intent:
            yield _pair("contradiction", sentence, first)
        # Sentences that differ in a marked name alone are no repeats.
        key = (sentence.intent, sentence.language, sentence.text.casefold())
        if key in met:
            yield _pair("repeat", sentence, met[key])
        met.setdefault(key, sentence)


def _near(sentences: Sequence[Sentence], firsts: Mapping[str, int]) -> Iterator[Finding]:
    places = list(firsts.values())
    for one, other, likeness in near_pairs(list(firsts)):
        left, right = sentences[places[one]], sentences[places[other]]
        if left.intent != right.intent:
            yield _pair("near", right, left, likeness)


def _leaks(sentences: Sequence[Sentence], firsts: Mapping[str, int], held_out: Sequence[Sentence]) -> Iterator[Finding]:
    """Sentences of a test that stand, nearly alike, among the examples."""
    texts = list(firsts)
    outside: dict[str, Sentence] = {}
    for sentence in held_out:
        outside.setdefault(shape(sentence), sentence)
    for text, sentence in outside.items():
        if text in firsts:
            yield _pair("leak", sentence, sentences[firsts[text]])
    new = [text for text in outside if text not in firsts]
    if not new:
        return
    for one, other, likeness in near_pairs([*texts, *new]):
        if one < len(texts) <= other:
            yield _pair("leak", outside[new[other - len(texts)]], sentences[firsts[texts[one]]], likeness)


def _languages(sentences: Sequence[Sentence]) -> Iterator[Finding]:
    for sentence in sentences:
        declared: Language = "zh" if sentence.language == "zh" else "en"
        words = example_words(normalise(sentence.text), [(mark.start, mark.end, mark.kind) for mark in sentence.marks])
        told = tell_language(normalise(sentence.text).text, words, declared, declared)
        if told != sentence.language:
            yield Finding("language", sentence.place, sentence.text, sentence.intent, detail=told)


def _entities(sentences: Sequence[Sentence], names: Mapping[str, Sequence[Term]]) -> Iterator[Finding]:
    """Marked names that the records, searched as the reader searches them, do not know."""
    lexicon = Lexicon(names, build_sounds(), Manner())
    known: dict[tuple[str, str], bool] = {}
    for sentence in sentences:
        for mark in sentence.marks:
            if not names.get(mark.kind):
                continue
            text = normalise(sentence.text[mark.start : mark.end]).text
            if (mark.kind, text) not in known:
                found = lexicon.find(text, cut_words(text))
                known[mark.kind, text] = any(one.kind == mark.kind for one in found)
                if not known[mark.kind, text]:
                    detail = f"{sentence.text[mark.start : mark.end]} ({mark.kind})"
                    yield Finding("entity", sentence.place, sentence.text, sentence.intent, detail=detail)


def _suspects(sentences: Sequence[Sentence]) -> Iterator[Finding]:
    """By language, because a sentence is read among those of its own."""
    for language in sorted({sentence.language for sentence in sentences}):
        own = [s for s in sentences if s.language == language and s.intent != OUT_OF_SCOPE]
        for one in find_suspects(own):
            yield _pair("suspect", own[one.at], own[one.nearest], one.margin)


def _few(sentences: Sequence[Sentence]) -> Iterator[Finding]:
    """Intents with fewer examples than the silver grade wants."""
    counts = Counter((sentence.intent, sentence.language) for sentence in sentences)
    firsts = {(sentence.intent, sentence.language): sentence for sentence in reversed(sentences)}
    for (intent, language), count in sorted(counts.items()):
        if intent != OUT_OF_SCOPE and count < SILVER_EXAMPLES:
            place = firsts[intent, language].place
            yield Finding("few", place, "", intent, score=1 - count / SILVER_EXAMPLES, detail=f"{language}: {count}")
