"""Kill the server again and again while customers write; then count.

    python tools/crash.py --kills 200

Customers send through the REST channel and a pushing channel, each message with an id
of its own, and send it again until it is acknowledged. `kill -9` comes at random
moments. In the end every acknowledged message must have been taken once and answered
once, with the answer that was acknowledged; pushed replies must have arrived, once by
their key; promised writes must stand in the school's records, once.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import hmac
import json
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from kefu.app.config import load_config
from kefu.app.plugins import load_plugin
from kefu.core.events import EffectPromised, MessageReceived, Replied
from kefu.core.ports.store import Memory

PORT, SINK_PORT = 9820, 9821
CUSTOMERS = 8
LONGEST_WAIT_S = 300
SECRET = "crash-test-secret"  # noqa: S105 - the harness talks to itself
QUESTIONS = ("我学到哪了", "how far am I", "下一节课是什么", "你好", "我要退款", "第一个", "时间不够", "确认", "算了")


@dataclass
class Ledger:
    """What the outside saw."""

    acknowledged: dict[str, list[str]] = field(default_factory=dict)
    pushed: set[str] = field(default_factory=set)
    pushes: Counter[str] = field(default_factory=Counter)
    retries: int = 0


def sink(ledger: Ledger) -> ThreadingHTTPServer:
    """The other end of the pushing channel: notes the key of every delivery, and fails one in ten."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            fails = random.random() < 0.1  # noqa: S311 - no secret
            if not fails:
                ledger.pushes[self.headers["Idempotency-Key"]] += 1
            self.send_response(503 if fails else 200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Stay quiet."""

    ThreadingHTTPServer.request_queue_size = 64
    server = ThreadingHTTPServer(("127.0.0.1", SINK_PORT), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def make_project(folder: Path) -> Path:
    """A small school with a pushing channel."""
    home = folder / "school"
    kefu = [sys.executable, "-m", "kefu"]
    subprocess.run([*kefu, "init", str(home), "--learners", "300", "--quiet"], check=True, stdout=subprocess.DEVNULL)
    subprocess.run([*kefu, "train", str(home), "--quiet"], check=True, stdout=subprocess.DEVNULL)
    channel = f'\n[channels.push]\nuse = "callback.v1"\nurl = "http://127.0.0.1:{SINK_PORT}/"\nsecret = "{SECRET}"\n'
    with (home / "kefu.toml").open("a", encoding="utf-8") as file:
        file.write(channel)
    return home


class Server:
    """The product as a process that can be killed."""

    def __init__(self, home: Path) -> None:
        self._command = [sys.executable, "-m", "kefu", "run", str(home), "--port", str(PORT)]
        self._environment = {**os.environ, "KEFU__LIMITS__MESSAGES_PER_MINUTE": "0", "KEFU__LOG__LEVEL": "error"}
        self._log = home / "server.log"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start, and wait until it serves."""
        with self._log.open("w") as log:
            self.process = subprocess.Popen(self._command, env=self._environment, stdout=subprocess.DEVNULL, stderr=log)
        while True:
            with suppress(OSError):
                urllib.request.urlopen(f"http://127.0.0.1:{PORT}/healthz", timeout=2).close()
                return
            if self.process.poll() is not None:
                raise SystemExit(f"the server does not start: {self._log.read_text()[-2000:]}")
            time.sleep(0.02)

    def kill(self) -> None:
        """Kill -9."""
        if self.process:
            self.process.kill()
            self.process.wait()


def post(path: str, body: dict[str, object], headers: dict[str, str]) -> list[str] | None:
    """The texts of the replies, or None when there was no acknowledgement."""
    data = json.dumps(body).encode()
    request = urllib.request.Request(f"http://127.0.0.1:{PORT}{path}", data, headers, method="POST")
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return [reply["text"] for reply in json.load(answer).get("replies", [])]
    except (OSError, ValueError, urllib.error.URLError):
        return None


def signed(body: dict[str, object]) -> dict[str, str]:
    """Headers for the pushing channel."""
    stamp = str(int(time.time()))
    digest = hmac.new(SECRET.encode(), stamp.encode() + b"." + json.dumps(body).encode(), hashlib.sha256).hexdigest()
    return {"X-Kefu-Timestamp": stamp, "X-Kefu-Signature": digest}


def write_messages(who: int, token: str, ledger: Ledger, stop: threading.Event) -> None:
    """One customer: every message again and again until it is acknowledged."""
    number = 0
    while not stop.is_set():
        learner, text = f"L{11 + who * 30 + number // 40:05}", QUESTIONS[number % len(QUESTIONS)]
        identifier = f"m{who}-{number}"
        body: dict[str, object] = {"sender": learner, "text": text, "message_id": identifier}
        push = who % 4 == 3
        path, key = (
            ("/webhooks/push", f"push/{learner}:{identifier}")
            if push
            else (
                "/api/v1/messages",
                f"rest/{learner}:{identifier}",
            )
        )
        while not stop.is_set():
            headers = signed(body) if push else {"Authorization": f"Bearer {token}"}
            replies = post(path, body, {"Content-Type": "application/json", **headers})
            if replies is not None:
                ledger.acknowledged[key] = replies
                if push:
                    ledger.pushed.add(key)
                break
            ledger.retries += 1
            time.sleep(0.02)
        number += 1


async def wait_for_outbox(home: Path) -> None:
    """Let leave what is still in the outbox, also what a killed process had leased."""
    config = load_config(home)
    settings = {**config.table("store"), "home": str(config.home)}
    async with load_plugin("stores", config.get("store.use", str))(settings) as store:
        for _ in range(LONGEST_WAIT_S):
            await asyncio.sleep(1)
            if not (await store.counts())["due"]:
                return


async def count(home: Path, ledger: Ledger) -> list[str]:
    """Everything that is not as promised."""
    config = load_config(home)
    settings = {**config.table("store"), "home": str(config.home)}
    wrong: list[str] = []
    async with load_plugin("stores", config.get("store.use", str))(settings) as store:
        taken, replies, effects = await read_store(store, wrong)
        dead = await store.dead()
    wrong += [f"lost: {key}" for key in ledger.acknowledged if taken[key] == 0]
    wrong += [f"taken {times} times: {key}" for key, times in taken.items() if times > 1]
    for key, texts in ledger.acknowledged.items():
        stored = [text for text, _ in replies.get(key, [])]
        if key not in ledger.pushed and stored != texts:
            wrong.append(f"{key} was acknowledged with {texts!r}, stored is {stored!r}")
        wrong += [
            f"not pushed: {k}" for _, k in replies.get(key, []) if key in ledger.pushed and k not in ledger.pushes
        ]
    wrong += [f"dead letter: {one.parting.id}" for one in dead]
    wrong += await check_refunds(home, effects)
    twice = sum(ledger.pushes.values()) - len(ledger.pushes)
    print(f"{len(ledger.acknowledged):,} messages acknowledged, {ledger.retries:,} tries went unanswered")
    print(f"{len(ledger.pushes):,} replies pushed, {twice} of them again with the same key")
    print(f"{len(effects)} writes promised")
    return wrong


async def read_store(
    store: Memory, wrong: list[str]
) -> tuple[Counter[str], dict[str, list[tuple[str, str]]], list[EffectPromised]]:
    """How often each message was taken, its replies as (text, parting key), and the promised writes."""
    taken: Counter[str] = Counter()
    replies: dict[str, list[tuple[str, str]]] = {}
    effects = []
    for summary in await store.summaries(limit=100_000):
        events = await store.events(summary.id)
        if [one.number for one in events] != list(range(1, len(events) + 1)):
            wrong.append(f"conversation {summary.id} has gaps")
        keys: dict[str, str] = {}
        for one in events:
            match one.event:
                case MessageReceived():
                    keys[one.turn_id] = f"{summary.channel}/{one.event.external_id}"
                    taken[keys[one.turn_id]] += 1
                case Replied():
                    replies.setdefault(keys[one.turn_id], []).append((one.event.text, f"{one.turn_id}.{one.number}"))
                case EffectPromised():
                    effects.append(one.event)
    return taken, replies, effects


async def check_refunds(home: Path, effects: list[EffectPromised]) -> list[str]:
    """Promised refunds must stand in the school's records, once an order."""
    from kefu.core.skill import Query

    wanted = {str(e.effect.values["order_number"]) for e in effects if e.effect.statement == "request_refund"}
    settings = {"url": f"sqlite:///{home / 'school.db'}", "home": str(home)}
    async with load_plugin("records", "sql.v1")(settings) as records:
        query = Query("crash", "refunds", "SELECT order_number, count(*) AS n FROM refunds GROUP BY order_number")
        made = {str(row["order_number"]): row["n"] for row in await records.find(query, {})}
    return [f"refund of {order} stands {made.get(order, 0)} times" for order in wanted if made.get(order, 0) != 1]


def main() -> int:
    """Kill, then count; exit code 1 when anything is not as promised."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    rng, ledger, stop = random.Random(options.seed), Ledger(), threading.Event()  # noqa: S311 - repeatable
    with tempfile.TemporaryDirectory() as name:
        home = make_project(Path(name))
        other_end = sink(ledger)
        lines = (home / ".env").read_text().splitlines()
        token = next(line.partition("=")[2] for line in lines if line.startswith("KEFU_API_TOKEN="))
        server = Server(home)
        server.start()
        customers = [
            threading.Thread(target=write_messages, args=(who, token, ledger, stop), daemon=True)
            for who in range(CUSTOMERS)
        ]
        for customer in customers:
            customer.start()
        for kill in range(1, options.kills + 1):
            time.sleep(rng.uniform(0.0, 0.6))
            server.kill()
            server.start()
            print(f"\r{kill} of {options.kills} kills, {len(ledger.acknowledged):,} acknowledged", end="", flush=True)
        time.sleep(1.0)
        stop.set()
        for customer in customers:
            customer.join(15)
        asyncio.run(wait_for_outbox(home))
        server.kill()
        other_end.shutdown()
        print()
        wrong = asyncio.run(count(home, ledger))
    for line in wrong[:20]:
        print(f"✗ {line}")
    print(f"{options.kills} kills: {'nothing lost, nothing doubled' if not wrong else f'{len(wrong)} promises broken'}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
