"""The shadow on the desk and in the API: customers see nothing of a draft, the team can send it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from starlette.testclient import TestClient
from web_house import AS_OPERATOR, AS_SERVER, WebHouse, make_config


@pytest.fixture
def client(open_client: Callable[..., TestClient], tmp_path: Path) -> TestClient:
    (tmp_path / "skills").mkdir(exist_ok=True)
    house = WebHouse(make_config(tmp_path, promise__mode="shadow", promise__review_share=1.0))
    house.bench.house = replace(house.bench.house, review_share=1.0)
    return open_client(house)


def ask(client: TestClient, text: str, sender: str = "L1") -> dict[str, str]:
    found: dict[str, str] = client.post(
        "/api/v1/messages", json={"sender": sender, "text": text}, headers=AS_SERVER
    ).json()
    return found


def lines(client: TestClient, sender: str = "L1") -> list[dict[str, str]]:
    found: list[dict[str, str]] = client.get(f"/api/v1/messages?sender={sender}", headers=AS_SERVER).json()["messages"]
    return found


def test_customers_see_nothing_of_a_draft(client: TestClient) -> None:
    asked = ask(client, "我学到哪了")
    assert "英语口语" not in str(asked)
    assert "英语口语" not in str(lines(client))


def test_a_colleague_sends_the_draft_with_one_click_and_once(client: TestClient) -> None:
    asked = ask(client, "我学到哪了")
    page = client.get(f"/desk/inbox/{asked['conversation']}?lang=en", headers=AS_OPERATOR).text
    assert "《英语口语》学到第12课。" in page
    assert "您的记录 · progress" in page
    assert "Send this" in page
    for _ in range(2):
        client.post(f"/api/v1/turns/{asked['turn']}/draft", json={"who": "mei"}, headers=AS_OPERATOR)
    said = [line for line in lines(client) if line["by"] == "person"]
    assert [line["text"] for line in said] == ["《英语口语》学到第12课。"]
    page = client.get(f"/desk/inbox/{asked['conversation']}?lang=en", headers=AS_OPERATOR).text
    assert "Send this" not in page
    assert "sent it as it stands" in page
    (waiting,) = client.get("/api/v1/reviews", headers=AS_OPERATOR).json()
    assert waiting["right"] is None


def test_the_api_sends_it_too(client: TestClient) -> None:
    asked = ask(client, "我学到哪了")
    sent = client.post(f"/api/v1/turns/{asked['turn']}/draft", json={"who": "mei"}, headers=AS_OPERATOR)
    assert sent.status_code == 200
    (said,) = [line for line in lines(client) if line["by"] == "person"]
    assert said["who"] == "mei"


def test_the_copilot_suggests_the_draft_whatever_colleagues_noted_since(client: TestClient) -> None:
    asked = ask(client, "我学到哪了")
    path = f"/api/v1/conversations/{asked['conversation']}"
    note = {"deeds": [{"deed": "note", "text": "老客户"}], "who": "mei"}
    client.post(f"{path}/deeds", json=note, headers=AS_OPERATOR)
    suggested = client.get(f"{path}/copilot", headers=AS_OPERATOR).json()["suggestion"]
    assert (suggested["kind"], suggested["source"]) == ("draft", asked["turn"])
    assert suggested["text"] == "《英语口语》学到第12课。"


def test_what_did_not_happen_is_not_told(client: TestClient) -> None:
    asked = ask(client, "我要投诉")
    refused = client.post(f"/api/v1/turns/{asked['turn']}/draft", json={}, headers=AS_OPERATOR)
    assert refused.status_code == 422
    page = client.get(f"/desk/inbox/{asked['conversation']}?lang=en", headers=AS_OPERATOR).text
    assert "Send this" not in page
    assert "write your own answer" in page
    assert client.post("/api/v1/turns/t-none/draft", json={}, headers=AS_OPERATOR).status_code == 404


def test_drafts_are_judged_where_answers_are(client: TestClient) -> None:
    asked = ask(client, "我学到哪了")
    page = client.get("/desk/review?lang=en", headers=AS_OPERATOR).text
    assert "Draft, not sent" in page
    assert "同事会在这里回复您" not in page
    client.post(f"/desk/review/{asked['turn']}", data={"verdict": "right"}, headers=AS_OPERATOR)
    assert client.get("/api/v1/promise", headers=AS_OPERATOR).json()["labels"] == 1
    assert "What kefu would have done" in client.get(f"/desk/why/{asked['turn']}?lang=en", headers=AS_OPERATOR).text


def test_every_page_says_that_people_answer(client: TestClient) -> None:
    for path in ("/desk/", "/desk/inbox", "/desk/review", "/desk/promise"):
        assert "Shadow: people answer" in client.get(f"{path}?lang=en", headers=AS_OPERATOR).text
    assert "kefu_shadow 1.0" in client.get("/metrics", headers=AS_OPERATOR).text


def test_going_live_and_back_by_the_api_and_the_page(client: TestClient, tmp_path: Path) -> None:
    (tmp_path / "kefu.toml").write_text('[promise]\nmode = "shadow"  # begin carefully\nreview_share = 1.0\n')
    assert client.post("/api/v1/promise/mode", json={"mode": "live"}, headers=AS_OPERATOR).json() == {"mode": "live"}
    assert (tmp_path / "kefu.toml").read_text().startswith('[promise]\nmode = "live"  # begin carefully\n')
    assert "英语口语" in str(ask(client, "我学到哪了"))
    client.post("/desk/promise/mode", data={"mode": "shadow"}, headers=AS_OPERATOR)
    assert "英语口语" not in str(ask(client, "我学到哪了", "L1-b"))
    assert client.post("/api/v1/promise/mode", json={"mode": "dim"}, headers=AS_OPERATOR).status_code == 422
