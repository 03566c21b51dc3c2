"""Examine the reader of a project: cross-validation, foreign sentences, spoilt sentences, dialogues."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from kefu.ai.training.measures import IntentFigures, auroc, brier, calibration_error, intent_figures
from kefu.ai.training.noise import NOISES
from kefu.app.check import played_of
from kefu.app.config import Config, load_config
from kefu.app.readers import open_reader, reader_settings
from kefu.app.rehearsal import rehearse
from kefu.app.skills import load_catalog
from kefu.app.training import examples_of, foreign_of
from kefu.core.nouns import Language
from kefu.core.ports.reader import Example, Progress, TrainableReader
from kefu.service.skills.grade import plain


@dataclass(frozen=True, slots=True)
class Read:
    """How a model that has not seen a sentence read it; `intent` is empty for one that no skill serves."""

    text: str
    language: Language
    intent: str
    got: str
    sure: float

    @property
    def is_right(self) -> bool:
        """Whether it was read as what it is."""
        return self.intent == self.got


@dataclass(frozen=True, slots=True)
class Spoilt:
    """What a kind of noise costs: of `changed` sentences, the share read rightly before and after.

    `misled` is the share of them that would then be answered, and wrongly.
    """

    noise: str
    changed: int
    before: float
    after: float
    misled: float


@dataclass(frozen=True, slots=True)
class Exam:
    """What an examination found; shares in [0, 1].

    `rejected` is the share of the foreign sentences that no skill would answer, `auroc`
    how likely a known sentence scores above a foreign one, None without foreign ones.
    """

    reader: str
    answer_at: float
    read: tuple[Read, ...]
    foreign: tuple[Read, ...]
    spoilt: tuple[Spoilt, ...]
    intents: tuple[IntentFigures, ...]
    accuracy: float
    macro_f1: float
    calibration_error: float
    brier: float
    rejected: float
    auroc: float | None
    dialogues: int
    failures: tuple[str, ...]

    @property
    def errors(self) -> list[Read]:
        """The sentences that were read wrongly, surest first."""
        return sorted((one for one in self.read if not one.is_right), key=lambda one: -one.sure)

    def as_dict(self) -> dict[str, object]:
        """For JSON: the figures, and the errors in place of all readings."""
        told = asdict(self)
        del told["read"], told["foreign"]
        errors = [asdict(one) for one in self.errors]
        counts = {"examples": len(self.read), "out_of_scope": len(self.foreign)}
        return {**counts, **told, "errors": errors}


async def examine_reader(home: Path, folds: int, progress: Progress, seed: int = 7, *, spoil: bool = False) -> Exam:
    """Read every example with a model that has not seen it, then play all dialogues.

    With `spoil` the same sentences are read once more after each kind of noise.
    """
    config = load_config(home)
    catalog = load_catalog(config.home / config.get("skills.folder", str), config.get("identity.skill", str))
    examples, foreign = examples_of(catalog), foreign_of(catalog)
    answer_at = config.get("promise.answer_at", float)
    trial = _Trial(config, [*examples, *foreign], folds, random.Random(seed), spoil=spoil)  # noqa: S311
    trial.run(progress)
    reader = trial.trained([*examples, *foreign])
    failures: list[str] = []
    dialogues = 0
    for number, name in enumerate(catalog.skills, start=1):
        played = played_of(await rehearse(config, catalog, reader, name))
        failures += [f"{name}/{failure}" for failure in played.failures]
        dialogues += played.dialogues
        progress("dialogues", number, len(catalog.skills))
    read, strange = trial.read[: len(examples)], trial.read[len(examples) :]
    sure, right = [one.sure for one in read], [one.is_right for one in read]
    figures = intent_figures([(one.intent, one.got) for one in read])
    return Exam(
        reader=reader.version,
        answer_at=answer_at,
        read=tuple(read),
        foreign=tuple(strange),
        spoilt=tuple(trial.costs(len(examples), answer_at)),
        intents=figures,
        accuracy=sum(right) / max(1, len(right)),
        macro_f1=sum(figure.f1 for figure in figures) / max(1, len(figures)),
        calibration_error=calibration_error(sure, right),
        brier=brier(sure, right),
        rejected=sum(one.sure < answer_at for one in strange) / max(1, len(strange)),
        auroc=auroc(sure, [one.sure for one in strange]) if strange and sure else None,
        dialogues=dialogues,
        failures=tuple(failures),
    )


class _Trial:
    """Reads every sentence, foreign ones included, with a model of the other parts."""

    def __init__(
        self, config: Config, examples: Sequence[Example], folds: int, chance: random.Random, *, spoil: bool
    ) -> None:
        self._config, self._examples, self._folds, self._chance = config, examples, folds, chance
        self._noises = NOISES if spoil else {}
        self.read: list[Read] = [Read("", "zh", "", "", 0.0)] * len(examples)
        self.spoilt: dict[str, dict[int, Read]] = {noise: {} for noise in self._noises}

    def trained(self, examples: Sequence[Example]) -> TrainableReader:
        """A reader of the project that has learned from these sentences."""
        reader = open_reader(self._config.get("reader.use", str), reader_settings(self._config))
        reader.fit(examples, lambda *_: None)
        return reader

    def run(self, progress: Progress) -> None:
        """Do all parts, one after the other."""
        order = list(range(len(self._examples)))
        self._chance.shuffle(order)
        for fold in range(self._folds):
            held = sorted(order[fold :: self._folds])
            out = set(held)
            reader = self.trained([one for at, one in enumerate(self._examples) if at not in out])
            for at in held:
                self._read(reader, at)
            progress("cross-validation", fold + 1, self._folds)

    def _read(self, reader: TrainableReader, at: int) -> None:
        example = self._examples[at]
        text = plain(example.text)
        self.read[at] = _judged(reader, example, text)
        for noise, spoil in self._noises.items():
            changed = spoil(text, example.language, self._chance)
            if changed != text:
                self.spoilt[noise][at] = _judged(reader, example, changed)

    def costs(self, known: int, answer_at: float) -> list[Spoilt]:
        """What each kind of noise costs, on the first `known` sentences."""
        found = []
        for noise, readings in self.spoilt.items():
            kept = {at: one for at, one in readings.items() if at < known}
            before = sum(self.read[at].is_right for at in kept)
            after = sum(one.is_right for one in kept.values())
            misled = sum(not one.is_right and one.sure >= answer_at for one in kept.values())
            n = max(1, len(kept))
            found.append(Spoilt(noise, len(kept), before / n, after / n, misled / n))
        return found


def _judged(reader: TrainableReader, example: Example, text: str) -> Read:
    best = reader.read(text, example.language).best
    return Read(text, example.language, example.intent, best.name, best.probability)
