"""The serving process: address and server."""

from __future__ import annotations

import gc
import os
import socket
import subprocess
import sys

from kefu.app.config import Config
from kefu.cli.show import say
from kefu.core.errors import BadConfig

MOST_PORTS = 20
"""How many ports are tried after the configured one."""

LARGEST_FRAME = 128 * 1024
"""Bytes that a chat client may send at once; a message is far smaller."""

LOCAL = ("127.0.0.1", "localhost", "::1")


def serve(config: Config, host: str, port: int, *, demo: bool) -> None:
    """Serve until stopped; prints where customers and the team find it. Raises `BadConfig` when no port is free."""
    import uvicorn

    from kefu.web import make_app

    if demo and host not in LOCAL:
        raise BadConfig(f"--demo signs staff in without a token, so it serves {LOCAL[0]} only, not {host}.")
    listener = listen(host, port)
    address = f"http://{'127.0.0.1' if host == '0.0.0.0' else host}:{listener.getsockname()[1]}"  # noqa: S104
    name = config.get("kefu.name", str)
    os.environ["KEFU_ADDRESS"] = address

    def ready() -> None:
        gc.freeze()  # what is here now stays: looking through it again would stop the house for 50 ms
        say(f"{name}: {address}", f"{name}：{address}")
        say(*_to_the_desk(f"{address}/desk/", demo=demo))
        if demo:
            beside.append(make_sample_beside(config))

    beside: list[subprocess.Popen[bytes]] = []
    app = make_app(config.home, demo=demo, ready=ready)
    settings = uvicorn.Config(
        app, log_config=None, access_log=False, lifespan="on", timeout_graceful_shutdown=5, ws_max_size=LARGEST_FRAME
    )
    try:
        uvicorn.Server(settings).run(sockets=[listener])
    finally:
        for process in beside:
            process.terminate()


def _to_the_desk(address: str, *, demo: bool) -> tuple[str, str]:
    """Where the team works and how to get in, in English and Chinese."""
    if demo:
        return f"For the team: {address}", f"团队工作台：{address}"
    return (
        f"For the team: {address} (the first time with KEFU_OPERATOR_TOKEN from the project's .env)",
        f"团队工作台：{address}（第一次用项目 .env 里的 KEFU_OPERATOR_TOKEN 登录）",
    )


def make_sample_beside(config: Config) -> subprocess.Popen[bytes]:
    """Make sample conversations where there are none, in a process of its own: the server answers meanwhile."""
    command = [sys.executable, "-m", "kefu", "sample", "make", str(config.home), "--once"]
    return subprocess.Popen(command)  # noqa: S603 - our own command


def listen(host: str, port: int) -> socket.socket:
    """The first free port from the wanted one on."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    for candidate in range(port, port + MOST_PORTS):
        listener = socket.socket(family)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, candidate))
        except OSError:
            listener.close()
            continue
        return listener
    raise BadConfig(f"{host}: no free port from {port} to {port + MOST_PORTS - 1}; name one with --port.")
