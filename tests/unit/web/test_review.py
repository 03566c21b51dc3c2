"""Drawing enquiries, judging them, and what is kept of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from starlette.testclient import TestClient
from web_house import AS_OPERATOR, AS_SERVER, WebHouse, make_config

from kefu.service.turn.review import is_drawn


def ask(client: TestClient, text: str, sender: str = "L1") -> str:
    answer = client.post("/api/v1/messages", json={"sender": sender, "text": text}, headers=AS_SERVER)
    turn: str = answer.json()["turn"]
    return turn


@pytest.fixture
def drawing(open_client: Callable[..., TestClient], tmp_path: Path) -> TestClient:
    """An installation where every customer is drawn."""
    house = WebHouse(make_config(tmp_path))
    house.bench.house = replace(house.bench.house, review_share=1.0)
    return open_client(house)


def test_every_tenth_customer_is_drawn_and_always_the_same() -> None:
    drawn = [is_drawn(f"L{number:05}", 0.1) for number in range(5000)]
    assert 400 < sum(drawn) < 600
    assert drawn == [is_drawn(f"L{number:05}", 0.1) for number in range(5000)]
    assert not is_drawn("L1", 0.0)
    assert is_drawn("L1", 1.0)


def test_enquiries_wait_for_a_verdict_and_answers_to_questions_do_not(drawing: TestClient) -> None:
    client = drawing
    asked = ask(client, "我学到哪了", "L2")
    ask(client, "第一个", "L2")
    waiting = client.get("/api/v1/reviews", headers=AS_OPERATOR).json()
    assert [(one["turn_id"], one["intent"], one["right"]) for one in waiting] == [(asked, "progress", None)]
    page = client.get("/desk/review?lang=zh", headers=AS_OPERATOR).text
    assert "我学到哪了" in page
    assert str(waiting[0]["score"]) not in page
    answer = client.post(f"/desk/review/{asked}", data={"verdict": "wrong"}, headers=AS_OPERATOR)
    assert answer.url.path == "/desk/review"
    (judged,) = client.get("/api/v1/reviews?judged=true", headers=AS_OPERATOR).json()
    assert (judged["right"], judged["who"]) == (False, "api")
    client.post(f"/api/v1/reviews/{asked}", json={"right": True, "who": "mei"}, headers=AS_OPERATOR)
    (judged,) = client.get("/api/v1/reviews?judged=true", headers=AS_OPERATOR).json()
    assert (judged["right"], judged["who"]) == (True, "mei")
    assert client.get("/api/v1/reviews", headers=AS_OPERATOR).json() == []
    assert "judged: right" in client.get("/desk/turns?lang=en", headers=AS_OPERATOR).text


def test_bad_verdicts_are_refused(drawing: TestClient) -> None:
    client = drawing
    asked = ask(client, "我学到哪了")
    assert client.post(f"/desk/review/{asked}", data={"verdict": "maybe"}, headers=AS_OPERATOR).status_code == 422
    assert client.post("/api/v1/reviews/t-none", json={"right": True}, headers=AS_OPERATOR).status_code == 404


def test_nobody_is_drawn_without_a_share(client: TestClient) -> None:
    ask(client, "我学到哪了")
    assert client.get("/api/v1/reviews", headers=AS_OPERATOR).json() == []
    assert "review_share" in client.get("/desk/review", headers=AS_OPERATOR).text
