"""kefu config: what holds, and where it came from."""

from __future__ import annotations

from pathlib import Path

import click

from kefu.cli.options import home, json_option
from kefu.cli.show import as_json, console, plain


@click.command(
    epilog="""\b
Examples:
  kefu config                 what kefu.toml and the environment set
  kefu config --full          every value, defaults included
  KEFU__WEB__PORT=9000 kefu config my-school"""
)
@home
@json_option
@click.option("--full", is_flag=True, help="Also show the values that are defaults.")
def config(home: Path, as_json_: bool, full: bool) -> None:
    """Print the configuration, each value with where it came from; secrets stay names."""
    from rich.table import Table

    from kefu.app.config import load_config

    loaded = load_config(home)
    rows = [
        (key, loaded.values[key], loaded.origins[key])
        for key in sorted(loaded.values)
        if full or loaded.origins[key] != "default"
    ]
    if as_json_:
        as_json({key: {"value": value, "from": origin} for key, value, origin in rows})
        return
    table = Table("key", "value", "from", box=None, header_style="dim")
    for key, value, origin in rows:
        table.add_row(key, plain(str(value)), f"[dim]{origin}[/]")
    console.print(table)
