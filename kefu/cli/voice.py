"""kefu voice: what concerns calls."""

from __future__ import annotations

import click

from kefu.cli.rehear import replay


@click.group()
def voice() -> None:
    """Calls: hear recorded ones again."""


voice.add_command(replay)
