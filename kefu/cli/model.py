"""kefu model: which version of the model is served."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.markup import escape

from kefu.cli.options import home, json_option
from kefu.cli.show import as_json, console, progress, say

if TYPE_CHECKING:
    from kefu.app.promotion import Gate
    from kefu.service.promotion import Compared


@click.group(
    epilog="""\b
Examples:
  kefu model list my-school
  kefu model promote 20260302-101500250-3f2a91c0de77 my-school
  kefu model rollback my-school"""
)
def model() -> None:
    """List the versions of a project's model, and choose the one that is served.

    A running server takes another version over within seconds, without a restart.
    """


@model.command("list", epilog="\b\nExamples:\n  kefu model list my-school\n  kefu model list my-school --json")
@home
@json_option
def list_(home: Path, as_json_: bool) -> None:
    """List the versions that are kept, the latest first, with what became of them.

    A version's name begins with the time of its training (UTC).
    """
    from rich.table import Table

    from kefu.app.config import load_config
    from kefu.app.promotion import models_of

    models = models_of(load_config(home))
    served, versions = models.served(), models.versions()[::-1]
    states = {one.name: "current" if served[:1] == [one.name] else "previous" for one in versions if one.name in served}
    if as_json_:
        as_json([{**asdict(one), "state": states.get(one.name, "candidate")} for one in versions])
        return
    if not versions:
        say("No version yet; run kefu train.", "还没有任何版本，请运行 kefu train。")
    table = Table("", "version", "", "reader", "examples", "compared", box=None, header_style="dim", pad_edge=False)
    for column in table.columns[:-1]:
        column.no_wrap = True
    for one in versions:
        state = states.get(one.name, "candidate")
        mark = "●" if state == "current" else ""
        table.add_row(mark, one.name, state, one.reader, f"{one.examples:,}", _short(one.gate))
    console.print(table)


@model.command(
    "promote",
    epilog="""\b
Examples:
  kefu model promote 20260302-101500250-3f2a91c0de77
  kefu model promote 3f2a my-school                  part of a name will do
  kefu model promote 3f2a my-school --even-if-worse""",
)
@click.argument("version")
@home
@json_option
@click.option("--even-if-worse", is_flag=True, help="Serve it without comparing it.")
def promote_(version: str, home: Path, as_json_: bool, even_if_worse: bool) -> None:
    """Serve VERSION, unless it is worse than the one served; then the exit code is 1.

    Compared are the sentences of tests.csv or tests.jsonl in the project (without one,
    every fifth example, for which both models are trained once more), those of
    tests.tone.zh.txt and tests.tone.en.txt, and the enquiries that people judged.
    """
    from kefu.app.config import load_config
    from kefu.app.promotion import models_of, promote

    config = load_config(home)
    candidate = models_of(config).find(version)
    with progress(quiet=as_json_) as advance:
        skip = "promoted by --even-if-worse" if even_if_worse else ""
        gate = asyncio.run(promote(config, candidate, advance, skip=skip))
    if as_json_:
        as_json({"version": candidate.name, "promoted": not gate.worse, "gate": gate.as_dict()})
    else:
        show_gate(candidate.name, gate)
    if gate.worse:
        raise click.exceptions.Exit(1)


@model.command(epilog="\b\nExamples:\n  kefu model rollback my-school")
@home
@json_option
def rollback(home: Path, as_json_: bool) -> None:
    """Serve again the version that was served before; repeat it to go back further."""
    from kefu.app.config import load_config
    from kefu.app.promotion import models_of

    models = models_of(load_config(home))
    was, now = models.current(), models.rollback()
    if as_json_:
        as_json({"version": now, "was": was})
    else:
        say(f"{now} is served again, instead of {was}.", f"已恢复 {now}，取代 {was}。")


def show_gate(name: str, gate: Gate) -> None:
    """What came of the comparison, and what to do about it."""
    words = {"fixed": HELD_OUT if gate.held_out else FIXED, "tone": TONE, "replayed": REPLAYED}
    for kind, one in gate.compared.items():
        (en, zh), lost, won = words[kind], len(one.lost), len(one.won)
        say(
            f"{one.sentences:,} {en}: {one.after:,} read rightly, {one.before:,} before; {lost} lost, {won} won.",
            f"{zh} {one.sentences:,} 句：读对 {one.after:,} 句，之前 {one.before:,} 句；变错 {lost}，变对 {won}。",
        )
    if not gate.worse:
        say(f"Promoted: {name}", f"已采用：{name}")
        return
    say(
        f"Not promoted: {name} is worse than {gate.against}, by more than chance explains:",
        f"未采用：{name} 比 {gate.against} 差，且不能用偶然解释：",
    )
    for one in gate.compared.values():
        if one.worse:
            _show_lost(one)
    say(
        f"Mend the examples and train again, or serve it all the same: kefu model promote {name} --even-if-worse",
        f"请修改例句后重新训练，或仍要采用：kefu model promote {name} --even-if-worse",
    )


HELD_OUT, FIXED = ("held-out examples", "留出的例句"), ("sentences of the fixed set", "固定测试句")
TONE, REPLAYED = ("sentences of a known tone", "已知语气的句子"), ("judged enquiries", "已评判的询问")
"""What was read, in English and Chinese."""


def _show_lost(compared: Compared) -> None:
    from kefu.app.promotion import SAID, masked

    for change in map(masked, compared.lost[:SAID]):
        console.print(f"  [red]✗[/] {escape(change.known.text)}: {change.before} → {change.after}", soft_wrap=True)
    if len(compared.lost) > SAID:
        say(f"  … and {len(compared.lost) - SAID} more", f"  ……另有 {len(compared.lost) - SAID} 句")


def _short(gate: object) -> str:
    """A gate's figures on a card, in a few words."""
    figures = gate if isinstance(gate, dict) else {}
    told = [
        f"{name} +{one['won']} −{one['lost']}" for name in ("fixed", "tone", "replayed") if (one := figures.get(name))
    ]
    return escape(", ".join([*told, *(["worse"] if figures.get("worse") else [])]) or str(figures.get("skipped", "")))
