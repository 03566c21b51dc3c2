"""The versions of a reader: `kefu.app.versions` with the examples that each learned from."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path

from kefu.app.readers import open_reader
from kefu.app.versions import Versions, name_of, write_card
from kefu.core.errors import ModelMissing, NotFound
from kefu.core.ports.reader import Example, TrainableReader


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


class Models(Versions):
    """The folder in which `kefu train` keeps what it made."""

    def current(self) -> str:
        """The name of the version served; raises `ModelMissing` when there is none."""
        served = self.served()
        if not served:
            raise ModelMissing(f"There is no trained model in {self.folder}; run `kefu train`.")
        return served[0]

    def versions(self) -> list[Version]:
        """All versions with a readable card, the oldest first."""
        found = []
        for path in self.folders():
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
        intents = [example.intent for example in examples if example.intent]
        name = name_of(reader.version, now)
        version = Version(name, use, reader.version, now, len(intents), len(set(intents)))

        def write(folder: Path) -> None:
            reader.save(folder)
            lines = (json.dumps(asdict(example), ensure_ascii=False) + "\n" for example in examples)
            (folder / "examples.jsonl").write_text("".join(lines), "utf-8")
            _write_card(folder, version)

        self.put(name, write)
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
        self.point([name, *before])


def _write_card(folder: Path, version: Version) -> None:
    write_card(folder, {name: value for name, value in asdict(version).items() if name != "name"})
