"""How far off is the day on which kefu says that a course will be finished?

    python bench/forecast/run.py

See README.md.
"""

from __future__ import annotations

import json
import platform
import random
import statistics
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType

import apsw

from kefu.app.skills import load_module

HERE = Path(__file__).parent
STARTER = HERE.parents[1] / "kefu" / "starter" / "education"
LEARNERS = 6_000
CUTS = 2
"""Days on which each finished course is looked at, as if it were still under way."""
NOW = datetime(2026, 3, 2, 2, tzinfo=UTC)
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Case:
    """A course under way: the lessons so far, how many remained, when it was asked, when it ended."""

    times: Sequence[datetime]
    remaining: int
    now: datetime
    end: datetime


def draw_cases(database: Path, resting: timedelta) -> Iterator[Case]:
    """Finished recorded courses of a school, each at some moments before its end, pauses left out."""
    connection = apsw.Connection(str(database), flags=apsw.SQLITE_OPEN_READONLY)
    rows = connection.execute(
        "SELECT p.enrolment_id, p.completed_at FROM progress p "
        "JOIN enrolments e ON e.id = p.enrolment_id JOIN courses c ON c.id = e.course_id "
        "WHERE e.state = 'finished' AND c.form = 'recorded' ORDER BY 1, 2"
    )
    studied: dict[int, list[datetime]] = defaultdict(list)
    for enrolment, completed in rows:
        studied[enrolment].append(datetime.fromisoformat(completed))
    rng = random.Random(1)  # noqa: S311 - repeatable, and no secret
    for times in studied.values():
        for _ in range(CUTS):
            done = rng.randint(3, len(times) - 1)
            pause = (times[done] - times[done - 1]) * rng.random()
            if pause < resting:
                yield Case(times[:done], len(times) - done, times[done - 1] + pause, times[-1])


def figures(cases: Sequence[Case], actions: ModuleType) -> list[dict[str, object]]:
    """How often the range held, and how far the day was off, beside dividing by the overall pace."""
    told = [(case, found) for case in cases if (found := actions.forecast(case.times, case.remaining, case.now))]
    held = sum(found.early <= case.end.date() <= found.late for case, found in told) / len(told)
    off = [abs((found.day - case.end.date()).days) for case, found in told]
    naive = [abs((case.now + case.remaining * pace(case) - case.end) / DAY) for case, _ in told]
    width = statistics.median((found.late - found.early).days for _, found in told)
    rows = (
        ("forecasts", len(told), "courses", "higher", None, None),
        ("share of ends within the range", round(held, 3), "", "higher", 0.75, None),
        ("median days off", statistics.median(off), "days", "lower", None, round(statistics.median(naive), 1)),
        ("mean days off", round(statistics.mean(off), 1), "days", "lower", None, round(statistics.mean(naive), 1)),
        ("median width of the range", width, "days", "lower", None, None),
    )
    return [
        {
            "name": name, "value": value, "unit": unit, "better": better, "goal": goal,
            "baseline": baseline, "baseline_name": "overall pace" if baseline else None, "interval": None,
        }
        for name, value, unit, better, goal, baseline in rows
    ]  # fmt: skip


def pace(case: Case) -> timedelta:
    """The overall time a lesson: what anyone would divide by first."""
    return (case.now - case.times[0]) / len(case.times)


def main() -> None:
    """Measure, print and write results.json."""
    actions = load_module(STARTER / "skills" / "course_progress" / "actions.py", "bench_course_progress")
    build = load_module(STARTER / "school" / "build.py", "bench_school_build")
    with tempfile.TemporaryDirectory() as folder:
        database = Path(folder) / "school.db"
        build.build(f"sqlite:///{database}", seed=7, now=NOW, learners=LEARNERS, progress=lambda *_: None)
        found = figures(list(draw_cases(database, actions.RESTING)), actions)
    for row in found:
        print(f"{row['name']:<34} {row['value']:>8} {row['unit']:<8} (overall pace: {row['baseline'] or '-'})")
    results = {
        "command": "python bench/forecast/run.py",
        "machine": f"{platform.machine()}, CPython {platform.python_version()}",
        "date": f"{datetime.now(UTC):%Y-%m-%d}",
        "figures": found,
    }
    (HERE / "results.json").write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n", "utf-8")


if __name__ == "__main__":
    main()
