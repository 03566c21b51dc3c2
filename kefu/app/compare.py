"""Readers side by side: what each understands, what it costs."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, Any

from kefu.ai.training.measures import auroc, calibration_error, intent_figures
from kefu.ai.training.tones import ToneFigures, tone_figures
from kefu.app.config import load_config
from kefu.app.data.bring import FOREIGN
from kefu.app.data.source import open_source
from kefu.app.readers import reader_settings
from kefu.app.skills import load_catalog
from kefu.app.training import examples_of, tone_of
from kefu.app.trial import Job
from kefu.core.errors import BadInput
from kefu.core.nouns import Language
from kefu.core.ports.reader import Example, Progress


@dataclass(frozen=True, slots=True)
class Sentences:
    """What readers are compared on: examples, sentences that no intent fits, those that teach tone alone, settings."""

    examples: list[Example]
    foreign: list[tuple[str, Language]]
    settings: dict[str, object]
    tone: list[Example] = field(default_factory=list)

    @property
    def taught(self) -> list[Example]:
        """All that a reader learns from."""
        return [*self.examples, *self.tone]


@dataclass(frozen=True, slots=True)
class Figures:
    """What a reader showed.

    `accuracy`, `macro_f1` and `calibration_error` (mean distance of probability and truth)
    are shares, by cross-validation. `auroc` is how likely a known sentence scores above a
    foreign one; None without foreign ones. `train_s` is CPU time, `p50_ms` and `p99_ms` the
    CPU time of a reading, `memory` what serving takes and `size` the model's files, in bytes.
    `tone` is empty where no sentence says how it sounds.
    """

    accuracy: float
    macro_f1: float
    auroc: float | None
    calibration_error: float
    train_s: float
    p50_ms: float
    p99_ms: float
    memory: int
    size: int
    tone: tuple[ToneFigures, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """A reader with its figures, or with the `fault` for which it has none."""

    reader: str
    figures: Figures | None = None
    fault: str = ""

    def as_dict(self) -> dict[str, object]:
        """For JSON."""
        told = asdict(self.figures) if self.figures else {"fault": self.fault}
        return {"reader": self.reader, **told}


class Fault(Exception):
    """A reader could not be tried; the message says why."""


def sentences_of(home: Path, data: Path | None) -> Sentences:
    """The examples of a project, or of a file of another data set.

    Raises `BadInput` and its kin; for a file too small as well.
    """
    settings: dict[str, object] = {}
    if data is None or (home / "kefu.toml").is_file():
        config = load_config(home)
        settings = {**reader_settings(config), "vectors": "", "lessons": ""}  # training is timed: nothing may be ready
    found = open_source(data or home).loaded.corpus.sentences
    foreign = [(one.text, _language(one.language)) for one in found if one.intent.lower() in FOREIGN]
    tone: list[Example] = []
    if data is None:
        folder = config.home / config.get("skills.folder", str)
        catalog = load_catalog(folder, config.get("identity.skill", str))
        examples, tone = examples_of(catalog), tone_of(catalog)
    else:
        known = (one for one in found if one.intent.lower() not in FOREIGN)
        examples = [Example(one.text, one.intent, _language(one.language)) for one in known]
    if len({example.intent for example in examples}) < 2:
        raise BadInput(f"{data or home}: comparing readers takes examples of at least two intents.")
    return Sentences(examples, foreign, settings, tone)


def compare_readers(
    readers: Sequence[str], sentences: Sentences, folds: int, progress: Progress, seed: int = 7
) -> list[Row]:
    """Try one reader after the other, all on the same parts; costs `folds` + 1 trainings each."""
    order = list(range(len(sentences.taught)))
    random.Random(seed).shuffle(order)  # noqa: S311 - not for secrets
    held = [0] * len(order)
    for place, at in enumerate(order):
        held[at] = place % folds
    return [_try(reader, sentences, held, progress) for reader in readers]


def _try(reader: str, sentences: Sentences, held: list[int], progress: Progress) -> Row:
    done, total = 0, max(held) + 3

    def step() -> None:
        nonlocal done
        done += 1
        progress(reader, done, total)

    progress(reader, 0, total)
    with tempfile.TemporaryDirectory() as folder:
        rest = (reader, sentences.settings, sentences.taught, held, sentences.foreign, folder)
        try:
            learned, served = (_run(Job(task, *rest), step) for task in ("learn", "serve"))
        except Fault as fault:
            return Row(reader, fault=str(fault))
    return Row(reader, _figures(sentences, learned, served))


def _figures(sentences: Sentences, learned: Mapping[str, Any], served: Mapping[str, Any]) -> Figures:
    read = learned["read"][: len(sentences.examples)]
    pairs = [(example.intent, name) for example, (name, _, _) in zip(sentences.examples, read, strict=True)]
    scores = [score for _, score, _ in read]
    heard = [{name: tuple(pair) for name, pair in answers.items()} for _, _, answers in learned["read"]]
    by_intent = intent_figures(pairs)
    times = sorted(served["times_ms"])
    return Figures(
        accuracy=sum(wanted == got for wanted, got in pairs) / len(pairs),
        macro_f1=sum(one.f1 for one in by_intent) / len(by_intent),
        auroc=auroc(scores, learned["foreign"]) if learned["foreign"] else None,
        calibration_error=calibration_error(scores, [wanted == got for wanted, got in pairs]),
        train_s=learned["train_s"],
        p50_ms=times[len(times) // 2],
        p99_ms=times[len(times) * 99 // 100],
        memory=served["memory"],
        size=learned["size"],
        tone=tone_figures(zip((example.language for example in sentences.taught), heard, strict=True)),
    )


def _run(job: Job, step: Callable[[], None]) -> Mapping[str, Any]:
    """Do a job in a process of its own; raises `Fault` with what it said, or how it ended."""
    command = [sys.executable, "-m", "kefu.app.trial"]
    with (
        tempfile.TemporaryFile() as said,
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=said, text=True) as process,  # noqa: S603 - our own module
    ):
        try:
            return _listen(process, json.dumps(asdict(job)), step, said)
        finally:
            process.kill()


def _listen(process: subprocess.Popen[str], job: str, step: Callable[[], None], said: IO[bytes]) -> Mapping[str, Any]:
    if process.stdin is None or process.stdout is None:  # pragma: no cover - both are pipes
        raise Fault("no pipes")
    process.stdin.write(job)
    process.stdin.close()
    for line in process.stdout:
        message = json.loads(line)
        if "found" in message:
            found: Mapping[str, Any] = message["found"]
            return found
        if "fault" in message:
            raise Fault(message["fault"])
        step()
    code = process.wait()
    said.seek(0)
    last = said.read().decode("utf-8", "replace").strip().rpartition("\n")[2]
    raise Fault(f"its process ended with code {code}" + (f": {last}" if last else ""))


def _language(code: str) -> Language:
    return "zh" if code == "zh" else "en"
