"""Foresight over HTTP: who is at risk and why, for the team alone; what may be done, and what may not."""

from __future__ import annotations

import asyncio
import json
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from web_house import AS_OPERATOR, WebHouse, make_config

from kefu.core.nouns import Identity, Inbound
from kefu.core.ports.foresight import Reason, Score
from kefu.core.ports.predictor import Prediction
from kefu.service.turn import take_turn

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
    found = client.get(place, params={"lang": "en"}, headers=AS_OPERATOR)
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
