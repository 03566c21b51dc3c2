"""How many passages can one machine search, how fast, in how much memory?

    python bench/passages/run.py --data DIR                            all: half an hour (bm25s has to be installed)
    python bench/passages/run.py --data DIR --sizes 10000 --dry        a look; writes nothing
    python bench/passages/run.py --data DIR --sizes 1000000 --systems lexical.v1 --folder KEPT
                                  one row again, without the time that its index takes once it stands in KEPT

See README.md.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import platform
import re
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from library import Library
from systems import DEEP, SYSTEMS

from kefu.core.articles import Article

HERE = Path(__file__).parent
OURS = next(iter(SYSTEMS))
QUESTIONS = 500
PORTION = 5_000
"""Articles that are put at once."""
MEASURED = ("stackfaq", "lcqmc")
"""Sets whose questions say whether what answers is still found among so many others."""


def main() -> None:
    """Measure and write results.json."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder of the data sets")
    parser.add_argument("--sizes", type=int, nargs="+", default=[100_000, 1_000_000], help="passages (%(default)s)")
    parser.add_argument("--baselines", type=int, default=100_000, help="the largest size for baselines (%(default)s)")
    parser.add_argument("--systems", nargs="+", default=list(SYSTEMS), choices=SYSTEMS, help="default: all")
    parser.add_argument("--folder", type=Path, help="where kefu's indexes are kept for another run; default: nowhere")
    parser.add_argument("--dry", action="store_true", help="write nothing")
    options = parser.parse_args()
    figures = []
    with tempfile.TemporaryDirectory() as made:
        folder = options.folder or Path(made)
        for size, name in ((size, name) for size in options.sizes for name in options.systems):
            if name != OURS and size > options.baselines:
                continue
            context = multiprocessing.get_context("spawn")
            with ProcessPoolExecutor(1, mp_context=context) as alone:  # so that memory is its own
                found = alone.submit(measure, name, options.data, size, folder if name == OURS else Path(made)).result()
            for one in found:
                print(f"{one['name']:<66} {one['value']:>12,.3f} {one['unit']}", flush=True)
            figures += found
    if not options.dry:
        write(figures, "python bench/passages/run.py --data DIR")


def measure(name: str, data: Path, size: int, folder: Path) -> list[dict[str, Any]]:
    """All figures of one system."""
    library, at = Library(data), f"{size:,} passages, {name}: "
    place = folder / f"{size}-{re.sub(r'[^a-z0-9]+', '-', name.lower())}"
    note = place.with_suffix(".json")
    before = memory_mb()
    system, spent, begun = SYSTEMS[name](place), 0.0, time.perf_counter()
    if not note.is_file():
        for portion in portions(library.articles(size)):
            start = time.process_time()
            system.put(portion)
            spent += time.process_time() - start
        start = time.process_time()
        system.finish()
        spent += time.process_time() - start
        note.write_text(json.dumps([spent, time.perf_counter() - begun]), "utf-8")
    spent, built = json.loads(note.read_text("utf-8"))
    cpu, wall, first, among = [], [], [], []
    measured = {body: number for number, body in enumerate(one.name for one in library.bodies)}
    for text, language, right in library.questions(QUESTIONS):
        was, began = time.process_time(), time.perf_counter()
        found = system.search(text, language)
        cpu.append((time.process_time() - was) * 1e3)
        wall.append((time.perf_counter() - began) * 1e3)
        if any(next(iter(right)).startswith(str(measured[body])) for body in MEASURED):
            first.append(bool(found) and found[0] in right)
            among.append(bool(right.intersection(found)))
    own, files = (now - then for now, then in zip(memory_mb(), before, strict=True))
    disk = sum(file.stat().st_size for file in place.rglob("*") if file.is_file()) / 1e6 if place.exists() else 0.0
    figures = [
        ("search, median", np.percentile(cpu, 50), "CPU ms", "lower", None),
        ("search, 99th percentile", np.percentile(cpu, 99), "CPU ms", "lower", 150.0 if name == OURS else None),
        ("search, median by the clock", np.percentile(wall, 50), "ms", "lower", None),
        (
            "search, 99th percentile by the clock",
            np.percentile(wall, 99),
            "ms",
            "lower",
            150.0 if name == OURS else None,
        ),
        ("memory of its own", own, "MB", "lower", None),
        ("index files in memory", files, "MB", "lower", None),
        ("index files", disk, "MB", "lower", None),
        ("R@1", statistics.mean(first), "ratio", "higher", None),
        (f"among {DEEP}", statistics.mean(among), "ratio", "higher", None),
        ("indexed", size / spent, "passages / CPU s", "higher", None),
        ("indexed by the clock", size / built, "passages / s", "higher", None),
    ]
    return [
        {"name": at + what, "value": round(float(value), 4), "unit": unit, "better": better, "goal": goal}
        for what, value, unit, better, goal in figures
    ]


def portions(articles: Iterator[Article]) -> Iterator[Sequence[Article]]:
    """Articles some at a time."""
    while portion := list(islice(articles, PORTION)):
        yield portion


def memory_mb() -> tuple[float, float]:
    """What this process holds of its own, and what it looks at of files."""
    lines = Path("/proc/self/status").read_text("ascii").splitlines()
    sizes = {key: int(rest.split()[0]) / 1e3 for key, _, rest in (one.partition(":") for one in lines) if "kB" in rest}
    return sizes["RssAnon"], sizes["RssFile"]


def write(figures: Sequence[dict[str, Any]], command: str) -> None:
    """Write results.json; what this run did not measure stays as it was."""
    file = HERE / "results.json"
    known = {one["name"]: one for one in json.loads(file.read_text("utf-8"))["figures"]} if file.is_file() else {}
    known |= {one["name"]: one for one in figures}
    result = {
        "command": command,
        "machine": f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}",
        "date": f"{datetime.now(UTC):%Y-%m-%d}",
        "figures": list(known.values()),
    }
    file.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", "utf-8")


if __name__ == "__main__":
    main()
