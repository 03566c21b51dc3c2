"""Refunds and invoices of the sample school: the rules as computed, and requests that are made once."""

from __future__ import annotations

import re
from collections.abc import Sequence
from types import ModuleType

import apsw
import pytest

from kefu.adapters.records.sql import open_records
from kefu.adapters.sql.engine import make_engine
from kefu.app.skills import load_skill
from kefu.core.nouns import Row, Value

from .conftest import STARTER, load

SAMPLE = """
    INSERT INTO learners VALUES ('L1', 'n', 'p', 'e', 'c', 'zh', 'r', 'active', NULL);
    INSERT INTO teachers VALUES ('T1', 't');
    INSERT INTO courses VALUES ('C1', 'z', 'e', 's', 1, 'recorded', 20, 129900, 'T1');
    INSERT INTO orders VALUES ('E1', 'L1', 'C1', 129900, 'wechat', '2026-03-01T02:00:00Z', 'paid');
    INSERT INTO orders VALUES ('E2', 'L1', 'C1', 129900, 'wechat', '2026-01-01T02:00:00Z', 'refunded')
"""
REFUND: dict[str, Value] = {
    "customer_id": "L1",
    "number": "R1",
    "order_number": "E1",
    "amount_fen": 129900,
    "reason": "时间不合适",
    "requested_at": "2026-03-02T02:00:00Z",
}
INVOICE: dict[str, Value] = {
    "customer_id": "L1",
    "number": "V1",
    "order_number": "E1",
    "title": "青禾示例科技有限公司",
    "tax_number": "99330106MA00QHWX8L",
    "email": "caiwu@example.com",
    "requested_at": "2026-03-02T02:00:00Z",
}


@pytest.fixture(scope="module")
def refund() -> ModuleType:
    return load("skills/refund/actions.py")


@pytest.fixture(scope="module")
def invoice() -> ModuleType:
    return load("skills/invoice/actions.py")


@pytest.fixture
def rules(school: apsw.Connection) -> Sequence[Row]:
    cursor = school.execute(load_skill(STARTER / "skills" / "refund").queries["rules"].sql)
    names = [name for name, _ in cursor.get_description()]
    return [dict(zip(names, row, strict=True)) for row in cursor]


@pytest.mark.parametrize(
    ("order", "amount_fen"),
    [
        ((0, 0, 20), 129900),
        ((7, 2, 20), 129900),
        ((7, 3, 20), 110415),
        ((8, 2, 20), 116910),
        ((30, 10, 20), 64950),
        ((30, 11, 20), 0),
        ((31, 0, 20), 0),
        ((3, 20, 20), 0),
        ((8, 1, 3), 86600),
    ],
)
def test_the_first_rule_that_fits_decides(
    refund: ModuleType, rules: Sequence[Row], order: tuple[int, int, int], amount_fen: int
) -> None:
    days, done, lessons = order
    assert refund.offer(rules, 129900, days, done, lessons).amount_fen == amount_fen


def test_no_more_than_the_price_comes_back_and_never_less_for_fewer_lessons(
    refund: ModuleType, rules: Sequence[Row]
) -> None:
    for days in range(40):
        amounts = [refund.offer(rules, 99901, days, done, 24).amount_fen for done in range(25)]
        assert amounts == sorted(amounts, reverse=True)
        assert 0 <= amounts[-1] <= amounts[0] <= 99901


def test_where_no_rule_fits_there_is_no_offer(refund: ModuleType, rules: Sequence[Row]) -> None:
    found = refund.offer(rules, 129900, 3, 13, 12)
    assert (found.amount_fen, found.rule) == (0, None)


@pytest.mark.parametrize("code", ["91350100M000100Y43", "99330106MA00QHWX8L"])
def test_one_wrong_character_is_found(invoice: ModuleType, code: str) -> None:
    assert invoice.is_credit_code(code)
    for at, char in enumerate(code):
        for other in invoice.ALPHABET.replace(char, ""):
            assert not invoice.is_credit_code(code[:at] + other + code[at + 1 :])


@pytest.mark.parametrize("text", ["", "99330106MA00QHWX8", "99330106MA00QHWX8L1", "99330106MA00QHWXOL", "税号" * 9])
def test_what_is_no_tax_number(invoice: ModuleType, text: str) -> None:
    assert not invoice.is_credit_code(text)


def test_a_tax_number_is_kept_without_blanks(invoice: ModuleType) -> None:
    assert invoice.plain_code(" 9933-0106 ｍa00 qhwx 8l") == "99330106MA00QHWX8L"


@pytest.fixture
def orders(database: str) -> str:
    """A database with one paid and one refunded order of one learner."""
    engine = make_engine(database)
    schema = re.sub("--.*", "", (STARTER / "school" / "schema.sql").read_text("utf-8"))
    with engine.begin() as connection:
        for statement in f"{schema};{SAMPLE}".split(";"):
            if statement.strip():
                connection.exec_driver_sql(statement)
    engine.dispose()
    return database


@pytest.mark.parametrize("database", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True)
@pytest.mark.parametrize(
    ("skill", "statement", "values"), [("refund", "request_refund", REFUND), ("invoice", "request_invoice", INVOICE)]
)
async def test_a_request_is_made_once_and_for_the_customers_own_paid_orders(
    orders: str, skill: str, statement: str, values: dict[str, Value]
) -> None:
    queries = load_skill(STARTER / "skills" / skill).queries
    async with open_records({"url": orders}) as records:
        assert await records.write(queries[statement], {**values, "customer_id": "L2"}) == 0
        assert await records.write(queries[statement], {**values, "order_number": "E2"}) == 0
        assert [await records.write(queries[statement], values) for _ in range(2)] == [1, 0]
        assert await records.write(queries[statement], {**values, "number": "another"}) == 0
        rows = await records.find(queries["my_orders"], {"customer_id": "L1"})
    assert {row["number"]: row[f"{skill}_state"] for row in rows}["E1"] == "requested"
