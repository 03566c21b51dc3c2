"""Labelled sentences and names, as every format of training data holds them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

LANGUAGES = {"zh", "en"}
"""Languages whose sentences kefu can learn from."""


@dataclass(frozen=True, slots=True, order=True)
class Mark:
    """An entity in a sentence: `text[start:end]` is a `kind`; a `value` is given where it isn't that text."""

    start: int
    end: int
    kind: str
    value: str | None = None
    role: str = ""
    group: str = ""


@dataclass(frozen=True, slots=True)
class Sentence:
    """A labelled sentence without notation.

    `language` is a code like `en`, empty when the source does not say; `place` is `file:line`.
    """

    text: str
    intent: str
    language: str = ""
    marks: tuple[Mark, ...] = ()
    place: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Name:
    """A thing that sentences name: its kind (empty: any), its value and how else it is written."""

    kind: str
    value: str
    spellings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Pattern:
    """A regular expression that finds a kind of thing."""

    kind: str
    expression: str


@dataclass(frozen=True, slots=True)
class Loss:
    """Something that was left out or changed: where it stood, what it is, why."""

    place: str
    what: str
    why: str

    def __str__(self) -> str:
        """One line for people."""
        return ": ".join(part for part in (self.place, self.what, self.why) if part)


@dataclass(frozen=True, slots=True)
class Corpus:
    """Training data: sentences, names, patterns."""

    sentences: tuple[Sentence, ...] = ()
    names: tuple[Name, ...] = ()
    patterns: tuple[Pattern, ...] = ()

    def by_language(self) -> Mapping[str, Corpus]:
        """One corpus for each language that occurs; names and patterns stand in each."""
        languages = sorted({sentence.language for sentence in self.sentences}) or [""]
        return {
            language: Corpus(tuple(s for s in self.sentences if s.language == language), self.names, self.patterns)
            for language in languages
        }

    def by_intent(self) -> Mapping[str, Sequence[Sentence]]:
        """The sentences of each intent, in the order of their first appearance."""
        found: dict[str, list[Sentence]] = {}
        for sentence in self.sentences:
            found.setdefault(sentence.intent, []).append(sentence)
        return found


@dataclass(frozen=True, slots=True)
class Loaded:
    """What was read, and what was not."""

    corpus: Corpus
    losses: tuple[Loss, ...] = ()


@dataclass(frozen=True, slots=True)
class Written:
    """Files (path to text) of a format, and what it could not hold."""

    files: Mapping[str, str]
    losses: tuple[Loss, ...] = ()


def join(parts: Iterable[Loaded]) -> Loaded:
    """Several loads as one."""
    parts = list(parts)
    return Loaded(
        Corpus(
            tuple(sentence for part in parts for sentence in part.corpus.sentences),
            tuple(name for part in parts for name in part.corpus.names),
            tuple(pattern for part in parts for pattern in part.corpus.patterns),
        ),
        tuple(loss for part in parts for loss in part.losses),
    )


def put_together(pieces: Iterable[tuple[str, Mark | None]]) -> tuple[str, tuple[Mark, ...]]:
    """A text and its marks from pieces in order; a piece's mark gets its place here."""
    text, marks = "", []
    for piece, mark in pieces:
        if mark is not None:
            marks.append(Mark(len(text), len(text) + len(piece), mark.kind, mark.value, mark.role, mark.group))
        text += piece
    return text, tuple(marks)


def take_apart(sentence: Sentence) -> Iterable[tuple[str, Mark | None]]:
    """The pieces of a sentence in order, each with its mark if it has one; marks must not overlap."""
    at = 0
    for mark in sorted(sentence.marks):
        if mark.start > at:
            yield sentence.text[at : mark.start], None
        yield sentence.text[mark.start : mark.end], mark
        at = mark.end
    if at < len(sentence.text):
        yield sentence.text[at:], None


def lacks(sentence: Sentence, *, value: bool = False, role: bool = False, group: bool = False) -> list[Loss]:
    """What of a sentence's marks is lost in a format that has only the named parts."""
    losses = []
    for mark in sentence.marks:
        written = sentence.text[mark.start : mark.end]
        parts = (
            [("value", mark.value)] * (mark.value is not None and not value)
            + [("role", mark.role)] * bool(mark.role and not role)
            + [("group", mark.group)] * bool(mark.group and not group)
        )
        for name, held in parts:
            losses.append(
                Loss(sentence.place, f"{written!r} in {sentence.text!r}", f"the format has no {name} ({held})")
            )
    return losses
