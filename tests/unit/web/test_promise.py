"""The promise on its page and in the API, from the first verdict to its withdrawal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from starlette.testclient import TestClient
from web_house import AS_OPERATOR, AS_SERVER, WebHouse, make_config

CUSTOMERS = 130
"""125 verdicts without an error prove 5 %."""


@pytest.fixture
def client(open_client: Callable[..., TestClient], tmp_path: Path) -> TestClient:
    (tmp_path / "skills").mkdir(exist_ok=True)
    house = WebHouse(make_config(tmp_path))
    house.bench.house = replace(house.bench.house, review_share=1.0)
    return open_client(house)


def judge(client: TestClient, senders: range, *, right: bool = True) -> None:
    for number in senders:
        asked = {"sender": f"L{number}", "text": "我学到哪了"}
        turn = client.post("/api/v1/messages", json=asked, headers=AS_SERVER).json()["turn"]
        done = client.post(f"/api/v1/reviews/{turn}", json={"right": right}, headers=AS_OPERATOR)
        assert done.status_code == 200


@pytest.mark.parametrize(("language", "words"), [("en", "Nothing is judged yet"), ("zh", "还没有评判")])
def test_an_empty_page_says_what_to_do_next(client: TestClient, language: str, words: str) -> None:
    page = client.get(f"/desk/promise?lang={language}", headers=AS_OPERATOR)
    assert page.status_code == 200
    assert words in page.text


def test_a_promise_is_refused_kept_and_withdrawn(client: TestClient) -> None:
    judge(client, range(10))
    page = client.post("/desk/promise/certify", data={"alpha": "0.05", "dial": "joint"}, headers=AS_OPERATOR)
    assert page.status_code == 409
    assert "115" in page.text
    judge(client, range(10, CUSTOMERS))
    stood = client.get("/api/v1/promise", headers=AS_OPERATOR).json()
    assert stood["labels"] == CUSTOMERS
    assert stood["certificate"] is None
    bought = {one["alpha"]: one["outcome"] for one in stood["dials"]["joint"]}
    assert (bought[0.05], bought[0.01]) == ("Kept", "MoreLabels")
    page = client.post("/desk/promise/certify", data={"alpha": "0.05", "dial": "joint"}, headers=AS_OPERATOR)
    assert page.url.path == "/desk/promise"
    found = client.get("/api/v1/promise", headers=AS_OPERATOR).json()
    assert found["certificate"]["kept"]["aim"]["alpha"] == 0.05
    assert found["watch"]["state"] == "holds"
    assert "<svg" in page.text
    assert found["certificate"]["subject"]["reader"] in page.text
    client.post("/desk/promise/withdraw", headers=AS_OPERATOR)
    assert client.get("/api/v1/promise", headers=AS_OPERATOR).json()["certificate"] is None


def test_wrong_answers_after_the_certificate_break_it(client: TestClient) -> None:
    judge(client, range(CUSTOMERS))
    made = client.post("/api/v1/promise", json={"alpha": 0.05, "dial": "joint"}, headers=AS_OPERATOR).json()
    assert made["outcome"] == "Kept"
    judge(client, range(CUSTOMERS, CUSTOMERS + 20), right=False)
    found = client.get("/api/v1/promise", headers=AS_OPERATOR).json()
    assert found["watch"]["state"] == "lowered"
    assert found["watch"]["floor"] > 0.9  # what the reader gives all of these
    assert "restores" in client.get("/desk/promise?lang=en", headers=AS_OPERATOR).text


@pytest.mark.parametrize(
    "wanted", [{"alpha": "2", "dial": "joint"}, {"alpha": "x", "dial": "joint"}, {"alpha": "0.05", "dial": "both"}]
)
def test_what_can_not_be_promised_is_refused(client: TestClient, wanted: dict[str, str]) -> None:
    assert client.post("/desk/promise/certify", data=wanted, headers=AS_OPERATOR).status_code == 422
    assert client.post("/api/v1/promise", json=wanted, headers=AS_OPERATOR).status_code == 422
