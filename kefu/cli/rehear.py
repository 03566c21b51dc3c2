"""kefu voice replay: recorded calls through another recogniser, and how many errors it makes."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kefu.cli.options import home, json_option
from kefu.cli.show import as_json, console, plain, say

if TYPE_CHECKING:
    from kefu.app.rehearing import Reheard


@click.command(
    epilog="""\b
Examples:
  kefu voice replay my-school                                   the recogniser that kefu.toml names
  kefu voice replay my-school --recogniser sherpa.v1 --set folder=/models/zh-en --set kind=sense_voice
  kefu voice replay my-school --calls 50 --json > sherpa.json   for a machine to read"""
)
@home
@click.option("--recogniser", default="", help="Name of the engine; that of kefu.toml without.")
@click.option("--set", "pairs", multiple=True, metavar="KEY=VALUE", help="A setting of the engine; may be repeated.")
@click.option(
    "--calls", "most", default=25, show_default=True, type=click.IntRange(1, 1000), help="How many, the latest."
)
@json_option
def replay(home: Path, recogniser: str, pairs: Sequence[str], most: int, *, as_json_: bool) -> None:
    """Hear recorded calls again with another recogniser, and compare its errors with those of then.

    Right is what a colleague corrected, else what was heard. Each call is noted in the audit trail as listened to.
    """
    found = asyncio.run(_rehear(home, recogniser, pairs, most))
    if as_json_:
        as_json(_mapping(found))
        return
    for one in found:
        _show(one)
    if not found:
        say(
            "No recorded calls that this engine hears; see [voice] recording.",
            "没有这个引擎能听的通话录音；见 [voice] recording。",
        )
        return
    total = _mapping(found)["total"]
    console.print(f"[bold]{_figures(total['rate'], total['rate_then'])}[/] [dim]{total['pieces']}[/]")


async def _rehear(home: Path, recogniser: str, pairs: Sequence[str], most: int) -> Sequence[Reheard]:
    from kefu.app import Operator, load_config, scope_of
    from kefu.app.opening import open_recordings
    from kefu.app.people.team import Hand
    from kefu.app.plugins import load_plugin
    from kefu.app.rehearing import Archive, open_recogniser, parse_settings, rehear
    from kefu.app.skills import load_catalog

    config, who = load_config(home), Operator("cli")
    catalog = load_catalog(home / config.get("skills.folder", str), config.get("identity.skill", str))
    name = recogniser or config.get("voice.recogniser.use", str)
    engine = open_recogniser(config, name, parse_settings(pairs))
    settings = {**config.table("store"), "home": str(config.home)}
    try:
        async with (
            load_plugin("stores", config.get("store.use", str))(settings) as store,
            open_recordings(config) as recordings,
        ):
            calls = await store.calls(scope_of(who), limit=most)
            return await rehear(calls, Archive(store, recordings, Hand(who)), engine, catalog, datetime.now(UTC))
    finally:
        engine.close()


def _show(one: Reheard) -> None:
    from kefu.app.rehearing import rate_of

    console.print(
        f"{one.call.began.at:%Y-%m-%d %H:%M} {one.language}  {_figures(one.rate, rate_of(one.pieces, then=True))}"
    )
    for again in one.pieces:
        mark = "[green]=[/]" if again.units and not again.errors else "[yellow]≠[/]"
        right = plain(again.piece.right) or "[dim]—[/]"
        console.print(f"  {mark} {right}  [dim]→[/] {plain(again.text) or '[dim]—[/]'}", soft_wrap=True)


def _figures(now: float | None, then: float | None) -> str:
    shown = ["–" if rate is None else f"{rate:.3f}" for rate in (now, then)]
    return f"{shown[0]} ({shown[1]})"


def _mapping(found: Sequence[Reheard]) -> dict[str, Any]:
    from kefu.app.rehearing import rate_of

    every = [again for one in found for again in one.pieces]
    calls = [
        {
            "conversation": one.call.conversation_id,
            "number": one.call.number,
            "at": one.call.began.at.isoformat(),
            "language": one.language,
            "rate": one.rate,
            "rate_then": rate_of(one.pieces, then=True),
            "pieces": [
                {"at_ms": again.piece.from_ms, "right": again.piece.right, "then": again.piece.heard, "now": again.text}
                for again in one.pieces
            ],
        }
        for one in found
    ]
    total = {"pieces": len(every), "rate": rate_of(every), "rate_then": rate_of(every, then=True)}
    return {"calls": calls, "total": total}
