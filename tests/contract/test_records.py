"""Records of every kind pass the same kit."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import text

from kefu.adapters.records import csv, sql
from kefu.adapters.sql.engine import make_engine
from kefu.core.errors import BadConfig, RecordsFailed
from kefu.core.ports.records import Records
from kefu.core.skill import Query
from kefu.testing.check_records import RECORDS_CHECKS

PEOPLE = "CREATE TABLE kit_people (id TEXT PRIMARY KEY, name TEXT NOT NULL, age INTEGER NOT NULL)"
KINDS = ["csv", "sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]


@pytest.fixture
async def records(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Records]:
    if request.param == "csv":
        (tmp_path / "kit_people.csv").write_text("id,name,age\nL1,李雷,12\nL2,韩梅梅,13\n", "utf-8-sig")
        (tmp_path / "schema.sql").write_text(PEOPLE + ";\n")
        async with csv.open_records({"folder": ".", "schema": "schema.sql", "home": str(tmp_path)}) as opened:
            yield opened
        return
    url = f"sqlite:///{tmp_path}/kit.db" if request.param == "sqlite" else request.getfixturevalue("empty_postgres_url")
    engine = make_engine(url)
    with engine.begin() as connection:
        connection.execute(text(PEOPLE))
        connection.execute(text("INSERT INTO kit_people VALUES ('L1', '李雷', 12), ('L2', '韩梅梅', 13)"))
    engine.dispose()
    async with sql.open_records({"url": url}) as opened:
        yield opened


@pytest.mark.parametrize("records", KINDS, indirect=True)
@pytest.mark.parametrize("check", RECORDS_CHECKS, ids=lambda check: check.__name__)
async def test_records_keep_their_promises(records: Records, check) -> None:
    await check(records)


@pytest.mark.parametrize("records", ["sqlite"], indirect=True)
async def test_a_query_can_not_write(records: Records) -> None:
    with pytest.raises(RecordsFailed, match="readonly"):
        await records.find(Query("kit", "sneaky", "DELETE FROM kit_people RETURNING id"), {})


async def test_a_query_that_takes_too_long_is_given_up(tmp_path: Path) -> None:
    make_engine(f"sqlite:///{tmp_path}/slow.db").connect().close()
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000000) SELECT max(i) FROM n"
    async with sql.open_records({"url": "sqlite:///slow.db", "home": str(tmp_path), "timeout_s": 0.05}) as records:
        start = time.monotonic()
        with pytest.raises(RecordsFailed, match="took longer than"):
            await records.find(Query("kit", "endless", endless), {})
        assert time.monotonic() - start < 2


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadConfig, match=r"no database file .*nowhere\.db"):
        sql.open_records({"url": "sqlite:///nowhere.db", "home": str(tmp_path)})
    with pytest.raises(BadConfig, match="is no database URL"):
        sql.open_records({"url": "nonsense"})


async def test_a_broken_csv_is_named_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_text("id,name\nL1,李雷\nL2\n", "utf-8")
    with pytest.raises(BadConfig, match=r"people\.csv:3: 1 values for 2 columns"):
        async with csv.open_records({"folder": str(tmp_path)}):
            pass


async def test_csv_without_a_schema_and_with_columns_left_out(tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_text("id,age\nL1,12\n", "utf-8")
    async with csv.open_records({"folder": str(tmp_path)}) as records:
        assert list(await records.find(Query("kit", "q", "SELECT * FROM people"), {})) == [{"id": "L1", "age": "12"}]
    (tmp_path / "schema.sql").write_text(
        "CREATE TABLE towns (id TEXT PRIMARY KEY); -- comes after people; there is no file of it\n"
        "CREATE TABLE people (id TEXT, name TEXT NOT NULL REFERENCES towns (id), age INTEGER NOT NULL);"
    )
    async with csv.open_records({"folder": str(tmp_path), "schema": str(tmp_path / "schema.sql")}) as records:
        found = list(await records.find(Query("kit", "q", "SELECT * FROM people"), {}))
        assert found == [{"id": "L1", "name": "", "age": 12}]
