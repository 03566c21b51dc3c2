"""Predictors learn by themselves when it is time and enough has changed; nothing worse is served; drift is told."""

from __future__ import annotations

import json
import shutil
import tomllib
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from small_house import make_bench
from web_house import make_config

from kefu.adapters.stores.memory import MemoryStore
from kefu.app.foresight.contest import contest, contest_models
from kefu.app.foresight.following import Foreseeing
from kefu.app.foresight.gathering import Case, Gatherer, Sample
from kefu.app.foresight.models import PredictorModels, fit
from kefu.app.foresight.renewal import Tending, due, learn, news_of
from kefu.app.foresight.report import ENOUGH, drift_of, report_of, spread_of
from kefu.app.jobs import Jobs, Kind
from kefu.app.reporting import REPORTS
from kefu.core.nouns import Identity, Inbound
from kefu.core.ports.foresight import Score
from kefu.core.ports.predictor import Outcome, Prediction
from kefu.service.desk.hours import Hours
from kefu.service.foresight.declared import Declared, parse_declared
from kefu.service.foresight.outreach import begin_of, parse_span
from kefu.service.insight.visits import Ground
from kefu.service.turn import take_turn

STARTER = Path(__file__).parents[4] / "kefu" / "starter" / "education"
NOW = datetime(2026, 3, 2, 4, tzinfo=UTC)


def declared_of(name: str, **other: object) -> Declared:
    table = tomllib.loads((STARTER / "predictors" / f"{name}.toml").read_text("utf-8"))
    return parse_declared(name, {**table, **other})


RETURNS = replace(declared_of("returns"), use="logistic.v1")


def samples(count: int, seed: int, *, turned: bool = False) -> list[Sample]:
    """Visits whose number of messages says whether the customer comes again; `turned` says the opposite."""
    rng = np.random.default_rng(seed)
    found = []
    for number in range(count):
        asked = float(rng.integers(1, 9))
        came = float(rng.random() < (asked if not turned else 9 - asked) / 10)
        row = {one.name: None for one in RETURNS.features} | {"asked": asked}
        case = Case(f"c{number}", f"L{number % 300}", NOW + timedelta(minutes=number), row)
        found.append(Sample(case, Outcome(came), NOW))
    return found


def keep(models: PredictorModels, train: Sequence[Sample], latest: Sequence[Sample]) -> str:
    measured = fit(RETURNS, [one.lesson for one in train], lambda *_: None)
    report = report_of(RETURNS, train, latest, measured.predict([one.case.row for one in latest]))
    card = {"use": "logistic.v1", "question": RETURNS.question, "method": RETURNS.method, "why": "first", **report}
    card |= spread_of(measured.predict([one.case.row for one in latest]))
    return models.keep(measured, measured, card, NOW)


def test_a_version_that_learned_rubbish_is_worse_and_one_like_the_other_is_not(tmp_path: Path) -> None:
    models, latest = PredictorModels(tmp_path, "returns"), samples(400, 2)
    assert contest(RETURNS, models, [], lambda _: [])["skipped"] == "first"
    models.promote(keep(models, samples(800, 1), latest))
    rows = [one.case.row for one in latest]
    for turned in (True, False):
        lessons = [one.lesson for one in samples(800, 3, turned=turned)]
        found = fit(RETURNS, lessons, lambda *_: None).predict(rows)
        gate = contest_models(RETURNS, models, latest, found)
        assert gate["worse"] is turned
        assert gate["cases"] == 400
    assert contest_models(RETURNS, models, latest[:10], found[:10])["skipped"] == "few"
    other = replace(RETURNS, horizon_days=3)
    assert contest_models(other, models, latest, found)["skipped"] == "other"
    for file in (tmp_path / "models" / "predict" / "returns").glob("*/measured/predictor.json"):
        file.unlink()
    assert contest_models(RETURNS, models, latest, found)["skipped"] == "gone"


async def scored(store: MemoryStore, values: Sequence[float]) -> None:
    scores = [
        Score("returns", "1", f"L{number}", "", NOW, "v", Prediction(value, 0.0, 1.0))
        for number, value in enumerate(values)
    ]
    await store.keep_scores(scores, [one.customer for one in scores], ["returns"])


async def test_a_drifted_stream_is_told_from_a_steady_one_once_there_are_enough(tmp_path: Path) -> None:
    models, store, rng = PredictorModels(tmp_path, "returns"), MemoryStore(), np.random.default_rng(5)
    train, latest = samples(800, 1), samples(600, 2)
    card = models.card(keep(models, train, latest))
    model = fit(RETURNS, [one.lesson for one in train], lambda *_: None)
    steady = [one.value for one in model.predict([one.case.row for one in samples(500, 6)])]
    busier = [one.value for one in model.predict([{**samples(1, 1)[0].case.row, "asked": rng.integers(6, 9)}] * 500)]
    few = None
    for values, has_moved in ((steady[:150], False), (steady, False), (busier, True)):
        await scored(store, values)
        found = await drift_of(store, "returns", card)
        assert found is not None
        assert found.count == len(values) or has_moved
        assert found.has_moved is has_moved
        few = few or found
    assert few is not None
    assert few.missing == ENOUGH - 150
    assert await drift_of(store, "returns", {}) is None


def test_what_is_new_is_a_share_of_what_was_learned_from() -> None:
    card = {"trained": NOW.isoformat(), "lessons": 80, "cases": 20}
    records = replace(declared_of("at_risk"), every_days=28, moments=8)
    assert news_of(records, card, [], NOW + timedelta(days=22.4)) == pytest.approx(0.1)
    assert news_of(RETURNS, card, [], NOW + timedelta(days=100)) == 0


async def test_one_that_cannot_learn_leaves_the_others_alone_and_says_why(tmp_path: Path) -> None:
    shutil.copytree(STARTER / "predictors", tmp_path / "predictors")
    store = MemoryStore()
    found = Foreseeing(store, Gatherer(store, {}, Ground(Hours(UTC))), tmp_path)
    wanted = await due(found, NOW, 0.1)
    assert set(wanted.values()) == {"first"}
    told = await learn(found, wanted, NOW, lambda *_: None)
    assert [one.name for one in told] == list(wanted)
    assert all(one.problem and not one.served for one in told)
    assert "no records 'school'" in next(one.problem for one in told if one.name == "at_risk")


async def test_what_was_served_is_due_again_by_its_declaration_or_by_what_is_new(tmp_path: Path) -> None:
    (tmp_path / "predictors").mkdir()
    file = tmp_path / "predictors" / "returns.toml"
    text = (STARTER / "predictors" / "returns.toml").read_text("utf-8").replace("boosted.v1", "logistic.v1")
    file.write_text(text, "utf-8")
    store = MemoryStore()
    models = PredictorModels(tmp_path, "returns")
    models.promote(keep(models, samples(800, 1), samples(400, 2)))
    found = Foreseeing(store, Gatherer(store, {}, Ground(Hours(UTC))), tmp_path)
    assert await due(found, NOW + timedelta(days=1), 0.1) == {}
    assert await due(found, NOW + timedelta(days=1), 0.0) == {"returns": "more"}
    await scored(store, [0.99] * 300)
    assert await due(found, NOW + timedelta(days=1), 0.1) == {}
    assert await due(found, NOW + timedelta(days=8), 0.1) == {"returns": "drifted"}
    file.write_text(text.replace('outcome = "returns"', 'outcome = "dissatisfied"'), "utf-8")
    again = Foreseeing(store, Gatherer(store, {}, Ground(Hours(UTC))), tmp_path)
    assert await due(again, NOW + timedelta(days=1), 0.1) == {"returns": "declared"}


@pytest.mark.parametrize(
    ("span", "local", "begins"),
    [
        ("02:00-05:00", "2026-03-02T03:00", "2026-03-02T02:00"),
        ("02:00-05:00", "2026-03-02T05:00", None),
        ("22:00-04:00", "2026-03-02T23:00", "2026-03-02T22:00"),
        ("22:00-04:00", "2026-03-03T01:00", "2026-03-02T22:00"),
        ("22:00-04:00", "2026-03-03T12:00", None),
    ],
)
def test_a_span_may_go_over_midnight(span: str, local: str, begins: str | None) -> None:
    read = parse_span(span, "train")
    assert read is not None
    assert begin_of(read, datetime.fromisoformat(local)) == (begins and datetime.fromisoformat(begins))
    assert parse_span("", "train") is None


class Noted(Jobs):
    """Work that is over as soon as it began."""

    def begin(self, kind: Kind, who: str, now: datetime, version: str = "") -> None:
        folder = self._folder / kind
        folder.mkdir(parents=True, exist_ok=True)
        begun = json.dumps({"who": who, "at": now.isoformat()})
        for name, text in (("begun.json", begun), ("out", "{}"), ("steps", "")):
            (folder / name).write_text(text, "utf-8")


async def test_first_when_nothing_happens_then_once_a_night(tmp_path: Path) -> None:
    shutil.copytree(STARTER / "predictors", tmp_path / "predictors")
    bench = make_bench(NOW)
    store = bench.store
    found = Foreseeing(store, Gatherer(store, {}, Ground(Hours(UTC))), tmp_path)
    config = make_config(tmp_path, foresight__train="02:00-05:00", kefu__timezone="UTC")
    jobs, noon = Noted(tmp_path), NOW.replace(hour=12)
    tending = Tending(store, found, config, jobs)
    assert not await tending.look(noon)
    await take_turn(Inbound("bridge", "m1", "u1", "我学到哪了", NOW, Identity("L1", "token")), bench.house)
    assert not await tending.look(noon), "somebody wrote meanwhile"
    assert not await tending.look(noon), "not everything is counted yet"
    await store.turn_to(REPORTS, 0, await store.head())
    assert await tending.look(noon)
    assert not await tending.look(noon + timedelta(minutes=1))
    night = noon + timedelta(hours=14)
    assert await tending.look(night)
    assert not await tending.look(night + timedelta(hours=1))
    latest = jobs.latest("renew")
    assert latest is not None
    assert (latest.begun_at, latest.state) == (night, "done")
    never = Tending(store, found, make_config(tmp_path, foresight__train=""), jobs)
    assert not await never.look(night + timedelta(days=1))
