"""How well is it understood what a customer wants after five or ten examples of each intent?

    python bench/few-shot/run.py --data DIR --encoder DIR    train on the lists, read the official tests once
    python bench/few-shot/run.py --data DIR --encoder DIR --dev    read the development files instead, for choices

DIR holds banking77/, hwu64/ and clinc150/; see README.md.
"""

from __future__ import annotations

import argparse
import statistics
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

from sets import FOREIGN, SETS, TUNED, figure, fit, load, open_named, read, readers_for, write  # noqa: E402

SHOTS = (5, 10)
BASELINES = {("BANKING77", 5): 63.0, ("BANKING77", 10): 74.8, ("HWU64", 5): 62.2, ("HWU64", 10): 71.3}
BASELINE = "TF-IDF (words 1-2, characters 2-4) + linear SVM, untuned"
GOALS = {("BANKING77", 5): 81.0, ("BANKING77", 10): 88.0, ("HWU64", 10): 86.0}


def main() -> None:
    """Measure all sets with all readers and write results.json (not with --dev)."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--data", type=Path, required=True, help="folder of the data sets")
    parser.add_argument("--encoder", default="", help="folder of an English encoder, from `kefu encoder add minilm`")
    parser.add_argument("--tuned", type=Path, help="folder with an encoder per set, from bench/tune.py")
    parser.add_argument("--dev", action="store_true", help="development files; writes no results")
    options = parser.parse_args()
    figures: list[dict[str, Any]] = []
    for one in (one for one in SETS if one.language == "en"):
        folder = options.data / one.folder
        test = [row for row in load(folder / f"{one.dev if options.dev else 'test'}.csv") if row[1] != FOREIGN]
        for shots in SHOTS:
            train = load(folder / f"fewshot_train_{shots}.csv")
            for name, encoder in readers_for(one, options.encoder, options.tuned, shots).items():
                reader = open_named(name, one.language, encoder)
                fit(reader, train, one.language)
                found, _ = read(reader, test)
                right = [score.name == label for score, (_, label) in zip(found, test, strict=True)]
                at = (one.name, shots)
                base = {"baseline": BASELINES.get(at), "baseline_name": BASELINE if at in BASELINES else None}
                goal = GOALS.get(at) if name.removesuffix(TUNED) == "joined.v1" else None
                label = f"{one.name}, {shots} examples, {name}: accuracy"
                figures.append(figure(label, 100 * statistics.mean(right), "%", "higher", **base, goal=goal))
    if not options.dev:
        write(HERE, "python bench/few-shot/run.py --data DIR --encoder DIR", figures)


if __name__ == "__main__":
    main()
