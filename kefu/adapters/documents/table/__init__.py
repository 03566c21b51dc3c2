"""table.v1: tables of questions and answers, as CSV or Excel; columns are found by their names."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from io import StringIO
from pathlib import PurePath

from kefu.adapters.files.encoding import decode_text
from kefu.adapters.files.workbook import Rows, sheets_of, shown
from kefu.core.errors import BadInput, TooLarge
from kefu.core.ports.document import Written

NAMES = {
    "question": "问题 标准问 标准问题 问 提问 question questions q standardquestion query",
    "more": "相似问 相似问题 相似问法 扩展问 扩展问法 其他问法 同义问 similar similarquestion similarquestions "
    "variants alternatives alsoasked otherwordings",
    "answer": "答案 回答 答复 标准答案 答 回复 内容 answer answers a reply response",
    "labels": "标签 分类 类别 类目 label labels tag tags category categories topic",
    "language": "语言 language lang",
    "audience": "受众 对象 可见范围 audience visibility",
    "owner": "负责人 责任人 维护人 owner",
    "valid_from": "生效日期 开始日期 有效期起 validfrom startdate",
    "valid_until": "失效日期 截止日期 有效期至 结束日期 validuntil expires enddate",
    "link": "链接 网址 link url",
}
COLUMNS = {name: role for role, names in NAMES.items() for name in names.split()}
"""What a column holds by its name, without spaces, signs and numbers."""

DELIMITERS = ",\t;|"
HEADER_ROWS = 10
"""The header stands in one of the first rows: titles and notes may come before."""
MOST_ROWS = 50_000
LONGEST_CELL = 100_000


class TableReader:
    """Reads .csv, .tsv and .xlsx; a row is an entry, and several questions may share its answer.

    Several questions stand in one cell, a line each, or in several columns (`问题1`, `问题2`,
    `相似问法`, `similar questions`).
    """

    endings = (".csv", ".tsv", ".xlsx")

    def read(self, name: str, content: bytes) -> Sequence[Written]:
        """See `DocumentReader`."""
        excel = PurePath(name).suffix.lower() == ".xlsx"
        sheets = sheets_of(name, content) if excel else [("", rows) for rows in _csv(name, content)]
        for found in _tables(name, sheets):
            if found:
                return found
        raise BadInput(
            f"{name} has no columns of questions and answers; name them 问题 and 答案, or question and answer, "
            "in the first row."
        )


def _tables(name: str, sheets: Iterable[tuple[str, Rows]]) -> Iterator[list[Written]]:
    """For CSV the first way to divide lines that gives a table; for Excel all sheets together."""
    together: list[Written] = []
    for sheet, rows in sheets:
        entries = list(_entries(name, sheet, rows))
        if sheet:
            together += entries
        else:
            yield entries
    yield together


def _csv(name: str, content: bytes) -> Iterator[Rows]:
    text = decode_text(name, content)
    csv.field_size_limit(LONGEST_CELL)
    head = text[:LONGEST_CELL]
    for delimiter in sorted(DELIMITERS, key=head.count, reverse=True):
        yield _csv_rows(name, text, delimiter)


def _csv_rows(name: str, text: str, delimiter: str) -> Iterator[Sequence[str]]:
    try:
        yield from csv.reader(StringIO(text, newline=""), delimiter=delimiter)
    except csv.Error as error:
        raise TooLarge(f"{name}: {error}; a cell may have {LONGEST_CELL:,} characters.") from error


def _entries(name: str, sheet: str, rows: Rows) -> Iterator[Written]:
    """The entries of one sheet; none when it has no header with both columns."""
    roles: dict[int, str] = {}
    for number, row in enumerate(rows, start=1):
        if number > MOST_ROWS:
            raise TooLarge(f"{name} has more than {MOST_ROWS:,} rows; divide it.")
        if not roles:
            roles = _roles(row)
            if not roles and number >= HEADER_ROWS:
                return
            continue
        place = f"{sheet} row {number}".strip()
        entry = _entry(place, {at: shown(cell) for at, cell in enumerate(row) if at in roles}, roles)
        if entry:
            yield entry


def _roles(header: Sequence[object]) -> dict[int, str]:
    """What each column holds; nothing unless there are questions and answers among them."""
    keys = [re.sub(r"[\W\d_]+", "", str(cell or "")).lower() for cell in header]
    roles = {at: COLUMNS[key] for at, key in enumerate(keys) if key in COLUMNS}
    return roles if {"question", "answer"} <= set(roles.values()) else {}


def _entry(place: str, cells: Mapping[int, str], roles: Mapping[int, str]) -> Written | None:
    asked = [cells[at] for role in ("question", "more") for at in cells if roles[at] == role]
    questions = tuple(
        dict.fromkeys(line.strip() for cell in asked for line in re.split(r"[\n|]", cell) if line.strip())
    )
    answer = "\n\n".join(cells[at] for at in cells if roles[at] == "answer" and cells[at])
    if not questions or not answer:
        return None
    properties = {
        role: cells[at] for at, role in roles.items() if role not in ("question", "more", "answer") and cells.get(at)
    }
    return Written(questions[0], answer + "\n", place, questions, properties)


def open_reader(settings: Mapping[str, object]) -> TableReader:
    """A reader of tables; it has no settings."""
    del settings
    return TableReader()
