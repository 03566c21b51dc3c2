"""kefu test: is this installation right?"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kefu.cli.options import home, json_option
from kefu.cli.show import as_json, console, progress

if TYPE_CHECKING:
    from kefu.app.exam import Exam


@click.command(
    epilog="""\b
Examples:
  kefu test
  kefu test my-school --folds 10
  kefu test my-school --json"""
)
@home
@json_option
@click.option(
    "--folds", default=5, show_default=True, type=click.IntRange(2, 20), help="Parts of the cross-validation."
)
def test(home: Path, as_json_: bool, folds: int) -> None:
    """Cross-validate the reader on the examples and play all dialogues.

    Every example is read by a model that has not seen it. Exit code 1 when a dialogue
    comes out otherwise than written.
    """
    from kefu.app.exam import examine_reader

    with progress(quiet=as_json_) as advance:
        exam = asyncio.run(examine_reader(home, folds, advance))
    if as_json_:
        as_json(exam.as_dict())
    else:
        _show(exam)
    if exam.failures:
        raise click.exceptions.Exit(1)


def _show(exam: Exam) -> None:
    from rich.table import Table

    table = Table("intent", "examples", "precision", "recall", "F1", box=None, header_style="dim")
    for row in sorted(exam.intents, key=lambda row: row.f1):
        table.add_row(row.name, str(row.examples), f"{row.precision:.2f}", f"{row.recall:.2f}", f"{row.f1:.2f}")
    console.print(table)
    console.print(f"accuracy {exam.accuracy:.3f}, macro-F1 {exam.macro_f1:.3f} on {exam.examples} examples")
    for text, wanted, got, probability in exam.errors[:10]:
        console.print(f"  [dim]{text}: {wanted}, read as {got} ({probability:.2f})[/]", soft_wrap=True)
    if exam.out_of_scope:
        console.print(f"out of scope: {exam.rejected:.0%} of {exam.out_of_scope} foreign sentences are not answered")
    console.print(f"{exam.dialogues} dialogues, {len(exam.failures)} come out otherwise")
    for failure in exam.failures:
        console.print(f"  [red]✗[/] {failure}", soft_wrap=True)
