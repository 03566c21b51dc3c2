"""One writer of the skills' examples at a time, in all processes: commands, the desk, the follower of corrections."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

KEPT = ".cleaned"
"""The folder beside the skills in which the files stand as they were before a cleaning."""

LOCK = "lock"


@contextmanager
def writing(skills: Path) -> Iterator[None]:
    """Wait until nobody else writes examples of these skills; released when a process dies, too.

    Not for use within itself: the same process would wait for itself.
    """
    folder = skills.parent / KEPT
    folder.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def write_whole(file: Path, text: str) -> None:
    """Write a file so that nobody ever reads half of it."""
    making = file.with_suffix(".new")
    making.write_text(text, "utf-8", newline="\n")
    making.replace(file)
