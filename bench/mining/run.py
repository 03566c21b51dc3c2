"""How fast are messages mined, how good are the topics, how true the alarms?

    python bench/mining/run.py --data DIR                     everything; a million messages, some ten minutes of CPU
    python bench/mining/run.py --data DIR --messages 20000    a small one; results.json is left as it is
    python bench/mining/run.py --data DIR --parts store       one part; the other figures stay as they are

See README.md.
"""

from __future__ import annotations

import argparse
import csv
import json
import math
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import store
from messages import generate

from kefu.ai.text.normal import normalise
from kefu.ai.text.words import cut_words
from kefu.ai.topics.clusters import cluster
from kefu.ai.topics.model import TopicModel
from kefu.ai.topics.space import Space, terms_of, unit
from kefu.app.batch.engine import Engine, _processes
from kefu.app.insight.texts import mine_texts
from kefu.app.insight.work import Reading
from kefu.core.ports.insight import Alarm
from kefu.service.insight.alarms import DAY, watch

HERE = Path(__file__).parent
WHOLE, PAIR, PART, TALKS = 1_000_000, 100_000, 5_000, 30_000
PARTS = ("topics", "encoder", "alarms", "texts", "store")
SETS = {"banking77": "banking77/train.csv", "clinc150": "clinc150/train.csv", "smp2017": "smp2017_ecdt/train.csv"}
MOST_TEXTS = 4_000
SEEDS = 2
PER_YEAR = 6.0
RISES = (2.0, 4.0)
TOPICS, HISTORY = 20, 70

figures: list[dict[str, Any]] = []


def figure(name: str, value: float, unit: str, better: str, goal: float | None = None, **more: object) -> None:
    """Write a figure down and show it."""
    figures.append({"name": name, "value": round(value, 4), "unit": unit, "better": better, "goal": goal, **more})
    print(f"{name:<64} {value:>12.3f} {unit}", flush=True)


def topics_found(data: Path) -> None:
    """NMI and ARI against the labels of public sets' training files, told how many topics there are, beside k-means."""
    for name, file in SETS.items():
        texts, labels = drawn(data / file)
        count = len(set(labels))
        terms = [terms_of(text) for text in texts]
        ours, theirs = [], []
        for seed in range(SEEDS):
            model = TopicModel.find(terms, count=count, seed=seed)
            ours.append(agreement(model.place(terms, least=-1.0).topics.tolist(), labels))
            theirs.append(agreement(plain_means(texts, count, seed), labels))
        free = TopicModel.find(terms)
        placed = free.place(terms)
        known = placed.topics >= 0
        nmi, _ = agreement(
            placed.topics[known].tolist(), [label for label, is_ in zip(labels, known, strict=True) if is_]
        )
        for at, measure in enumerate(("NMI", "ARI")):
            mean, plain = (float(np.mean([one[at] for one in some])) for some in (ours, theirs))
            spread = [min(one[at] for one in ours), max(one[at] for one in ours)]
            more: dict[str, Any] = {
                "baseline": round(plain, 4),
                "baseline_name": "k-means over TF-IDF of words",
                "interval": spread,
            }
            figure(f"{name}: {measure}, {count} topics", mean, "ratio", "higher", **more)
        figure(f"{name}: NMI, told nothing", nmi, "ratio", "higher")
        figure(f"{name}: topics, told nothing (labels: {count})", len(free.centres), "topics", "higher")


def drawn(file: Path) -> tuple[Sequence[str], Sequence[str]]:
    """Texts of a labelled file with their labels, drawn alike for all methods."""
    with file.open(encoding="utf-8", newline="") as rows:
        pairs = [(row["text"], row.get("label") or row["intent"]) for row in csv.DictReader(rows)]
    chosen = np.random.default_rng(0).permutation(len(pairs))[:MOST_TEXTS]
    texts, labels = zip(*(pairs[at] for at in chosen), strict=True)
    return texts, labels


def plain_means(texts: Sequence[str], count: int, seed: int) -> list[int]:
    """What a text book does: TF-IDF of words, k-means."""
    words = [Counter(f"w{word.text}" for word in cut_words(normalise(text).text)) for text in texts]
    spread = Counter(term for one in words for term in one)
    terms = sorted(term for term, times in spread.items() if times > 1)
    idf = np.array([math.log(len(texts) / spread[term]) + 1 for term in terms], np.float32)
    space = Space(terms, idf, np.zeros((len(terms), 0), np.float32))
    sparse = space.weigh(words)
    dense = np.zeros((len(texts), len(terms)), np.float32)
    rows = np.repeat(np.arange(len(texts)), np.diff(sparse.starts))
    dense[rows, sparse.columns] = sparse.values
    owners: list[int] = cluster(unit(dense), count, seed).owners.tolist()
    return owners


def agreement(one: Sequence[Any], other: Sequence[Any]) -> tuple[float, float]:
    """Normalised mutual information (arithmetic mean) and the adjusted Rand index (Hubert, Arabie, 1985)."""
    a, b, both, n = Counter(one), Counter(other), Counter(zip(one, other, strict=True)), len(one)
    entropy = [-sum(count / n * math.log(count / n) for count in some.values()) for some in (a, b)]
    mutual = sum(count / n * math.log(count * n / (a[x] * b[y])) for (x, y), count in both.items())
    pairs, in_a, in_b = (sum(math.comb(count, 2) for count in some.values()) for some in (both, a, b))
    chance = in_a * in_b / math.comb(n, 2)
    return 2 * mutual / (sum(entropy) or 1.0), (pairs - chance) / ((in_a + in_b) / 2 - chance)


def alarms(years: int) -> None:
    """Days with a false alarm in a year of traffic that does not change, and how soon a rise is alarmed."""
    for unrest in (1.0, 2.0):
        days = 0
        for seed in range(years):
            found = watched(*traffic(seed, HISTORY + 365, unrest), range(HISTORY, HISTORY + 365))
            days += len({one.day for one in found})
        error = 1.96 * math.sqrt(max(days, 1)) / years
        spread = [round(max(0.0, days / years - error), 2), round(days / years + error, 2)]
        name = f"days with a false alarm a year, variance {unrest:g} times the mean"
        figure(name, days / years, "days", "lower", PER_YEAR, interval=spread)
    for rise in RISES:
        waits = []
        for seed in range(20 * years):
            counts, total = traffic(1000 + seed, HISTORY + 21, 1.5, rise)
            found = [one for one in watched(counts, total, range(HISTORY, HISTORY + 21)) if one.topic == "t0"]
            waits.append(min(((one.day - date(2026, 1, 1)).days - HISTORY + 1 for one in found), default=99))
        figure(
            f"days until a topic of 6 a day that rises {rise:g}-fold is alarmed, median",
            float(np.median(waits)),
            "days",
            "lower",
        )
        figure(
            f"alarmed within a week, {rise:g}-fold", float(np.mean([wait <= 7 for wait in waits])), "ratio", "higher"
        )


def traffic(
    seed: int, days: int, unrest: float, rise: float = 1.0
) -> tuple[dict[str, dict[date, int]], dict[date, int]]:
    """Messages by topic and day with weekdays; topic 0 rises after the history."""
    random = np.random.default_rng(seed)
    rates = np.exp(random.normal(1.0, 1.0, TOPICS))
    rates[0] = 6.0
    weekdays = (1.2, 1.1, 1.0, 1.0, 0.95, 0.6, 0.5)
    counts: dict[str, dict[date, int]] = {f"t{topic}": {} for topic in range(TOPICS)}
    total: dict[date, int] = defaultdict(int)
    for number in range(days):
        day = date(2026, 1, 1) + DAY * number
        means = rates * weekdays[day.weekday()]
        if number >= HISTORY:
            means[0] *= rise
        drawn = random.poisson(means) if unrest == 1 else random.negative_binomial(means / (unrest - 1), 1 / unrest)
        for topic, count in enumerate(drawn.tolist()):
            counts[f"t{topic}"][day] = count
            total[day] += count
    return counts, total


def watched(counts: dict[str, dict[date, int]], total: dict[date, int], days: range) -> list[Alarm]:
    """All alarms of these days."""
    found: dict[tuple[str, date], Alarm] = {}
    for number in days:
        later = watch(counts, total, date(2026, 1, 1) + DAY * number, [*found.values()], PER_YEAR)
        found |= {(one.topic, one.day): one for one in later}
    return [*found.values()]


def mined(place: Path, count: int, workers: int) -> dict[str, float]:
    """Mine so many messages in a process of its own: wall and CPU seconds, peak memory, agreement with the truth."""
    command = [sys.executable, __file__, "--one", str(place), str(count), str(workers)]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()[-1]
    found: dict[str, float] = json.loads(told)
    return found


def one(place: Path, count: int, workers: int) -> None:
    """The run that `mined` starts."""
    file = place / f"messages-{count}.txt"
    if not file.exists():
        with file.open("w", encoding="utf-8") as out:
            out.writelines(f"{text}\n" for text, _ in generate(count))
    results, steps = place / f"out-{count}-{workers}", []
    start, before = time.perf_counter(), cpu()
    topics = mine_texts(
        file, results, Engine(lambda: _processes(workers)), PART, lambda *_: steps.append(time.perf_counter())
    )
    took = {"wall_s": time.perf_counter() - start, "cpu_s": cpu() - before, "topics": len(topics)}
    # a fresh run first tells when it begins to find topics and when it has; then each part tells its end
    took |= {"parts_s": steps[-1] - steps[1]} if len(steps) > 2 else {}
    took |= {"peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}
    print(json.dumps(took))


def cpu() -> float:
    """Seconds of CPU of this process and its children that have ended."""
    both = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(used.ru_utime + used.ru_stime for used in both)


def truth(place: Path, count: int, workers: int) -> float:
    """NMI of the topics with what the generator meant."""
    import pyarrow.dataset as ds

    table = ds.dataset(place / f"out-{count}-{workers}" / "parts").to_table().sort_by("row")
    return agreement(table.column("topic").to_pylist(), [number for _, number in generate(count)])[0]


def with_encoder(data: Path, folder: Path) -> None:
    """The same agreement with an encoder's vectors beside the words, on the sets in English."""
    reading = Reading("onnx.v1", str(folder), ("en",))
    for name in ("banking77", "clinc150"):
        texts, labels = drawn(data / SETS[name])
        count = len(set(labels))
        terms, extra = [terms_of(text) for text in texts], reading.vectors([(text, "") for text in texts])
        both = {}
        for what, vectors in (("words", None), ("words and MiniLM", extra)):
            runs = [TopicModel.find(terms, vectors, count=count, seed=seed) for seed in range(SEEDS)]
            found = [agreement(one.place(terms, vectors, least=-1.0).topics.tolist(), labels) for one in runs]
            both[what] = [[one[at] for one in found] for at in (0, 1)]
        for at, measure in enumerate(("NMI", "ARI")):
            plain, ours = (both[what][at] for what in ("words", "words and MiniLM"))
            more: dict[str, Any] = {"baseline": round(float(np.mean(plain)), 4), "baseline_name": "words alone"}
            name_ = f"{name}: {measure}, {count} topics, with MiniLM"
            figure(name_, float(np.mean(ours)), "ratio", "higher", interval=[min(ours), max(ours)], **more)
        free = TopicModel.find(terms, extra)
        placed = free.place(terms, extra).topics
        known = placed >= 0
        nmi, _ = agreement(placed[known].tolist(), [label for label, is_ in zip(labels, known, strict=True) if is_])
        figure(f"{name}: NMI, told nothing, with MiniLM", nmi, "ratio", "higher")
        figure(f"{name}: topics, told nothing, with MiniLM (labels: {count})", len(free.centres), "topics", "higher")


def from_store(count: int) -> None:
    """A store is mined on two cores: messages a second and core, memory at a third and at all, only what is new."""
    with tempfile.TemporaryDirectory(dir=os.environ.get("TMPDIR")) as name:
        for talks in (count // 3, count):
            home = Path(name) / str(talks)
            home.mkdir()
            store.run(home, "fill", "0", str(talks))
            took = store.run(home, "mine", "2")
            about, spent = f"store of {talks:,} conversations", took["gather_s"] + took["mine_s"]
            figure(f"{about}: peak memory of the process that leads", took["peak_mb"], "MB", "lower")
            figure(f"{about}: messages a second and core", took["messages"] / spent, "1/s", "higher")
        figure(f"{about}: messages", took["messages"], "messages", "higher")
        figure(f"{about}: CPU, gathering", took["gather_s"], "s", "lower")
        figure(f"{about}: CPU, topics and placing", took["mine_s"], "s", "lower")
        store.run(home, "fill", str(count), str(count // 100))
        later = store.run(home, "mine", "2")
        spent = later["gather_s"] + later["mine_s"]
        figure(f"{about}: messages read by a second run, of 1 % more", later["messages"], "messages", "lower")
        figure(f"{about}: CPU of that run", spent, "s", "lower")


def throughput(count: int) -> None:
    """Messages a second and core, memory, two workers against one, and a run that is killed."""
    with tempfile.TemporaryDirectory(dir=os.environ.get("TMPDIR")) as name:
        place = Path(name)
        pair = min(PAIR, count)
        runs = {workers: mined(place, pair, workers) for workers in (1, 2)}
        ratios = {"CPU": runs[1]["cpu_s"] / runs[2]["cpu_s"], "wall / 2": runs[1]["parts_s"] / runs[2]["parts_s"] / 2}
        for what, ratio in ratios.items():
            figure(f"parts on two workers against one: {what}", ratio, "ratio", "higher", 0.85)
        killed(place, pair)
        whole = runs[2] if count == pair else mined(place, count, 2)
        figure(f"{count:,} messages: messages a second and core", count / whole["cpu_s"], "1/s", "higher")
        figure(f"{count:,} messages: wall", whole["wall_s"], "s", "lower")
        figure(f"{count:,} messages: peak memory of the process that leads", whole["peak_mb"], "MB", "lower")
        figure(f"{count:,} messages: NMI with what the generator meant", truth(place, count, 2), "ratio", "higher")


def killed(place: Path, count: int) -> None:
    """Kill a run and its workers in the middle, start it again, and compare with a run that was left alone."""
    import pyarrow.dataset as ds

    other = place / "again"
    other.mkdir()
    (other / f"messages-{count}.txt").symlink_to(place / f"messages-{count}.txt")
    command = [sys.executable, __file__, "--one", str(other), str(count), "2"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, start_new_session=True)
    journal = other / f"out-{count}-2" / "journal.jsonl"
    half = -(-count // PART) // 2
    while process.poll() is None and not (journal.exists() and journal.read_bytes().count(b"\n") >= half):
        time.sleep(0.05)
    os.killpg(process.pid, 9)
    process.wait()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    tables = [
        ds.dataset(folder / f"out-{count}-2" / "parts").to_table().sort_by("row").column("topic").to_pylist()
        for folder in (place, other)
    ]
    twice = sum(1 for _ in journal.open()) - -(-count // PART)
    differ = sum(one != again for one, again in zip(*tables, strict=True))
    figure("killed in the middle: finished parts that were done again", twice, "parts", "lower", 0)
    figure("killed in the middle: texts whose result differs", differ, "texts", "lower", 0)


def main() -> None:
    """Run what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, help="the folder with banking77, clinc150, smp2017_ecdt")
    parser.add_argument("--messages", type=int, default=WHOLE)
    parser.add_argument("--conversations", type=int, default=TALKS)
    parser.add_argument("--years", type=int, default=4)
    parser.add_argument("--encoder", type=Path, help="an English encoder: topics are also found with its vectors")
    parser.add_argument("--parts", nargs="*", default=PARTS, choices=PARTS)
    parser.add_argument("--one", nargs=3, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.one:
        one(Path(asked.one[0]), int(asked.one[1]), int(asked.one[2]))
        return
    if asked.data and "topics" in asked.parts:
        topics_found(asked.data)
    if asked.data and asked.encoder and "encoder" in asked.parts:
        with_encoder(asked.data, asked.encoder)
    if "alarms" in asked.parts:
        alarms(asked.years)
    if "texts" in asked.parts:
        throughput(asked.messages)
    if "store" in asked.parts:
        from_store(asked.conversations)
    if asked.messages == WHOLE and asked.data:
        write()


def write() -> None:
    """Write results.json; figures that were not measured now stay as they are."""
    file = HERE / "results.json"
    now = {one["name"]: one for one in figures}
    before = json.loads(file.read_text("utf-8"))["figures"] if file.is_file() else []
    results = {
        "command": "python bench/mining/run.py --data DIR --encoder DIR",
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}",
        "date": datetime.now(UTC).date().isoformat(),
        "figures": [now.pop(one["name"], one) for one in before] + list(now.values()),
    }
    file.write_text(json.dumps(results, ensure_ascii=False, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
