"""kefu voice: what concerns calls."""

from __future__ import annotations

import click

from kefu.cli.rehear import replay
from kefu.cli.voice_doctor import voice_doctor


@click.group()
def voice() -> None:
    """Calls: measure the engines of speech, hear recorded calls again."""


voice.add_command(voice_doctor)
voice.add_command(replay)
