"""kefu compare: readers side by side."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.markup import escape

from kefu.cli.options import home, json_option
from kefu.cli.show import as_json, chinese, console, progress, say
from kefu.cli.tone import show_tone

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kefu.app.compare import Figures, Row, Sentences


@click.command(
    epilog="""\b
Examples:
  kefu compare my-school
  kefu compare my-school --readers linear.v1,nearest.v1 --folds 10
  kefu compare --data train.csv --json"""
)
@home
@json_option
@click.option(
    "--readers", default="", metavar="NAME,…", help="Readers to compare; all that are installed if not given."
)
@click.option("--data", type=click.Path(exists=True, path_type=Path), help="Compare on these sentences: text, label.")
@click.option(
    "--folds", default=5, show_default=True, type=click.IntRange(2, 20), help="Parts of the cross-validation."
)
@click.option("--quiet", is_flag=True, help="No progress bars.")
def compare(home: Path, *, as_json_: bool, readers: str, data: Path | None, folds: int, quiet: bool) -> None:
    """Cross-validate several readers on the same examples: quality, time, memory.

    Each runs in a process of its own, one after the other, and is trained once more than
    there are parts. One that can't be opened or trained is shown with the reason; when
    that holds for all, the exit code is 1.
    """
    from kefu.app.compare import compare_readers, sentences_of
    from kefu.app.plugins import installed

    sentences = sentences_of(home, data)
    names = [name.strip() for name in readers.split(",") if name.strip()] or installed("readers")
    with progress(quiet=quiet or as_json_) as advance:
        rows = compare_readers(names, sentences, folds, advance)
    if as_json_:
        counts = {"examples": len(sentences.examples), "out_of_scope": len(sentences.foreign), "folds": folds}
        as_json({**counts, "readers": [row.as_dict() for row in rows]})
    else:
        _show(rows, sentences, folds)
    if not any(row.figures for row in rows):
        raise click.exceptions.Exit(1)


def _show(rows: Sequence[Row], sentences: Sentences, folds: int) -> None:
    from rich.table import Table

    table = Table(box=None, header_style="dim", pad_edge=False, padding=(0, 1, 0, 0))
    for en, zh in COLUMNS:
        table.add_column(zh if chinese() else en, justify="left" if en == "reader" else "right", no_wrap=True)
    for row in rows:
        if row.figures:
            table.add_row(row.reader, *_cells(row.figures))
    console.print(table)
    show_tone({row.reader: row.figures.tone for row in rows if row.figures})
    for row in rows:
        if row.fault:
            console.print(f"[red]✗[/] {row.reader}: {escape(row.fault)}", soft_wrap=True)
    known, foreign = f"{len(sentences.examples):,}", f"{len(sentences.foreign):,}"
    say(
        f"{known} examples in {folds} parts, {foreign} sentences out of scope; times are CPU time.",
        f"{known} 条例句分 {folds} 份，{foreign} 句范围之外；时间是 CPU 时间。",
    )


def _cells(one: Figures) -> Sequence[str]:
    auroc = "–" if one.auroc is None else f"{one.auroc:.3f}"
    quality = (f"{one.accuracy:.3f}", f"{one.macro_f1:.3f}", auroc, f"{one.calibration_error:.3f}")
    times = (f"{one.train_s:.1f}", f"{one.p50_ms:.2f}", f"{one.p99_ms:.2f}")
    return *quality, *times, f"{one.memory / 2**20:.0f}", f"{one.size / 2**20:.1f}"


COLUMNS = (
    ("reader", "模型"), ("accuracy", "正确率"), ("F1", "F1"), ("AUROC", "AUROC"), ("calib.", "校准"),
    ("train s", "训练 s"), ("p50 ms", "p50 ms"), ("p99 ms", "p99 ms"), ("RAM MB", "内存 MB"), ("disk MB", "磁盘 MB"),
)  # fmt: skip
"""Headings in English and Chinese: macro-F1, known against foreign, calibration error, reading, serving, files."""
