"""How well, how fast and with how much is it understood what a customer wants?

    python bench/intent/run.py --data DIR --encoder DIR    train on the training files, read the official tests once
    python bench/intent/run.py --data DIR --dev            the same on development files, for choices

DIR holds banking77/, hwu64/, clinc150/ and smp2017_ecdt/ with columns text,label; see README.md.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

from sets import FOREIGN, SETS, TUNED, Rows, Set, figure, fit, macro_f1, open_named, read, readers_for, size_mb, write  # noqa: E402

from kefu.core.ports.reader import TrainableReader  # noqa: E402

ANSWER_AT = 0.6
BASELINES = {"BANKING77": 91.5, "HWU64": 88.3, "CLINC150": 92.9, "SMP2017": 89.4}
BASELINE = "TF-IDF (words 1-2, characters 2-4) + linear SVM, untuned"
GOALS = {
    ("BANKING77", "linear.v1"): 92.5,
    ("BANKING77", "joined.v1"): 94.5,
    ("HWU64", "joined.v1"): 92.5,
    ("CLINC150", "linear.v1"): 94.0,
    ("CLINC150", "joined.v1"): 97.2,
    ("SMP2017", "linear.v1"): 93.0,
}
SLOWEST = {"linear.v1": 1.5, "joined.v1": 8.0}
TRAINING = {("BANKING77", "linear.v1"): 15.0, ("BANKING77", "joined.v1"): 120.0}


def main() -> None:
    """Measure all sets with all readers and write results.json, not with --dev; of some sets, only their figures."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--data", type=Path, required=True, help="folder of the data sets")
    parser.add_argument("--encoder", default="", help="folder of an English encoder, from `kefu encoder add minilm`")
    parser.add_argument("--tuned", type=Path, help="folder with an encoder per set, from bench/tune.py")
    parser.add_argument("--dev", action="store_true", help="development files; writes no results")
    parser.add_argument("--sets", nargs="*", default=[one.folder for one in SETS], help="folders to measure")
    parser.add_argument("--readers", nargs="*", default=[], help="any readers by name; the usual ones when left out")
    parser.add_argument("--training", action="store_true", help="only what training costs")
    options = parser.parse_args()
    figures: list[dict[str, Any]] = []
    for one in SETS:
        if one.folder not in options.sets:
            continue
        usual = readers_for(one, options.encoder, options.tuned)
        for reader in options.readers or usual:
            given = (one, reader, options.data, usual.get(reader, options.encoder))
            figures += train(*given, dev=options.dev)[1] if options.training else measure(*given, dev=options.dev)
    if not options.dev and (options.training or not options.readers):
        some = options.training or len(options.sets) < len(SETS)
        write(HERE, "python bench/intent/run.py --data DIR --encoder DIR", figures, some=some)


def measure(one: Set, name: str, data: Path, encoder: str, *, dev: bool) -> list[dict[str, Any]]:
    """Train a reader on a set and read its test."""
    _, test = one.rows(data, dev=dev)
    test = [row for row in test if row[1] != FOREIGN]
    reader, costs = train(one, name, data, encoder, dev=dev)
    found, spent = read(reader, test)
    pairs = [(label, score.name) for (_, label), score in zip(test, found, strict=True)]
    right = [label == got for label, got in pairs]
    sure = [is_right for is_right, score in zip(right, found, strict=True) if score.probability >= ANSWER_AT]
    at, name = f"{one.name}, {name}: ", name.removesuffix(TUNED)
    accuracy = 100 * statistics.mean(right)
    base = {"baseline": BASELINES[one.name], "baseline_name": BASELINE, "goal": GOALS.get((one.name, name))}
    slow = sorted(spent)[int(0.99 * len(spent))]
    return [
        figure(f"{at}accuracy", accuracy, "%", "higher", **base),
        figure(f"{at}macro-F1", 100 * macro_f1(pairs), "%", "higher"),
        figure(f"{at}answered at 0.6", 100 * len(sure) / len(test), "%", "higher"),
        figure(f"{at}right of those answered", 100 * statistics.mean(sure or [0]), "%", "higher"),
        *costs,
        figure(f"{at}reading, median", statistics.median(spent), "CPU ms", "lower"),
        figure(f"{at}reading, 99th percentile", slow, "CPU ms", "lower", goal=SLOWEST.get(name)),
        figure(f"{at}model", size_mb(reader), "MB", "lower"),
    ]


def train(one: Set, name: str, data: Path, encoder: str, *, dev: bool) -> tuple[TrainableReader, list[dict[str, Any]]]:
    """A reader trained on one core and what that costs; where there is a goal, also once more, and on all cores."""
    rows, _ = one.rows(data, dev=dev)
    at, goal = f"{one.name}, {name}: ", TRAINING.get((one.name, name.removesuffix(TUNED)))

    def cost(rows: Rows, kept: Path, cores: int = 1) -> tuple[TrainableReader, float, float]:
        """The reader, CPU time and time in seconds."""
        reader, began = open_named(name, one.language, encoder, kept, cores), time.perf_counter()
        return reader, fit(reader, rows, one.language), time.perf_counter() - began

    with tempfile.TemporaryDirectory() as folder:
        kept = Path(folder)
        reader, first, alone_s = cost(rows, kept)
        figures = [figure(f"{at}training", first, "CPU s", "lower", goal=goal)]
        if goal:
            _, again, _ = cost([(f"{rows[0][0]} please", rows[0][1]), *rows[1:]], kept)
            _, _, together_s = cost(rows, kept / "anew", cores=0)
            base = {"baseline": round(alone_s, 2), "baseline_name": "on one core"}
            figures += [
                figure(f"{at}training again after one changed example", 100 * again / first, "%", "lower"),
                figure(f"{at}training on all cores", together_s, "s", "lower", **base),
            ]
    return reader, figures


if __name__ == "__main__":
    main()
