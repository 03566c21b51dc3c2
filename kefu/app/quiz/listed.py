"""A company's list of questions with the sources that must answer them: CSV, JSONL or Excel."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

from kefu.adapters.files.encoding import decode_text
from kefu.adapters.files.workbook import sheets_of, shown
from kefu.app.data.source import language_of
from kefu.app.plugins import needing
from kefu.core.articles import AUDIENCES, Article, Audience
from kefu.core.errors import BadInput
from kefu.core.nouns import Language

COLUMNS = {
    "question": ("question", "问题"),
    "source": ("source", "来源"),
    "language": ("language", "语言"),
    "audience": ("audience", "受众"),
    "contains": ("contains", "包含"),
}
"""What a column may be called; others are left alone."""

BETWEEN = "|"
"""Stands between several sources, each of which may answer."""

Row = tuple[int, Mapping[str, Any]]
"""A line of the file and what stands in it, by column."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A question of the list; `line` is where it stands, `expected` holds the ids of the articles that may answer.

    Without any it must not be answered. The answer must hold `contains`.
    """

    line: int
    question: str
    language: Language
    audience: Audience
    expected: frozenset[str]
    contains: str = ""

    @property
    def key(self) -> tuple[str, str, str]:
        """What makes it the same question in another list."""
        return self.question, self.language, self.audience


def read_list(file: Path, articles: Sequence[Article]) -> list[Listed]:
    """The questions of a list; a source is an article's id, title, source or link.

    Raises `BadInput` with file and line.
    """
    if not file.is_file():
        raise BadInput(f"There is no {file}; name a CSV, JSONL or Excel file with the columns question and source.")
    called: dict[str, set[str]] = {}
    for article in articles:
        for name in (article.id, article.title, article.source, article.link):
            if name:
                called.setdefault(name.strip().casefold(), set()).add(article.id)
    first: dict[tuple[str, str, str], int] = {}
    questions = []
    for line, row in _rows(file):
        try:
            one = _listed(line, row, called)
        except BadInput as error:
            raise BadInput(f"{file}:{line}: {error.message}.") from error
        if one.key in first:
            raise BadInput(f"{file}:{line}: the question of line {first[one.key]} again; leave one out.")
        first[one.key] = line
        questions.append(one)
    if not questions:
        raise BadInput(f"{file} has no questions; write one a line below the columns question and source.")
    return questions


def _listed(line: int, row: Mapping[str, Any], called: Mapping[str, set[str]]) -> Listed:
    question, contains = (str(row.get(name) or "").strip() for name in ("question", "contains"))
    if not question:
        raise BadInput("there is no question")
    if "source" not in row:
        raise BadInput("there is no source; leave it empty where nothing must answer")
    said = row["source"] or ""
    sources = said if isinstance(said, list) else str(said).split(BETWEEN)
    names = [name for one in sources if (name := str(one).strip())]
    for name in names:
        if name.casefold() not in called:
            raise BadInput(f"no article is called {name!r}; `kefu knowledge list` shows their ids, titles and sources")
    if contains and not names:
        raise BadInput("what must not be answered can't contain anything; name its source")
    language = str(row.get("language") or "").strip() or language_of(question)
    audience = str(row.get("audience") or "").strip() or "public"
    if language not in ("zh", "en"):
        raise BadInput(f"the language is {language!r}; write zh or en, or nothing")
    if audience not in AUDIENCES:
        raise BadInput(f"the audience is {audience!r}; write {', '.join(AUDIENCES)}, or nothing")
    expected = frozenset(id_ for name in names for id_ in called[name.casefold()])
    return Listed(line, question, "zh" if language == "zh" else "en", audience, expected, contains)


def _rows(file: Path) -> Iterator[Row]:
    content, kind = file.read_bytes(), file.suffix.lower()
    if kind == ".xlsx":
        with needing("knowledge"):
            sheets = sheets_of(str(file), content)
        _, rows = sheets[0]
        yield from _table(file, enumerate(rows, start=1))
    elif kind in (".jsonl", ".ndjson"):
        yield from _objects(file, decode_text(str(file), content))
    else:
        text = decode_text(str(file), content)
        head = text.partition("\n")[0]
        reader = csv.reader(StringIO(text, newline=""), delimiter=max(",;\t", key=head.count))
        yield from _table(file, _numbered(file, reader))


def _numbered(file: Path, reader: Any) -> Iterator[tuple[int, Sequence[object]]]:  # noqa: ANN401 - csv has no type for it
    """The rows of a CSV file with the line on which each begins."""
    line = 1
    try:
        for row in reader:
            yield line, row
            line = reader.line_num + 1
    except csv.Error as error:
        raise BadInput(f"{file}:{line}: is no row of a table ({error}).") from error


def _table(file: Path, rows: Iterator[tuple[int, Sequence[object]]]) -> Iterator[Row]:
    _, header = next(rows, (1, ()))
    roles = {called: role for role, names in COLUMNS.items() for called in names}
    columns = [roles.get(shown(cell).casefold(), "") for cell in header]
    if missing := [role for role in ("question", "source") if role not in columns]:
        raise BadInput(f"{file}:1: has no column {' and no column '.join(missing)}; name them in the first line.")
    for line, row in rows:
        cells = [shown(cell) for cell in row]
        if any(cells):
            cells += [""] * (len(columns) - len(cells))
            yield line, {role: cell for role, cell in zip(columns, cells, strict=False) if role}


def _objects(file: Path, text: str) -> Iterator[Row]:
    for line, written in enumerate(text.split("\n"), start=1):
        if not written.strip():
            continue
        try:
            row = json.loads(written)
        except ValueError as error:
            raise BadInput(f"{file}:{line}: is no JSON ({error}).") from error
        if not isinstance(row, dict):
            raise BadInput(f'{file}:{line}: is no object; write {{"question": "…", "source": "…"}}.')
        yield line, row
