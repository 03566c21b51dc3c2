"""kefu run: serve a project."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import click

from kefu.cli.options import home
from kefu.cli.show import say


@click.command(
    epilog="""\b
Examples:
  kefu run my-school
  kefu run my-school --host 0.0.0.0 --port 80"""
)
@home
@click.option("--host", default="", help="Address to listen on (default: kefu.toml [web] host).")
@click.option(
    "--port", default=0, help="Port to listen on (default: kefu.toml [web] port; the next free one if taken)."
)
@click.option("--demo", is_flag=True, help="Sign sample staff in without a token; only on this machine.")
def run(home: Path, host: str, port: int, demo: bool) -> None:
    """Train if there is no model yet, then serve the project until Ctrl+C."""
    from kefu.app.config import load_config
    from kefu.cli.log import set_up_log
    from kefu.cli.serve import serve

    config = load_config(home)
    set_up_log(config.get("log.level", str), config.get("log.format", str), serving=True)
    if not (config.home / config.get("reader.model", str) / "current").is_file():
        say("There is no model yet; training one (a few seconds) …", "还没有模型，先训练一个（几秒钟）……")
        # A process of its own gives the memory of training back.
        command = [sys.executable, "-m", "kefu", "train", str(home)]
        if subprocess.run(command, check=False).returncode:  # noqa: S603 - our own command
            raise click.exceptions.Exit(1)
    from kefu.cli.knowledge import bring_own

    bring_own(config)
    serve(config, host or config.get("web.host", str), port or config.get("web.port", int), demo=demo)
