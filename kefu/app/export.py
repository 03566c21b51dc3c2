"""Visits as a table for other programs: CSV, or an Excel workbook."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, tzinfo
from io import StringIO
from typing import Any

from kefu.adapters.files.sheet import Cell, write_sheet
from kefu.core.errors import NotFound
from kefu.core.ports.reports import Fact, Span

MEDIA = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""A text that begins so is taken for a formula by programs that open CSV."""
SPANS = ("first_reply", "resolution")


def export(facts: Sequence[Fact], kind: str, zone: tzinfo) -> bytes:
    """A row for each visit; raises `NotFound` for a kind of table that there is not. Times are local."""
    return write_table("visits", [header(), *(row_of(fact, zone) for fact in facts)], kind)


def write_table(name: str, rows: Sequence[Sequence[Cell]], kind: str) -> bytes:
    """Rows as a file, the first with the names of the columns; raises `NotFound` for a kind that there is not."""
    match kind:
        case "csv":
            return _csv(rows)
        case "xlsx":
            return write_sheet(name, rows)
    raise NotFound(f"Tables can be had as {' or '.join(MEDIA)}, not as {kind!r}.")


def header() -> list[Cell]:
    """The names of the columns: the fields of a fact, spans by the clock and in business time."""
    return [
        column for name in Fact._fields for column in ((f"{name}_s", f"{name}_open_s") if name in SPANS else (name,))
    ]


def row_of(fact: Fact, zone: tzinfo) -> list[Cell]:
    """A visit as cells."""
    cells: dict[str, Sequence[Cell]] = {
        "first_reply": fact.first_reply or (None, None),
        "resolution": fact.resolution or (None, None),
        "next_replies": (_spans(fact.next_replies),),
    }
    values: Mapping[str, Any] = fact._asdict()
    return [cell for name, value in values.items() for cell in cells.get(name, (_local(value, zone),))]


def _local(value: Cell, zone: tzinfo) -> Cell:
    return value.astimezone(zone) if isinstance(value, datetime) else value


def _spans(spans: Iterable[Span]) -> str:
    return " ".join(f"{wall:.0f}" for wall, _ in spans)


def _csv(rows: Iterable[Sequence[Cell]]) -> bytes:
    """With a mark at the beginning, by which Excel knows that it is UTF-8."""
    out = StringIO()
    csv.writer(out).writerows([_safe(cell) for cell in row] for row in rows)
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _safe(cell: Cell) -> Cell:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else cell
