"""The versions of a predictor, kept and rolled back like those of the reader: `models/predict/NAME/`."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from kefu.ai.predict.sequence import NextQuestion
from kefu.app.plugins import load_plugin, needing
from kefu.app.versions import Versions, name_of, write_card
from kefu.core.errors import ModelMissing
from kefu.core.ports.predictor import Lesson, Predictor
from kefu.core.ports.reader import Progress
from kefu.service.foresight.declared import Declared

FOLDER = "models/predict"
MEASURED = "measured"
"""The folder of a version's model that learned only from what was known when its latest cases began."""


class Saved(Protocol):
    """What can be kept as a version."""

    def save(self, folder: Path) -> None:
        """Write the model; the folder exists and is empty."""


class PredictorModels(Versions):
    """The versions of one predictor; the card of each tells how it was measured."""

    def __init__(self, home: Path, name: str) -> None:
        super().__init__(home / FOLDER / name)

    def keep(self, whole: Saved, measured: Saved, card: Mapping[str, Any], now: datetime) -> str:
        """Save a version that is not served yet, and return its name; the card says what it `use`s."""
        name = name_of(str(card["use"]), now)

        def write(folder: Path) -> None:
            whole.save(folder)
            (folder / MEASURED).mkdir()
            measured.save(folder / MEASURED)
            write_card(folder, {"trained": now.isoformat(), **card})

        self.put(name, write)
        return name

    def promote(self, name: str) -> None:
        """Serve a version from now on; running servers take it over by themselves."""
        self.point([name, *(one for one in self.served() if one != name)])

    def current(self) -> str:
        """The name of the version served. Raises `ModelMissing` when there is none."""
        served = self.served()
        if not served:
            raise ModelMissing(f"There is no trained predictor in {self.folder}; run kefu predict train.")
        return served[0]

    def card(self, name: str) -> dict[str, Any]:
        """What a version says of itself. Raises `ModelMissing` for a damaged file."""
        file = self.folder / name / "card.json"
        try:
            found: dict[str, Any] = json.loads(file.read_text("utf-8"))
        except (OSError, ValueError) as error:
            raise ModelMissing(f"{file} is missing or damaged; run kefu predict train.") from error
        return found

    def open_model(self, declared: Declared, name: str, part: str = "") -> Predictor:
        """The predictor of a version. Raises `ModelMissing` where its files don't hold."""
        predictor = open_predictor(declared, str(self.card(name).get("use", "")))
        with needing("predict"):
            predictor.load(self.folder / name / part)
        return predictor

    def open_sequence(self, name: str, part: str = "") -> NextQuestion:
        """What is likely to be asked next, by a version."""
        found = NextQuestion()
        found.load(self.folder / name / part)
        return found

    def latest(self) -> dict[str, Any]:
        """The card of the version made last, whether it is served or not; with its `name`. Empty without any."""
        folders = self.folders()
        return {**self.card(folders[-1].name), "name": folders[-1].name} if folders else {}


def open_predictor(declared: Declared, use: str = "") -> Predictor:
    """A predictor of the declared kind that has learned nothing. Raises `BadConfig` for a kind that is not there."""
    predictor: Predictor = load_plugin("predictors", use or declared.use)({"horizon_days": declared.horizon_days})
    return predictor


def fit(declared: Declared, lessons: Sequence[Lesson], progress: Progress) -> Predictor:
    """One that has learned. Raises `BadConfig` without the extra that it needs."""
    predictor = open_predictor(declared)
    with needing("predict"):
        predictor.fit(lessons, progress)
    return predictor
