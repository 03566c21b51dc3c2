"""kefu rules: check automation rules, and try them on past conversations before they go live."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kefu.cli.options import home, json_option
from kefu.cli.show import as_json, console, plain, say

if TYPE_CHECKING:
    from kefu.app.clerk.trying import Trial, Tried

LINKS = 5
"""Matches that are printed of each rule."""


@click.group()
def rules() -> None:
    """Automation rules: check them, and try them on past conversations."""


@rules.command(
    epilog="""\b
Examples:
  kefu rules check my-school         read rules/*.toml and kefu.toml, and say what is wrong
  kefu rules check my-school --json  the same for a machine to read"""
)
@home
@json_option
def check(home: Path, *, as_json_: bool) -> None:
    """Read all rules; an error names the file, the rule and the key."""
    from kefu.app import load_config
    from kefu.app.clerk.plan import read_plan

    found = read_plan(load_config(home)).rules
    if as_json_:
        as_json([{"name": rule.name, "when": rule.when, "live": rule.live} for rule in found])
        return
    for rule in found:
        mark = "[green]✓[/]" if rule.live else "[dim]○[/]"
        deeds = ", ".join(deed.deed for deed in rule.then)
        console.print(f"{mark} {plain(rule.name)} [dim]{', '.join(rule.when)} → {deeds}[/]", soft_wrap=True)
    if not found:
        say(
            "No rules yet: write them in rules/*.toml, or as [[rules]] in kefu.toml.",
            "还没有规则：写在 rules/*.toml，或者 kefu.toml 的 [[rules]]。",
        )


@rules.command(
    "dry-run",
    epilog="""\b
Examples:
  kefu rules dry-run my-school --days 7            what they would have done in the last week
  kefu rules dry-run my-school --only "vip first"  one rule alone""",
)
@home
@click.option("--days", default=30, show_default=True, type=click.IntRange(1, 3650), help="How far back to look.")
@click.option("--only", default="", help="Only the rule of this name.")
@json_option
def dry_run(home: Path, *, days: int, only: str, as_json_: bool) -> None:
    """Show which conversations rules would have touched; nothing happens to any of them.

    Rules with live = false are tried, too: so a rule can be looked at before it goes live.
    """
    trial = asyncio.run(_try(home, days, only))
    if as_json_:
        from dataclasses import asdict

        as_json(
            asdict(trial)
            | {"rules": [asdict(one) | {"conversations": sorted(one.conversations)} for one in trial.rules]}
        )
        return
    say(
        f"{trial.conversations:,} conversations, {trial.events:,} events in {days} days",
        f"{days} 天内 {trial.conversations:,} 个对话，{trial.events:,} 个事件",
    )
    for tried in trial.rules:
        _show(tried)


async def _try(home: Path, days: int, only: str) -> Trial:
    from kefu.app import load_config
    from kefu.app.clerk.plan import read_plan
    from kefu.app.clerk.trying import try_rules
    from kefu.app.plugins import load_plugin
    from kefu.core.errors import NotFound
    from kefu.core.ports.desk import Scope

    config = load_config(home)
    plan = read_plan(config)
    chosen = [rule for rule in plan.rules if only in ("", rule.name)]
    if only and not chosen:
        raise NotFound(f"There is no rule {only!r}; `kefu rules check` lists all.")
    settings = {**config.table("store"), "home": str(config.home)}
    async with load_plugin("stores", config.get("store.use", str))(settings) as store:
        return await try_rules(store, plan, chosen, datetime.now(UTC) - timedelta(days=days), Scope())


def _show(tried: Tried) -> None:
    state = "" if tried.live else " [dim](live = false)[/]"
    console.print(
        f"[bold]{plain(tried.rule)}[/]{state}: {len(tried.conversations):,} conversations, {tried.events:,} events",
        soft_wrap=True,
    )
    for match in tried.matches[:LINKS]:
        place = f"/desk/conversations/{match.conversation_id}#n{match.number}"
        console.print(
            f"  [dim]{match.at:%Y-%m-%d %H:%M} {match.kind}[/] {place} {plain(match.text[:60])}", soft_wrap=True
        )
