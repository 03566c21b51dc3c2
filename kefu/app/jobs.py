"""Long work of a project as processes of their own, so that no turn waits for it: training, checks, comparisons.

    .jobs/
    ├── lock          held by the process that works, so it is free when that ends, however it ends
    └── train/        begun.json (who, when, with what), out (what the command said), steps (its progress)

Whoever looks at the folder sees the same, whichever server began the work, also after a restart.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, get_args

from kefu.core.errors import BadInput

Kind = Literal["train", "promote", "check", "grade", "mine", "digest", "foresee", "renew"]
KINDS: tuple[Kind, ...] = get_args(Kind)

COMMANDS: Mapping[Kind, Sequence[str]] = {
    "train": ("train", "{home}", "--json"),
    "promote": ("model", "promote", "{version}", "{home}", "--json"),
    "check": ("data", "check", "{home}", "--json"),
    "grade": ("skill", "check", "{home}", "--json"),
    "mine": ("insight", "mine", "{home}", "--anew", "--json"),
    "foresee": ("predict", "renew", "{home}", "--all", "--json"),
    "renew": ("predict", "renew", "{home}", "--json"),
    "digest": ("insight", "digest", "{home}", "--send"),
}
"""What is run: the commands of the command line, which answer in JSON."""

FOLDER = ".jobs"
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
"""Of what runs beside the service by itself, so that it never takes more than one core."""

KINDNESS = 10
"""How far the work stands behind the turns when both want the processor."""

LINES_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Step:
    """How far one part of the work is."""

    what: str
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class Job:
    """The latest work of a kind: `result` is what the command answered, `problem` what it complained of."""

    kind: Kind
    who: str
    begun_at: datetime
    state: Literal["running", "done", "failed"]
    steps: tuple[Step, ...] = ()
    result: Any = None
    problem: str = ""


class Jobs:
    """The folder in which a project's long work leaves its traces. One at a time: it wants a processor for itself."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._folder = home / FOLDER

    def begin(self, kind: Kind, who: str, now: datetime, version: str = "") -> None:
        """Start work of a kind; raises `BadInput` while other work is under way."""
        import fcntl

        self._folder.mkdir(exist_ok=True)
        with (self._folder / "lock").open("a") as lock:  # what another work wrote there stays while it goes on
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                raise BadInput("Other work is under way; wait until it is done.") from error
            place = self._folder / kind
            shutil.rmtree(place, ignore_errors=True)
            place.mkdir()
            begun = {"who": who, "at": now.isoformat()}
            (place / "begun.json").write_text(json.dumps(begun, ensure_ascii=False), "utf-8")
            lock.truncate(0)
            lock.write(kind)
            lock.flush()
            words = [word.format(home=self._home, version=version) for word in COMMANDS[kind]]
            nice = [found, "-n", str(KINDNESS)] if (found := shutil.which("nice")) else []
            with (place / "out").open("wb") as out, (place / "steps").open("wb") as steps:
                process = subprocess.Popen(  # noqa: S603 - our own command, its words checked
                    [*nice, sys.executable, "-m", "kefu", *words],
                    stdin=subprocess.DEVNULL,
                    stdout=out,
                    stderr=steps,
                    env={
                        **os.environ,
                        "KEFU_PROGRESS": "lines",
                        **(ONE_THREAD if kind in ("foresee", "renew") else {}),
                    },
                    pass_fds=(lock.fileno(),),
                    start_new_session=True,
                )
        threading.Thread(target=process.wait, name=f"job {kind}", daemon=True).start()

    def running(self) -> Kind | None:
        """The work that is under way."""
        import fcntl

        try:
            with (self._folder / "lock").open("r+") as lock:
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except OSError:
                    found = lock.read()
                    return next((kind for kind in KINDS if kind == found), None)
        except FileNotFoundError:
            pass
        return None

    def latest(self, kind: Kind) -> Job | None:
        """The latest work of a kind, under way or done; None when there never was any."""
        is_running, place = self.running() == kind, self._folder / kind
        try:
            begun = json.loads((place / "begun.json").read_text("utf-8"))
            said, noted = (place / "out").read_text("utf-8"), (place / "steps").read_text("utf-8", "replace")
        except (FileNotFoundError, ValueError):
            return None
        steps, rest = _read_steps(noted)
        about = kind, str(begun["who"]), datetime.fromisoformat(begun["at"])
        if is_running:
            return Job(*about, "running", steps)
        try:
            return Job(*about, "done", steps, json.loads(said))
        except ValueError:
            return Job(*about, "failed", steps, problem="\n".join(rest[-LINES_SHOWN:]))


def _read_steps(noted: str) -> tuple[tuple[Step, ...], list[str]]:
    """The latest of each step in the order in which they began, and the other lines."""
    steps: dict[str, Step] = {}
    rest = []
    for line in noted.splitlines():
        try:
            step = Step(**json.loads(line))
            steps[step.what] = step
        except (ValueError, TypeError):
            if line.strip():
                rest.append(line.strip())
    return tuple(steps.values()), rest
