"""kefu test: is this installation right?"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kefu.cli.options import home, json_option
from kefu.cli.show import as_json, console, progress, say
from kefu.cli.tone import show_confusion, show_tone

if TYPE_CHECKING:
    from kefu.app.exam import Exam


@click.command(
    epilog="""\b
Examples:
  kefu test
  kefu test my-school --robust          also with typos, homophones, speech recognition …
  kefu test my-school --out report
  kefu test my-school --no-report --json"""
)
@home
@json_option
@click.option(
    "--folds", default=5, show_default=True, type=click.IntRange(2, 20), help="Parts of the cross-validation."
)
@click.option("--robust", is_flag=True, help="Read the sentences once more after each kind of noise.")
@click.option("--seed", default=7, show_default=True, help="The same seed makes the same parts and the same noise.")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="Where the report goes.")
@click.option("--no-report", is_flag=True, help="Write no report.")
def test(*, home: Path, as_json_: bool, folds: int, robust: bool, seed: int, out: Path | None, no_report: bool) -> None:
    """Cross-validate the reader on the examples, play all dialogues, and write a report with pictures.

    Every example is read by a model that has not seen it. Exit code 1 when a dialogue
    comes out otherwise than written.
    """
    from kefu.app.config import load_config
    from kefu.app.exam import examine_reader
    from kefu.app.exam.report import write_report

    now = datetime.now(UTC)
    with progress(quiet=as_json_) as advance:
        exam = asyncio.run(examine_reader(home, folds, advance, seed, spoil=robust))
    if as_json_:
        as_json(exam.as_dict())
    else:
        _show(exam)
    if not no_report:
        name = load_config(home).get("kefu.name", str)
        report = write_report(exam, out or home / "reports" / f"{now:%Y%m%d-%H%M%S}", name=name, now=now)
        if not as_json_:
            page = report.folder / "index.html"
            say(f"The report: {page}", f"报告：{report.folder / 'index.zh.html'}")
            if not report.pictures:
                say("It has no pictures: pip install 'kefu[report]'", "没有图：pip install 'kefu[report]'")
    if exam.failures:
        raise click.exceptions.Exit(1)


def _show(exam: Exam) -> None:
    from rich.markup import escape
    from rich.table import Table

    table = Table("intent", "examples", "precision", "recall", "F1", box=None, header_style="dim")
    for row in sorted(exam.intents, key=lambda row: row.f1):
        table.add_row(row.name, str(row.examples), f"{row.precision:.2f}", f"{row.recall:.2f}", f"{row.f1:.2f}")
    console.print(table)
    console.print(f"accuracy {exam.accuracy:.3f}, macro-F1 {exam.macro_f1:.3f} on {len(exam.read)} examples")
    for one in exam.errors[:10]:
        console.print(f"  [dim]{escape(one.text)}: {one.intent}, read as {one.got} ({one.sure:.2f})[/]", soft_wrap=True)
    if exam.auroc is not None:
        foreign = f"{exam.rejected:.0%} of {len(exam.foreign)} foreign sentences are not answered"
        console.print(f"out of scope: {foreign}, AUROC {exam.auroc:.3f}")
    show_tone({"": exam.tone})
    show_confusion(exam.tone)
    for cost in exam.spoilt:
        spoilt = f"{cost.before:.1%} → {cost.after:.1%} of {cost.changed}, {cost.misled:.1%} answered wrongly"
        console.print(f"{cost.noise}: {spoilt}")
    console.print(f"{exam.dialogues} dialogues, {len(exam.failures)} come out otherwise")
    for failure in exam.failures:
        console.print(f"  [red]✗[/] {escape(failure)}", soft_wrap=True)
