"""Train pairs of models, equally good and not, and count how often the gate refuses the second. See README.md."""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from kefu.app.known import held_out, is_held
from kefu.app.promotion import Bench
from kefu.app.skills import load_catalog
from kefu.app.training import examples_of, fit_reader
from kefu.core.ports.reader import Example, TrainableReader
from kefu.service.promise.binomial import lower_bound, upper_bound

HERE = Path(__file__).parent
SKILLS = HERE.parents[1] / "kefu" / "starter" / "education" / "skills"
READER = "nearest.v1"
ANSWER_AT = 0.6

Examples = Sequence[Example]
Draw = Callable[[Examples, random.Random], tuple[Examples, Examples]]


def alike(examples: Examples, chance: random.Random) -> tuple[Examples, Examples]:
    """Two models that learn from as many examples, nine in ten of the same."""
    many = len(examples) * 9 // 10
    return chance.sample(examples, many), chance.sample(examples, many)


def lost(share: float) -> Draw:
    """The second model lacks a share of what the first learned from."""
    return lambda examples, chance: (examples, [e for e in examples if is_held(e) or chance.random() >= share])


def mislabelled(share: float) -> Draw:
    """A share of what the second model learns from has any label."""

    def draw(examples: Examples, chance: random.Random) -> tuple[Examples, Examples]:
        names = sorted({example.intent for example in examples})
        wrong = [replace(e, intent=chance.choice(names)) if chance.random() < share else e for e in examples]
        return examples, [old if is_held(old) else new for old, new in zip(examples, wrong, strict=True)]

    return draw


CASES: dict[str, Draw] = {
    "as good": alike,
    "3 in 10 examples lost": lost(0.3),
    "half of the examples lost": lost(0.5),
    "1 in 20 labels wrong": mislabelled(0.05),
    "1 in 10 labels wrong": mislabelled(0.1),
}


def train(examples: Examples) -> TrainableReader:
    """A model that has not seen what is held out."""
    return fit_reader(READER, {}, [one for one in examples if not is_held(one)], lambda *_: None)


def measure(name: str, draw: Draw, examples: Examples, draws: int) -> dict[str, object]:
    """One row of the results: how often the second model is refused; baseline: whenever it reads fewer rightly."""
    bench = Bench({}, ANSWER_AT, lambda *_: None)
    refused = fewer = 0
    for seed in range(draws):
        before, after = draw(examples, random.Random(seed))  # noqa: S311 - not for secrets
        compared = bench.compare(name, held_out(before, after), train(before), train(after))
        if compared is None:
            raise SystemExit("no example is held out")
        refused += compared.worse
        fewer += compared.after < compared.before
    print(f"{name}: refused {refused} of {draws}, fewer read rightly in {fewer}", flush=True)
    return {
        "name": f"refused: {name}",
        "value": refused / draws,
        "unit": "ratio",
        "better": "lower" if draw is alike else "higher",
        "goal": 0.05 if draw is alike else None,
        "baseline": fewer / draws,
        "baseline_name": "refuse whatever reads fewer sentences rightly",
        "interval": [round(bound(refused, draws, 0.025), 3) for bound in (lower_bound, upper_bound)],
    }


def main() -> None:
    """Measure and write results.json."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--draws", type=int, default=40, help="pairs of models in each case")
    draws = parser.parse_args().draws
    examples = examples_of(load_catalog(SKILLS, "verify_identity"))
    result = {
        "command": "python bench/gate/run.py",
        "machine": f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}",
        "date": f"{datetime.now(UTC):%Y-%m-%d}",
        "figures": [measure(name, draw, examples, draws) for name, draw in CASES.items()],
    }
    (HERE / "results.json").write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", "utf-8")


if __name__ == "__main__":
    main()
