"""kefu doctor: what is wrong with an installation, and how to mend it."""

from __future__ import annotations

import asyncio
from pathlib import Path

import click

from kefu.cli.options import json_option
from kefu.cli.show import as_json, chinese, console, plain

MARKS = {"ok": "[green]✓[/]", "warning": "[yellow]![/]", "wrong": "[red]✗[/]"}


@click.command(
    epilog="""\b
Examples:
  kefu doctor
  kefu doctor my-school --json"""
)
@click.argument("home", type=click.Path(path_type=Path), default=".", metavar="[PROJECT]")
@json_option
def doctor(home: Path, as_json_: bool) -> None:
    """Look into everything that a running kefu needs; exit code 1 when something is wrong."""
    from kefu.app.doctor import examine

    findings = asyncio.run(examine(home))
    if as_json_:
        as_json([{"what": f.what, "state": f.state, "found": f.found, "advice": f.advice} for f in findings])
    else:
        for finding in findings:
            console.print(f"{MARKS[finding.state]} {plain(finding.what)}: {plain(finding.found)}", soft_wrap=True)
            if finding.advice:
                console.print(
                    f"  [dim]{'怎么办' if chinese() else 'What to do'}: {plain(finding.advice)}[/]", soft_wrap=True
                )
    if any(finding.state == "wrong" for finding in findings):
        raise click.exceptions.Exit(1)
