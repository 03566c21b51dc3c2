"""Whether a written text says what some statements say, and nothing else: without a model, by explicit rules.

A written sentence is cut into clauses and each is laid beside the clauses of the statements
that share most of its content words. There its numbers must stand, its negations must come
out even, and its words of certainty (all, only, must; about, at most) must be the same; a
name, a link or too many words that stand in no statement and not in the question are faults.
The rules are strict: a sentence refused wrongly costs nothing but style, since the
statements then go out as they are.

What they can't see: a false relation told in the very words of one clause ("A pays B" for
"B pays A"), and synonyms that mean more than they seem to.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from kefu.ai.text.normal import normalise
from kefu.ai.text.words import HAN, cut_words
from kefu.ai.write.terms import (
    ABSOLUTE,
    COURTESY,
    HEDGES,
    NEGATIONS,
    NUMBER_WORDS,
    PROPER_TAGS,
    found_groups,
    is_content,
    stem,
)
from kefu.core.ports.writer import Assignment, Fault

MOST_NEW = 0.34
"""Which share of a sentence's content words may stand in no statement: a third is how people rephrase."""

NEAR = 0.75
"""Clauses that share at least this much of what the best one shares are laid beside it as well."""

LONGEST = 2.0
ROOM = 80
"""A text may be so many times as long as the statements, and so many characters more."""

SENTENCE = re.compile(r"[^。！？!?\n]*?(?:[。！？!?]+|\.(?=\s|$)|\n|$)")
CLAUSE = re.compile(
    r"[,，;；、。！？!?\n]+|(?<!\d)[:：]|[:：](?!\d)|\.(?=\s|$)|\s[-–—]\s|[()（）]"
    r"|(?=但是|但|如果|并且|而且|然后)|\b(?=(?:and|but|if|once|unless|because|so|then)\b)",
    re.IGNORECASE,
)
NUMBER = re.compile(r"\d+(?:,\d{3})*(?:[.:]\d+)*")
COUNTED = re.compile(r"(\d+(?:\.\d+)?)[个门节条位]?([年月日号天周点时分秒元块万亿折%课章次])")
RANGE = re.compile(r"(\d+)\D{0,3}?(?:到|至|-|–|~| to | and )\D{0,2}?(\d+)")
LINK = re.compile(r"(?:https?://|www\.)[^\s)\]>，。；）]+|[\w.+-]+@[\w-]+(?:\.[\w-]+)+", re.IGNORECASE)
MARKUP = re.compile(r"</?[a-z][^>]*>|!\[|\]\(|```|^#{1,6} |\*\*", re.IGNORECASE | re.MULTILINE)
QUOTED = re.compile(r"[《「『“\"]([^》」』”\"]{1,40})[》」』”\"]")
POLITE = re.compile(r"[您祝谢]")
"""Characters of words that the segmenter takes for names: 祝您."""

CAPITALISED = re.compile(r"(?<![.!?。！？:：\n] )(?<!^)\b[A-Z][A-Za-z0-9'-]*")


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause taken apart: content words without numbers, numbers (also with what they count, and ranges)."""

    text: str
    words: frozenset[str]
    numbers: frozenset[str]
    negated: bool
    hedges: frozenset[str]
    absolutes: frozenset[str]


def prove(written: str, assignment: Assignment, *, whole: bool = True) -> Sequence[Fault]:
    """All faults of a text against an assignment's statements: see `kefu.service.turn.rewrite.Proof`."""
    ground = _ground(assignment.statements)
    known = frozenset().union(*(clause.words for clause in ground), _clause(assignment.question).words)
    letters = frozenset(normalise("".join((*assignment.statements, assignment.question))).text)
    faults: list[Fault] = []
    for match in SENTENCE.finditer(written):
        sentence = match[0].strip()
        if sentence:
            faults += _judge(sentence, ground, known, letters, assignment)
    if whole:
        faults += _whole(written, assignment)
    return faults


def _judge(
    sentence: str, ground: Sequence[Clause], known: frozenset[str], letters: frozenset[str], assignment: Assignment
) -> Iterator[Fault]:
    """The faults of one sentence; `letters` are all characters of the statements and the question."""
    said = "\n".join(assignment.statements)
    for link in LINK.findall(sentence):
        if link.rstrip(".,") not in said:
            yield Fault("link", sentence, link)
    for name in _strange_names(sentence, said + "\n" + assignment.question, known):
        yield Fault("name", sentence, name)
    clauses = _clauses(sentence)
    words = [word for clause in clauses for word in clause.words - COURTESY]
    new = [word for word in words if not _is_known(word, known, letters)]
    if len(new) > max(MOST_NEW * len(words), 1):
        yield Fault("unsupported", sentence, " ".join(new[:5]))
    whole = _joined(clauses)
    for clause in clauses:
        yield from _beside(clause, whole, ground)


def _is_known(word: str, known: frozenset[str], letters: frozenset[str]) -> bool:
    """Whether a word was said; a Chinese one also where most of its characters were, however they were cut."""
    return word in known or (not word.isascii() and 2 * sum(char in letters for char in word) > len(word))


def _beside(clause: Clause, whole: Clause, ground: Sequence[Clause]) -> Iterator[Fault]:
    """What a clause says otherwise than the clauses that speak of the same; `whole` is its sentence."""
    sentence = whole.text
    if clause.words <= COURTESY and not clause.numbers:
        return
    near = _near(clause, ground)
    fitting = [one for one in near if clause.numbers <= one.numbers]
    if clause.numbers and not fitting:
        everywhere = frozenset().union(*(one.numbers for one in ground))
        strange = sorted(clause.numbers - everywhere) or sorted(clause.numbers)
        yield Fault("number", sentence, " ".join(strange))
        return
    if not near:
        if clause.negated or clause.absolutes:
            yield Fault("unsupported", sentence, clause.text)
        return
    if all(one.negated != clause.negated for one in fitting):
        yield Fault("negation", sentence, fitting[0].text)
    for one in fitting:
        if one.absolutes >= clause.absolutes and whole.hedges >= one.hedges:
            return
    first = fitting[0]
    changed = sorted(clause.absolutes - first.absolutes) or sorted(first.hedges - whole.hedges)
    yield Fault("certainty", sentence, " ".join(changed))


def _near(clause: Clause, ground: Sequence[Clause]) -> list[Clause]:
    """The clauses of the statements that share most content words with one, best first."""
    shared = [(len(clause.words & one.words) / len(clause.words | one.words or {""}), one) for one in ground]
    most = max((share for share, _ in shared), default=0.0)
    if most == 0.0:
        return [] if clause.words else [one for one in ground if one.numbers & clause.numbers]
    near = sorted((one for one in shared if one[0] >= most * NEAR), key=lambda one: -one[0])
    return [one for _, one in near]


def _strange_names(sentence: str, said: str, known: frozenset[str]) -> Iterator[str]:
    """Names that nobody named: quoted, capitalised, in another script, or proper by their tag."""
    folded = normalise(said).text
    for name in QUOTED.findall(sentence):
        if normalise(name).text.strip() not in folded:
            yield name
    for name in CAPITALISED.findall(sentence):
        if name != "I" and name.casefold() not in folded:
            yield name
    normal = normalise(sentence)
    is_chinese = bool(HAN.search(normal.text))
    for word in cut_words(normal.text):
        if word.text in known or word.text in folded:
            continue
        is_foreign = is_chinese and word.text.isascii() and word.text.isalpha() and len(word.text) > 1
        is_proper = is_chinese and word.tag in PROPER_TAGS and len(word.text) > 1 and not POLITE.search(word.text)
        if is_foreign or is_proper:
            yield normal.slice(word.start, word.end)


def _whole(written: str, assignment: Assignment) -> Iterator[Fault]:
    """What is missing from a text, or wrong with it as a whole."""
    said = "\n".join(assignment.statements)
    if MARKUP.search(written) and not MARKUP.search(said):
        yield Fault("form", written, "markup")
    if not written.strip() or len(written) > LONGEST * len(said) + ROOM:
        yield Fault("form", written[:100], "length")
    share = len(HAN.findall(written)) / max(sum(char.isalpha() for char in written), 1)
    if (assignment.language == "zh") != (share > 0.3):
        yield Fault("language", written[:100], assignment.language)
    for kind, pattern in (("number", NUMBER), ("link", LINK), ("name", QUOTED)):
        told = {_plain(found) for found in pattern.findall(normalise(written).text)}
        lost = [found for found in pattern.findall(normalise(said).text) if _plain(found) not in told]
        if kind == "number":
            lost = [found for found in lost if found not in _numbers(normalise(written).text)]
        if lost:
            yield Fault("missing", written[:100], " ".join(lost[:5]))


def _plain(found: str) -> str:
    return found.replace(",", "").strip(" .").casefold()


MOST_JOINED = 3
"""How many clauses that follow each other a written clause may join."""


@lru_cache(maxsize=256)
def _ground(statements: tuple[str, ...]) -> tuple[Clause, ...]:
    """The clauses of the statements, each also joined with those that follow it."""
    ground = []
    for statement in statements:
        clauses = _clauses(statement)
        for begin in range(len(clauses)):
            ground += [_joined(clauses[begin:end]) for end in range(begin + 1, begin + 1 + MOST_JOINED)]
    return tuple(dict.fromkeys(ground))


def _joined(clauses: Sequence[Clause]) -> Clause:
    return Clause(
        " ".join(clause.text for clause in clauses),
        frozenset().union(*(clause.words for clause in clauses)),
        frozenset().union(*(clause.numbers for clause in clauses)),
        sum(clause.negated for clause in clauses) % 2 == 1,
        frozenset().union(*(clause.hedges for clause in clauses)),
        frozenset().union(*(clause.absolutes for clause in clauses)),
    )


def _clauses(text: str) -> list[Clause]:
    return [_clause(piece) for piece in CLAUSE.split(re.sub(r"(?<=\d),(?=\d{3})", "", text)) if piece.strip()]


def _clause(text: str) -> Clause:
    normal = normalise(text).text
    words = frozenset(
        stem(word.text) for word in cut_words(normal) if is_content(word) and not any(map(str.isdigit, word.text))
    )
    return Clause(
        text.strip(),
        words - frozenset(NUMBER_WORDS),
        _numbers(normal),
        len(NEGATIONS.findall(normal)) % 2 == 1,
        found_groups(HEDGES, normal),
        found_groups(ABSOLUTE, normal),
    )


def _numbers(normal: str) -> frozenset[str]:
    """The numbers of a normalised text in digits, each also with what it counts, and ranges (`3→5`)."""
    digits = {found.replace(",", "").removesuffix(".0") for found in NUMBER.findall(normal)}
    spelled = {value for word, value in NUMBER_WORDS.items() if re.search(rf"\b{word}\b", normal)}
    counted = {number + unit for number, unit in COUNTED.findall(normal)}
    return frozenset(digits | spelled | counted | {f"{low}→{high}" for low, high in RANGE.findall(normal)})
