"""A small HTTP load client: customers that wait for each answer, over kept connections.

Written on asyncio's streams so that the client costs little of the two cores that it
shares with the server.
"""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Load:
    """What a run of the load measured; times in milliseconds."""

    messages: int
    seconds: float
    p50_ms: float
    p95_ms: float
    p99_ms: float
    server_cpu_ms: float
    errors: int

    @property
    def rate(self) -> float:
        """Answers per second."""
        return self.messages / self.seconds


class Customer:
    """One kept connection that sends a request and waits for its answer."""

    def __init__(self, host: str, port: int, path: str, headers: str) -> None:
        self._address = (host, port)
        self._head = f"POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n{headers}"
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def send(self, body: bytes) -> tuple[int, bytes]:
        """Status and body of the answer."""
        if self._streams is None:
            self._streams = await asyncio.open_connection(*self._address)
        reader, writer = self._streams
        writer.write(f"{self._head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
        return int(head[9:12]), await reader.readexactly(length)

    def close(self) -> None:
        """Drop the connection."""
        if self._streams:
            self._streams[1].close()


def cpu_seconds(pid: int) -> float:
    """User and system CPU time of a process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def resident_mb(pid: int) -> float:
    """Resident memory of a process, in MB."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


async def put_load(
    port: int,
    path: str,
    headers: str,
    *,
    customers: int,
    seconds: float,
    pid: int,
    body_of: Callable[[int, int], object],
) -> Load:
    """Let customers write one message after the other for a while; `body_of(customer, number)` is the JSON."""
    times: list[float] = []
    errors = 0
    end = perf_counter() + seconds

    async def write(who: int) -> None:
        nonlocal errors
        customer = Customer("127.0.0.1", port, path, headers)
        number = 0
        while perf_counter() < end:
            start = perf_counter()
            status, _ = await customer.send(json.dumps(body_of(who, number)).encode())
            times.append(perf_counter() - start)
            errors += status != 200
            number += 1
        customer.close()

    before, start = cpu_seconds(pid), perf_counter()
    await asyncio.gather(*(write(who) for who in range(customers)))
    took, cpu = perf_counter() - start, cpu_seconds(pid) - before
    return Load(
        messages=len(times),
        seconds=took,
        p50_ms=percentile(times, 0.50) * 1e3,
        p95_ms=percentile(times, 0.95) * 1e3,
        p99_ms=percentile(times, 0.99) * 1e3,
        server_cpu_ms=cpu / max(1, len(times)) * 1e3,
        errors=errors,
    )


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which this share of the values lies."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0
