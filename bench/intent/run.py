"""How well, how fast and with how much is it understood what a customer wants?

    python bench/intent/run.py --data DIR            train on the training files, read the official tests once
    python bench/intent/run.py --data DIR --dev      the same on development files, for choices

DIR holds banking77/, clinc150/ and smp2017_ecdt/ with columns text,label; see README.md.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import platform
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from kefu.ai.text import linear, nearest
from kefu.core.ports.reader import Example, Language, TrainableReader

HERE = Path(__file__).parent
READERS: dict[str, Callable[[], TrainableReader]] = {
    "linear.v1": lambda: linear.open_reader({}),
    "nearest.v1": lambda: nearest.open_reader({}),
}
ANSWER_AT = 0.6
FOREIGN = "oos"


@dataclass(frozen=True)
class Set:
    """A data set: where its parts are, its language, and the accuracy of a TF-IDF + linear SVM on its test."""

    name: str
    folder: str
    language: Language
    train: str
    dev_train: str
    dev: str
    baseline: float


SETS = (
    Set("BANKING77", "banking77", "en", "train", "fewshot_train_full", "fewshot_valid", 91.5),
    Set("SMP2017", "smp2017_ecdt", "zh", "train", "train", "dev", 89.4),
    Set("CLINC150", "clinc150", "en", "train", "train", "val", 92.9),
)


def main() -> None:
    """Measure all sets with all readers and write results.json (not with --dev)."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--data", type=Path, required=True, help="folder of the data sets")
    parser.add_argument("--dev", action="store_true", help="development files; writes no results")
    parser.add_argument("--sets", nargs="*", default=[one.folder for one in SETS], help="folders to measure")
    options = parser.parse_args()
    figures: list[dict[str, Any]] = []
    for one in SETS:
        if one.folder in options.sets:
            for reader in READERS:
                figures += measure(one, reader, options.data, dev=options.dev)
    if options.dev:
        return
    result = {
        "command": "python bench/intent/run.py --data DIR",
        "machine": f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}",
        "date": f"{datetime.now(UTC):%Y-%m-%d}",
        "figures": figures,
    }
    (HERE / "results.json").write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", "utf-8")


def measure(one: Set, reader_name: str, data: Path, *, dev: bool) -> list[dict[str, Any]]:
    """Train a reader on a set and read its test."""
    folder = data / one.folder
    train = [row for row in load(folder / f"{one.dev_train if dev else one.train}.csv") if row[1] != FOREIGN]
    test = load(folder / f"{one.dev if dev else 'test'}.csv")
    reader = READERS[reader_name]()
    began = time.process_time()
    reader.fit([Example(plain(text), label, one.language) for text, label in train], lambda *_: None)
    fitted = time.process_time() - began
    began = time.process_time()
    read = [(label, reader.read(text).best) for text, label in test]
    spent = time.process_time() - began
    inside = [(label, score) for label, score in read if label != FOREIGN]
    right = sum(label == score.name for label, score in inside)
    sure = [label == score.name for label, score in inside if score.probability >= ANSWER_AT]
    figures = [
        figure("accuracy", 100 * right / len(inside), "%", "higher", baseline=one.baseline),
        figure("macro-F1", 100 * macro_f1([(label, score.name) for label, score in inside]), "%", "higher"),
        figure("answered at 0.6", 100 * len(sure) / len(inside), "%", "higher"),
        figure("right of those answered", 100 * sum(sure) / max(1, len(sure)), "%", "higher"),
        figure("training", fitted, "CPU s", "lower"),
        figure("reading a message", 1000 * spent / len(test), "CPU ms", "lower", goal=0.6),
        figure("model", size_mb(reader), "MB", "lower"),
    ]
    outside = [score for label, score in read if label == FOREIGN]
    if outside:
        held = sum(score.probability < ANSWER_AT for score in outside)
        figures.append(figure("out of scope not answered", 100 * held / len(outside), "%", "higher"))
    for entry in figures:
        entry["name"] = f"{one.name}, {reader_name}: {entry['name']}"
        print(f"{entry['name']:<52} {entry['value']:>9.2f} {entry['unit']}", flush=True)
    return figures


def figure(
    name: str, value: float, unit: str, better: str, *, goal: float | None = None, baseline: float | None = None
) -> dict[str, Any]:
    """One line of results.json."""
    entry: dict[str, Any] = {"name": name, "value": round(value, 2), "unit": unit, "better": better, "goal": goal}
    if baseline is not None:
        entry |= {"baseline": baseline, "baseline_name": "TF-IDF (words 1-2, characters 2-4) + linear SVM, untuned"}
    return entry


def load(path: Path) -> list[tuple[str, str]]:
    """Texts with their labels."""
    if not path.is_file():
        sys.exit(f"{path} is missing; bench/intent/README.md says where it comes from.")
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
        return sum(path.stat().st_size for path in Path(folder).iterdir()) / 1e6


if __name__ == "__main__":
    main()
