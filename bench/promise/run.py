"""Does the promise hold, and how much does it let the machine answer?

    python bench/promise/run.py --data DIR --encoder DIR    all of it, with two readers on three official tests
    python bench/promise/run.py                             invented scores alone, three minutes
    python bench/promise/run.py --quick                     the same with fewer repetitions

See README.md.
"""

from __future__ import annotations

import argparse
import math
import sys
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scipy.stats import beta, binom

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

from intents import measure  # noqa: E402
from sets import FOREIGN, SETS, TUNED, Set, figure, fit, open_named, read, readers_for, write  # noqa: E402

from kefu.service.promise.certify import HEAD_START, STEPS, Aim, Kept, Label, certify  # noqa: E402
from kefu.service.promise.looks import allowance, first_look, looks_of  # noqa: E402
from kefu.service.promise.watch import WORSE, Watch  # noqa: E402

DELTA = 0.05
ALPHAS = (0.01, 0.02, 0.05)
LABELS = 500
GOALS = {"BANKING77": 86.0, "HWU64": 82.0, "CLINC150": 75.0}
PILOT = {"BANKING77": (64, 79, 94), "HWU64": (45, 75, 89), "CLINC150": (50, 66, 78)}
PILOT_NAME = "pilot: linear model joined with MiniLM, margin as the score"
MEASURED = ("joined.v1", "linear.v1")
NOTHING = STEPS + 1
"""The step of a threshold that answers nothing."""


@dataclass(frozen=True)
class Population:
    """Enquiries as the machine meets them: steps of the score, 0 to 1000, and whether acting would be wrong."""

    steps: np.ndarray
    wrong: np.ndarray

    @classmethod
    def of(cls, scores: np.ndarray, wrong: np.ndarray) -> Population:
        """The population of some scores in [0, 1]."""
        return cls(np.floor(np.clip(scores, 0, 1) * STEPS + 1e-9).astype(int), wrong.astype(bool))

    def draw(self, n: int, chance: np.random.Generator) -> Population:
        """A sample with replacement."""
        at = chance.integers(0, len(self.steps), n)
        return Population(self.steps[at], self.wrong[at])

    def first(self, n: int) -> Population:
        """The first n of a sample."""
        return Population(self.steps[:n], self.wrong[:n])

    def above(self) -> tuple[np.ndarray, np.ndarray]:
        """How many are answered, and how many of them wrongly, at each step of the threshold, (STEPS + 2,)."""
        counts = (np.bincount(self.steps, weights, STEPS + 2) for weights in (None, self.wrong.astype(float)))
        answered, wrong = (np.cumsum(count[::-1])[::-1] for count in counts)
        return answered, wrong


def risk(population: Population, dial: str) -> tuple[np.ndarray, np.ndarray]:
    """The coverage and the promised rate at each step: the true ones of a population, the seen ones of a sample."""
    answered, wrong = population.above()
    trials = len(population.steps) if dial == "joint" else np.maximum(answered, 1)
    return answered / len(population.steps), wrong / trials


def tails(sample: Population, alpha: float, dial: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Answered, wrong and the exact p-value of "the promise is broken here", at each step."""
    answered, wrong = sample.above()
    trials = np.full(STEPS + 2, len(sample.steps)) if dial == "joint" else answered
    return answered, wrong, binom.cdf(wrong, trials, alpha)


def ours(sample: Population, alpha: float, dial: str) -> int:
    """Kefu's rule: the latest look, from strict to loose, ending at the first failure. The same as `certify`."""
    looks = looks_of(len(sample.steps))
    if not looks or looks[-1] < first_look(alpha, DELTA):
        return NOTHING
    seen = sample.first(looks[-1])
    answered, _, tail = tails(seen, alpha, dial)
    if dial == "joint":
        begins, spends = 0, allowance(looks, alpha, DELTA)[1]
    else:
        begins = min(HEAD_START * Aim(alpha, DELTA).fewest(DELTA), looks[-1])
        by_look = np.stack([sample.first(look).above()[0] for look in looks]).astype(int)
    chosen = NOTHING
    for step in np.flatnonzero(np.bincount(seen.steps, minlength=STEPS + 1))[::-1]:
        if answered[step] < begins:
            continue
        if dial == "selective":
            spends = allowance(tuple(by_look[:, step].tolist()), alpha, DELTA)[1] if tail[step] <= DELTA else 0.0
        if tail[step] > spends:
            break
        chosen = int(step)
    return chosen


def plain(sample: Population, alpha: float, dial: str) -> int:
    """The usual slider: the loosest threshold at which the sample's own rate is at most alpha."""
    coverage, rate = risk(sample, dial)
    return loosest((rate <= alpha) & (coverage > 0))


def scan(sample: Population, alpha: float, dial: str) -> int:
    """Not valid: from loose to strict, the first threshold that passes its own test."""
    answered, _, tail = tails(sample, alpha, dial)
    return loosest((tail <= DELTA) & (answered > 0))


def oracle(population: Population, alpha: float, dial: str) -> float:
    """The largest coverage that keeps the promise, for one who knows the truth."""
    coverage, rate = risk(population, dial)
    return float(coverage[rate <= alpha].max())


def loosest(passes: np.ndarray) -> int:
    """The lowest step that passes."""
    found = np.flatnonzero(passes)
    return int(found[0]) if len(found) else NOTHING


RULES = {"kefu": ours, "plain threshold": plain, "loose-to-strict scan": scan}


def settle(population: Population, n: int, alpha: float, dial: str, times: int) -> dict[str, Any]:
    """Repeat: draw labels, choose a threshold by each rule, look whether the promise is then broken in truth."""
    chance = np.random.default_rng(n)
    coverage, rate = risk(population, dial)
    chosen: dict[str, list[int]] = {rule: [] for rule in RULES}
    for _ in range(times):
        sample = population.draw(n, chance)
        for rule, choose in RULES.items():
            chosen[rule].append(choose(sample, alpha, dial))
    out = {}
    for rule, steps in chosen.items():
        broken = int((rate[steps] > alpha + 1e-12).sum())
        out[rule] = {
            "broken": broken / times,
            "interval": interval(broken, times),
            "coverage": float(coverage[steps].mean()),
            "certified": float((np.array(steps) < NOTHING).mean()),
        }
    return {**out, "oracle": oracle(population, alpha, dial)}


def interval(count: int, times: int) -> list[float]:
    """Clopper-Pearson at 95 %, in percent."""
    low = beta.ppf(0.025, count, times - count + 1) if count else 0.0
    high = beta.ppf(0.975, count + 1, times - count) if count < times else 1.0
    return [round(100 * float(low), 2), round(100 * float(high), 2)]


def told(
    name: str, found: dict[str, Any], *, goal: float | None = None, pilot: float | None = None
) -> list[dict[str, Any]]:
    """The figures of one setting."""
    kefu, naive, invalid = (found[rule] for rule in RULES)
    base = {"baseline": 100 * naive["broken"], "baseline_name": "plain threshold on the same labels"}
    piloted = {"baseline": pilot, "baseline_name": PILOT_NAME} if pilot is not None else {}
    broken = {"goal": 100 * DELTA, "interval": kefu["interval"], **base}
    return [
        figure(f"{name}: promise broken", 100 * kefu["broken"], "%", "lower", **broken),
        figure(f"{name}: coverage", 100 * kefu["coverage"], "%", "higher", goal=goal, **piloted),
        figure(f"{name}: coverage of one who knows", 100 * found["oracle"], "%", "higher"),
        figure(f"{name}: certified", 100 * kefu["certified"], "%", "higher"),
        figure(f"{name}: broken by a loose-to-strict scan", 100 * invalid["broken"], "%", "lower"),
    ]


def invented(kind: str, alpha: float) -> Population:
    """200,000 enquiries: a good scorer with 80 % right, or a useless one whose rate is 2 % above alpha."""
    chance = np.random.default_rng(11)
    if kind == "useless":
        return Population.of(chance.random(200_000), chance.random(200_000) < 1.02 * alpha)
    skill = 1 / (1 + np.exp(-chance.normal(2.6, 2.2, 200_000)))
    return Population.of(skill, chance.random(200_000) > skill)


def invented_settings(times: int) -> Iterator[dict[str, Any]]:
    """Invented scores, both dials."""
    for kind in ("good", "useless"):
        for dial in ("joint", "selective"):
            for alpha in ALPHAS:
                population = invented(kind, alpha)
                for n in (250, 500, 1000, 2000):
                    name = f"{kind} scores, {dial} {alpha:.0%}, {n} labels"
                    yield from told(name, settle(population, n, alpha, dial, times))


def real_settings(
    data: Path, encoder: str, tuned: Path | None, times: int, *, dev: bool = False
) -> Iterator[dict[str, Any]]:
    """A reader's probabilities on an official test, which is the population; `dev`: on a validation file."""
    for one in SETS:
        if one.name not in GOALS:
            continue
        for reader, own in readers_for(one, encoder, tuned).items():
            if reader.removesuffix(TUNED) not in MEASURED:
                continue
            population = read_all(one, reader, data, own, dev=dev)
            for alpha, pilot in zip(ALPHAS, PILOT[one.name], strict=True):
                found = settle(population, LABELS, alpha, "joint", times)
                best = reader.removesuffix(TUNED) == "joined.v1"
                goal = GOALS[one.name] if alpha == 0.02 and best else None
                name = f"{one.name}, {reader}, joint {alpha:.0%}, {LABELS} labels"
                yield from told(name, found, goal=goal, pilot=pilot if best else None)


def read_all(one: Set, name: str, data: Path, encoder: str, *, dev: bool) -> Population:
    """Train on the training file, out-of-scope sentences included, and read the whole test once."""
    train, test = one.rows(data, dev=dev)
    reader = open_named(name, one.language, encoder)
    fit(reader, train, one.language, foreign=True)
    found, _ = read(reader, test)
    wrong = [label == FOREIGN or label != best.name for best, (_, label) in zip(found, test, strict=True)]
    return Population.of(np.array([best.probability for best in found]), np.array(wrong))


def watched(times: int) -> Iterator[dict[str, Any]]:
    """How often the watch withdraws a promise that is kept to the brim, and how soon one that is not."""
    chance = np.random.default_rng(5)
    for alpha in (0.02, 0.05):
        for factor in (1.0, 1.5, 2.0, 3.0):
            long = 5_000
            wrong = chance.random((times, long)) < factor * alpha
            stops = stopped(wrong, alpha)
            name = f"watch at {alpha:.0%}, true rate {factor:g} times that"
            share = 100 * float((stops < long).mean())
            if factor == 1.0:
                count = int((stops < long).sum())
                more = {"goal": 100 * DELTA, "interval": interval(count, times)}
                yield figure(f"{name}: withdrawn within 5,000", share, "%", "lower", **more)
            else:
                yield figure(f"{name}: withdrawn within 5,000", share, "%", "higher")
                yield figure(f"{name}: reviewed until then, median", float(np.median(stops)), "enquiries", "lower")


def stopped(wrong: np.ndarray, alpha: float) -> np.ndarray:
    """After how many enquiries the evidence reaches 1/delta, (times,); the length where it never does."""
    logs = []
    for times in WORSE:
        rate = min(alpha * times, 0.99)
        gains = np.where(wrong, math.log(rate / alpha), math.log((1 - rate) / (1 - alpha)))
        logs.append(np.cumsum(gains, axis=1))
    capital = np.logaddexp.reduce(np.stack(logs), axis=0) - math.log(len(WORSE))
    reached = capital >= -math.log(DELTA)
    first: np.ndarray = np.where(reached.any(1), reached.argmax(1) + 1, wrong.shape[1])
    return first


REPEATED = (63, 125, 250, 500, 1000, 2000)
"""One who certifies whenever there is a look, as verdicts grow."""


def repeated(times: int) -> Iterator[dict[str, Any]]:
    """Certifying again and again on growing verdicts: in how many runs is any certificate ever broken in truth?

    The baseline looks at every 25 verdicts with a single exact test at delta, and takes what passes.
    """
    for alpha in ALPHAS:
        population = invented("useless", alpha)
        _, rate = risk(population, "joint")
        chance = np.random.default_rng(21)
        broken = careless = 0
        for _ in range(times):
            sample = population.draw(REPEATED[-1], chance)
            broken += any(rate[ours(sample.first(n), alpha, "joint")] > alpha + 1e-12 for n in REPEATED)
            careless += any(rate[once(sample.first(n), alpha)] > alpha + 1e-12 for n in range(50, REPEATED[-1], 25))
        more = {"goal": 100 * DELTA, "interval": interval(broken, times), "baseline": 100 * careless / times}
        name = f"useless scores, joint {alpha:.0%}, certified again and again to {REPEATED[-1]} labels: ever broken"
        yield figure(name, 100 * broken / times, "%", "lower", **more, baseline_name="one test at delta each time")


def once(sample: Population, alpha: float) -> int:
    """The fixed sequence at delta, as if nobody had looked before."""
    answered, _, tail = tails(sample, alpha, "joint")
    failed = np.flatnonzero((tail > DELTA) & (answered > 0))
    chosen = int(failed[-1]) + 1 if len(failed) else 0
    return chosen if chosen <= STEPS and answered[min(chosen, STEPS)] > 0 else NOTHING


def by_intent(times: int) -> Iterator[dict[str, Any]]:
    """Thresholds of their own: how often is the promise of any intent broken, and what does it cost?"""
    for kind in ("good", "useless"):
        broken, covered = measure(kind, alpha=0.05, delta=DELTA, n=1000, times=times)
        name, base = f"{kind} scores, joint 5%, 1000 labels, by intent", {"baseline_name": "one threshold for all"}
        more = {"goal": 100 * DELTA, "interval": interval(broken[True], times), **base}
        share = 100 / times
        yield figure(f"{name}: any broken", share * broken[True], "%", "lower", baseline=share * broken[False], **more)
        yield figure(f"{name}: coverage", 100 * covered[True], "%", "higher", baseline=100 * covered[False], **base)


def check_against_kefu(times: int) -> None:
    """The vectorised rules of this bench must be those that kefu runs."""
    chance = np.random.default_rng(2)
    population = invented("good", 0.02)
    for number in range(times):
        dial = ("joint", "selective")[number % 2]
        alpha = ALPHAS[number % 3]
        sample = population.draw(int(chance.integers(50, 900)), chance)
        labels = [Label(step / STEPS, not wrong) for step, wrong in zip(sample.steps, sample.wrong, strict=True)]
        found = certify(labels, Aim(alpha, DELTA, dial))  # type: ignore[arg-type]
        expected = found.threshold if isinstance(found, Kept) else NOTHING / STEPS
        if ours(sample, alpha, dial) / STEPS != expected:
            sys.exit(f"this bench and kefu disagree: {dial} {alpha}, sample {number}")
    wrong = chance.random((20, 600)) < 0.05
    for row, stop in zip(wrong, stopped(wrong, 0.02), strict=True):
        watch = Watch(0.02, DELTA)
        watch.see(row[:stop].tolist())
        if (watch.filled >= 1.0) != (stop < 600 or bool(stopped(row[None], 0.02)[0] < 600)):
            sys.exit("this bench and kefu's watch disagree")


def beside_mapie(times: int) -> Iterator[dict[str, Any]]:
    """MAPIE's fixed-sequence test for precision on the same samples, as a second opinion on the selective dial."""
    from mapie.risk_control import BinaryClassificationController

    warnings.simplefilter("ignore", UserWarning)  # it warns where nothing can be certified, which is one of the answers
    alpha, n = 0.05, 1000
    population = invented("good", alpha)
    coverage, rate = risk(population, "selective")
    chance = np.random.default_rng(9)
    steps: dict[str, list[int]] = {"kefu": [], "MAPIE": []}
    tried = np.arange(STEPS - 1, 0, -10) / STEPS
    for _ in range(times):
        sample = population.draw(n, chance)
        steps["kefu"].append(ours(sample, alpha, "selective"))
        begins = HEAD_START * math.ceil(math.log(DELTA) / math.log1p(-alpha))
        answered, _ = sample.above()
        known = [value for value in tried if answered[round(value * STEPS)] >= begins]
        control = BinaryClassificationController(
            predict_function=lambda scores: np.column_stack([1 - scores[:, 0], scores[:, 0]]),
            risk="precision",
            target_level=1 - alpha,
            confidence_level=1 - DELTA,
            best_predict_param_choice="recall",
            list_predict_params=np.array(known),
            fwer_method="fixed_sequence",
        )
        control.calibrate(sample.steps[:, None] / STEPS, (~sample.wrong).astype(int))
        valid = control.valid_predict_params
        steps["MAPIE"].append(round(min(valid) * STEPS) if len(valid) else NOTHING)
    for rule, chosen in steps.items():
        broken = int((rate[chosen] > alpha).sum())
        name = f"good scores, selective 5%, 1000 labels, {rule} in {times} runs"
        yield figure(f"{name}: promise broken", 100 * broken / times, "%", "lower", interval=interval(broken, times))
        yield figure(f"{name}: coverage", 100 * float(coverage[chosen].mean()), "%", "higher")


def main() -> None:
    """Run it all and write results.json (not with --quick or without --data)."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--data", type=Path, help="folder of the data sets; invented scores alone without it")
    parser.add_argument("--encoder", default="", help="folder of an English encoder, from `kefu encoder add minilm`")
    parser.add_argument("--tuned", type=Path, help="folder with an encoder per set, from bench/tune.py")
    parser.add_argument("--quick", action="store_true", help="a tenth of the repetitions; writes no results")
    parser.add_argument("--dev", action="store_true", help="the sets' validation files alone; writes no results")
    options = parser.parse_args()
    times = 200 if options.quick else 2000
    check_against_kefu(60 if options.quick else 300)
    figures: list[dict[str, Any]] = []
    if not options.dev:
        figures += [*invented_settings(times), *repeated(times // 2), *by_intent(times // 2), *watched(times // 2)]
        figures += beside_mapie(times // 2)
    if options.data:
        figures += real_settings(options.data, options.encoder, options.tuned, times, dev=options.dev)
    if options.data and not options.quick and not options.dev:
        write(HERE, "python bench/promise/run.py --data DIR --encoder DIR", figures)


if __name__ == "__main__":
    main()
