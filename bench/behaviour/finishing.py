"""When a course will be finished: the starter's own declaration, on a generated school."""

from __future__ import annotations

import asyncio
import tempfile
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from kefu.adapters.records.sql import open_records
from kefu.adapters.stores.memory import MemoryStore
from kefu.app.foresight.gathering import Gatherer, Sample
from kefu.app.skills import load_module
from kefu.service.desk.hours import Hours
from kefu.service.foresight.declared import Declared, parse_declared
from kefu.service.insight.visits import Ground

STARTER = Path(__file__).parents[2] / "kefu" / "starter" / "education"
NOW = datetime(2026, 3, 2, 2, tzinfo=UTC)


@dataclass(frozen=True)
class Courses:
    """Courses under way at earlier moments, as known on the day of the forecast, and those of that day."""

    train: Sequence[Sample]
    test: Sequence[Sample]
    declared: Declared


def courses(learners: int, seed: int) -> Courses:
    """A school of so many learners; the forecast is made 180 days before its present."""
    declared = parse_declared("finishes", tomllib.loads((STARTER / "predictors" / "finishes.toml").read_text("utf-8")))
    build = load_module(STARTER / "school" / "build.py", "bench_behaviour_school")
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/school.db"
        build.build(url, seed=seed, now=NOW, learners=learners, progress=lambda *_: None)
        return asyncio.run(_gather(declared, url))


async def _gather(declared: Declared, url: str) -> Courses:
    day = NOW - timedelta(days=declared.horizon_days)
    async with open_records({"url": url, "timeout_s": 60}) as records:
        ground = Ground(Hours(UTC))
        gatherer = Gatherer(MemoryStore(), {"school": records}, ground)
        train = await gatherer.past(declared, day, lambda *_: None)
        later = Gatherer(MemoryStore(), {"school": records}, ground)
        return Courses(train, await later.past_at(declared, day, NOW), declared)


def by_pace(sample: Sample) -> float:
    """The baseline: the days left at the overall pace so far."""
    row = sample.case.row
    left, days, done = (float(str(row[name] or 0)) for name in ("lessons_left", "days_since_first", "lessons_done"))
    return left * days / max(1.0, done)
