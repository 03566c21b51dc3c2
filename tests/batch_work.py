"""Work for the tests of the batch engine: importable by every worker. Run as a program, it is a run to be killed."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from kefu.app.batch import Engine, Part, open_journal
from kefu.app.batch.engine import _processes
from kefu.core.ports.batch import Columns

KINDS = {"text": "string", "length": "int32", "day": "date32", "words": "string[]", "worker": "int64"}
SIZE = 500


def texts_of(number: int) -> list[str]:
    """The texts of a part."""
    return [f"退款 text {number} {at}" for at in range(SIZE)]


def parts(count: int) -> Iterator[Part[list[str]]]:
    """Some parts."""
    return (Part(f"part {number}", texts_of(number), SIZE) for number in range(count))


def measure(texts: list[str]) -> Columns:
    """Something about each text."""
    return {
        "text": texts,
        "length": [len(text) for text in texts],
        "day": [date(2026, 3, 2)] * len(texts),
        "words": [text.split() for text in texts],
        "worker": [os.getpid()] * len(texts),
    }


class Killed:
    """Measures, but the first worker that meets the part kills itself as the system would; `always`: every one."""

    def __init__(self, part: int, mark: Path, *, always: bool = False) -> None:
        self.text, self.mark, self.always = texts_of(part)[0], mark, always

    def __call__(self, texts: list[str]) -> Columns:
        if texts[0] == self.text and (self.always or not self.mark.exists()):
            self.mark.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return measure(texts)


def slowly(texts: list[str]) -> Columns:
    """Takes long enough to be killed in the middle."""
    time.sleep(0.1)
    return measure(texts)


def fail(texts: list[str]) -> Columns:
    """Fails in one part."""
    if texts == texts_of(3):
        raise ZeroDivisionError("a sum over nothing")
    return measure(texts)


if __name__ == "__main__":
    with open_journal(Path(sys.argv[1]), KINDS, {"work": "slowly"}) as journal:
        Engine(lambda: _processes(2)).run(parts(int(sys.argv[2])), slowly, journal, lambda *_: None)
