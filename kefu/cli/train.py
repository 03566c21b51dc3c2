"""kefu train: learn from the skills' examples."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter

import click

from kefu.cli.options import home, json_option
from kefu.cli.show import as_json, progress, say


@click.command(
    epilog="""\b
Examples:
  kefu train
  kefu train my-school --json"""
)
@home
@json_option
@click.option("--quiet", is_flag=True, help="No progress bars.")
def train(home: Path, as_json_: bool, quiet: bool) -> None:
    """Train the reader of a project; a running server takes the new model when it starts again."""
    from kefu.app.config import load_config
    from kefu.app.skills import load_catalog
    from kefu.app.training import train_model

    config = load_config(home)
    catalog = load_catalog(config.home / config.get("skills.folder", str), config.get("identity.skill", str))
    models, start = config.home / config.get("reader.model", str), perf_counter()
    with progress(quiet=quiet or as_json_) as advance:
        use, settings = config.get("reader.use", str), config.table("reader")
        made = train_model(catalog, use, models, settings, progress=advance, now=datetime.now(UTC))
    seconds = perf_counter() - start
    if as_json_:
        as_json({"version": made.version, "examples": made.examples, "intents": made.intents, "seconds": seconds})
        return
    say(
        f"Trained on {made.examples:,} examples of {made.intents} intents in {seconds:.1f} s: {made.folder.name}",
        f"用 {made.intents} 个意图的 {made.examples:,} 条例句训练完成，用时 {seconds:.1f} 秒：{made.folder.name}",
    )
