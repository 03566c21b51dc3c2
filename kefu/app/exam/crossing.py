"""Cross-validation: every sentence is read by a model that has not seen it, several models at a time."""

from __future__ import annotations

import random
from collections.abc import Sequence
from concurrent.futures import as_completed
from dataclasses import dataclass, field
from typing import Any

from kefu.ai.cores import cores_of, open_processes
from kefu.ai.training.noise import NOISES
from kefu.ai.training.tones import Heard, hear
from kefu.app.readers import open_reader
from kefu.core.nouns import Language
from kefu.core.ports.reader import Example, Progress, TrainableReader
from kefu.service.skills.grade import plain


@dataclass(frozen=True, slots=True)
class Read:
    """How a model that has not seen a sentence read it; `intent` is empty for one that teaches tone alone."""

    text: str
    language: Language
    intent: str
    got: str
    sure: float
    heard: Heard = field(default_factory=dict)

    @property
    def is_right(self) -> bool:
        """Whether it was read as what it is."""
        return self.intent == self.got


@dataclass(frozen=True, slots=True)
class Part:
    """What one process does: learn from some sentences with this reader, read the others.

    With `spoil` they are read once more after each kind of noise; `seed` decides which.
    """

    use: str
    settings: dict[str, Any]
    learned: list[Example]
    held: list[Example]
    seed: int
    spoil: bool


Reading = tuple[Read, dict[str, Read]]
"""A sentence as it is, and by noise where that changes it."""


def trained(use: str, settings: dict[str, Any], examples: Sequence[Example]) -> TrainableReader:
    """A reader that has learned from these sentences."""
    reader = open_reader(use, settings)
    reader.fit(examples, lambda *_: None)
    return reader


def cross_validate(
    use: str,
    settings: dict[str, Any],
    examples: Sequence[Example],
    folds: int,
    progress: Progress,
    *,
    seed: int,
    spoil: bool,
) -> list[Reading]:
    """Read all sentences, in their order; a process for each core, each with one thread, the same for any number."""
    order = list(range(len(examples)))
    random.Random(seed).shuffle(order)  # noqa: S311 - not for secrets
    places = [sorted(order[fold::folds]) for fold in range(folds)]
    found: dict[int, Reading] = {}
    alone = {**settings, "cores": 1}
    with open_processes(min(folds, cores_of(settings))) as pool:
        jobs = {}
        for fold, held in enumerate(places):
            out = set(held)
            learned = [one for at, one in enumerate(examples) if at not in out]
            part = Part(use, alone, learned, [examples[at] for at in held], seed + fold, spoil)
            jobs[pool.submit(read_part, part)] = held
        for done, job in enumerate(as_completed(jobs), start=1):
            found.update(zip(jobs[job], job.result(), strict=True))
            progress("cross-validation", done, folds)
    return [found[at] for at in range(len(examples))]


def read_part(part: Part) -> list[Reading]:
    """Train on one part of the sentences and read the other."""
    reader = trained(part.use, part.settings, part.learned)
    chance = random.Random(part.seed)  # noqa: S311 - not for secrets
    found = []
    for example in part.held:
        text = plain(example.text)
        spoilt = {}
        for noise, spoil in NOISES.items() if part.spoil else ():
            changed = spoil(text, example.language, chance)
            if changed != text:
                spoilt[noise] = _judged(reader, example, changed)
        found.append((_judged(reader, example, text), spoilt))
    return found


def _judged(reader: TrainableReader, example: Example, text: str) -> Read:
    reading = reader.read(text, example.language)
    best = reading.best
    return Read(text, example.language, example.intent, best.name, best.probability, hear(example, reading))
