"""`ensemble.v1`: several readers, whose probabilities are averaged.

Where they agree the mean stays high, where they contradict each other it falls, so that an
ensemble doubts more wisely than its parts. Source: L. Hansen and P. Salamon, "Neural Network
Ensembles" (1990).
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from kefu.ai.text.folder import pack_json, read_folder, unpack_json, write_folder
from kefu.ai.text.intents import SHOWN
from kefu.core.errors import BadConfig, ModelMissing
from kefu.core.nouns import Ask, IntentScore, Language, Reading
from kefu.core.ports.reader import Example, Progress, Term, TrainableReader

NAME = "ensemble.v1"


class Ensemble:
    """The first reader takes a message apart; all of them say what is wanted in each part."""

    def __init__(self, readers: Sequence[TrainableReader]) -> None:
        self._readers = tuple(readers)

    @property
    def version(self) -> str:
        """A fingerprint of the parts' versions."""
        return f"{NAME}-{hashlib.sha256(pack_json(self._versions())).hexdigest()[:12]}"

    def know(self, lexicons: Mapping[str, Sequence[Term]]) -> None:
        """Give all parts the names."""
        for reader in self._readers:
            reader.know(lexicons)

    def fit(self, examples: Sequence[Example], progress: Progress) -> None:
        """Train one part after the other."""
        for number, reader in enumerate(self._readers, start=1):
            reader.fit(examples, lambda what, *done, number=number: progress(f"{number} {what}", *done))

    def read(self, text: str, language: Language | None = None) -> Reading:
        """Understand a text; the cost is the sum of the parts' costs."""
        first = self._readers[0].read(text, language)
        asks = tuple(self._judged(ask, first.language) for ask in first.asks)
        return replace(first, asks=asks, reader=self.version)

    def _judged(self, ask: Ask, language: Language) -> Ask:
        total: dict[str, float] = defaultdict(float)
        for scores in (ask.intents, *(reader.read(ask.text, language).asks[0].intents for reader in self._readers[1:])):
            for score in scores:
                total[score.name] += score.probability / len(self._readers)
        best = sorted(total.items(), key=lambda one: (-one[1], one[0]))[:SHOWN]
        return Ask(ask.text, tuple(IntentScore(name, round(probability, 4)) for name, probability in best))

    def save(self, folder: Path) -> None:
        """Write each part into a folder of its own."""
        for number, reader in enumerate(self._readers):
            part = folder / str(number)
            part.mkdir()
            reader.save(part)
        write_folder(folder, NAME, {"ensemble.json": pack_json({"parts": self._versions()})})

    def load(self, folder: Path) -> None:
        """Read all parts; raises `ModelMissing` when one is missing, damaged or another than was saved."""
        wanted = unpack_json(read_folder(folder, NAME)["ensemble.json"])["parts"]
        if len(wanted) != len(self._readers):
            raise ModelMissing(f"The ensemble in {folder} has {len(wanted)} parts; run `kefu train`.")
        for number, reader in enumerate(self._readers):
            reader.load(folder / str(number))
        if self._versions() != wanted:
            raise ModelMissing(f"The parts in {folder} are not those that were trained together; run `kefu train`.")

    def _versions(self) -> list[str]:
        return [reader.version for reader in self._readers]


def open_reader(settings: Mapping[str, object]) -> TrainableReader:
    """An ensemble of the readers that `parts` names, two or more; `open_part` opens each."""
    parts, open_part = settings.get("parts"), settings.get("open_part")
    if not isinstance(parts, list) or len(parts) < 2 or not callable(open_part):
        raise BadConfig('kefu.toml: ensemble.v1 needs two readers or more: parts = ["linear.v1", "nearest.v1"].')
    return Ensemble([open_part(str(part)) for part in parts])
