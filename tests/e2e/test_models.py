"""Models change under a served house, by commands from outside; customers notice nothing."""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import httpx2
import pytest
from small_school import add

from kefu.app.config import load_config
from kefu.app.models import Models
from kefu.app.plugins import load_plugin
from kefu.core.events import MessageReceived, MessageUnderstood, Replied

pytestmark = pytest.mark.e2e

CUSTOMERS = 6
PATIENCE_S = 30
SLOWEST_S = 2.0
"""More than ten times what the slowest of 4,000 answers took on two busy cores (0.16 s)."""

ADDRESS = re.compile(r"http://\S+")


def kefu(*arguments: str) -> None:
    subprocess.run([sys.executable, "-m", "kefu", *arguments], check=True, stdout=subprocess.DEVNULL)


@contextmanager
def served(home: Path) -> Iterator[str]:
    """`kefu run`; yields its address and ends it with SIGTERM."""
    command = [sys.executable, "-m", "kefu", "run", str(home), "--port", "9860"]
    environment = {**os.environ, "LANG": "C.UTF-8", "KEFU__LIMITS__MESSAGES_PER_MINUTE": "1000000"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as server:
        assert server.stdout is not None
        found = next(filter(None, map(ADDRESS.search, server.stdout)), None)
        assert found
        try:
            yield found.group()
        finally:
            server.terminate()


@dataclass
class Customers:
    """Write without a pause, and note what was answered and how long it took."""

    address: str
    token: str
    ended: threading.Event = field(default_factory=threading.Event)
    answered: list[tuple[float, str]] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)

    def write(self, who: int) -> None:
        headers = {"Authorization": f"Bearer {self.token}"}
        with httpx2.Client(base_url=self.address, headers=headers, timeout=PATIENCE_S) as client:
            number = 0
            while not self.ended.is_set():
                number += 1
                body = {"sender": f"L{who:05}", "text": "我学到哪了", "message_id": f"c{who}m{number}"}
                start = time.monotonic()
                answer = client.post("/api/v1/messages", json=body)
                if answer.status_code != 200:
                    self.failed.append(f"{answer.status_code} {answer.text}")
                self.answered.append((time.monotonic() - start, body["message_id"]))


async def understood(home: Path, messages: int) -> list[str]:
    """The readers of all customers' turns, by what is stored; each turn has one, and a reply."""
    config = load_config(home)
    place = {**config.table("store"), "home": str(home)}
    readers = []
    async with load_plugin("stores", config.get("store.use", str))(place) as store:
        for turn_id, _, _ in await store.turns(2 * messages):
            events = [recorded.event for recorded in await store.turn(turn_id)]
            if not any(isinstance(event, MessageReceived) for event in events):
                continue
            (reader,) = (event.reader for event in events if isinstance(event, MessageUnderstood))
            assert any(isinstance(event, Replied) for event in events)
            readers.append(reader)
    return readers


@pytest.mark.timeout(180)
def test_customers_notice_nothing_when_the_model_changes(tmp_path: Path) -> None:
    home = tmp_path / "school"
    kefu("init", str(home), "--learners", "60", "--quiet")
    kefu("train", str(home), "--quiet")
    add(home, "suggestion", "建议增加夜间课程的回放次数")
    kefu("train", str(home), "--quiet", "--no-promote")
    old, new = Models(home / "models").versions()
    token = dict(line.split("=", 1) for line in (home / ".env").read_text().splitlines() if "=" in line)
    with served(home) as address:
        customers = Customers(address, token["KEFU_API_TOKEN"])
        threads = [threading.Thread(target=customers.write, args=(who,)) for who in range(CUSTOMERS)]
        for thread in threads:
            thread.start()
        status = {"headers": {"Authorization": f"Bearer {customers.token}"}, "timeout": PATIENCE_S}
        for version in (new, old, new):
            command = ["rollback"] if version is old else ["promote", new.name]
            kefu("model", *command, str(home), *(["--even-if-worse"] if version is new else []))
            end = time.monotonic() + PATIENCE_S
            while httpx2.get(f"{address}/status", **status).json()["model_id"] != version.version:
                assert time.monotonic() < end, f"{version.name} is not taken over"
                time.sleep(0.2)
            time.sleep(0.5)
        customers.ended.set()
        for thread in threads:
            thread.join(PATIENCE_S)
    assert customers.failed == []
    assert len(customers.answered) > 100
    with ThreadPoolExecutor(1) as apart:  # a browser of another test may have left its loop running in this thread
        readers = apart.submit(lambda: asyncio.run(understood(home, len(customers.answered)))).result()
    assert len(readers) == len(customers.answered)
    assert set(readers) == {old.version, new.version}
    assert sum(before != after for before, after in pairwise(readers)) >= 3
    assert max(seconds for seconds, _ in customers.answered) < SLOWEST_S
