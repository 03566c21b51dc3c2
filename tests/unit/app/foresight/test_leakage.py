"""Nothing that came after the moment of a forecast is in its features, whatever came."""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import apsw
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kefu.adapters.records.sql import open_records
from kefu.adapters.stores.memory import MemoryStore
from kefu.app.foresight.gathering import Gatherer
from kefu.core.errors import BadConfig
from kefu.core.events import (
    ConversationOpened,
    Event,
    HandedOff,
    MessageReceived,
    MessageUnderstood,
    PersonReplied,
    Rated,
    Replied,
    TicketOpened,
)
from kefu.core.nouns import IntentScore, Ticket
from kefu.core.ports.store import Recorded
from kefu.service.desk.hours import Hours
from kefu.service.foresight.declared import Declared, parse_declared
from kefu.service.foresight.past import visit_columns, visits_at, visits_columns
from kefu.service.foresight.query import moment
from kefu.service.insight.visits import Ground

STARTER = Path(__file__).parents[4] / "kefu" / "starter" / "education"
AS_OF = datetime(2026, 3, 2, 12, tzinfo=UTC)
GROUND = Ground(Hours(UTC))


def declared(name: str) -> Declared:
    return parse_declared(name, tomllib.loads((STARTER / "predictors" / f"{name}.toml").read_text("utf-8")))


def event_at(at: datetime, kind: int) -> Event:
    made: list[Event] = [
        MessageReceived(at, f"m{at.isoformat()}", "退款"),
        MessageUnderstood(at, "zh", (IntentScore("refund", 0.8),), (), (), -0.5, 0.2, 0.7, None, "kit"),
        Replied(at, (), "zh"),
        HandedOff(at, "customer_asked", "", "normal"),
        PersonReplied(at, "Ann", "好的"),
        Rated(at, 1),
        TicketOpened(at, Ticket("N1", "complaint", "high", "坏了")),
    ]
    return made[kind]


events = st.lists(st.tuples(st.integers(1, 9000), st.integers(0, 6)), min_size=1, max_size=25)


def talk_of(minutes: list[tuple[int, int]], begins: datetime) -> list[Recorded]:
    found: list[Event] = [ConversationOpened(begins, "webchat", "s", "zh")]
    found += [event_at(begins + timedelta(minutes=after), kind) for after, kind in sorted(minutes)]
    return [Recorded(number, "c1", number, "t1", event) for number, event in enumerate(found, start=1)]


@given(events, events, st.integers(0, 9000))
@settings(max_examples=150, deadline=None)
def test_later_events_change_no_feature(before: list[tuple[int, int]], other: list[tuple[int, int]], cut: int) -> None:
    begins = AS_OF - timedelta(minutes=5000)
    as_of = begins + timedelta(minutes=cut)
    talks = [talk_of(before, begins), talk_of(other, begins)]
    known = [[one for one in talk if one.event.at <= as_of] for talk in talks]
    whole, cut_off = visits_at(talks, GROUND, as_of), visits_at([one for one in known if one], GROUND, as_of)
    assert whole == cut_off
    assert visits_columns(whole, as_of, 30) == visits_columns(cut_off, as_of, 30)
    assert [visit_columns(one, as_of) for one in whole] == [visit_columns(one, as_of) for one in cut_off]


def fill(database: apsw.Connection, first: int, moments: list[datetime]) -> None:
    """A learner with a course for every moment: the same ones again with other numbers."""
    for number, at in enumerate(moments, start=first):
        text = moment(at)
        database.execute("INSERT INTO orders VALUES (?, 'L1', 'C1', 100, 'card', ?, 'refunded')", (f"E{number}", text))
        database.execute(
            "INSERT INTO enrolments VALUES (?, 'L1', 'C1', ?, ?, 'finished', 9, ?)",
            (number, f"E{number}", text, moment(at + timedelta(days=3))),
        )
        database.execute("INSERT INTO refunds VALUES (?, ?, 1, '', ?, 'paid')", (f"R{number}", f"E{number}", text))
        for lesson in range(1, 4):
            done = moment(at + timedelta(hours=7 * lesson))
            database.execute("INSERT INTO progress VALUES (?, ?, ?, 20)", (number, lesson, done))


@pytest.mark.parametrize("name", ["at_risk", "finishes"])
async def test_later_rows_change_no_feature(name: str, tmp_path: Path) -> None:
    path = tmp_path / "school.db"
    database = apsw.Connection(str(path))
    database.execute((STARTER / "school" / "schema.sql").read_text("utf-8"))
    old = moment(AS_OF - timedelta(days=90))
    database.execute("INSERT INTO courses VALUES ('C1', '英语', 'English', 'english', 1, 'recorded', 10, 100, 'T1')")
    database.execute(
        "INSERT INTO learners VALUES ('L1', '李雷', '1', 'a@example.com', '成都', 'zh', ?, 'active', NULL)", (old,)
    )
    database.execute("INSERT INTO orders VALUES ('E1', 'L1', 'C1', 100, 'card', ?, 'paid')", (old,))
    database.execute("INSERT INTO enrolments VALUES (1, 'L1', 'C1', 'E1', ?, 'active', 2, NULL)", (old,))
    for lesson, days in ((1, 20), (2, 4)):
        done = moment(AS_OF - timedelta(days=days))
        database.execute("INSERT INTO progress VALUES (1, ?, ?, 20)", (lesson, done))
    wanted = declared(name)

    async def rows() -> list[object]:
        async with open_records({"url": f"sqlite:///{path}"}) as records:
            gatherer = Gatherer(MemoryStore(), {"school": records}, GROUND)
            return [(one.subject, one.row) for one in await gatherer.now(wanted, AS_OF, "L1")]

    before = await rows()
    assert [subject for subject, _ in before] == ["1"]
    fill(database, 100, [AS_OF + timedelta(hours=hours) for hours in (1, 30, 400)])
    later = moment(AS_OF + timedelta(days=2))
    database.execute("INSERT INTO progress VALUES (1, 3, ?, 20)", (later,))
    database.execute(
        "UPDATE enrolments SET finished_at = ?, state = 'finished', lessons_done = 10 WHERE id = 1", (later,)
    )
    database.execute("INSERT INTO refunds VALUES ('R1', 'E1', 1, '', ?, 'paid')", (later,))
    database.execute("UPDATE orders SET state = 'refunded' WHERE number = 'E1'")
    assert await rows() == before


@pytest.mark.parametrize("sql", ["SELECT subject, 1 AS value FROM progress", "SELECT 1 FROM known_progress, progress"])
def test_a_query_reads_nothing_but_what_was_known(sql: str) -> None:
    table = tomllib.loads((STARTER / "predictors" / "at_risk.toml").read_text("utf-8"))
    table["sources"].append({"name": "cheat", "sql": sql})
    with pytest.raises(BadConfig, match=r"reads 'progress'|write joins"):
        parse_declared("at_risk", table)
