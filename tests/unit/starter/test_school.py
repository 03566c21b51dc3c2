"""The sample school is consistent, always current, believable, and the same for the same seed."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from statistics import median

import apsw
import pytest

from .conftest import NOW, build_school, load, quiet

INCONSISTENCIES = {
    "lessons_done is not the number of completed lessons": """
        SELECT id FROM enrolments e WHERE lessons_done <> (SELECT count(*) FROM progress WHERE enrolment_id = e.id)""",
    "completed lessons are not 1 to lessons_done": """
        SELECT id FROM enrolments e WHERE lessons_done > 0
        AND lessons_done <> (SELECT max(lesson) FROM progress WHERE enrolment_id = e.id)""",
    "finished, but not all lessons are done": """
        SELECT e.id FROM enrolments e JOIN courses c ON c.id = e.course_id
        WHERE (e.state = 'finished') <> (e.lessons_done = c.lessons)""",
    "finished_at is not when the last lesson was completed": """
        SELECT id FROM enrolments e WHERE (state = 'finished') <> (finished_at IS NOT NULL)
        OR finished_at <> (SELECT max(completed_at) FROM progress WHERE enrolment_id = e.id)""",
    "a lesson is completed before the one before": """
        SELECT a.enrolment_id FROM progress a JOIN progress b
        ON b.enrolment_id = a.enrolment_id AND b.lesson = a.lesson + 1 WHERE b.completed_at <= a.completed_at""",
    "studied before enrolled": """
        SELECT id FROM enrolments e JOIN progress p ON p.enrolment_id = e.id WHERE completed_at <= enrolled_at""",
    "the order is another learner's or course's, or later than the enrolment": """
        SELECT e.id FROM enrolments e JOIN orders o ON o.number = e.order_number
        WHERE o.learner_id <> e.learner_id OR o.course_id <> e.course_id OR o.paid_at > e.enrolled_at""",
    "an order without an enrolment": "SELECT number FROM orders EXCEPT SELECT order_number FROM enrolments",
    "bought before registered": """
        SELECT o.number FROM orders o JOIN learners l ON l.id = o.learner_id WHERE o.paid_at < l.registered_at""",
    "bought twice": "SELECT 1 FROM enrolments GROUP BY learner_id, course_id HAVING count(*) > 1",
    "last seen before the last lesson": """
        SELECT l.id FROM learners l JOIN enrolments e ON e.learner_id = l.id JOIN progress p ON p.enrolment_id = e.id
        WHERE l.last_sign_in IS NULL OR l.last_sign_in < p.completed_at""",
    "a closed account with courses": """
        SELECT l.id FROM learners l JOIN enrolments e ON e.learner_id = l.id WHERE l.account_state = 'closed'""",
    "the order's state does not follow from its refund": """
        SELECT o.number FROM orders o LEFT JOIN refunds r ON r.order_number = o.number
        WHERE o.state <> CASE r.state WHEN 'requested' THEN 'refunding' WHEN 'approved' THEN 'refunding'
                                      WHEN 'paid' THEN 'refunded' ELSE 'paid' END""",
    "refunded, but still enrolled": """
        SELECT o.number FROM orders o JOIN enrolments e ON e.order_number = o.number
        WHERE (o.state = 'refunded') <> (e.state = 'cancelled')""",
    "studied after asking for the money": """
        SELECT e.id FROM refunds r JOIN enrolments e ON e.order_number = r.order_number
        JOIN progress p ON p.enrolment_id = e.id WHERE r.state <> 'refused' AND p.completed_at >= r.requested_at""",
    "a refund of nothing, or a refused one of something": """
        SELECT number FROM refunds WHERE (state = 'refused') <> (amount_fen = 0)""",
    "more refunded than paid": """
        SELECT r.number FROM refunds r JOIN orders o ON o.number = r.order_number WHERE r.amount_fen > o.amount_fen""",
    "an invoice before the payment, or for money given back": """
        SELECT i.number FROM invoices i JOIN orders o ON o.number = i.order_number
        WHERE i.requested_at <= o.paid_at OR o.state <> 'paid'""",
    "a course without its lessons": """
        SELECT id FROM courses c WHERE lessons <> (SELECT count(*) FROM lessons WHERE course_id = c.id)
        OR lessons <> (SELECT max(number) FROM lessons WHERE course_id = c.id)""",
    "live classes of a recorded course, or a live course without": """
        SELECT id FROM courses c
        WHERE (SELECT count(*) FROM live_classes WHERE course_id = c.id)
           <> CASE form WHEN 'live' THEN lessons ELSE 0 END""",
    "live classes out of order": """
        SELECT a.course_id FROM live_classes a JOIN live_classes b
        ON b.course_id = a.course_id AND b.lesson = a.lesson + 1 WHERE b.starts_at <= a.starts_at""",
    "a live lesson completed before its class": """
        SELECT e.id FROM enrolments e JOIN progress p ON p.enrolment_id = e.id
        JOIN live_classes c ON c.course_id = e.course_id AND c.lesson = p.lesson WHERE p.completed_at <= c.starts_at""",
    "more minutes on a lesson than there were": """
        SELECT b.enrolment_id FROM progress a JOIN progress b
        ON b.enrolment_id = a.enrolment_id AND b.lesson = a.lesson + 1 WHERE b.minutes > 1
        AND b.minutes * 60 > unixepoch(b.completed_at) - unixepoch(a.completed_at)""",
}

TIMES = {
    "learners": ("registered_at", "last_sign_in"),
    "orders": ("paid_at",),
    "enrolments": ("enrolled_at", "finished_at"),
    "progress": ("completed_at",),
    "refunds": ("requested_at",),
    "invoices": ("requested_at",),
    "password_resets": ("requested_at",),
}


@pytest.mark.parametrize("what", INCONSISTENCIES)
def test_no_row_contradicts_another(school: apsw.Connection, what: str) -> None:
    assert school.execute(INCONSISTENCIES[what]).fetchall() == [], what


def test_keys_point_to_rows(school: apsw.Connection) -> None:
    assert school.execute("PRAGMA foreign_key_check").fetchall() == []


@pytest.mark.parametrize(("table", "column"), [(table, column) for table in TIMES for column in TIMES[table]])
def test_what_happened_lies_in_the_past_while_people_are_awake(
    school: apsw.Connection, table: str, column: str
) -> None:
    texts = [text for (text,) in school.execute(f"SELECT {column} FROM {table} WHERE {column} IS NOT NULL")]

    assert texts
    assert max(texts) <= "2026-03-02T02:00:00Z"
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", text) for text in texts)
    asleep = sum(2 <= (int(text[11:13]) + 8) % 24 < 6 for text in texts)
    assert asleep <= 0.01 * len(texts)


def test_titles_differ_in_each_language(school: apsw.Connection) -> None:
    rows = school.execute("SELECT title_zh, title_en FROM courses").fetchall()

    assert len({zh for zh, _ in rows}) == len({en for _, en in rows}) == len(rows) == 60
    assert school.execute("SELECT 1 FROM lessons GROUP BY course_id, title_zh HAVING count(*) > 1").fetchall() == []
    assert school.execute("SELECT 1 FROM lessons GROUP BY course_id, title_en HAVING count(*) > 1").fetchall() == []


def test_people_are_invented_and_can_be_told_apart(school: apsw.Connection) -> None:
    rows = school.execute("SELECT phone, email FROM learners").fetchall()

    assert len({phone for phone, _ in rows}) == len(rows)
    assert all(re.fullmatch(r"(154|16[0134]|179|194)\d{8}", phone) for phone, _ in rows)
    assert all(email.endswith("@example.com") for _, email in rows)


def test_some_buy_nothing_most_one_or_two_few_many(school: apsw.Connection) -> None:
    bought = Counter(
        count
        for (count,) in school.execute(
            "SELECT count(o.number) FROM learners l LEFT JOIN orders o ON o.learner_id = l.id GROUP BY l.id"
        )
    )

    assert 0.08 < bought[0] / 1_500 < 0.25
    assert 0.6 < (bought[1] + bought[2]) / 1_500 < 0.85
    assert 0 < bought[5] + bought[6] < 0.1 * 1_500
    assert max(bought) == 6


def test_people_study_in_the_evening_at_weekends_and_at_paces_of_their_own(school: apsw.Connection) -> None:
    by_learner: dict[int, list[datetime]] = {}
    for who, text in school.execute("SELECT enrolment_id, completed_at FROM progress ORDER BY enrolment_id, lesson"):
        by_learner.setdefault(who, []).append(datetime.fromisoformat(text) + timedelta(hours=8))
    times = [time for own in by_learner.values() for time in own]

    assert sum(19 <= time.hour < 23 for time in times) > 0.4 * len(times)
    assert sum(time.weekday() >= 5 for time in times) > 2.5 / 7 * len(times)
    gaps = [median(b - a for a, b in pairwise(own)) for own in by_learner.values() if len(own) >= 8]
    gaps.sort()
    assert gaps[-len(gaps) // 10] > 3 * gaps[len(gaps) // 10]


def test_every_state_occurs(school: apsw.Connection) -> None:
    for table, column, states in (
        ("enrolments", "state", {"active", "paused", "finished", "cancelled"}),
        ("orders", "state", {"paid", "refunding", "refunded"}),
        ("refunds", "state", {"requested", "approved", "paid", "refused"}),
        ("invoices", "state", {"requested", "issued"}),
        ("learners", "account_state", {"active", "locked", "closed"}),
        ("learners", "language", {"zh", "en"}),
        ("courses", "form", {"recorded", "live"}),
    ):
        assert {state for (state,) in school.execute(f"SELECT {column} FROM {table}")} == states, table


def test_refunds_follow_the_rules(school: apsw.Connection) -> None:
    rules = school.execute(
        "SELECT within_days, lessons_at_most, share_at_most, refund_share FROM refund_rules ORDER BY 1"
    )
    terms = rules.fetchall()
    rows = school.execute("""
        SELECT r.amount_fen, o.amount_fen, unixepoch(r.requested_at) - unixepoch(o.paid_at), c.lessons,
          (SELECT count(*) FROM progress p WHERE p.enrolment_id = e.id AND p.completed_at < r.requested_at)
        FROM refunds r JOIN orders o ON o.number = r.order_number
        JOIN enrolments e ON e.order_number = o.number JOIN courses c ON c.id = e.course_id""").fetchall()

    assert len(rows) > 30
    for back, paid, seconds, lessons, done in rows:
        share = next(
            share
            for days, most, most_share, share in terms
            if seconds <= days * 86_400 and done <= most and done <= most_share * lessons
        )
        assert back == round(paid * (1 - done / lessons if share < 0 else share))


def test_sample_customers_are_in_the_situations_they_show(school: apsw.Connection) -> None:
    rows = school.execute("""
        SELECT e.learner_id, c.title_zh, e.lessons_done, c.lessons, e.state, o.paid_at,
          (SELECT max(completed_at) FROM progress WHERE enrolment_id = e.id)
        FROM enrolments e JOIN courses c ON c.id = e.course_id JOIN orders o ON o.number = e.order_number
        WHERE e.learner_id <= 'L00010' ORDER BY 1, e.id""").fetchall()
    by_id: dict[str, list[tuple[object, ...]]] = {}
    for who, *rest in rows:
        by_id.setdefault(str(who), []).append(tuple(rest))

    assert [row[:4] for row in by_id["L00001"]] == [("英语口语入门", 12, 20, "active")]
    assert days_ago(by_id["L00001"][0][5]) < 3
    titles = [str(row[0]) for row in by_id["L00002"]]
    assert {"Python 编程入门", "Python 编程进阶"} < set(titles)
    assert ["英语" in title for title in titles].count(True) == 1
    assert all(row[3] == "active" for row in by_id["L00002"])
    assert "L00003" not in by_id
    assert [row[3] for row in by_id["L00004"]] == ["finished"]
    assert [row[3] for row in by_id["L00005"]] == ["paused"]
    assert days_ago(by_id["L00006"][0][4]) < 7
    assert by_id["L00006"][0][1] == 1
    assert days_ago(by_id["L00007"][0][4]) > 30
    assert by_id["L00007"][0][1:3] == (14, 20)
    assert len(by_id["L00008"]) == 2
    assert school.execute("SELECT language FROM learners WHERE id = 'L00008'").fetchall() == [("en",)]
    following = school.execute("""
        SELECT l.starts_at FROM live_classes l JOIN enrolments e ON e.course_id = l.course_id
        WHERE e.learner_id = 'L00009' AND l.lesson = e.lessons_done + 1""").fetchall()
    assert following == [("2026-03-03T11:30:00Z",)]
    assert school.execute("SELECT account_state FROM learners WHERE id = 'L00010'").fetchall() == [("locked",)]


def days_ago(text: object) -> float:
    return (NOW - datetime.fromisoformat(str(text))).total_seconds() / 86_400


@pytest.mark.parametrize("minute", [0, 5 * 60 + 59, 15 * 60 + 55, 16 * 60 + 1])
def test_samples_hold_at_any_hour(minute: int) -> None:
    now = datetime(2026, 12, 31, tzinfo=UTC) + timedelta(minutes=minute)
    tables = generate(seed=1, now=now, learners=40, courses=12)

    local = (now + timedelta(hours=8)).date()
    tomorrow = f"{local + timedelta(days=1)}T11:30:00Z"
    assert ("C011", 6, tomorrow) in [row[:3] for row in tables["live_classes"]]
    text = now.strftime("%Y-%m-%dT%H:%M:%SZ")
    assert max(row[2] for row in tables["progress"]) <= text
    assert max(row[5] for row in tables["orders"]) <= text
    assert tables["enrolments"][0][2].startswith("C")


def test_same_seed_same_school_another_seed_another_school() -> None:
    one = generate(seed=3, now=NOW, learners=60, courses=30)

    assert generate(seed=3, now=NOW, learners=60, courses=30) == one
    assert generate(seed=4, now=NOW, learners=60, courses=30) != one


def test_names_of_samples_are_those_of_the_file(starter: Path) -> None:
    samples = tomllib.loads((starter / "school" / "samples.toml").read_text("utf-8"))["learners"]
    rows = generate(seed=3, now=NOW, learners=20, courses=12)["learners"]

    assert [row[:2] for row in rows[: len(samples)]] == [(sample["id"], sample["name"]) for sample in samples]


def test_more_courses_than_there_are_words_for_are_refused() -> None:
    with pytest.raises(ValueError, match="add topics"):
        generate(seed=3, now=NOW, learners=20, courses=5_000)


def test_progress_ends_with_everything_done(tmp_path: Path) -> None:
    seen: dict[str, tuple[int, int]] = {}
    counts = load("school/build.py").build(
        f"sqlite:///{tmp_path / 'school.db'}",
        seed=7,
        now=NOW,
        learners=30,
        courses=15,
        progress=lambda stage, done, total: seen.update({stage: (done, total)}),
    )

    assert {stage: done for stage, (done, _) in seen.items()} == {"lives": 30, **counts}
    assert all(done == total for done, total in seen.values())
    assert [file.name for file in tmp_path.iterdir()] == ["school.db"]


def test_an_existing_file_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "school.db"
    file.write_text("mine")

    with pytest.raises(FileExistsError, match="delete"):
        load("school/build.py").build(f"sqlite:///{file}", seed=7, now=NOW, progress=quiet)
    assert file.read_text() == "mine"


def test_a_failure_leaves_no_file(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="add topics"):
        load("school/build.py").build(f"sqlite:///{tmp_path}/school.db", seed=7, now=NOW, courses=9_999, progress=quiet)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("url", "error", "says"),
    [
        ("mysql://here", ValueError, "postgresql"),
        ("sqlite:////no/such/folder/school.db", FileNotFoundError, "/no/such/folder"),
        ("postgresql:///school?host=/no/such/folder", ConnectionError, "PostgreSQL"),
    ],
)
def test_a_place_that_is_not_there_is_named(url: str, error: type[Exception], says: str) -> None:
    with pytest.raises(error, match=says):
        load("school/build.py").build(url, seed=7, now=NOW, progress=quiet)


@pytest.mark.postgres
def test_postgresql_gets_the_same_rows(postgres_school: str, school: apsw.Connection) -> None:
    import psycopg

    with psycopg.connect(postgres_school) as theirs:
        for table in ("learners", "orders", "enrolments", "progress", "live_classes", "refunds", "refund_rules"):
            query = f"SELECT * FROM {table} ORDER BY 1, 2"
            assert theirs.execute(query.encode()).fetchall() == school.execute(query).fetchall(), table
    with pytest.raises(FileExistsError, match="empty"):
        build_school(postgres_school)


def test_the_command_line_builds_a_school(starter: Path, tmp_path: Path) -> None:
    command = [sys.executable, str(starter / "school" / "build.py"), "--learners", "20", "--courses", "12"]
    first = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    again = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)

    assert "20 learners" in first.stdout
    assert (tmp_path / "school.db").is_file()
    assert again.returncode == 1
    assert "exists already" in again.stderr


def generate(seed: int, now: datetime, learners: int, courses: int) -> dict[str, list[tuple]]:
    """All rows by table, straight from the generator."""
    tables: dict[str, list[tuple]] = {}
    load("school/__init__.py").generate(
        lambda table, rows: tables.setdefault(table, []).extend(rows),
        seed=seed,
        now=now,
        learners=learners,
        courses=courses,
        progress=quiet,
    )
    return tables
