"""Move labels of BANKING77 at random, and count how many `kefu data check` suspects. See README.md."""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from time import process_time

from kefu.ai.training.corpus import Sentence
from kefu.ai.training.suspects import find_suspects
from kefu.app.data.check import check
from kefu.app.data.source import open_source

HERE = Path(__file__).parent
MOVED = 200
SEEDS = range(1, 6)


def moved(sentences: list[Sentence], seed: int) -> tuple[list[Sentence], set[int]]:
    """The sentences with some labels moved, and which."""
    chance = random.Random(seed)  # noqa: S311 - not for secrets
    names = sorted({sentence.intent for sentence in sentences})
    drawn = set(chance.sample(range(len(sentences)), MOVED))
    wrong = {at: chance.choice([name for name in names if name != sentences[at].intent]) for at in sorted(drawn)}
    return [replace(one, intent=wrong.get(at, one.intent)) for at, one in enumerate(sentences)], drawn


def main() -> None:
    """Measure and write results.json."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="train.csv of BANKING77")
    sentences = list(open_source(parser.parse_args().data).loaded.corpus.sentences)
    found, first, listed = [], [], []
    for seed in SEEDS:
        spoilt, drawn = moved(sentences, seed)
        suspects = find_suspects(spoilt)
        hits = [suspect.at in drawn for suspect in suspects]
        found.append(sum(hits) / MOVED)
        first.append(sum(hits[:100]) / 100)
        listed.append(len(suspects))
        print(f"seed {seed}: {sum(hits)} of {MOVED} among {len(suspects)}, {sum(hits[:100])} of the first 100")
    start = process_time()
    check(sentences)
    seconds = process_time() - start
    chance = MOVED / len(sentences)
    figures = [
        figure("moved labels that are suspected", found, "ratio"),
        {
            **figure("moved labels among the first 100 suspects", first, "ratio"),
            "baseline": round(chance, 3),
            "baseline_name": "suspects in random order",
        },
        {**figure("suspects", listed, "sentences"), "better": "lower"},
        {**figure("CPU of a check of 10,003 sentences", [seconds], "s"), "better": "lower", "goal": 20},
    ]
    result = {
        "command": "python bench/data/run.py --data DIR/banking77/train.csv",
        "machine": f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}",
        "date": f"{datetime.now(UTC):%Y-%m-%d}",
        "figures": figures,
    }
    (HERE / "results.json").write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", "utf-8")


def figure(name: str, values: Sequence[float], unit: str) -> dict[str, object]:
    """One row of the results: the mean, and as interval the least and the most of the seeds."""
    mean = round(sum(values) / len(values), 3)
    row: dict[str, object] = {"name": name, "value": mean, "unit": unit, "better": "higher", "goal": None}
    return row | ({"interval": [min(values), max(values)]} if len(values) > 1 else {})


if __name__ == "__main__":
    main()
