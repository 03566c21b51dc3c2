"""Records in CSV files: one file a table, loaded into memory, so that skills' SQL runs on them."""

from __future__ import annotations

import csv
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, closing
from pathlib import Path

from sqlalchemy import Connection, inspect

from kefu.adapters.sql.engine import make_engine
from kefu.adapters.sql.queries import open_sql_records
from kefu.core.errors import BadConfig
from kefu.core.ports.records import Records

COMMENT = re.compile(r"--[^\n]*")


@asynccontextmanager
async def open_records(settings: Mapping[str, object]) -> AsyncIterator[Records]:
    """Load every NAME.csv of `folder` as the table NAME; files may leave columns out.

    `schema` may name an SQL file with CREATE TABLE statements, which gives the columns
    their types and makes tables for which there is no file. Without it all values are
    texts. What is written lives as long as the records are open. Raises `BadConfig`
    with file and line for a file that can't be read.
    """
    folder = Path(str(settings.get("home", ""))) / str(settings["folder"])
    schema = str(settings.get("schema") or "")
    engine = make_engine("sqlite:///:memory:")
    with closing(engine.raw_connection()) as raw:
        raw.execute("PRAGMA foreign_keys=OFF")  # files come in any order and may leave tables out
    with engine.begin() as connection:
        if schema:
            script = (Path(str(settings.get("home", ""))) / schema).read_text("utf-8")
            for statement in COMMENT.sub("", script).split(";"):
                if statement.strip():
                    connection.exec_driver_sql(statement)
        for file in sorted(folder.glob("*.csv")):
            load(connection, file)
    async with open_sql_records(engine, engine, float(str(settings.get("timeout_s", 3.0))), threads=1) as records:
        yield records


def load(connection: Connection, file: Path) -> None:
    """Load one file into its table, which is made when it is not there."""
    table = file.stem
    with file.open(encoding="utf-8-sig", newline="") as lines:
        reader = csv.reader(lines)
        header = next(reader, [])
        if not table.isidentifier() or not header or not all(name.isidentifier() for name in header):
            raise BadConfig(f"{file}: the file and its columns must be named with letters, digits and _.")
        rows = []
        for row in reader:
            if len(row) != len(header):
                raise BadConfig(f"{file}:{reader.line_num}: {len(row)} values for {len(header)} columns.")
            rows.append(tuple(value or None for value in row))
    if not inspect(connection).has_table(table):
        connection.exec_driver_sql(f"CREATE TABLE {table} ({', '.join(f'{name} TEXT' for name in header)})")
    _fill(connection, table, header, rows)


def _fill(connection: Connection, table: str, header: list[str], rows: list[tuple[str | None, ...]]) -> None:
    """Insert rows; a column that the schema wants and the file leaves out or empty gets an empty value."""
    wanted = {
        c["name"]: "0" if "INT" in str(c["type"]).upper() else ""
        for c in inspect(connection).get_columns(table)
        if not c["nullable"]
    }
    missing = [name for name in wanted if name not in header]
    columns = [*header, *missing]
    filled = [
        (*(wanted.get(name) if value is None else value for name, value in zip(header, row, strict=True)),
         *(wanted[name] for name in missing))
        for row in rows
    ]  # fmt: skip
    if filled:
        marks = ", ".join("?" * len(columns))
        connection.exec_driver_sql(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})", filled)  # noqa: S608
