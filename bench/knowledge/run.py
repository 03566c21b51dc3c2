"""How often is the passage found that answers, how sure is it, and how fast?

    python bench/knowledge/run.py --data DIR --encoder DIR
    python bench/knowledge/run.py --quick                    the sample school and 10,000 passages; writes nothing

See README.md; larger libraries are measured by bench/passages.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import statistics
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from baselines import BASELINES
from bodies import AT, Body, article, closed_links, read_bq_faq, read_lcqmc, read_stackfaq, read_starter, read_tau2

from kefu.ai.encode.onnx import open_encoder
from kefu.ai.knowledge.fused import FusedKnowledge
from kefu.ai.knowledge.lexical import LexicalKnowledge
from kefu.ai.training.measures import auroc, calibration_error
from kefu.ai.training.noise import NOISES
from kefu.core.nouns import Language
from kefu.core.ports.knowledge import Hit, Query

HERE = Path(__file__).parent
GOALS = {"stackfaq": 0.78, "lcqmc": 0.85, "bq_faq": 0.30, "tau2 banking": 0.25}
READ = (read_stackfaq, read_lcqmc, read_bq_faq, read_tau2)
DEEP = 10
RISK = 0.02
"""Of the answers that go out so many may be wrong, where it is asked how many can."""
ANSWER_AT = 0.75
"""From this probability on kefu answers where nothing else is set (`knowledge.answer_at`)."""

Search = LexicalKnowledge | FusedKnowledge

figures: list[dict[str, Any]] = []


def figure(name: str, value: float, unit: str, better: str, goal: float | None = None, **more: object) -> None:
    """Write a figure down and show it."""
    figures.append(
        {"name": name, "value": round(float(value), 4), "unit": unit, "better": better, "goal": goal, **more}
    )
    print(f"{name:<70} {value:>10.3f} {unit} {more or ''}", flush=True)


def main() -> None:
    """Measure and write results.json."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, help="folder of the data sets")
    parser.add_argument("--encoder", type=Path, help="folder of an English encoder, from `kefu encoder add minilm`")
    parser.add_argument("--quick", action="store_true", help="the sample school alone; writes nothing")
    options = parser.parse_args()
    bodies = [read_starter("zh"), read_starter("en")]
    if not options.quick:
        bodies = [read(options.data) for read in READ]
    for body in bodies:
        measure(body, LexicalKnowledge(), "lexical.v1")
        if options.encoder and body.language == "en":
            encoder = open_encoder({"folder": str(options.encoder)})
            measure(body, FusedKnowledge(encoder, ["en"]), "fused.v1")
    measure_speed(bodies, 10_000, goal=20.0)
    if not options.quick:
        write("python bench/knowledge/run.py --data DIR --encoder DIR")


def measure(body: Body, knowledge: Search, method: str) -> None:
    """Figures of one set, of the half that nothing was chosen by: as asked, spoilt, without an answer; baselines."""
    deep = body.name.startswith("tau2")
    whole, body = body, body.half(1)
    knowledge.put(body.articles)
    at = f"{body.name}, {method}: "
    found = search_all(knowledge, body)
    score = share_found if deep else first_right
    base = {name: score(body, rank(body)) for name, rank in BASELINES.items()}
    name = max(base, key=lambda one: base[one])
    measure_name = f"{at}recall@10" if deep else f"{at}R@1"
    ours = score(body, [numbers(hits) for hits in found])
    figure(
        measure_name, ours, "ratio", "higher", GOALS.get(body.name), baseline=round(base[name], 4), baseline_name=name
    )
    if deep:
        return
    if body.name == "lcqmc":
        closed = closed_links(whole).half(1)
        base = {name: first_right(closed, rank(closed)) for name, rank in BASELINES.items()}
        name = max(base, key=lambda one: base[one])
        ours = first_right(closed, [numbers(hits) for hits in found])
        more: dict[str, Any] = {"baseline": round(base[name], 4), "baseline_name": name}
        figure(f"{at}R@1, all links followed", ours, "ratio", "higher", **more)
    for noise in ("typos", "homophones", "traditional"):
        if body.language == "zh" or noise == "typos":
            spoilt = search_all(knowledge, body, spoil(body, noise))
            figure(f"{at}R@1 with {noise}", first_right(body, [numbers(one) for one in spoilt]), "ratio", "higher")
    sure, right = certainties(body, found)
    figure(f"{at}calibration error, half without an answer", calibration_error(sure, right), "ratio", "lower")
    for what, better, counted in (("rightly", "higher", right), ("wrongly", "lower", [not one for one in right])):
        given = sum(one >= ANSWER_AT and is_so for one, is_so in zip(sure, counted, strict=True)) / len(body.questions)
        figure(f"{at}answered {what} from {ANSWER_AT} on, half without an answer", given, "per question", better)
    figure(
        f"{at}answered rightly where {RISK:.0%} of the answers are wrong, half without an answer",
        most_answered(sure, right) / len(body.questions),
        "per question",
        "higher",
    )
    yes = [one for one, is_right in zip(sure, right, strict=True) if is_right]
    no = [one for one, is_right in zip(sure, right, strict=True) if not is_right]
    figure(f"{at}AUROC of found against not found", auroc(yes, no), "ratio", "higher")


def search_all(knowledge: Search, body: Body, asked: Sequence[str] = ()) -> list[list[Hit]]:
    """The hits of every question, as it is or as `asked`; a question that is itself an article is not found."""
    own = {one.passages[0].question: one.id for one in body.articles} if body.name == "lcqmc" else {}
    found = []
    for (text, _), words in zip(body.questions, asked or [text for text, _ in body.questions], strict=True):
        hits = knowledge.search(Query(words, body.language, "public", AT.date(), (), 4 * DEEP))
        found.append([hit for hit in hits if hit.article.id != own.get(text)])
    return found


def spoil(body: Body, noise: str) -> list[str]:
    """The questions as hurried people write them."""
    chance = random.Random(4)  # noqa: S311 - repeatable
    return [NOISES[noise](text, body.language, chance) for text, _ in body.questions]


def certainties(body: Body, found: Sequence[Sequence[Hit]]) -> tuple[list[float], list[bool]]:
    """The probability of the best hit and whether it answers: of each question, then of each without its answers."""
    sure, right = [], []
    for (_, answers), hits in zip(body.questions, found, strict=True):
        others = [hit for hit in hits if int(hit.article.id) not in answers]
        for kept in (list(hits), others):
            sure.append(kept[0].probability if kept else 0.0)
            right.append(bool(kept) and int(kept[0].article.id) in answers)
    return sure, right


def most_answered(sure: Sequence[float], right: Sequence[bool]) -> int:
    """How many are answered rightly by the threshold that lets most out with `RISK` at most."""
    best = rightly = 0
    for count, (_, is_right) in enumerate(sorted(zip(sure, right, strict=True), key=lambda one: -one[0]), start=1):
        rightly += is_right
        if count - rightly <= RISK * count:
            best = rightly
    return best


def numbers(hits: Sequence[Hit]) -> list[int]:
    """The articles found, each once."""
    return list(dict.fromkeys(int(hit.article.id) for hit in hits))


def first_right(body: Body, found: Sequence[Sequence[int]]) -> float:
    """How often the first is right."""
    return statistics.mean(bool(one) and one[0] in right for (_, right), one in zip(body.questions, found, strict=True))


def share_found(body: Body, found: Sequence[Sequence[int]]) -> float:
    """Which share of the right ones is among the first ten."""
    return statistics.mean(
        len(right & set(one[:DEEP])) / len(right) for (_, right), one in zip(body.questions, found, strict=True)
    )


def measure_speed(bodies: Sequence[Body], size: int, goal: float) -> None:
    """Texts of all sets, cut and joined anew to so many passages; questions of the sets in each language."""
    chance = random.Random(7)  # noqa: S311 - repeatable
    pools: dict[Language, list[str]] = {"zh": [], "en": []}
    for body in bodies:
        for one in body.articles:
            pools[body.language] += [one.passages[0].question, *one.passages[0].text[:300].split("\n")[:2]]
    knowledge, begun, put = LexicalKnowledge(), resident_mb(), 0.0
    for start in range(0, size, 20_000):
        part = [made(number, pools, chance) for number in range(start, min(size, start + 20_000))]
        before = time.process_time()
        knowledge.put(part)
        put += time.process_time() - before
    asked = [(text[:200], body.language) for body in bodies for text, _ in body.questions]
    spent = []
    for text, language in chance.sample(asked, min(500, len(asked))):
        before = time.thread_time()
        knowledge.search(Query(text, language, "public", AT.date()))
        spent.append((time.thread_time() - before) * 1e3)
    at = f"{size:,} passages: "
    figure(f"{at}search, median", np.percentile(spent, 50), "CPU ms", "lower")
    figure(f"{at}search, 99th percentile", np.percentile(spent, 99), "CPU ms", "lower", goal)
    figure(f"{at}indexed", size / put, "passages / CPU s", "higher")
    figure(f"{at}memory", resident_mb() - begun, "MB", "lower")
    knowledge.close()


def made(number: int, pools: dict[Language, list[str]], chance: random.Random) -> Any:  # noqa: ANN401
    """A passage of a few texts of one language, with a number in it."""
    language: Language = "zh" if number % 2 else "en"
    question, *text = chance.choices(pools[language], k=3)
    return article(number, language, f"{question} {number}", " ".join(text)[:400])


def resident_mb() -> float:
    """Memory of this process now."""
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def write(command: str) -> None:
    """Write results.json."""
    result = {
        "command": command,
        "machine": f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}",
        "date": f"{datetime.now(UTC):%Y-%m-%d}",
        "figures": figures,
    }
    (HERE / "results.json").write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", "utf-8")


if __name__ == "__main__":
    main()
