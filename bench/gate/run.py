"""Train pairs of models, equally good and not, and count how often the gate refuses the second. See README.md."""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from kefu.app.known import held_out, held_out_tones, is_held
from kefu.app.promotion import Bench, tone_heard
from kefu.app.skills import load_catalog
from kefu.app.training import examples_of, fit_reader, tone_of
from kefu.core.ports.reader import Example, TrainableReader
from kefu.service.promise.binomial import lower_bound, upper_bound

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

from sets import write  # noqa: E402

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


def mislabelled(share: float, label: str = "intent") -> Draw:
    """A share of what the second model learns from has any label."""

    def draw(examples: Examples, chance: random.Random) -> tuple[Examples, Examples]:
        names = sorted({getattr(example, label) for example in examples})
        wrong = [replace(e, **{label: chance.choice(names)}) if chance.random() < share else e for e in examples]
        return examples, [old if is_held(old) else new for old, new in zip(examples, wrong, strict=True)]

    return draw


CASES: dict[str, Draw] = {
    "as good": alike,
    "3 in 10 examples lost": lost(0.3),
    "half of the examples lost": lost(0.5),
    "1 in 20 labels wrong": mislabelled(0.05),
    "1 in 10 labels wrong": mislabelled(0.1),
}
TONE = "tone, "
TONE_CASES: dict[str, Draw] = {
    f"{TONE}as good": alike,
    f"{TONE}half of the sentences lost": lost(0.5),
    f"{TONE}3 in 10 headings wrong": mislabelled(0.3, "tone"),
}
ANY = Example("hello", "greet", "en")
"""A reader learns an intent, also where its tone alone is of interest."""


def train(examples: Examples, lessons: Path) -> TrainableReader:
    """A model that has not seen what is held out."""
    seen = [one for one in examples if not is_held(one)]
    return fit_reader(READER, {"lessons": str(lessons)}, [ANY, *seen] if not seen[0].intent else seen, lambda *_: None)


def measure(name: str, draw: Draw, examples: Examples, draws: int, lessons: Path) -> dict[str, Any]:
    """One row of the results: how often the second model is refused; baseline: whenever it reads fewer rightly."""
    held, said = (held_out_tones, tone_heard) if name.startswith(TONE) else (held_out, None)
    bench = Bench({}, ANSWER_AT, lambda *_: None)
    refused = fewer = 0
    for seed in range(draws):
        before, after = draw(examples, random.Random(seed))  # noqa: S311 - not for secrets
        trained = train(before, lessons), train(after, lessons)
        compared = bench.compare(name, held(before, after), *trained, said=said)
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
    parser.add_argument("--tone", action="store_true", help="only the rows of tone; the others stay as they are")
    options = parser.parse_args()
    catalog = load_catalog(SKILLS, "verify_identity")
    kinds = [(CASES, examples_of(catalog)), (TONE_CASES, tone_of(catalog))][options.tone :]
    with tempfile.TemporaryDirectory() as folder:
        lessons = Path(folder) / "lessons.npz"
        figures = [
            measure(*case, examples, options.draws, lessons) for cases, examples in kinds for case in cases.items()
        ]
    write(HERE, "python bench/gate/run.py", figures, some=options.tone)


if __name__ == "__main__":
    main()
