"""What the benches of readers share: data sets, readers by name, figures."""

from __future__ import annotations

import csv
import json
import os
import platform
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from kefu.app.readers import open_reader
from kefu.core.nouns import IntentScore, Language
from kefu.core.ports.reader import OUT_OF_SCOPE, Example, TrainableReader

FOREIGN = "oos"
Rows = list[tuple[str, str]]


@dataclass(frozen=True)
class Set:
    """A data set: its folder, language and files. `dev_train` and `dev` are for choices, the others for the figure."""

    name: str
    folder: str
    language: Language
    train: str
    dev_train: str
    dev: str

    def rows(self, data: Path, *, dev: bool) -> tuple[Rows, Rows]:
        """Texts with labels to learn from, and to read."""
        names = (self.dev_train, self.dev) if dev else (self.train, "test")
        found = [load(data / self.folder / f"{name}.csv") for name in names]
        return found[0], found[1]


SETS = (
    Set("BANKING77", "banking77", "en", "train", "fewshot_train_full", "fewshot_valid"),
    Set("HWU64", "hwu64", "en", "train", "train", "valid"),
    Set("CLINC150", "clinc150", "en", "train", "train", "val"),
    Set("SMP2017", "smp2017_ecdt", "zh", "train", "train", "dev"),
)


TUNED = ", tuned"
"""What is added to the name of a reader whose encoder was tuned, by tune.py, to the examples that it learns from."""


def open_named(
    name: str, language: Language, encoder: str, kept: Path | None = None, cores: int = 1
) -> TrainableReader:
    """A reader by its name; `ensemble.v1` is linear.v1 with joined.v1, or with nearest.v1 without an encoder.

    `kept` is the folder in which vectors and lessons are kept for the next training; 0 `cores` are all.
    """
    files = {one: str(kept / f"{one}.npz") for one in ("vectors", "lessons")} if kept else {}
    name = name.removesuffix(TUNED)
    second = "joined.v1" if encoder and language == "en" else "nearest.v1"
    settings = {"language": language, "encoder": encoder, "parts": ["linear.v1", second], "cores": cores}
    return open_reader(name, {**settings, **files})


def readers_for(one: Set, encoder: str, tuned: Path | None = None, shots: int = 0) -> dict[str, str]:
    """The readers that are measured on a set, each with its encoder; the joined one needs one of its language.

    `tuned` is the folder with one encoder per set that tune.py makes.
    """
    names = ["linear.v1", "nearest.v1"]
    names += ["joined.v1", "ensemble.v1"] if encoder and one.language == "en" else ["ensemble.v1"]
    found = dict.fromkeys(names, encoder)
    own = tuned / (f"{one.folder}-{shots}" if shots else one.folder) if tuned else None
    return {**found, f"joined.v1{TUNED}": str(own)} if own and own.is_dir() else found


def fit(reader: TrainableReader, rows: Rows, language: Language, *, foreign: bool = False) -> float:
    """Train on rows, on out-of-scope ones only with `foreign`; the CPU seconds that it took."""
    known = [(text, OUT_OF_SCOPE if label == FOREIGN else label) for text, label in rows if foreign or label != FOREIGN]
    began = time.process_time()
    reader.fit([Example(plain(text), label, language) for text, label in known], lambda *_: None)
    return time.process_time() - began


def read(reader: TrainableReader, rows: Rows) -> tuple[list[IntentScore], list[float]]:
    """The likeliest intent of each text, and the CPU milliseconds of each reading."""
    found, spent = [], []
    for text, _ in rows[:20]:
        reader.read(text)
    for text, _ in rows:
        began = time.process_time()
        found.append(reader.read(text).best)
        spent.append(1000 * (time.process_time() - began))
    return found, spent


def load(path: Path) -> Rows:
    """Texts with their labels."""
    if not path.is_file():
        sys.exit(f"{path} is missing; the README of this bench says where it comes from.")
    with path.open(encoding="utf-8", newline="") as file:
        return [(row["text"], row["label"]) for row in csv.DictReader(file)]


def plain(text: str) -> str:
    """A sentence in which nothing is taken for a marked entity."""
    return text.replace("](", "] (")


def macro_f1(pairs: Sequence[tuple[str, str]]) -> float:
    """The mean over intents of F1, from (right, read) pairs."""
    wanted, got = Counter(right for right, _ in pairs), Counter(read for _, read in pairs)
    hits = Counter(right for right, read in pairs if right == read)
    return sum(2 * hits[name] / (wanted[name] + got[name]) for name in wanted) / len(wanted)


def size_mb(reader: TrainableReader) -> float:
    """What the model takes on a disk."""
    with tempfile.TemporaryDirectory() as folder:
        reader.save(Path(folder))
        return sum(path.stat().st_size for path in Path(folder).rglob("*") if path.is_file()) / 1e6


def figure(name: str, value: float, unit: str, better: str, **more: object) -> dict[str, Any]:
    """One line of results.json, printed as it comes."""
    entry = {
        "name": name,
        "value": round(value, 2 if unit != "ratio" else 4),
        "unit": unit,
        "better": better,
        "goal": None,
    }
    print(f"{name:<64} {entry['value']:>9} {unit}", flush=True)
    return {**entry, **{key: value for key, value in more.items() if value is not None}}


def write(here: Path, command: str, figures: list[dict[str, Any]], *, some: bool = False) -> None:
    """Write results.json; with `some`, figures that were not measured now stay as they are."""
    if some:
        now = {one["name"]: one for one in figures}
        before = json.loads((here / "results.json").read_text("utf-8"))["figures"]
        figures = [now.pop(one["name"], one) for one in before] + list(now.values())
    result = {
        "command": command,
        "machine": f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}",
        "date": f"{datetime.now(UTC):%Y-%m-%d}",
        "figures": figures,
    }
    (here / "results.json").write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", "utf-8")
