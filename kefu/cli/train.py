"""kefu train: learn from the skills' examples."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter

import click

from kefu.cli.model import show_gate
from kefu.cli.options import home, json_option
from kefu.cli.show import as_json, progress, say


@click.command(
    epilog="""\b
Examples:
  kefu train
  kefu train my-school --json
  kefu train my-school --no-promote     look at it first: kefu model list, kefu model promote"""
)
@home
@json_option
@click.option("--no-promote", is_flag=True, help="Keep the new model as a candidate; serve the old one.")
@click.option("--no-gate", is_flag=True, help="Serve the new model without comparing it.")
@click.option("--quiet", is_flag=True, help="No progress bars.")
def train(home: Path, *, as_json_: bool, no_promote: bool, no_gate: bool, quiet: bool) -> None:
    """Train the reader of a project, and serve the new model unless it is worse; then the exit code is 1.

    A running server takes the new model over within seconds. Compared are the sentences
    of tests.csv or tests.jsonl in the project, those of tests.tone.zh.txt and
    tests.tone.en.txt by how they sound, and the enquiries that people judged. Without
    tests.csv every fifth example and sentence of tone is held out, and both models are
    trained once more without them: that takes two further trainings.
    """
    from kefu.app.config import load_config
    from kefu.app.known import tests_of
    from kefu.app.promotion import Gate, models_of, promote
    from kefu.app.readers import reader_settings
    from kefu.app.skills import load_catalog
    from kefu.app.training import examples_of, train_model
    from kefu.app.tuning import MUCH, share_new

    config = load_config(home)
    catalog = load_catalog(config.home / config.get("skills.folder", str), config.get("identity.skill", str))
    models, start = models_of(config), perf_counter()
    with progress(quiet=quiet or as_json_) as advance:
        use, settings = config.get("reader.use", str), reader_settings(config)
        made = train_model(catalog, use, models.folder, settings, progress=advance, now=datetime.now(UTC))
        seconds = perf_counter() - start
        if not as_json_:
            say(
                f"Trained on {made.examples:,} examples of {made.intents} intents in {seconds:.1f} s: {made.name}",
                f"用 {made.intents} 个意图的 {made.examples:,} 条例句训练完成，用时 {seconds:.1f} 秒：{made.name}",
            )
            if (share := share_new(settings, examples_of(catalog))) >= MUCH:
                say(
                    f"{100 * share:.0f} % of the examples are new to the tuned encoder: kefu encoder tune",
                    f"{100 * share:.0f} % 的例句是编码器微调之后新增的：kefu encoder tune",
                )
        gate: Gate | None = None
        if not no_promote:
            if not (as_json_ or no_gate or not models.served() or tests_of(config.home)):
                say(
                    "Comparing it with the model served takes two further trainings; a tests.csv spares them.",
                    "与现用模型比较需要再训练两次；项目里有 tests.csv 就不用。",
                )
            gate = asyncio.run(promote(config, made, advance, skip="left out by --no-gate" if no_gate else ""))
    if as_json_:
        told = {"version": made.version, "examples": made.examples, "intents": made.intents, "seconds": seconds}
        promoted = gate is not None and not gate.worse
        as_json({**told, "name": made.name, "promoted": promoted, "gate": gate.as_dict() if gate else None})
    elif gate:
        show_gate(made.name, gate)
    else:
        say(
            f"A candidate; serve it with: kefu model promote {made.name}",
            f"候选版本；采用：kefu model promote {made.name}",
        )
    if gate and gate.worse:
        raise click.exceptions.Exit(1)
