"""The conformance kit of records.

The factory must open records that hold the table `kit_people (id, name, age)` with the
rows ('L1', '李雷', 12), ('L2', '韩梅梅', 13), and age as a number where the source has types.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from kefu.core.errors import RecordsFailed
from kefu.core.nouns import Value
from kefu.core.ports.records import Records
from kefu.core.skill import Query

ALL = "SELECT id, name FROM kit_people ORDER BY id"
ONE = "SELECT id, name FROM kit_people WHERE id = :customer_id"
ADD = "INSERT INTO kit_people (id, name, age) VALUES (:id, :name, 1)"


def query(sql: str, *, writes: bool = False) -> Query:
    """A query of the kit."""
    return Query("kit", "query", sql, writes)


async def fails(work: Awaitable[object]) -> str:
    """The message of the `RecordsFailed` that must come."""
    try:
        await work
    except RecordsFailed as error:
        return error.message
    raise AssertionError("RecordsFailed was expected")


async def rows_are_found_by_name(records: Records) -> None:
    """Rows come as mappings, in the query's order."""
    assert list(await records.find(query(ALL), {})) == [{"id": "L1", "name": "李雷"}, {"id": "L2", "name": "韩梅梅"}]
    assert list(await records.find(query(ONE), {"customer_id": "L2"})) == [{"id": "L2", "name": "韩梅梅"}]
    assert list(await records.find(query(ONE), {"customer_id": "L3"})) == []


async def values_are_never_sql(records: Records) -> None:
    """A hostile value is a value."""
    hostile: Value = "L1' OR '1'='1"
    assert list(await records.find(query(ONE), {"customer_id": hostile})) == []


async def a_wrong_query_says_where_it_stands(records: Records) -> None:
    """The error names skill and file."""
    assert "kit/queries/query.sql" in await fails(records.find(query("SELECT * FROM kit_nowhere"), {}))
    assert "kit/queries/query.sql" in await fails(records.find(query("SELEC 1"), {}))
    assert list(await records.find(query(ONE), {"customer_id": "L1"})), "a failed query must not spoil the next"


async def a_missing_value_is_an_error(records: Records) -> None:
    """A placeholder without a value is not NULL."""
    await fails(records.find(query(ONE), {}))


async def a_write_counts_its_rows(records: Records) -> None:
    """What is written can be read; a failed write changes nothing."""
    assert await records.write(query(ADD, writes=True), {"id": "L9", "name": "新"}) == 1
    assert list(await records.find(query(ONE), {"customer_id": "L9"})) == [{"id": "L9", "name": "新"}]
    await fails(records.write(query("INSERT INTO kit_nowhere VALUES (1)", writes=True), {}))


async def at_most_a_thousand_rows(records: Records) -> None:
    """A careless query can't fill the memory."""
    many = "SELECT a.id FROM kit_people a" + "".join(f" CROSS JOIN kit_people {chr(98 + n)}" for n in range(11))
    assert len(await records.find(query(many), {})) == 1000


async def many_at_once(records: Records) -> None:
    """Parallel queries each get their own answer."""
    wanted = ["L1", "L2"] * 30
    found = await asyncio.gather(*(records.find(query(ONE), {"customer_id": id_}) for id_ in wanted))
    assert [rows[0]["id"] for rows in found] == wanted


RECORDS_CHECKS: tuple[Callable[[Records], Awaitable[None]], ...] = (
    rows_are_found_by_name,
    values_are_never_sql,
    a_wrong_query_says_where_it_stands,
    a_missing_value_is_an_error,
    a_write_counts_its_rows,
    at_most_a_thousand_rows,
    many_at_once,
)
