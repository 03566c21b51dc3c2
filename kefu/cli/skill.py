"""kefu skill: work with skill folders."""

from __future__ import annotations

import asyncio
import tempfile
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.markup import escape

from kefu.cli.options import home, json_option
from kefu.cli.show import as_json, console, progress

if TYPE_CHECKING:
    from kefu.app.check import Checked

COLOURS = {"none": "red", "bronze": "yellow", "silver": "white", "gold": "bright_yellow", "platinum": "bright_cyan"}
SHOWN = 12
"""How many missing things are listed for a skill."""


@click.group()
def skill() -> None:
    """Work with skill folders."""


@skill.command(
    epilog="""\b
Examples:
  kefu skill check my-school
  kefu skill check my-school --only refund
  kefu skill check my-school --least gold --json"""
)
@home
@json_option
@click.option("--only", default="", metavar="SKILL", help="Check this skill alone.")
@click.option(
    "--least", default="bronze", show_default=True, type=click.Choice(list(COLOURS)), help="Fail below this grade."
)
def check(home: Path, as_json_: bool, only: str, least: str) -> None:
    """Train on the examples, play the dialogues, grade every skill and say what is missing.

    Exit code 1 when a skill is below the least grade or a dialogue comes out otherwise.
    """
    results = asyncio.run(_check(home, only, quiet=as_json_))
    order = list(COLOURS)
    bad = any(order.index(one.grade.name) < order.index(least) or one.failures for one in results)
    if as_json_:
        as_json([asdict(one) for one in results])
    else:
        for one in results:
            colour = COLOURS[one.grade.name]
            console.print(f"[{colour}]● {one.grade.name:<9}[/]{one.skill}  [dim]{one.dialogues} dialogues[/]")
            for line in one.grade.missing[:SHOWN]:
                console.print(f"            [dim]{escape(line)}[/]", soft_wrap=True)
            if len(one.grade.missing) > SHOWN:
                console.print(f"            [dim]… and {len(one.grade.missing) - SHOWN} more[/]")
    if bad:
        raise click.exceptions.Exit(1)


async def _check(home: Path, only: str, *, quiet: bool) -> list[Checked]:
    from kefu.app.check import check_skills
    from kefu.app.config import load_config
    from kefu.app.models import Models
    from kefu.app.readers import reader_settings
    from kefu.app.skills import load_catalog
    from kefu.app.training import train_model

    config = load_config(home)
    catalog = load_catalog(config.home / config.get("skills.folder", str), config.get("identity.skill", str))
    use, settings = config.get("reader.use", str), reader_settings(config)
    with tempfile.TemporaryDirectory() as folder, progress(quiet=quiet) as advance:
        made = train_model(catalog, use, Path(folder), settings, progress=advance, now=datetime.now(UTC))
        reader = Models(Path(folder)).open(made.name, settings)
        return [one async for one in check_skills(config, catalog, reader, only)]
