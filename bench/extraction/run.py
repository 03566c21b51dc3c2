"""Train extraction models on public sets and read each official test once. See README.md."""

from __future__ import annotations

import argparse
import gzip
import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from kefu.ai.extract.files import read_marked
from kefu.ai.extract.marked import Marked, Stretch, score
from kefu.ai.text.crf import CrfSpans
from kefu.ai.text.normal import normalise
from kefu.ai.text.spans import taught
from kefu.ai.text.words import cut_words

HERE = Path(__file__).parent
KEPT = HERE / ".models"
"""Trained models, for the figures of serving."""

SERVED = "CLUENER, extract.v1"
BASELINE = "CRF of the readers"
WITH_ENCODER = "extract.v1 with MiniLM"
HELD = 1200
"""Texts of CLUENER's training file that choices were made on: the first of a permutation with seed 7."""


@dataclass(frozen=True, slots=True)
class Set:
    """A data set: its folder and files; where `dev` is empty, choices are made on a part of the training file."""

    name: str
    folder: str
    train: str
    dev: str
    test: str
    goal: float | None
    published: float
    published_name: str


SETS = (
    Set("CLUENER", "cluener2020", "train.jsonl.gz", "", "dev.jsonl", 72.0, 70.0, "BiLSTM-CRF, as published"),
    Set(
        "resume_ner",
        "resume_ner",
        "train.char.bmes",
        "dev.char.bmes",
        "test.char.bmes",
        93.0,
        96.2,
        "as published, with pretrained vectors",
    ),
    Set(
        "WNUT17",
        "wnut17",
        "train.conll",
        "dev.conll",
        "test.conll",
        None,
        41.9,
        "best of the shared task, with vectors of tweets",
    ),
)

Find = Callable[[Sequence[str]], list[list[Stretch]]]


def load(file: Path) -> list[Marked]:
    """The marked texts in a file."""
    if not file.is_file():
        sys.exit(f"{file} is missing; the README of this bench says where it comes from.")
    content = file.read_bytes()
    return read_marked(file.name, (gzip.decompress(content) if file.suffix == ".gz" else content).decode())


def parts(one: Set, data: Path, *, dev: bool) -> tuple[list[Marked], list[Marked]]:
    """Texts to learn from, and to read."""
    train = load(data / one.folder / one.train)
    if not dev:
        return train, load(data / one.folder / one.test)
    if one.dev:
        return train, load(data / one.folder / one.dev)
    order = np.random.default_rng(7).permutation(len(train))
    return [train[at] for at in order[HELD:]], [train[at] for at in order[:HELD]]


def deep(train: Sequence[Marked], kept: Path, encoder: Path | None = None) -> Find:
    """The network, as `kefu extract train` learns it."""
    from kefu.ai.extract.context import Context
    from kefu.ai.extract.training import learn

    def show(what: str, done: int, total: int) -> None:
        if done % 100 == 0:
            print(f"  {what} {done}/{total} {time.process_time():.0f} s", file=sys.stderr, flush=True)

    model = learn(train, seed=0, progress=show, context=Context.of(encoder) if encoder else None).extractor
    model.save(_fresh(kept))
    return lambda texts: [[(one.start, one.end, one.kind) for one in found] for found in model.find(texts)]


def field(train: Sequence[Marked], _kept: Path) -> Find:
    """The conditional random field with which readers find what examples mark."""
    model = CrfSpans()
    lessons = []
    for one in train:
        normal = normalise(one.text)
        lessons.append(taught(normal, one.spans, tuple(cut_words(normal.text))))
    model.fit(lessons, lambda *_: None)

    def find(texts: Sequence[str]) -> list[list[Stretch]]:
        found = []
        for text in texts:
            normal = normalise(text)
            spans = model.find(normal.text, cut_words(normal.text))
            found.append([(*normal.span(one.start, one.end), one.kind) for one in spans])
        return found

    return find


MODELS: dict[str, Callable[[Sequence[Marked], Path], Find]] = {"extract.v1": deep, BASELINE: field}


def measure(one: Set, data: Path, name: str, *, dev: bool) -> list[dict[str, Any]]:
    """Figures of a model on a set: F1 by stretch and kind, and what training and reading cost in CPU."""
    train, test = parts(one, data, dev=dev)
    texts = [text.text for text in test]
    began = time.process_time()
    find = MODELS[name](train, KEPT / f"{one.name}, {name}")
    spent = time.process_time() - began
    find(texts[:20])
    began = time.process_time()
    found = find(texts)
    rate = len(texts) / (time.process_time() - began)
    overall, kinds = score([text.spans for text in test], found)
    print(f"{one.name} {name}:", {kind: round(100 * own.f1, 1) for kind, own in kinds.items()}, flush=True)
    more = {"published": one.published, "published_name": one.published_name, "goal": one.goal}
    return [
        figure(f"{one.name}, {name}: F1", 100 * overall.f1, "%", "higher", **more),
        figure(f"{one.name}, {name}: precision", 100 * overall.precision, "%", "higher"),
        figure(f"{one.name}, {name}: recall", 100 * overall.recall, "%", "higher"),
        figure(f"{one.name}, {name}: training, CPU", spent, "s", "lower"),
        figure(f"{one.name}, {name}: reading on one core", rate, "texts/s", "higher"),
    ]


SERVE = """
import sys
from pathlib import Path
from kefu.ai.extract.serving import open_extractor
model = open_extractor(Path(sys.argv[1]))
model.find(["浙商银行企业信贷部的叶老桂博士从另一个角度对五道门槛进行了解读。"] * 500)
assert "torch" not in sys.modules
status = Path("/proc/self/status").read_text()  # getrusage would count the process that began this one
print(int(status.partition("VmHWM:")[2].split()[0]) / 1024)
"""


def serving() -> list[dict[str, Any]]:
    """The memory of a process that serves CLUENER's model, without PyTorch, and the size of its files."""
    folder = KEPT / SERVED
    told = subprocess.run([sys.executable, "-c", SERVE, str(folder)], capture_output=True, text=True, check=True)
    size = sum(file.stat().st_size for file in folder.iterdir()) / 1e6
    return [
        figure("serving: memory of the process", float(told.stdout), "MB", "lower"),
        figure("serving: size of the model", size, "MB", "lower"),
    ]


def figure(name: str, value: float, unit: str, better: str, **more: object) -> dict[str, Any]:
    """One line of results.json, printed as it comes."""
    print(f"{name:<56} {value:9.2f} {unit}", flush=True)
    kept = {key: one for key, one in more.items() if one is not None}
    return {"name": name, "value": round(value, 2), "unit": unit, "better": better, **kept}


def write(figures: Sequence[dict[str, Any]]) -> None:
    """Write results.json; figures that were not measured now stay as they are."""
    file = HERE / "results.json"
    before = json.loads(file.read_text("utf-8"))["figures"] if file.is_file() else []
    now = {one["name"]: one for one in figures}
    kept = [now.pop(one["name"], one) for one in before] + list(now.values())
    values = {one["name"]: one["value"] for one in kept}
    for one in kept:
        name, _, what = one["name"].partition(", ")
        beside = values.get(f"{name}, {BASELINE}: F1")
        if what.endswith(": F1") and not what.startswith(BASELINE) and beside is not None:
            one |= {"baseline": beside, "baseline_name": BASELINE}
    results = {
        "command": "python bench/extraction/run.py --data DIR --encoder DIR",
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, CPython {platform.python_version()}",
        "date": f"{datetime.now(UTC):%Y-%m-%d}",
        "figures": kept,
    }
    file.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n", "utf-8")


def _fresh(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for file in folder.iterdir():
        file.unlink()
    return folder


def main() -> None:
    """Measure the sets and, for the official tests, write results.json."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="the folder with a folder for each set")
    parser.add_argument("--dev", action="store_true", help="the part for choices; writes nothing")
    parser.add_argument("--sets", nargs="*", default=[one.name for one in SETS])
    parser.add_argument("--models", nargs="*", default=list(MODELS))
    parser.add_argument("--encoder", type=Path, help="an English encoder: WNUT17 is also measured with its states")
    options = parser.parse_args()
    if options.encoder:
        MODELS[WITH_ENCODER] = lambda train, kept: deep(train, kept, options.encoder)
    for one in SETS:
        if one.name in options.sets:
            names = [*options.models, *([WITH_ENCODER] if options.encoder and one.name == "WNUT17" else ())]
            for name in names:
                figures = measure(one, options.data, name, dev=options.dev)
                if not options.dev:
                    write(figures)
    if not options.dev and (KEPT / SERVED).is_dir():
        write(serving())


if __name__ == "__main__":
    main()
