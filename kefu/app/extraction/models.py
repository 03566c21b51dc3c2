"""The versions of a company's extraction model, each with its card, and the one that is served."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from kefu.app.config import Config
from kefu.app.plugins import needing
from kefu.app.versions import Versions, name_of, write_card
from kefu.core.errors import KefuError, ModelMissing, NotFound
from kefu.core.ports.extractor import Extractor

if TYPE_CHECKING:
    from kefu.ai.extract.training import Learned

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class KindFigures:
    """How well one kind is found in texts that were held back: by stretch and kind, with how many were marked."""

    precision: float
    recall: float
    f1: float
    marked: int


@dataclass(frozen=True, slots=True)
class Card:
    """What a version says of itself: `name` is its folder, `version` what its finds carry.

    It learned from `texts`; the figures are of the `held` ones among them, measured before it learned from these too.
    """

    name: str
    version: str
    trained: datetime
    texts: int
    held: int
    overall: KindFigures
    kinds: Mapping[str, KindFigures]


class Extractors(Versions):
    """The folder in which `kefu extract train` keeps what it made."""

    def cards(self) -> list[Card]:
        """All versions with a readable card, the oldest first."""
        found = []
        for folder in self.folders():
            try:
                found.append(self.card(folder.name))
            except ModelMissing:
                continue
        return found

    def card(self, name: str) -> Card:
        """What a version says of itself; raises `ModelMissing` when it can't be read."""
        file = self.folder / name / "card.json"
        try:
            told = json.loads(file.read_text("utf-8"))
            kinds = {kind: KindFigures(**own) for kind, own in told["kinds"].items()}
            counts = (int(told["texts"]), int(told["held"]))
            trained = datetime.fromisoformat(told["trained"])
            return Card(name, told["version"], trained, *counts, KindFigures(**told["overall"]), kinds)
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise ModelMissing(f"{file} is missing or damaged; run `kefu extract train`.") from error

    def find(self, called: str) -> Card:
        """The version of this name, or the only one whose name holds this; raises `NotFound` listing all."""
        cards = self.cards()
        matching = [one for one in cards if one.name == called] or [one for one in cards if called in one.name]
        if len(matching) != 1:
            names = ", ".join(one.name for one in cards) or "none"
            raise NotFound(f"{self.folder}: {called!r} names {len(matching)} versions; there are {names}.")
        return matching[0]

    def current(self) -> str:
        """The name of the version served; raises `ModelMissing` when there is none."""
        served = self.served()
        if not served:
            raise ModelMissing(f"There is no extraction model in {self.folder}; run `kefu extract train`.")
        return served[0]

    def promote(self, name: str) -> None:
        """Serve a version from now on; running servers take it over by themselves."""
        self.point([name, *(one for one in self.served() if one != name)])

    def keep(self, learned: Learned, texts: int, now: datetime) -> Card:
        """Save what was learned as a version that is not served yet."""
        kinds = {
            kind: KindFigures(own.precision, own.recall, own.f1, own.marked) for kind, own in learned.kinds.items()
        }
        all_of_it = learned.overall
        overall = KindFigures(all_of_it.precision, all_of_it.recall, all_of_it.f1, all_of_it.marked)
        extractor = learned.extractor
        card = Card(name_of(extractor.version, now), extractor.version, now, texts, learned.held, overall, kinds)

        def write(folder: Path) -> None:
            extractor.save(folder)
            write_card(folder, {name: value for name, value in asdict(card).items() if name != "name"})

        self.put(card.name, write)
        return card

    def open(self, name: str) -> Extractor:
        """The model of a version; raises `ModelMissing`, or `BadConfig` without onnxruntime."""
        with needing("encoder"):
            from kefu.ai.extract.serving import open_extractor

            return open_extractor(self.folder / name)


class Served:
    """The model that is served now, whichever version that is by then; None where there is none that can be opened."""

    def __init__(self, extractors: Extractors) -> None:
        self._extractors = extractors
        self._stamp: tuple[int, int] | None = None
        self._model: Extractor | None = None

    def __call__(self) -> Extractor | None:
        """The model; a look at the pointer where nothing changed."""
        stamp = self._look()
        if stamp != self._stamp:
            self._model, self._stamp = self._open(), stamp
        return self._model

    def _look(self) -> tuple[int, int]:
        try:
            found = self._extractors.pointer.stat()
        except OSError:
            return (0, 0)
        return (found.st_ino, found.st_mtime_ns)

    def _open(self) -> Extractor | None:
        served = self._extractors.served()
        try:
            return self._extractors.open(served[0]) if served else None
        except KefuError as error:
            log.warning("extraction model not served", code=error.code, advice=error.message)
            return None


def extractors_of(config: Config) -> Extractors:
    """The folder of a project's extraction models."""
    return Extractors(config.home / config.get("extract.model", str))
