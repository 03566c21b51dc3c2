"""Foresight over HTTP: who is at risk and why, for the team alone; what may be done, and what may not."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from half_hours import ZONE, arrivals
from web_house import AS_OPERATOR, AS_SERVER, WebHouse, make_config

from kefu.app.foresight.folder import read_predictors
from kefu.app.foresight.gathering import Gatherer
from kefu.app.foresight.models import PredictorModels
from kefu.app.foresight.training import train
from kefu.core.nouns import Identity, Inbound
from kefu.core.ports.foresight import Reason, Score
from kefu.core.ports.predictor import Prediction
from kefu.service.desk.hours import Hours
from kefu.service.insight.visits import Ground
from kefu.service.turn import take_turn
from kefu.testing.check_reports import keep
from kefu.testing.check_store import talk_of, turn_of

STARTER = Path(__file__).parents[3] / "kefu" / "starter" / "education"
SHOWN = "5 days since the last lesson"


@pytest.fixture
def house(tmp_path: Path) -> WebHouse:
    shutil.copytree(STARTER / "predictors", tmp_path / "predictors")
    return WebHouse(make_config(tmp_path))


async def foresee(house: WebHouse) -> str:
    """Somebody who wrote, and somebody who never did."""
    here = house.bench.house
    inbound = Inbound("bridge", "m1", "u1", "我学到哪了", datetime.now(UTC), Identity("L1", "token"))
    taken = await take_turn(inbound, here)
    for customer, value in (("L1", 0.81), ("L9", 0.3)):
        reasons = (Reason("days_since_lesson", 5.0, 0.7),)
        score = Score(
            "at_risk", "7", customer, "", datetime.now(UTC), "v1", Prediction(value, value - 0.1, 0.9), reasons
        )
        await house.bench.store.keep_scores([score], [customer], ["at_risk"])
    return taken.conversation_id


def page(client: Any, place: str) -> str:
    found = client.get(f"{place}{'&' if '?' in place else '?'}lang=en", headers=AS_OPERATOR)
    assert found.status_code == 200, found.text
    return str(found.text)


def test_without_predictors_the_page_says_what_to_do(open_client: Any) -> None:
    assert "kefu predict train" in page(open_client(), "/desk/foresight")


@pytest.mark.parametrize(("place", "kind"), [("/desk/foresight", "foresee"), ("/desk/topics", "mine")])
def test_learning_begins_on_the_page_which_says_what_went_wrong(
    house: WebHouse, open_client: Any, place: str, kind: str
) -> None:
    client = open_client(house)
    assert f'action="/desk/jobs/{kind}"' in page(client, place)
    left = house.config.home / ".jobs" / kind
    left.mkdir(parents=True)
    begun = {"who": "mei", "at": datetime.now(UTC).isoformat()}
    for name, text in (("begun.json", json.dumps(begun)), ("out", ""), ("steps", "the disk is full")):
        (left / name).write_text(text, "utf-8")
    shown = page(client, place)
    assert "the disk is full" in shown
    assert f'action="/desk/jobs/{kind}"' in shown


def test_the_list_says_who_and_why_and_leads_to_the_conversation(house: WebHouse, open_client: Any) -> None:
    talk = asyncio.run(foresee(house))
    client = open_client(house)
    shown = page(client, "/desk/foresight?predictor=at_risk")
    assert shown.index("81 %") < shown.index("30 %")
    assert SHOWN in shown
    assert f"/desk/inbox/{talk}" in shown
    assert "has not agreed to be written to" in shown
    beside = page(client, f"/desk/inbox/{talk}")
    assert SHOWN in beside
    assert "81 %" in beside
    assert client.get("/desk/foresight?predictor=nothing", headers=AS_OPERATOR).status_code == 404


def test_a_list_has_parts_and_is_narrowed(house: WebHouse, open_client: Any) -> None:
    talk = asyncio.run(foresee(house))
    client, place = open_client(house), "/api/v1/foresight/predictors/at_risk/customers"

    def listed(**asked: object) -> Any:
        found = client.get(place, params=asked, headers=AS_OPERATOR)
        assert found.status_code == 200, found.text
        return found.json()

    first = listed(limit=1)
    assert (first["total"], [one["customer"] for one in first["customers"]]) == (2, ["L1"])
    assert first["customers"][0]["reasons"][0]["text"] == SHOWN
    assert first["customers"][0]["latest_conversation"] == talk
    last = listed(limit=1, place=first["following"])
    assert ([one["customer"] for one in last["customers"]], last["following"]) == (["L9"], 0)
    assert [one["customer"] for one in listed(wrote=True)["customers"]] == ["L1"]
    assert [one["customer"] for one in listed(at_least=0.5)["customers"]] == ["L1"]
    assert "30 %" not in page(client, "/desk/foresight?predictor=at_risk&at_least=50")
    assert "81 %" not in page(client, "/desk/foresight?predictor=at_risk&from=1")
    assert client.get(place.replace("at_risk", "nothing"), headers=AS_OPERATOR).status_code == 404


def test_one_customer_has_all_their_scores_with_reasons(house: WebHouse, open_client: Any) -> None:
    asyncio.run(foresee(house))
    client = open_client(house)
    found = client.get("/api/v1/foresight/customers/L1?lang=zh", headers=AS_OPERATOR).json()
    assert [(one["predictor"], one["value"], one["to_act_upon"]) for one in found] == [("at_risk", 0.81, True)]
    assert found[0]["reasons"][0]["text"] == "距上次学习 5 天"
    assert client.get("/api/v1/foresight/customers/L7", headers=AS_OPERATOR).status_code == 404
    for place in ("customers/L1", "predictors", "volume"):
        assert client.get(f"/api/v1/foresight/{place}").status_code == 401
        assert client.get(f"/api/v1/foresight/{place}", headers=AS_SERVER).status_code == 401
    cards = client.get("/api/v1/foresight/predictors", headers=AS_OPERATOR).json()
    assert {one["name"]: one["high"] for one in cards}["at_risk"] == 1
    put_off = {"customer": "L1", "deed": "snooze"}
    place = "/api/v1/foresight/predictors/at_risk/customers"
    assert client.post(place, json=put_off, headers=AS_OPERATOR).status_code == 204
    assert [one["customer"] for one in client.get(place, headers=AS_OPERATOR).json()["customers"]] == ["L9"]


def test_the_week_ahead_by_half_hours_takes_more_people_where_more_come(house: WebHouse, open_client: Any) -> None:
    store = house.bench.store
    asyncio.run(store.commit(turn_of(talk_of("a"), "a")))
    asyncio.run(store.turn_to("reports", 0, asyncio.run(store.head())))
    asyncio.run(keep(store, *arrivals(40)))
    client = open_client(house)
    assert client.get("/api/v1/foresight/volume", headers=AS_OPERATOR).json()["halves"] == []
    hours = Hours(ZONE)
    models, declared = PredictorModels(house.config.home, "volume"), read_predictors(house.config.home)["volume"]
    gatherer = Gatherer(store, {}, Ground(hours))
    made, card = asyncio.run(train(declared, models, gatherer, datetime.now(UTC), lambda *_: None))
    assert card["gate"] == {"skipped": "first", "worse": False}
    models.promote(made)
    again, card = asyncio.run(train(declared, models, gatherer, datetime.now(UTC), lambda *_: None))
    assert card["gate"]["against"] == made
    assert not card["gate"]["worse"]
    models.promote(again)

    def halves(**aim: int) -> dict[str, Any]:
        found = client.get("/api/v1/foresight/volume", params={"at_once": 1, **aim}, headers=AS_OPERATOR).json()
        return {one["begins"]: one for one in found["halves"] if one["day"] == found["halves"][0]["day"]}

    patient, impatient = halves(), halves(patience=60)
    busy = patient["10:30"]
    assert busy["contacts"]["mean"] == pytest.approx(7, abs=0.5)
    assert busy["people"]["low"] <= busy["people"]["mean"] <= busy["people"]["high"]
    assert busy["agents"] > patient["15:00"]["agents"] > patient["03:00"]["agents"] == 0
    assert busy["answered_in_time"] >= 0.8
    assert busy["gave_up"] == 0 < impatient["10:30"]["gave_up"]
    assert halves(share=99)["10:30"]["agents"] > busy["agents"]
    shown = page(client, "/desk/foresight?predictor=volume&at_once=1")
    place = next(one for one in re.findall(r'href="([^"]+)"', shown) if "half=21" in one).replace("&amp;", "&")
    assert page(client, place)
    found = client.get(f"/api/v1{place.removeprefix('/desk')}", headers=AS_OPERATOR).json()
    assert found["total"] > 0
    assert all(datetime.fromisoformat(one["handed"]).astimezone(ZONE).minute == 35 for one in found["visits"])


def test_what_is_put_off_leaves_the_list(house: WebHouse, open_client: Any) -> None:
    asyncio.run(foresee(house))
    client = open_client(house)
    done = client.post("/desk/foresight/at_risk", data={"deed": "snooze", "customer": "L1"}, headers=AS_OPERATOR)
    assert done.status_code == 200
    shown = page(client, "/desk/foresight?predictor=at_risk")
    assert "81 %" not in shown
    assert "30 %" in shown


def test_one_may_take_a_conversation_and_not_write_against_manners(house: WebHouse, open_client: Any) -> None:
    talk = asyncio.run(foresee(house))
    client = open_client(house)
    for deed in ("take", "write"):
        client.post("/desk/foresight/at_risk", data={"deed": deed, "customer": "L1"}, headers=AS_OPERATOR)
    state = asyncio.run(house.bench.store.conversation(talk))
    assert state is not None
    assert state.status == "open"
    assert not asyncio.run(house.bench.store.approaches("at_risk"))


def test_customers_never_see_a_score(house: WebHouse, open_client: Any) -> None:
    asyncio.run(foresee(house))
    client = open_client(house)
    assert client.get("/desk/foresight").url.path == "/desk/sign-in"
    assert "81" not in client.get("/api/v1/conversations/u1/messages").text
