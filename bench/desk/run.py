"""How fast is the desk with 100,000 conversations?

python bench/desk/run.py              everything, about seven minutes
python bench/desk/run.py --quick      10,000 conversations, 50 screens
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import random
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from sqlite3 import connect
from statistics import median, quantiles
from typing import Any

import httpx2

from kefu.adapters.stores.sqlite import open_store
from kefu.core.events import Closed, ConversationOpened, Event, HandedOff, MessageReceived, PersonTook, Replied, Snoozed
from kefu.core.nouns import Conversation, Evidence, Statement
from kefu.core.ports.store import Commit
from kefu.service.dialogue.fold import fold

HERE = Path(__file__).parent
PORT = 18871
LINES = (
    "我学到哪了",
    "想退款，课程不合适",
    "发票什么时候开",
    "上课的链接打不开",
    "How do I change my course?",
    "老师请假了怎么办",
)
NOW = datetime.now(UTC)
ROUNDS = 20
"""How often every view is fetched: 120 pages are enough for a 99th percentile."""

LISTED_BY = """
SELECT name FROM sqlite_master
WHERE type = 'index'
  AND (name LIKE 'conversations_by_%' OR name LIKE 'conversations_mine_%' OR name LIKE 'conversations_of_%')
"""
REST_MS = {"first page": 150.0, "switching": 100.0, "live": 300.0}


def events_of(number: int, count: int, chance: random.Random) -> list[Event]:
    """What happened in one conversation: most are over, some wait."""
    at = NOW - timedelta(seconds=(count - number) * 20)
    events: list[Event] = [ConversationOpened(at, "rest", f"B{number}", "zh")]
    for _ in range(chance.randint(1, 4)):
        words = chance.choice(LINES)
        events.append(MessageReceived(at, f"b{number}-{len(events)}", words))
        said = Statement("好的，我来看一下。", (Evidence("reply:house/found"),))
        events.append(Replied(at, (said,), "zh"))
    if number % 33 == 0:
        events.append(HandedOff(at, "customer_asked", "customer: not identified", "normal"))
        if number % 66 == 0:
            events.append(PersonTook(at, f"agent {number % 7}"))
        if number % 198 == 0:
            events.append(Snoozed(at, f"agent {number % 7}", NOW + timedelta(days=1)))
    elif number % 3:
        events.append(Closed(at, "agent 1"))
    return events


async def fill(path: Path, count: int) -> None:
    """Write the conversations as turns would, many at once."""
    chance = random.Random(7)  # noqa: S311 - not for secrets
    async with open_store({"path": str(path)}) as store:
        for begin in range(0, count, 500):
            commits = []
            for number in range(begin, min(begin + 500, count)):
                events = events_of(number, count, chance)
                talk = fold(Conversation(f"c{number:019x}", "rest", f"B{number}"), events)
                commits.append(Commit(f"t{number:019x}", f"b{number}", events[0].at, talk, 0, tuple(events)))
            await asyncio.gather(*(store.commit(commit) for commit in commits))


def project(folder: Path) -> Path:
    """A school with a trained model, by the commands that users have."""
    home, kefu = folder / "school", [sys.executable, "-m", "kefu"]
    for command in (["init", str(home), "--learners", "200"], ["train", str(home)]):
        subprocess.run([*kefu, *command, "--quiet"], check=True, stdout=subprocess.DEVNULL)
    return home


@contextmanager
def serving(home: Path) -> Iterator[int]:
    """Serve the school until the end of the context; gives the process id."""
    environment = {**os.environ, "KEFU__LIMITS__MESSAGES_PER_MINUTE": "0", "KEFU__LOG__LEVEL": "warning"}
    command = [sys.executable, "-m", "kefu", "run", str(home), "--port", str(PORT)]
    server = subprocess.Popen(command, env=environment)
    try:
        for _ in range(1200):
            with suppress(OSError):
                urllib.request.urlopen(f"http://127.0.0.1:{PORT}/readyz", timeout=1).close()
                break
            time.sleep(0.1)
        yield server.pid
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(20)


def secret(home: Path, name: str) -> str:
    """A secret of the project."""
    lines = (home / ".env").read_text("utf-8").splitlines()
    return next(line.partition("=")[2] for line in lines if line.startswith(f"{name}="))


class Desk:
    """A member of the team, and a customer."""

    def __init__(self, home: Path) -> None:
        self.staff = {"Authorization": f"Bearer {secret(home, 'KEFU_OPERATOR_TOKEN')}"}
        self.server = {"Authorization": f"Bearer {secret(home, 'KEFU_API_TOKEN')}"}
        self.client = httpx2.AsyncClient(base_url=f"http://127.0.0.1:{PORT}", timeout=60, limits=httpx2.Limits())
        self.heard: dict[int, asyncio.Queue[str]] = {}

    async def get(self, path: str) -> tuple[float, int]:
        """Fetch a page: milliseconds, bytes over the wire."""
        begin = time.perf_counter()
        async with self.client.stream("GET", path, headers={**self.staff, "Accept-Encoding": "gzip"}) as answer:
            raw = [chunk async for chunk in answer.aiter_raw()]
            answer.raise_for_status()
        took = (time.perf_counter() - begin) * 1e3
        return took, sum(map(len, raw))

    async def say(self, text: str) -> float:
        """A customer says something; gives the moment at which it was durable."""
        body = {"sender": "live", "text": text}
        (await self.client.post("/api/v1/messages", json=body, headers=self.server)).raise_for_status()
        return time.perf_counter()

    async def screen(self, number: int) -> None:
        """An open screen on a socket of its own: hears the stream until cancelled."""
        queue = self.heard[number] = asyncio.Queue()
        reader, writer = await asyncio.open_connection("127.0.0.1", PORT)
        head = f"GET /api/v1/desk/stream HTTP/1.1\r\nHost: desk\r\nAuthorization: {self.staff['Authorization']}\r\n\r\n"
        writer.write(head.encode())
        try:
            while chunk := await reader.read(65536):
                if b"event: hello" in chunk or b"event: change" in chunk:
                    queue.put_nowait("")
        finally:
            writer.close()


async def open_ids(desk: Desk) -> list[str]:
    """Conversations that people have."""
    found = await desk.client.get("/api/v1/inbox?status=open&limit=200", headers=desk.staff)
    return [entry["id"] for entry in found.json()["entries"]]


async def first_pages(desk: Desk, ids: list[str]) -> list[tuple[float, int]]:
    """The first page of several views."""
    views = ["", "?view=unassigned", "?view=closed", "?view=machine", "?order=newest", f"/{ids[0]}"]
    await desk.get("/desk/inbox")
    return [await desk.get(f"/desk/inbox{view}") for _ in range(ROUNDS) for view in views]


async def pages(desk: Desk, ids: list[str]) -> list[dict[str, Any]]:
    """First pages, and switching from one conversation to the next: its fragments, beside the whole page anew."""
    first = await first_pages(desk, ids)
    after, reloaded = [], []
    for id_ in ids[: 6 * ROUNDS]:
        after.append((await desk.get(f"/desk/inbox/{id_}?part=talk&part=context"))[0])
        reloaded.append((await desk.get(f"/desk/inbox/{id_}"))[0])
    return [
        *times("first page", [took for took, _ in first]),
        figure("first page: over the wire", max(size for _, size in first) / 1000, "kB", 60.0),
        *beside(times("switching", after), reloaded, "the whole page anew"),
    ]


def beside(figures: list[dict[str, Any]], took: list[float], name: str) -> list[dict[str, Any]]:
    """Figures of `times` with the same of a baseline."""
    print(f"baseline: {name}")
    return [
        one | {"baseline": other["value"], "baseline_name": name}
        for one, other in zip(figures, times(name, took), strict=True)
    ]


def drop_indexes(path: Path) -> None:
    """The baseline of the lists: the same store without the indexes that they are read by."""
    with connect(path) as store:
        names = [row[0] for row in store.execute(LISTED_BY)]
        for name in names:
            store.execute(f"DROP INDEX {name}")
    store.close()


async def without_indexes(home: Path) -> list[float]:
    """First pages of a store without indexes, in milliseconds."""
    desk = Desk(home)
    took = [took for took, _ in await first_pages(desk, await open_ids(desk))]
    await desk.client.aclose()
    return took


async def live(desk: Desk, screens: int, messages: int) -> list[dict[str, Any]]:
    """From the commit of a message to the fragments on an open screen."""
    open_ones = [asyncio.create_task(desk.screen(number)) for number in range(screens)]
    try:
        await asyncio.sleep(0)
        for queue in list(desk.heard.values()):
            await asyncio.wait_for(queue.get(), 60)
        talk = (await desk.client.get("/api/v1/inbox?order=newest&limit=1", headers=desk.staff)).json()["entries"][0][
            "id"
        ]
        took = []
        for number in range(messages):
            committed = await desk.say(f"还在吗 {number}")
            await asyncio.wait_for(desk.heard[0].get(), 30)
            await desk.get(f"/desk/inbox/{talk}?part=head&part=lines&part=list&part=views")
            took.append((time.perf_counter() - committed) * 1e3)
            for queue in desk.heard.values():
                while not queue.empty():
                    queue.get_nowait()
            await asyncio.sleep(0.2)
    finally:
        for task in open_ones:
            task.cancel()
        await asyncio.gather(*open_ones, return_exceptions=True)
        desk.heard.clear()
    return times(f"live, {screens} screens", took, goal=REST_MS["live"])


def times(name: str, took: list[float], goal: float | None = None) -> list[dict[str, Any]]:
    """Median, 95th and 99th percentile."""
    goal = REST_MS.get(name, goal)
    parts = quantiles(took, n=100, method="inclusive")
    return [
        figure(f"{name}: p50", median(took), "ms", goal),
        figure(f"{name}: p95", parts[94], "ms", None),
        figure(f"{name}: p99", parts[98], "ms", None),
    ]


def figure(name: str, value: float, unit: str, goal: float | None) -> dict[str, Any]:
    """A figure, shown."""
    print(f"{name:<40} {value:>10.1f} {unit}", flush=True)
    return {"name": name, "value": round(value, 2), "unit": unit, "better": "lower", "goal": goal}


async def measure(home: Path, screens: int, messages: int) -> list[dict[str, Any]]:
    """All figures of one running desk."""
    desk = Desk(home)
    await desk.say("真人")
    figures = await pages(desk, await open_ids(desk))
    for count in dict.fromkeys((1, screens)):
        figures += await live(desk, count, messages)
    await desk.client.aclose()
    return figures


def main() -> None:
    """Fill, serve, measure, write results.json."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    quick = parser.parse_args().quick
    conversations, screens, messages = (10_000, 50, 10) if quick else (100_000, 500, 40)
    with tempfile.TemporaryDirectory() as folder:
        home = project(Path(folder))
        asyncio.run(fill(home / "kefu.db", conversations))
        with serving(home):
            figures = asyncio.run(measure(home, screens, messages))
        drop_indexes(home / "kefu.db")
        with serving(home):
            took = asyncio.run(without_indexes(home))
    of_pages = [one for one in figures if one["name"].startswith("first page: p")]
    figures = beside(of_pages, took, "a store without indexes") + [one for one in figures if one not in of_pages]
    if quick:
        return
    machine = f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"
    results = {"command": "python bench/desk/run.py", "machine": machine, "date": f"{NOW:%Y-%m-%d}", "figures": figures}
    (HERE / "results.json").write_text(json.dumps(results, ensure_ascii=False, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
