"""Versions of something trained in a folder, one of them served.

    models/
    ├── current                    a version a line: the one served, then those served before it, latest first
    └── 20260302-101500250-3f2a…/  a version: its files, card.json

`current` is replaced by renaming, so whoever reads it finds the old list or the new one.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from kefu.core.errors import NotFound

KEPT = 3
"""How many of the latest versions are kept, and how many of those served last."""

REMEMBERED = 20
"""How many promotions can be walked back, as far as their versions are kept."""


class Versions:
    """The folder in which a command of training keeps what it made."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def pointer(self) -> Path:
        """The file whose first line names the version served."""
        return self.folder / "current"

    def served(self) -> list[str]:
        """The names of the version served and of those before it, latest first; empty when none ever was."""
        try:
            return self.pointer.read_text("utf-8").split()
        except FileNotFoundError:
            return []

    def folders(self) -> list[Path]:
        """The folders of all versions, the oldest first."""
        if not self.folder.is_dir():
            return []
        return sorted(path for path in self.folder.iterdir() if path.is_dir() and not path.name.startswith("."))

    def put(self, name: str, write: Callable[[Path], None]) -> None:
        """Keep a version that is not served yet, whole or not at all; removes versions long out of use.

        `write` fills a folder, which exists and is empty.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        making = self.folder / f".making-{os.getpid()}"
        shutil.rmtree(making, ignore_errors=True)
        making.mkdir()
        write(making)
        with suppress(FileNotFoundError):  # the same model, made in the same moment, whose files may be damaged
            (self.folder / name).rename(making / ".before")
        making.rename(self.folder / name)
        shutil.rmtree(self.folder / name / ".before", ignore_errors=True)
        self._prune()

    def rollback(self) -> str:
        """Serve again what was served before, and return its name; raises `NotFound` when there is nothing."""
        before = [name for name in self.served()[1:] if (self.folder / name).is_dir()]
        if not before:
            raise NotFound(f"{self.folder}: no other version was served before; list the versions to see all.")
        self.point(before)
        return before[0]

    def point(self, names: Sequence[str]) -> None:
        """Serve the first of these from now on; the others were served before it."""
        making = self.folder / f".current-{os.getpid()}"
        making.write_text("".join(f"{name}\n" for name in names[:REMEMBERED]), "utf-8")
        making.replace(self.pointer)

    def _prune(self) -> None:
        kept = {path.name for path in self.folders()[-KEPT:]} | set(self.served()[:KEPT])
        for path in self.folders():
            if path.name not in kept:
                shutil.rmtree(path, ignore_errors=True)


def name_of(version: str, now: datetime) -> str:
    """What a version is called: the moment in which it was made, then the end of what its readings carry."""
    return f"{now:%Y%m%d-%H%M%S}{now.microsecond // 1000:03}-{re.sub(r'[^a-z0-9]', '-', version.lower())[-12:]}"


def write_card(folder: Path, card: Mapping[str, object]) -> None:
    """Write what a version says of itself, whole or not at all."""
    making = folder / f".card-{os.getpid()}"
    making.write_text(json.dumps(card, ensure_ascii=False, indent=1, default=str) + "\n", "utf-8")
    making.replace(folder / "card.json")
