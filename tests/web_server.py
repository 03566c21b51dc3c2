"""The product as a process that can be killed and started again; its folder outlives it."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx2
from web_house import AS_OPERATOR, AS_SERVER

SERVE = Path(__file__).parent / "e2e" / "serve.py"
PATIENCE_S = 90


class Server:
    """One installation, served on a port of its own."""

    def __init__(self, home: Path) -> None:
        self._home = home
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self._port = free.getsockname()[1]
        self.address = f"http://127.0.0.1:{self._port}"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start, and wait until it serves."""
        command = [sys.executable, str(SERVE), str(self._port), str(self._home)]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            with suppress(httpx2.TransportError):
                httpx2.get(f"{self.address}/healthz")
                return
            time.sleep(0.05)
        raise AssertionError("the server does not start")

    def kill(self) -> None:
        """Kill -9."""
        if self._process:
            self._process.kill()
            self._process.wait()

    def operate(self, path: str, **body: object) -> Any:
        """Ask the desk's interface; with a body, do something."""
        method = "POST" if body else "GET"
        address = f"{self.address}/api/v1{path}"
        answer = httpx2.request(method, address, json=body or None, headers=AS_OPERATOR, timeout=PATIENCE_S)
        return answer.raise_for_status().json()

    def talk_of(self, customer: str) -> str:
        """The id of a customer's only conversation."""
        (talk,) = self.operate(f"/conversations?customer_id={customer}")
        return str(talk["id"])

    def write(self, sender: str, text: str) -> Any:
        """Let a customer say something through a server."""
        body = {"sender": sender, "text": text}
        address = f"{self.address}/api/v1/messages"
        answer = httpx2.post(address, json=body, headers=AS_SERVER, timeout=PATIENCE_S)
        return answer.raise_for_status().json()
