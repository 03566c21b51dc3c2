"""A reader on trial, in a process of its own, so that its memory and its failures are its own.

    python -m kefu.app.trial < job

The job is a JSON object (`Job`). Lines of JSON come out: `{"step": 1}` after each step, then
`{"found": …}` or `{"fault": "…"}`. What the reader prints goes to standard error.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import process_time
from typing import Any

from kefu.ai.training.tones import Heard, hear
from kefu.app.readers import open_reader
from kefu.core.errors import KefuError
from kefu.core.ports.reader import Example, TrainableReader
from kefu.service.skills.grade import plain

MOST_TIMED = 2000
"""How many sentences are read against the clock."""


@dataclass(frozen=True, slots=True)
class Job:
    """What to try: `task` is `learn` (cross-validate, train on all, save) or `serve` (load, read).

    `folds` numbers the part in which each example is held out. `foreign` holds sentences with
    their language that no intent fits. `folder` is where the model is saved, or read from.
    """

    task: str
    reader: str
    settings: dict[str, object]
    examples: list[Example]
    folds: list[int]
    foreign: list[tuple[str, Any]]
    folder: str

    @classmethod
    def parse(cls, text: str) -> Job:
        """Read a job."""
        found = json.loads(text)
        return cls(**{**found, "examples": [Example(**one) for one in found["examples"]]})


def learn(job: Job, step: Callable[[], None]) -> dict[str, object]:
    """Read every sentence with a model that has not seen it; then train on all, on the clock.

    The foreign sentences are shared out among the models of the parts.
    """
    parts = max(job.folds) + 1
    read: list[tuple[str, float, Heard]] = [("", 0.0, {})] * len(job.examples)
    foreign = [0.0] * len(job.foreign)
    for part in range(parts):
        reader = _trained(job, [one for one, held in zip(job.examples, job.folds, strict=True) if held != part])
        for at, (example, held) in enumerate(zip(job.examples, job.folds, strict=True)):
            if held == part:
                reading = reader.read(plain(example.text), example.language)
                read[at] = (reading.best.name, reading.best.probability, hear(example, reading))
        for at in range(part, len(foreign), parts):
            text, language = job.foreign[at]
            foreign[at] = reader.read(text, language).best.probability
        step()
    start = _cpu_s()
    reader = _trained(job, job.examples)
    train_s = _cpu_s() - start
    reader.save(Path(job.folder))
    size = sum(path.stat().st_size for path in Path(job.folder).rglob("*") if path.is_file())
    step()
    return {"read": read, "foreign": foreign, "train_s": train_s, "size": size}


def serve(job: Job, step: Callable[[], None]) -> dict[str, object]:
    """What serving costs: memory from before the reader's code is loaded, and the CPU time of each reading."""
    before = _resident()
    reader = open_reader(job.reader, job.settings)
    reader.load(Path(job.folder))
    texts = [(plain(one.text), one.language) for one in job.examples[:: max(1, len(job.examples) // MOST_TIMED)]]
    for text, language in texts[:20]:
        reader.read(text, language)
    times = []
    for text, language in texts:
        start = process_time()
        reader.read(text, language)
        times.append((process_time() - start) * 1e3)
    step()
    return {"memory": _resident() - before, "times_ms": times}


def _trained(job: Job, examples: Sequence[Example]) -> TrainableReader:
    reader = open_reader(job.reader, job.settings)
    reader.fit(examples, lambda *_: None)
    return reader


def _cpu_s() -> float:
    """CPU time of this process and of those that it started and that ended, user and system."""
    return sum(os.times()[:4])


def _resident() -> int:
    """Resident memory in bytes; its highest value so far where the system tells no other."""
    statm = Path("/proc/self/statm")
    if statm.is_file():
        return int(statm.read_text("ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def main() -> None:
    """Do the job on standard input; whatever fails is told as a fault."""
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)

    def tell(**message: object) -> None:
        out.write(json.dumps(message) + "\n")
        out.flush()

    try:
        job = Job.parse(sys.stdin.read())
        tell(found={"learn": learn, "serve": serve}[job.task](job, lambda: tell(step=1)))
    except KefuError as error:
        tell(fault=error.message)
    except Exception as error:  # noqa: BLE001 - whatever a plug-in raises is a finding about it
        tell(fault=f"{type(error).__name__}: {error}")


if __name__ == "__main__":
    main()
