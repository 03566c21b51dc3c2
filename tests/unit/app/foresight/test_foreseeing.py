"""From the records to a score with reasons: trained on the past, kept by a follower, acted upon within manners."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from small_house import Bench, make_bench

from kefu.adapters.records.sql import open_records
from kefu.adapters.stores.memory import MemoryStore
from kefu.app.foresight.following import Foreseeing
from kefu.app.foresight.gathering import Gatherer
from kefu.app.foresight.models import PredictorModels
from kefu.app.foresight.outreach import Reaching
from kefu.app.foresight.training import split, train
from kefu.app.skills import load_module
from kefu.core.errors import BadInput
from kefu.core.events import Event, Replied
from kefu.core.nouns import Identity, Inbound
from kefu.core.ports.foresight import Score
from kefu.core.ports.predictor import Prediction
from kefu.core.ports.records import Records
from kefu.core.ports.store import Settled
from kefu.service.desk.deeds import Tag
from kefu.service.desk.hours import Hours
from kefu.service.foresight.outreach import Manners
from kefu.service.insight.visits import Ground
from kefu.service.turn import take_turn
from kefu.service.turn.person import speak

STARTER = Path(__file__).parents[4] / "kefu" / "starter" / "education"
NOW = datetime(2026, 3, 2, 4, tzinfo=UTC)
GROUND = Ground(Hours(UTC))


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("school")
    shutil.copytree(STARTER / "predictors", home / "predictors")
    file = home / "predictors" / "at_risk.toml"
    file.write_text(file.read_text("utf-8").replace("boosted.v1", "logistic.v1"), "utf-8")  # quicker
    build = load_module(STARTER / "school" / "build.py", "test_foreseeing_school")
    build.build(f"sqlite:///{home}/school.db", seed=7, now=NOW, learners=900, progress=lambda *_: None)
    return home


@pytest.fixture
def school(built: Path) -> Path:
    """The school without anything trained."""
    shutil.rmtree(built / "models", ignore_errors=True)
    return built


def foresee(home: Path, store: MemoryStore, records: Records) -> Foreseeing:
    return Foreseeing(store, Gatherer(store, {"school": records}, GROUND), home)


async def test_what_was_learned_is_served_scored_and_rolled_back(school: Path) -> None:
    store = MemoryStore()
    async with open_records({"url": f"sqlite:///{school}/school.db", "timeout_s": 30}) as records:
        found = foresee(school, store, records)
        assert found.served() == []
        models = PredictorModels(school, "at_risk")
        declared = found.declared["at_risk"]
        first, report = await train(declared, models, found.fresh_gatherer(), NOW, lambda *_: None)
        assert report["auc"] > 0.7
        assert report["measured_from"] > report["until"]
        assert {group["value"] for group in report["groups"]["form"]} <= {"recorded", "live"}
        models.promote(first)
        assert (await found.score_all(NOW, lambda *_: None))["at_risk"] > 50
        highest = (await store.highest("at_risk", 5)).scores
        assert highest[0].prediction.value >= highest[-1].prediction.value > 0.3
        assert all(one.prediction.low <= one.prediction.value <= one.prediction.high for one in highest)
        assert all(one.reasons and one.version == first for one in highest)
        second, _ = await train(declared, models, found.fresh_gatherer(), NOW + timedelta(hours=1), lambda *_: None)
        models.promote(second)
        assert found.served()[0].name == second
        assert models.rollback() == first
        assert found.served()[0].name == first


async def test_a_follower_scores_whoever_wrote(school: Path) -> None:
    bench = make_bench(NOW)
    async with open_records({"url": f"sqlite:///{school}/school.db", "timeout_s": 30}) as records:
        store = bench.store
        found = Foreseeing(store, Gatherer(store, {"school": records}, GROUND), school)
        declared = found.declared["at_risk"]
        models = PredictorModels(school, "at_risk")
        made, _ = await train(declared, models, found.fresh_gatherer(), NOW, lambda *_: None)
        models.promote(made)
        learner = (await found.gatherer.now(declared, NOW, ""))[0].customer
        await take_turn(Inbound("bridge", "m1", "u1", "我学到哪了", NOW, Identity(learner, "token")), bench.house)
        assert await found.catch_up(NOW) == 1
        scores = await store.scores_of(learner)
        assert {one.predictor for one in scores} == {"at_risk"}
        assert scores[0].at == NOW
        assert await found.catch_up(NOW) == 0
        flagged = await found.foreseen(learner, ["at_risk"])
        assert isinstance(flagged["at_risk"], bool)
        assert await found.foreseen(learner, []) == {}


def test_what_was_not_known_then_is_not_learned_from(school: Path) -> None:
    from kefu.app.foresight.folder import find_predictor
    from kefu.app.foresight.gathering import Case, Sample
    from kefu.core.ports.predictor import Outcome

    declared = find_predictor(school, "finishes")
    as_of = NOW - timedelta(days=100)
    came = Sample(Case("1", "L1", as_of, {}), Outcome(40.0), NOW)
    assert came.as_known(NOW - timedelta(days=80), is_when=True) == replace(
        came, outcome=Outcome(20.0, known=False), until=NOW - timedelta(days=80)
    )
    late = came.as_known(NOW - timedelta(days=50), is_when=True)
    assert late is not None
    assert late.outcome == Outcome(40.0)
    assert came.as_known(NOW - timedelta(days=80), is_when=False) is None
    days = [replace(came, case=replace(came.case, as_of=NOW - timedelta(days=back))) for back in (400, 300, 200, 100)]
    earlier, latest = split(declared, days)
    assert max(one.until for one in earlier) <= min(one.case.as_of for one in latest)


async def prepare(bench: Bench, tag: bool = True) -> Score:
    """A customer whose conversation pushes, and what is foreseen of them."""
    identity = Identity("L1", "token")
    taken = await take_turn(Inbound("bridge", "m1", "u1", "你好", NOW, identity), bench.house)
    if tag:
        await speak(taken.conversation_id, [Tag(("may-write",))], "mei", bench.house, bench.store)
    score = Score("at_risk", "1", "L1", "", NOW, "v", Prediction(0.9, 0.8, 0.95))
    await bench.store.keep_scores([score], ["L1"], ["at_risk"])
    return score


async def reaching(bench: Bench, home: Path, holdout: float) -> Reaching:
    async def tell(_id: str, _number: int) -> None:
        return None

    found = Foreseeing(bench.store, Gatherer(bench.store, {}, GROUND), home)
    return Reaching(bench.store, found, Manners(holdout=holdout), tell)


async def said(bench: Bench) -> list[Event]:
    return [one.event for one in await bench.store.happened(0, 1000) if isinstance(one.event, Replied)]


@pytest.mark.parametrize("holdout", [0.0, 0.9999])
async def test_a_message_goes_out_once_or_is_held_back(school: Path, holdout: float) -> None:
    bench = make_bench(NOW)
    bench.house = replace(bench.house, pushes=frozenset({"bridge"}), clock=lambda: NOW)
    score, reach = await prepare(bench), await reaching(bench, school, holdout)
    before = len(await said(bench))
    one = await reach.write(score, bench.house)
    after = await said(bench)
    assert (one.what, len(after) - before) == (("sent", 1) if not holdout else ("held", 0))
    assert (await reach.may(score, bench.house))[0] == "often"
    with pytest.raises(BadInput, match="often"):
        await reach.write(score, bench.house)
    if not holdout:
        left = []
        while due := await bench.store.take(NOW, 10, 30):
            left += [one.parting.body["text"] for one in due]
            await bench.store.settle([Settled(one.parting.id) for one in due], NOW)
        outreach = reach.foreseeing.declared["at_risk"].outreach
        assert outreach is not None
        assert left[-1] == outreach.text["zh"]


async def test_nobody_is_written_to_who_did_not_agree(school: Path) -> None:
    bench = make_bench(NOW)
    bench.house = replace(bench.house, pushes=frozenset({"bridge"}), clock=lambda: NOW)
    score, reach = await prepare(bench, tag=False), await reaching(bench, school, 0.0)
    with pytest.raises(BadInput, match="not_asked_for"):
        await reach.write(score, bench.house)
    assert await reach.go_on(bench.house) == 0
