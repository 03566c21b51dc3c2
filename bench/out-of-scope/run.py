"""How well are messages told that no intent covers?

    python bench/out-of-scope/run.py --data DIR --encoder DIR    train on CLINC150, read its official test once
    python bench/out-of-scope/run.py --data DIR --encoder DIR --dev    read its validation file, for choices

DIR holds clinc150/; see README.md.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

from sets import FOREIGN, SETS, TUNED, figure, fit, open_named, read, readers_for, write  # noqa: E402

from kefu.ai.training.measures import auroc  # noqa: E402

REJECTED = 0.108
"""The share of in-scope messages that may be turned away: what Rasa 3.6 turned away with its fallback at 0.7."""

ANSWER_AT = 0.6


def main() -> None:
    """Measure all readers, without and with the 100 out-of-scope sentences of the training file."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--data", type=Path, required=True, help="folder of the data set")
    parser.add_argument("--encoder", default="", help="folder of an English encoder, from `kefu encoder add minilm`")
    parser.add_argument("--tuned", type=Path, help="folder with an encoder per set, from bench/tune.py")
    parser.add_argument("--dev", action="store_true", help="validation file; writes no results")
    options = parser.parse_args()
    clinc = next(one for one in SETS if one.folder == "clinc150")
    train, test = clinc.rows(options.data, dev=options.dev)
    figures: list[dict[str, Any]] = []
    for name, encoder in readers_for(clinc, options.encoder, options.tuned).items():
        for foreign in (False, True):
            reader = open_named(name, "en", encoder)
            fit(reader, train, "en", foreign=foreign)
            found, _ = read(reader, test)
            known = [one.probability for one, (_, label) in zip(found, test, strict=True) if label != FOREIGN]
            unknown = [one.probability for one, (_, label) in zip(found, test, strict=True) if label == FOREIGN]
            limit = sorted(known)[int(REJECTED * len(known))]
            at = f"{name}, {'with 100' if foreign else 'without'} out-of-scope examples: "
            goals = (98.0, 0.985) if name.removesuffix(TUNED) == "joined.v1" else (None, None)
            recall = 100 * sum(score < limit for score in unknown) / len(unknown)
            base = {"baseline": 76.4, "baseline_name": "Rasa 3.6 DIET at the same rejection"}
            figures += [
                figure(f"{at}recall at 10.8 % rejection", recall, "%", "higher", **base, goal=goals[0]),
                figure(f"{at}AUROC", auroc(known, unknown), "ratio", "higher", goal=goals[1]),
                figure(f"{at}unknown not answered at 0.6", share(unknown, below=True), "%", "higher"),
                figure(f"{at}known answered at 0.6", share(known, below=False), "%", "higher"),
            ]
    if not options.dev:
        write(HERE, "python bench/out-of-scope/run.py --data DIR --encoder DIR", figures)


def share(scores: list[float], *, below: bool) -> float:
    """The percentage of scores below, or from, the threshold on."""
    return 100 * sum((score < ANSWER_AT) == below for score in scores) / len(scores)


if __name__ == "__main__":
    main()
