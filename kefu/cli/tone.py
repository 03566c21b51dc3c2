"""How well tone is heard, as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kefu.cli.show import chinese, console

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kefu.ai.training.tones import ToneFigures

HEADINGS = (
    ("tone", "语气"), ("sentences", "句子"), ("accuracy, 95 %", "正确率，95 %"), ("commonest", "最常见"),
    ("F1, 95 %", "F1，95 %"),
)  # fmt: skip
"""In English and Chinese; `commonest` is the accuracy of always giving the answer that most sentences have."""


def show_tone(figures: Mapping[str, Sequence[ToneFigures]]) -> None:
    """Show the figures of each reader by its name; nothing where no sentence states its tone."""
    from rich.table import Table

    table = Table(box=None, header_style="dim", pad_edge=False, padding=(0, 1, 0, 0))
    for heading in ("", *(zh if chinese() else en for en, zh in HEADINGS)):
        table.add_column(heading, no_wrap=True)
    for reader, rows in figures.items():
        for one in rows:
            table.add_row(reader, f"{one.question} {one.language}", f"{one.sentences:,}", *_cells(one))
    if table.row_count:
        console.print(table)


def show_confusion(figures: Sequence[ToneFigures]) -> None:
    """Show what was heard as what, a line for each answer."""
    for one in figures:
        for answer, met in one.confusion.items():
            heard = ", ".join(f"{got} {count}" for got, count in met.items() if count)
            console.print(f"  [dim]{one.question} {one.language}, {answer}: {heard}[/]", soft_wrap=True)


def _cells(one: ToneFigures) -> Sequence[str]:
    accuracy = _held(one.accuracy, one.accuracy_interval)
    return accuracy, f"{one.commonest:.2f}", _held(one.macro_f1, one.macro_f1_interval)


def _held(value: float, interval: tuple[float, float]) -> str:
    return f"{value:.2f} ({interval[0]:.2f}–{interval[1]:.2f})"
