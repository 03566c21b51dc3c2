"""Examine the reader of a project: cross-validation, foreign sentences, dialogues."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from kefu.app.check import played_of
from kefu.app.config import Config, load_config
from kefu.app.readers import open_reader, reader_settings
from kefu.app.rehearsal import rehearse
from kefu.app.skills import load_catalog
from kefu.app.training import examples_of, foreign_of
from kefu.core.nouns import IntentScore
from kefu.core.ports.reader import Example, Progress, TrainableReader
from kefu.service.skills.grade import plain


@dataclass(frozen=True, slots=True)
class IntentFigures:
    """How well one intent is recognised; all figures in [0, 1]."""

    name: str
    examples: int
    precision: float
    recall: float
    f1: float


@dataclass(frozen=True, slots=True)
class Exam:
    """What an examination found.

    `errors` holds (text, right intent, read intent, probability), surest first.
    `rejected` is the share of the `out_of_scope` foreign sentences that no skill
    would answer.
    """

    examples: int
    accuracy: float
    macro_f1: float
    intents: tuple[IntentFigures, ...]
    errors: tuple[tuple[str, str, str, float], ...]
    out_of_scope: int
    rejected: float
    dialogues: int
    failures: tuple[str, ...]

    def as_dict(self) -> dict[str, object]:
        """For JSON."""
        return asdict(self)


async def examine_reader(home: Path, folds: int, progress: Progress, seed: int = 7) -> Exam:
    """Read every example with a model that has not seen it, then play all dialogues."""
    config = load_config(home)
    catalog = load_catalog(config.home / config.get("skills.folder", str), config.get("identity.skill", str))
    examples = examples_of(catalog)
    read = _cross_validate(config, examples, folds, progress, seed)
    reader = _trained(config, examples)
    foreign = [one.text for one in foreign_of(catalog)]
    answer_at = config.get("promise.answer_at", float)
    answered = [text for text in foreign if reader.read(text).best.probability >= answer_at]
    failures: list[str] = []
    dialogues = 0
    for number, name in enumerate(catalog.skills, start=1):
        played = played_of(await rehearse(config, catalog, reader, name))
        failures += [f"{name}/{failure}" for failure in played.failures]
        dialogues += played.dialogues
        progress("dialogues", number, len(catalog.skills))
    wrong = [(plain(e.text), e.intent, s.name, s.probability) for e, s in read if s.name != e.intent]
    figures = intent_figures([(example.intent, score.name) for example, score in read])
    return Exam(
        examples=len(read),
        accuracy=1 - len(wrong) / max(1, len(read)),
        macro_f1=sum(figure.f1 for figure in figures) / max(1, len(figures)),
        intents=figures,
        errors=tuple(sorted(wrong, key=lambda error: -error[3])),
        out_of_scope=len(foreign),
        rejected=1 - len(answered) / max(1, len(foreign)),
        dialogues=dialogues,
        failures=tuple(failures),
    )


def _trained(config: Config, examples: Sequence[Example]) -> TrainableReader:
    reader = open_reader(config.get("reader.use", str), reader_settings(config))
    reader.fit(examples, lambda *_: None)
    return reader


def _cross_validate(
    config: Config, examples: Sequence[Example], folds: int, progress: Progress, seed: int
) -> list[tuple[Example, IntentScore]]:
    order = list(range(len(examples)))
    random.Random(seed).shuffle(order)  # noqa: S311 - not for secrets
    read: list[tuple[Example, IntentScore]] = []
    for fold in range(folds):
        held = set(order[fold::folds])
        reader = _trained(config, [example for number, example in enumerate(examples) if number not in held])
        read += [(examples[n], reader.read(plain(examples[n].text), examples[n].language).best) for n in sorted(held)]
        progress("cross-validation", fold + 1, folds)
    return read


def intent_figures(pairs: Sequence[tuple[str, str]]) -> tuple[IntentFigures, ...]:
    """Precision, recall and F1 of every intent from (right, read) pairs."""
    right, read = Counter(wanted for wanted, _ in pairs), Counter(got for _, got in pairs)
    hit = Counter(wanted for wanted, got in pairs if wanted == got)
    figures = []
    for name in right:
        precision, recall = hit[name] / max(1, read[name]), hit[name] / right[name]
        f1 = 2 * precision * recall / (precision + recall) if hit[name] else 0.0
        figures.append(IntentFigures(name, right[name], precision, recall, f1))
    return tuple(figures)
