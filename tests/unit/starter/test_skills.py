"""The skills on the sample school: their SQL answers alike on both databases, and the forecast is sensible."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from types import ModuleType

import apsw
import pytest

from kefu.adapters.records.sql import open_records
from kefu.adapters.sql.engine import make_engine
from kefu.app.skills import load_skill
from kefu.core.nouns import Value
from kefu.core.skill import Query

from .conftest import NOW, STARTER, load

QUERIES = [
    pytest.param(query, id=f"{folder.name}-{query.name}")
    for folder in sorted(path.parent for path in (STARTER / "skills").glob("*/skill.toml"))
    for query in load_skill(folder).queries.values()
]
LEARNERS = ("L00001", "L00002", "L00003", "L00009", "L00010", "nobody")


def values_for(query: Query, values: Mapping[str, Value]) -> dict[str, Value]:
    """The values that a query names."""
    return {name: values[name] for name in re.findall(r"(?<!:):(\w+)", re.sub("--.*", "", query.sql))}


def situations(school: apsw.Connection) -> list[dict[str, Value]]:
    """What the skills may ask for, of learners in known situations."""
    order, phone = next(
        school.execute("SELECT o.number, l.phone FROM orders o JOIN learners l ON l.id = o.learner_id LIMIT 1")
    )
    live = next(school.execute("SELECT min(course_id) FROM live_classes"))[0]
    enrolments = dict(school.execute("SELECT learner_id, min(id) FROM enrolments GROUP BY learner_id"))
    return [
        {
            "customer_id": learner,
            "enrolment": enrolments.get(learner, 0),
            "course_id": live,
            "since": f"{NOW:%Y-%m-%dT%H:%M:%SZ}",
            "order_number": order,
            "digits": str(phone)[-4:],
            "number": f"test-{learner}",
            "requested_at": f"{NOW:%Y-%m-%dT%H:%M:%SZ}",
        }
        for learner in LEARNERS
    ]


@pytest.mark.postgres
@pytest.mark.parametrize("query", [case for case in QUERIES if not case.values[0].writes])
async def test_a_query_answers_alike_on_both_databases(
    query: Query, school: apsw.Connection, school_file: Path, postgres_school: str
) -> None:
    found = []
    for url in (f"sqlite:///{school_file}", postgres_school):
        async with open_records({"url": url, "timeout_s": 10.0}) as records:
            found.append(
                [[dict(row) for row in await records.find(query, values_for(query, v))] for v in situations(school)]
            )
    assert found[0] == found[1]
    assert any(found[0])


async def test_identity_is_proven_by_both_answers_together_and_nothing_else_is_told(
    school: apsw.Connection, school_file: Path
) -> None:
    prove = load_skill(STARTER / "skills" / "verify_identity").queries["prove"]
    mine = next(
        school.execute(
            "SELECT o.number, substr(l.phone, 8), l.id FROM orders o JOIN learners l ON l.id = o.learner_id LIMIT 1"
        )
    )
    async with open_records({"url": f"sqlite:///{school_file}"}) as records:
        assert list(await records.find(prove, {"order_number": mine[0], "digits": mine[1]})) == [{"id": mine[2]}]
        wrong = f"{(int(mine[1]) + 1) % 10_000:04}"
        for number, digits in ((mine[0], wrong), ("E0000000000", mine[1]), (mine[0], ""), (mine[0], "%")):
            assert not await records.find(prove, {"order_number": number, "digits": digits})


@pytest.mark.parametrize("database", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True)
async def test_asking_for_a_link_again_changes_nothing(database: str) -> None:
    engine = make_engine(database)
    with engine.begin() as connection:
        for statement in re.sub("--.*", "", (STARTER / "school" / "schema.sql").read_text("utf-8")).split(";"):
            if statement.strip():
                connection.exec_driver_sql(statement)
        connection.exec_driver_sql("INSERT INTO learners VALUES ('L1', 'n', 'p', 'e', 'c', 'zh', 'r', 'active', NULL)")
    engine.dispose()
    account = load_skill(STARTER / "skills" / "account").queries
    values: dict[str, Value] = {"customer_id": "L1", "number": "P1", "requested_at": "2026-03-02T02:00:00Z"}
    async with open_records({"url": database}) as records:
        assert [await records.write(account["request_reset"], values) for _ in range(2)] == [1, 0]
        assert await records.write(account["request_reset"], {**values, "customer_id": "nobody", "number": "P2"}) == 0
        (row,) = await records.find(account["account"], {"customer_id": "L1"})
    assert row["reset_at"] == "2026-03-02T02:00:00Z"


@pytest.fixture(scope="module")
def actions() -> ModuleType:
    return load("skills/course_progress/actions.py")


def lessons(*pauses: float, last_days_ago: float = 1) -> list[datetime]:
    """Completions with so many days between one and the next."""
    times = [NOW - timedelta(days=last_days_ago)]
    for pause in reversed(pauses):
        times.insert(0, times[0] - timedelta(days=pause))
    return times


def test_an_even_pace_goes_on(actions: ModuleType) -> None:
    found = actions.forecast(lessons(*[3] * 10), 10, NOW)
    assert abs((found.day - NOW.date()).days - 29) <= 1
    assert NOW.date() < found.early < found.day < found.late


def test_one_holiday_or_one_busy_evening_changes_little(actions: ModuleType) -> None:
    plain = actions.forecast(lessons(*[3] * 12), 10, NOW).day
    for unusual in (45, 0.05):
        other = actions.forecast(lessons(*[3] * 6, unusual, *[3] * 5), 10, NOW).day
        assert abs((other - plain).days) <= 4


def test_a_newer_pace_counts_for_more(actions: ModuleType) -> None:
    slower = actions.forecast(lessons(*[2] * 20, *[6] * 20), 10, NOW).day
    faster = actions.forecast(lessons(*[6] * 20, *[2] * 20), 10, NOW).day
    assert faster < slower


def test_more_lessons_take_longer_and_are_less_certain(actions: ModuleType) -> None:
    found = [actions.forecast(lessons(2, 5, 3, 4, 2, 6), remaining, NOW) for remaining in (1, 5, 20, 60)]
    days = [one.day for one in found]
    widths = [one.late - one.early for one in found]
    assert days == sorted(days)
    assert widths == sorted(widths)


@pytest.mark.parametrize(
    "times",
    [[], lessons(), lessons(9, 9), lessons(1, 1, 1, 1), lessons(0, 0, 0, 0, last_days_ago=20)],
    ids=["none", "one lesson", "three lessons", "five days", "all at once"],
)
def test_too_little_to_go_by_is_said(actions: ModuleType, times: Sequence[datetime]) -> None:
    assert actions.forecast(times, 10, NOW) is None


def test_a_day_years_ahead_is_not_named(actions: ModuleType) -> None:
    assert actions.forecast(lessons(*[20] * 6), 60, NOW) is None
