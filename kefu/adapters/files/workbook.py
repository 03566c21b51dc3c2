"""The sheets of an Excel workbook, row by row, and its cells as people see them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from io import BytesIO

from kefu.adapters.files.archive import check_archive
from kefu.core.errors import BadInput

Rows = Iterable[Sequence[object]]


def sheets_of(name: str, content: bytes) -> list[tuple[str, Rows]]:
    """Every sheet with its rows; raises `BadInput` for what is no workbook, `TooLarge` for one that swells."""
    from python_calamine import CalamineError, CalamineWorkbook

    check_archive(name, content, "xl/workbook.xml")
    try:
        book = CalamineWorkbook.from_filelike(BytesIO(content))
        return [(sheet, book.get_sheet_by_name(sheet).iter_rows()) for sheet in book.sheet_names]
    except CalamineError as error:
        raise BadInput(f"{name} can't be read as a workbook ({error}); open it and save it anew.") from error


def shown(cell: object) -> str:
    """A cell as people see it."""
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time().isoformat() == "00:00:00" else cell.isoformat(" ", "minutes")
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell if cell is not None else "").strip()
