"""How well tone is heard: figures of each question about it, in each language."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from kefu.ai.text.tone import LANGUAGES, QUESTIONS, answers_of, heard_in
from kefu.ai.training.measures import macro_f1, wilson
from kefu.core.nouns import Language, Reading
from kefu.core.ports.reader import Example

Heard = Mapping[str, tuple[str, str]]
"""By question, what a sentence answers and what was heard; without the questions that it leaves open."""


@dataclass(frozen=True, slots=True)
class ToneFigures:
    """One question in one language: shares in [0, 1], the pairs are 95 % intervals.

    `commonest` is the accuracy of always giving the answer that most sentences have. `confusion`
    counts, by what sentences answer, what was heard.
    """

    question: str
    language: Language
    sentences: int
    accuracy: float
    accuracy_interval: tuple[float, float]
    macro_f1: float
    macro_f1_interval: tuple[float, float]
    commonest: float
    confusion: dict[str, dict[str, int]]


def hear(example: Example, reading: Reading) -> Heard:
    """Hold a reading against what its sentence answers."""
    heard = heard_in(reading)
    return {question: (answer, heard[question]) for question, answer in answers_of(example).items()}


def tone_figures(heard: Iterable[tuple[Language, Heard]]) -> tuple[ToneFigures, ...]:
    """Figures of every question that the sentences of a language answer in at least two ways."""
    pairs: dict[tuple[Language, str], list[tuple[str, str]]] = {}
    for language, answers in heard:
        for question, pair in answers.items():
            pairs.setdefault((language, question), []).append(pair)
    asked = [(language, question) for language in LANGUAGES for question in QUESTIONS if (language, question) in pairs]
    return tuple(
        _figures(language, question, pairs[language, question])
        for language, question in asked
        if len({answer for answer, _ in pairs[language, question]}) > 1
    )


def _figures(language: Language, question: str, pairs: list[tuple[str, str]]) -> ToneFigures:
    right = sum(answer == got for answer, got in pairs)
    counts, met = Counter(answer for answer, _ in pairs), Counter(pairs)
    f1, *interval = macro_f1(pairs)
    columns = sorted(counts | Counter(got for _, got in pairs))
    return ToneFigures(
        question,
        language,
        len(pairs),
        right / len(pairs),
        wilson(right, len(pairs)),
        f1,
        (interval[0], interval[1]),
        max(counts.values()) / len(pairs),
        {answer: {got: met[answer, got] for got in columns} for answer in sorted(counts)},
    )
