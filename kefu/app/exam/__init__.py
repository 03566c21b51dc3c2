"""Examine the reader of a project: cross-validation, foreign and spoilt sentences, tone, dialogues."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from kefu.ai.training.measures import IntentFigures, auroc, brier, calibration_error, intent_figures
from kefu.ai.training.noise import NOISES
from kefu.ai.training.tones import ToneFigures, tone_figures
from kefu.app.check import played_of
from kefu.app.config import load_config
from kefu.app.exam.crossing import Read, Reading, cross_validate, trained
from kefu.app.readers import reader_settings
from kefu.app.rehearsal import rehearse
from kefu.app.skills import load_catalog
from kefu.app.training import examples_of, foreign_of, tone_of
from kefu.core.ports.reader import Progress


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
    `tone` is empty where no sentence says how it sounds.
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
    tone: tuple[ToneFigures, ...]
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
        shown = ("text", "language", "intent", "got", "sure")
        errors = [{name: getattr(one, name) for name in shown} for one in self.errors]
        counts = {"examples": len(self.read), "out_of_scope": len(self.foreign)}
        return {**counts, **told, "errors": errors}


async def examine_reader(home: Path, folds: int, progress: Progress, seed: int = 7, *, spoil: bool = False) -> Exam:
    """Read every example with a model that has not seen it, then play all dialogues.

    With `spoil` the same sentences are read once more after each kind of noise.
    """
    config = load_config(home)
    catalog = load_catalog(config.home / config.get("skills.folder", str), config.get("identity.skill", str))
    examples, foreign, toned = examples_of(catalog), foreign_of(catalog), tone_of(catalog)
    answer_at = config.get("promise.answer_at", float)
    use, settings = config.get("reader.use", str), reader_settings(config)
    every = [*examples, *foreign, *toned]
    readings = cross_validate(use, settings, every, folds, progress, seed=seed, spoil=spoil)
    reader = trained(use, settings, every)
    failures: list[str] = []
    dialogues = 0
    for number, name in enumerate(catalog.skills, start=1):
        played = played_of(await rehearse(config, catalog, reader, name))
        failures += [f"{name}/{failure}" for failure in played.failures]
        dialogues += played.dialogues
        progress("dialogues", number, len(catalog.skills))
    known, strange = len(examples), len(examples) + len(foreign)
    read, outside = ([one for one, _ in part] for part in (readings[:known], readings[known:strange]))
    sure, right = [one.sure for one in read], [one.is_right for one in read]
    figures = intent_figures([(one.intent, one.got) for one in read])
    return Exam(
        reader=reader.version,
        answer_at=answer_at,
        read=tuple(read),
        foreign=tuple(outside),
        spoilt=tuple(_costs(readings[:known], answer_at) if spoil else ()),
        intents=figures,
        accuracy=sum(right) / max(1, len(right)),
        macro_f1=sum(figure.f1 for figure in figures) / max(1, len(figures)),
        calibration_error=calibration_error(sure, right),
        brier=brier(sure, right),
        rejected=sum(one.sure < answer_at for one in outside) / max(1, len(outside)),
        auroc=auroc(sure, [one.sure for one in outside]) if outside and sure else None,
        tone=tone_figures((one.language, one.heard) for one, _ in readings),
        dialogues=dialogues,
        failures=tuple(failures),
    )


def _costs(readings: Sequence[Reading], answer_at: float) -> list[Spoilt]:
    """What each kind of noise costs."""
    found = []
    for noise in NOISES:
        pairs = [(calm, spoilt[noise]) for calm, spoilt in readings if noise in spoilt]
        before = sum(calm.is_right for calm, _ in pairs)
        after = sum(one.is_right for _, one in pairs)
        misled = sum(not one.is_right and one.sure >= answer_at for _, one in pairs)
        n = max(1, len(pairs))
        found.append(Spoilt(noise, len(pairs), before / n, after / n, misled / n))
    return found
