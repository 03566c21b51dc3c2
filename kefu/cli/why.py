"""kefu why: what a turn did and why."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import click

from kefu.cli.options import home, json_option
from kefu.cli.show import as_json, console
from kefu.core.errors import NotFound
from kefu.core.events import DecisionTaken, Drafted, HandedOff, MessageReceived, Replied, TurnTraced
from kefu.core.ports.store import Recorded


@click.command(
    epilog="""\b
Examples:
  kefu why last
  kefu why t0c1f… my-school --json"""
)
@click.argument("turn")
@home
@json_option
def why(turn: str, home: Path, as_json_: bool) -> None:
    """Show the eight stages of TURN (an id, or `last`), with the evidence of each sentence."""
    recorded = asyncio.run(_events(home, turn))
    if as_json_:
        as_json([{"number": one.number, "event": type(one.event).__name__, **asdict(one.event)} for one in recorded])
        return
    show(recorded)


async def _events(home: Path, turn: str) -> Sequence[Recorded]:
    from kefu.app.config import load_config
    from kefu.app.plugins import load_plugin

    config = load_config(home)
    place = {**config.table("store"), "home": str(config.home)}
    async with load_plugin("stores", config.get("store.use", str))(place) as store:
        if turn == "last":
            latest = await store.turns(1)
            turn = latest[0][0] if latest else turn
        recorded: Sequence[Recorded] = await store.turn(turn)
    if not recorded:
        raise NotFound(f"There is no turn {turn!r}; `kefu why last` shows the latest one.")
    return recorded


def show(recorded: Sequence[Recorded]) -> None:
    """Print a turn for people."""
    from rich.markup import escape
    from rich.table import Table

    for event in (one.event for one in recorded):
        match event:
            case MessageReceived():
                console.print(f"[bold]{escape(event.text)}[/]  [dim]{event.at:%Y-%m-%d %H:%M:%S} UTC[/]")
            case DecisionTaken():
                console.print(f"→ {event.decision} {event.skill} [dim]({event.because})[/]")
            case HandedOff():
                console.print(
                    f"→ handed off [dim]({event.reason}, {event.urgency})[/]\n[dim]{escape(event.summary)}[/]"
                )
            case Drafted():
                console.print(f"→ drafted: {event.decision} {event.skill} [dim]({event.because})[/]")
                console.print(f"[cyan]{escape(event.text)}[/]", soft_wrap=True)
            case Replied():
                for statement in event.statements:
                    console.print(f"[cyan]{escape(statement.text.strip())}[/]")
                    for evidence in statement.evidence:
                        console.print(
                            f"    [dim]{escape(evidence.source)} {escape(evidence.detail)}[/]", soft_wrap=True
                        )
            case TurnTraced():
                table = Table("stage", "ms", "in", "out", box=None, header_style="dim")
                for stage in event.stages:
                    table.add_row(stage.name, f"{stage.took_ms:.2f}", escape(stage.went_in), escape(stage.came_out))
                console.print(table)
