"""The versions of a model in a folder, one of them served.

    models/
    ├── current                    a version a line: the one served, then those served before it, latest first
    └── 20260302-101500250-3f2a…/  a version: the reader's files, card.json, examples.jsonl

`current` is replaced by renaming, so whoever reads it finds the old list or the new one.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path

from kefu.app.readers import open_reader
from kefu.core.errors import ModelMissing, NotFound
from kefu.core.ports.reader import Example, TrainableReader

KEPT = 3
"""How many of the latest versions are kept, and how many of those served last."""

REMEMBERED = 20
"""How many promotions can be walked back, as far as their versions are kept."""


@dataclass(frozen=True, slots=True)
class Version:
    """A version by its card: `name` is its folder, `version` what its readings carry, `gate` how it was compared.

    `examples` counts those of intents.
    """

    name: str
    reader: str
    version: str
    trained: datetime
    examples: int
    intents: int
    gate: Mapping[str, object] = field(default_factory=dict)


class Models:
    """The folder in which `kefu train` keeps what it made."""

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

    def current(self) -> str:
        """The name of the version served; raises `ModelMissing` when there is none."""
        served = self.served()
        if not served:
            raise ModelMissing(f"There is no trained model in {self.folder}; run `kefu train`.")
        return served[0]

    def versions(self) -> list[Version]:
        """All versions with a readable card, the oldest first."""
        found = []
        for path in self._folders():
            try:
                found.append(self.card(path.name))
            except ModelMissing:
                continue
        return found

    def find(self, called: str) -> Version:
        """The version of this name, or the only one whose name holds this; raises `NotFound` listing all."""
        versions = self.versions()
        matching = [one for one in versions if one.name == called] or [one for one in versions if called in one.name]
        if len(matching) != 1:
            fault = "more than one version is" if matching else "no version is"
            names = ", ".join(one.name for one in versions) or "none"
            raise NotFound(f"{self.folder}: {fault} called {called!r}; there are {names}.")
        return matching[0]

    def card(self, name: str) -> Version:
        """What a version says of itself; raises `ModelMissing` when it can't be read."""
        file = self.folder / name / "card.json"
        try:
            card = json.loads(file.read_text("utf-8"))
            trained = datetime.fromisoformat(card["trained"])
            counts = card["examples"], card.get("intents", 0)
            return Version(name, card["reader"], card["version"], trained, *counts, card.get("gate", {}))
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise ModelMissing(f"{file} is missing or damaged; run `kefu train`.") from error

    def open(self, name: str, settings: Mapping[str, object]) -> TrainableReader:
        """The reader of a version, of the kind that made it; raises `ModelMissing` when its files don't hold."""
        reader = open_reader(self.card(name).reader, settings)
        reader.load(self.folder / name)
        return reader

    def examples(self, name: str) -> list[Example]:
        """What a version learned from; empty where that was not kept. Raises `ModelMissing` for a damaged file."""
        file = self.folder / name / "examples.jsonl"
        try:
            with file.open(encoding="utf-8") as lines:  # a text's own line breaks are escaped, U+2028 is not
                return [Example(**json.loads(line)) for line in lines]
        except FileNotFoundError:
            return []
        except (ValueError, TypeError) as error:
            raise ModelMissing(f"{file} is damaged; run `kefu train --no-gate`.") from error

    def keep(self, reader: TrainableReader, use: str, examples: Sequence[Example], now: datetime) -> Version:
        """Save a trained reader as a version that is not served yet; removes versions long out of use."""
        moment = f"{now:%Y%m%d-%H%M%S}{now.microsecond // 1000:03}"
        name = f"{moment}-{re.sub(r'[^a-z0-9]', '-', reader.version.lower())[-12:]}"
        intents = [example.intent for example in examples if example.intent]
        version = Version(name, use, reader.version, now, len(intents), len(set(intents)))
        self.folder.mkdir(parents=True, exist_ok=True)
        making = self.folder / f".making-{os.getpid()}"
        shutil.rmtree(making, ignore_errors=True)
        making.mkdir()
        reader.save(making)
        lines = (json.dumps(asdict(example), ensure_ascii=False) + "\n" for example in examples)
        (making / "examples.jsonl").write_text("".join(lines), "utf-8")
        _write_card(making, version)
        with suppress(FileNotFoundError):  # the same model, made in the same moment, whose files may be damaged
            (self.folder / name).rename(making / ".before")
        making.rename(self.folder / name)
        shutil.rmtree(self.folder / name / ".before", ignore_errors=True)
        self._prune()
        return version

    def note(self, version: Version) -> None:
        """Write a version's card anew."""
        _write_card(self.folder / version.name, version)

    def promote(self, name: str) -> None:
        """Serve a version from now on; running servers take it over by themselves.

        What was served before and is the same model under another name is no way back, and forgotten.
        """
        models = {one.name: one.version for one in self.versions()}
        before = [one for one in self.served() if one != name and models.get(one) != models.get(name)]
        self._point([name, *before])

    def rollback(self) -> str:
        """Serve again what was served before, and return its name; raises `NotFound` when there is nothing."""
        before = [name for name in self.served()[1:] if (self.folder / name).is_dir()]
        if not before:
            raise NotFound(f"{self.folder}: no other version was served before; `kefu model list` shows all.")
        self._point(before)
        return before[0]

    def _point(self, names: Sequence[str]) -> None:
        making = self.folder / f".current-{os.getpid()}"
        making.write_text("".join(f"{name}\n" for name in names[:REMEMBERED]), "utf-8")
        making.replace(self.pointer)

    def _prune(self) -> None:
        kept = {path.name for path in self._folders()[-KEPT:]} | set(self.served()[:KEPT])
        for path in self._folders():
            if path.name not in kept:
                shutil.rmtree(path, ignore_errors=True)

    def _folders(self) -> list[Path]:
        if not self.folder.is_dir():
            return []
        return sorted(path for path in self.folder.iterdir() if path.is_dir() and not path.name.startswith("."))


def _write_card(folder: Path, version: Version) -> None:
    making = folder / f".card-{os.getpid()}"
    card = {name: value for name, value in asdict(version).items() if name != "name"}
    making.write_text(json.dumps(card, ensure_ascii=False, indent=1, default=str) + "\n", "utf-8")
    making.replace(folder / "card.json")
