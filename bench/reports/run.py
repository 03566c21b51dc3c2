"""How long does a report take over 100,000 visits, and what does it cost to keep their facts?

    python bench/reports/run.py                        everything, some ten minutes
    python bench/reports/run.py --conversations 3000   a small one; results.json is left as it is

See README.md.
"""

from __future__ import annotations

import argparse
import asyncio
import gzip
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import apsw
from many import fill

from kefu.app import Kefu, open_kefu
from kefu.app.export import export
from kefu.app.reporting import Aim, Asked, Choice, Period
from kefu.app.sample import make_sample
from kefu.core.ports.desk import Scope

HERE = Path(__file__).parent
WIDGET = HERE.parents[1] / "kefu" / "web" / "widget"
WHOLE = 100_000
EVERYBODY = Scope("bench", None)
WORDS = ("退款进度", "invoice", "老师 直播", "subtitles videos", "E2600001234")

figures: list[dict[str, Any]] = []


def figure(name: str, value: float, unit: str, goal: float | None = None, **more: object) -> None:
    """Write a figure down and show it; all are better when lower."""
    figures.append({"name": name, "value": round(value, 3), "unit": unit, "better": "lower", "goal": goal, **more})
    print(f"{name:<64} {value:>10.2f} {unit}", flush=True)


def against(baseline: float, name: str) -> dict[str, object]:
    """The baseline of a figure, from the same run."""
    return {"baseline": round(baseline, 3), "baseline_name": name}


async def timed(work: Callable[[], Awaitable[object]], times: int = 9) -> list[float]:
    """Wall times in milliseconds, in rising order."""
    took = []
    for _ in range(times):
        start = time.perf_counter()
        await work()
        took.append((time.perf_counter() - start) * 1e3)
    return sorted(took)


def p50(took: Sequence[float]) -> float:
    """The median."""
    return took[len(took) // 2]


def project(home: Path) -> None:
    """A school with a small model, made by the commands that users have."""
    for command in (["init", str(home), "--learners", "4000", "--quiet"], ["train", str(home), "--quiet"]):
        subprocess.run([sys.executable, "-m", "kefu", *command], check=True, stdout=subprocess.DEVNULL)


def count_events(file: Path, since: datetime) -> tuple[float, Counter[str]]:
    """The baseline: count visits of a time and what became of them by reading all events; in milliseconds."""
    start, found = time.perf_counter(), Counter[str]()
    connection = apsw.Connection(str(file), flags=apsw.SQLITE_OPEN_READONLY)
    begins = since.isoformat().replace("+00:00", "Z")
    known: set[str] = set()
    for talk, kind, data in connection.execute("SELECT conversation_id, kind, data FROM events ORDER BY position"):
        event = json.loads(data)
        if kind == "MessageReceived" and event["at"] >= begins:
            known.add(talk)
            found["started"] += 1
        elif talk in known:
            found[kind] += 1
    return (time.perf_counter() - start) * 1e3, found


async def measure_reports(kefu: Kefu, until: datetime) -> None:
    """Reports of four weeks and of all time, the list behind a number, and the whole table."""
    today, reporting = until.date(), kefu.reporting
    month = Asked(Period(today - timedelta(days=27), today), Choice())
    ever = Asked(Period(today - timedelta(days=200), today), Choice())
    base, counted = count_events(kefu.config.home / "kefu.db", until - timedelta(days=27))
    small = await timed(lambda: reporting.report(month, EVERYBODY, until, Aim()))
    found = (await reporting.report(month, EVERYBODY, until, Aim())).report
    figure("a report of 4 weeks", p50(small), "ms", None, **against(base, "reading the events"))
    large = await timed(lambda: reporting.report(ever, EVERYBODY, until, Aim()), 5)
    if abs(found.visits - counted["started"]) > found.visits * 0.05:
        raise SystemExit(f"the report counts {found.visits} visits, the events {counted['started']}")
    figure("a report of all visits", p50(large), "ms")
    figure("the visits behind a number, 4 weeks", p50(await timed(lambda: behind(kefu, month, until))), "ms")
    facts = await reporting.visits(ever, EVERYBODY, until, "started")
    start = time.perf_counter()
    export(facts, "xlsx", kefu.config.zone)
    figure("an Excel file of all visits", time.perf_counter() - start, "s")


async def behind(kefu: Kefu, asked: Asked, until: datetime) -> None:
    """The visits that a number of the report counts."""
    await kefu.reporting.visits(asked, EVERYBODY, until, "contained")


async def measure_search(kefu: Kefu) -> None:
    """Search over everything that was said, against looking through all lines."""
    took = []
    for words in WORDS:
        took += await timed(partial(kefu.index.find, words, EVERYBODY))
    connection = apsw.Connection(str(kefu.config.home / "kefu.db"), flags=apsw.SQLITE_OPEN_READONLY)
    scans = []
    for words in WORDS:
        start = time.perf_counter()
        likes = " AND ".join("text LIKE ?" for _ in words.split())
        query = f"SELECT * FROM lines WHERE {likes} ORDER BY id DESC LIMIT 30"  # noqa: S608 - our own words
        list(connection.execute(query, [f"%{word}%" for word in words.split()]))
        scans.append((time.perf_counter() - start) * 1e3)
    took.sort()
    figure("a search over all lines: p50", p50(took), "ms", None, **against(p50(sorted(scans)), "LIKE over all lines"))
    figure("a search over all lines: p99", took[int(len(took) * 0.99)], "ms")


async def measure(home: Path, count: int, until: datetime) -> None:
    """Fill the store, follow it, ask."""
    async with open_kefu(home, deliver=False) as kefu:
        await fill(kefu.store, count, until)
        events = (await kefu.store.counts())["events"]
        start = time.process_time()
        await kefu.reporting.catch_up()
        figure("keeping facts: CPU an event", (time.process_time() - start) * 1e6 / events, "µs")
        start = time.process_time()
        lines = await kefu.index.catch_up()
        figure("making lines findable: CPU a line", (time.process_time() - start) * 1e6 / lines, "µs")
        await measure_reports(kefu, until)
        await measure_search(kefu)


async def measure_sample(home: Path, until: datetime) -> None:
    """Three weeks of sample conversations by the real turn."""
    async with open_kefu(home, deliver=False) as kefu:
        start, began = time.process_time(), time.perf_counter()
        await make_sample(kefu, until, 3, 7, lambda _done, _total: None)
        figure("a sample of 3 weeks: CPU", time.process_time() - start, "s", 10)
        figure("a sample of 3 weeks: wall", time.perf_counter() - began, "s")


def measure_widget() -> None:
    """What a page of the company's site loads for the chat, compressed."""
    sizes = {file.name: len(gzip.compress(file.read_bytes(), 6)) for file in WIDGET.iterdir() if file.is_file()}
    figure("widget: the loader, compressed", sizes["loader.js"] / 1e3, "kB", 5)
    figure("widget: everything, compressed", sum(sizes.values()) / 1e3, "kB", 25)


def main() -> None:
    """Measure and, with the whole number, write results.json."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--conversations", type=int, default=WHOLE, help="how many (%(default)s)")
    count, until = parser.parse_args().conversations, datetime.now(UTC)
    with tempfile.TemporaryDirectory() as folder:
        for name in ("many", "sample"):
            project(Path(folder) / name)
        asyncio.run(measure_sample(Path(folder) / "sample", until))
        asyncio.run(measure(Path(folder) / "many", count, until))
    figure("most resident memory", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3, "MB")
    measure_widget()
    if count == WHOLE:
        machine = f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"
        result = {"command": "python bench/reports/run.py", "machine": machine, "date": f"{until:%Y-%m-%d}"}
        text = json.dumps({**result, "figures": figures}, indent=1, ensure_ascii=False)
        (HERE / "results.json").write_text(text + "\n", "utf-8")


if __name__ == "__main__":
    main()
