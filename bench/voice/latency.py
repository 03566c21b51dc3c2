"""How soon is a caller answered, how soon does kefu fall silent, and how many calls does a machine carry?

    python bench/voice/latency.py                                   everything, some twenty minutes
    python bench/voice/latency.py --turns 3 --calls 40 --seconds 20 a small one; results.json says how small

Real clients over loopback sockets in real time, each line of its own: the chat window's protocol, AudioSocket, media
streams. The caller's voice is synthetic, since what is measured is time. See README.md.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import re
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx2
import numpy as np

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parents[1] / "tests"))  # the callers that the tests use

from callers import AsteriskCaller, BrowserCaller, Caller, MediaCaller, until  # noqa: E402
from small_school import make_school  # noqa: E402

from kefu.adapters.channels import media_streams  # noqa: E402
from kefu.ai.speech.espeak import open_synthesiser  # noqa: E402

QUESTION = "你是谁"
TURNS, CALLS, SECONDS = 20, 40, 40.0
SPURT_S, LATE_S = 0.2, 0.06
"""Frames further apart than the first belong to different pieces; within a piece, one that comes later than the second
would be missed by a telephone that buffers two frames."""


def free_port() -> int:
    """A port of this machine that nobody has."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


PORT, EXCHANGE = free_port(), free_port()
TOKEN = "t" * 32
CHANNELS = f"""
[channels.phone]
use = "asterisk.v1"
port = {EXCHANGE}

[channels.twilio]
use = "media_streams.v1"
auth_token = "{TOKEN}"
"""
ENVIRONMENT = {
    "KEFU__READER__USE": "nearest.v1",
    "KEFU__LIMITS__MESSAGES_PER_MINUTE": "0",
    "KEFU__VOICE__MOST_CALLS": "100",
    "LANG": "C.UTF-8",
}

figures: list[dict[str, Any]] = []


def figure(name: str, value: float, unit: str, better: str = "lower", goal: float | None = None) -> None:
    """Write a figure down and show it."""
    figures.append({"name": f"calls: {name}", "value": round(value, 3), "unit": unit, "better": better, "goal": goal})
    print(f"{name:<64} {value:>10.2f} {unit}", flush=True)


def voice(rate_hz: int) -> bytes:
    """The question as a caller's voice, cut where its last sound ends."""
    engine = open_synthesiser({})
    try:
        chinese = next(one for one in engine.voices if one.language == "zh")
        sound = np.frombuffer(b"".join(engine.speak(QUESTION, chinese, rate_hz)), "<i2").astype(float)
    finally:
        engine.close()
    last = int(np.flatnonzero(np.abs(sound) > 400)[-1])
    noise = np.random.default_rng(3).normal(0, 30, last)
    return np.clip(sound[:last] + noise, -32768, 32767).astype("<i2").tobytes()


@contextmanager
def school() -> Iterator[int]:
    """The sample school, served by a process of its own; its id."""
    with tempfile.TemporaryDirectory() as folder:
        home = make_school(Path(folder) / "school")
        with (home / "kefu.toml").open("a", encoding="utf-8") as file:
            file.write(CHANNELS)
        command = [sys.executable, "-m", "kefu", "run", str(home), "--port", str(PORT)]
        server = subprocess.Popen(command, env={**os.environ, **ENVIRONMENT}, stdout=subprocess.DEVNULL)
        try:
            yield server.pid
        finally:
            server.terminate()
            server.wait()


async def is_up() -> bool:
    """Whether the server answers and its exchange listens."""
    try:
        async with httpx2.AsyncClient() as client:
            await client.get(f"http://127.0.0.1:{PORT}/healthz")
        _, writer = await asyncio.open_connection("127.0.0.1", EXCHANGE)
        writer.close()
    except (httpx2.HTTPError, OSError):
        return False
    return True


async def dial(line: str, number: int = 0) -> Caller:
    """A caller on one of the lines."""
    address = f"127.0.0.1:{PORT}"
    async with httpx2.AsyncClient() as client:
        if line == "browser":
            session = (await client.post(f"http://{address}/api/v1/chat/sessions", json={})).json()["session"]
            return BrowserCaller(f"ws://{address}", session)
        if line == "AudioSocket":
            return AsteriskCaller(EXCHANGE)
        channel = media_streams.open_channel("twilio", {"auth_token": TOKEN})
        url, fields = f"http://{address}/webhooks/twilio/call", {"CallSid": f"CA{number}"}
        signature = {"X-Twilio-Signature": channel.sign(url, list(fields.items()))}
        answer = (await client.post(url, data=fields, headers=signature)).text
    stream, token = (re.search(f'{name}="([^"]+)"', answer)[1] for name in ("url", "value"))  # type: ignore[index]
    return MediaCaller(stream, token, fields["CallSid"])


async def settled(caller: Caller) -> None:
    """Wait until something was said, and it is over."""
    await until(lambda: caller.sound(0), 30)
    await caller.until_quiet(0.8, 90)


async def first_sound(caller: Caller, since: float) -> float:
    """Wait for the first sound after a moment; how long it took, ms."""
    await until(lambda: caller.sound(since), 30)
    return float(caller.sound(since)[0][0] - since) * 1e3


async def gaps(line: str, turns: int) -> list[float]:
    """From the end of the question to the first sound of the answer, ms."""
    found = []
    async with await dial(line) as caller:
        await settled(caller)
        speech = voice(caller.rate_hz)
        for _ in range(turns):
            since = await caller.utter(speech)
            found.append(await first_sound(caller, since))
            await caller.until_quiet(0.8, 90)
    return found


async def stops(line: str, times: int) -> list[float]:
    """From the first sound of a caller who interrupts to the last sound of what was being said, ms."""
    found = []
    for number in range(times):
        async with await dial(line, number + 1) as caller:
            speech = voice(caller.rate_hz)
            quiet = int(np.flatnonzero(np.abs(np.frombuffer(speech, "<i2").astype(float)) > 400)[0])
            await first_sound(caller, 0)
            await asyncio.sleep(1.0)
            began = asyncio.get_running_loop().time()
            talking = asyncio.create_task(caller.utter(speech[quiet * 2 :]))
            await asyncio.sleep(0.5)
            before = [at for at, _ in caller.sound(0) if at < began + 0.5]
            found.append((max(before) - began) * 1e3)
            await talking
    return found


async def crowd(calls: int, seconds: float) -> tuple[int, int, list[float], int]:
    """So many calls at once: frames heard, frames that came late, gaps, how many were answered."""
    callers, waits = [AsteriskCaller(EXCHANGE) for _ in range(calls)], []
    speech = voice(8000)

    async def talk(caller: AsteriskCaller, number: int) -> bool:
        await asyncio.sleep(number * 0.2)
        answered = False
        async with caller:
            await settled(caller)
            end = asyncio.get_running_loop().time() + seconds
            while asyncio.get_running_loop().time() < end and not caller.over.is_set():
                since = await caller.utter(speech)
                waits.append(await first_sound(caller, since))
                answered = True
                await caller.until_quiet(0.8, 90)
        return answered

    done = await asyncio.gather(*(talk(caller, number) for number, caller in enumerate(callers)))
    times = [[at for at, _ in caller.all] for caller in callers]
    late = sum(LATE_S < after - before < SPURT_S for one in times for before, after in pairwise(one))
    return sum(map(len, times)), late, waits, sum(done)


def memory_mb(process: int) -> float:
    """Resident memory of the server and its own processes."""
    pages = 0
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            if process in (int(folder.name), parent):
                pages += int((folder / "statm").read_text().split()[1])
        except (OSError, ValueError):
            continue
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def percentile(values: Sequence[float], share: float) -> float:
    """A percentile of some values."""
    return float(np.percentile(np.array(values), share))


async def measure(process: int, turns: int, calls: int, seconds: float) -> None:
    """Everything."""
    await until(is_up, 60)
    figure("memory of the server before a call", memory_mb(process), "MB")
    for line in ("browser", "AudioSocket", "media streams"):
        waits = await gaps(line, turns)
        figure(f"end of speech to first sound, p50, {line}", percentile(waits, 50), "ms", goal=500)
        figure(f"end of speech to first sound, p95, {line}", percentile(waits, 95), "ms", goal=800)
        stopped = await stops(line, max(turns // 2, 2))
        figure(f"speech stops what is said, worst, {line}", max(stopped), "ms", goal=150)
    figure("memory of the server with one call at a time", memory_mb(process), "MB")
    heard, late, waits, answered = await crowd(calls, seconds)
    figure("frames heard on calls at once", heard, "frames", "higher")
    figure("frames missed on calls at once", late, "frames", goal=0)
    figure("calls answered of those at once", answered, "calls", "higher", goal=calls)
    figure("end of speech to first sound, p95, calls at once", percentile(waits, 95), "ms")
    figure("memory of the server after calls at once", memory_mb(process), "MB")


def main() -> None:
    """Measure, and keep the figures beside those of the engines."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--turns", type=int, default=TURNS)
    parser.add_argument("--calls", type=int, default=CALLS)
    parser.add_argument("--seconds", type=float, default=SECONDS)
    wish = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))  # so that the server is stopped, too
    with school() as process:
        asyncio.run(measure(process, wish.turns, wish.calls, wish.seconds))
    figure("turns of each line", wish.turns, "turns", "higher")
    figure("calls at once", wish.calls, "calls", "higher")
    figure("each of those calls", wish.seconds, "s", "higher")
    command = f"python bench/voice/latency.py --turns {wish.turns} --calls {wish.calls} --seconds {wish.seconds:g}"
    keep(HERE / "results.json", command)


def keep(file: Path, command: str) -> None:
    """Put the figures with their command into the results, in place of the earlier ones of calls."""
    machine = f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"
    fresh: dict[str, Any] = {
        "command": command,
        "machine": machine,
        "date": f"{datetime.now(UTC):%Y-%m-%d}",
    }
    results = json.loads(file.read_text("utf-8")) if file.is_file() else {**fresh, "figures": []}
    measured = [{**one, "command": command} for one in figures]
    others = [one for one in results["figures"] if not one["name"].startswith("calls: ")]
    file.write_text(json.dumps({**fresh, **results, "figures": [*others, *measured]}, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
