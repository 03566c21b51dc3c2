"""Messages of servers: Rasa's shape, our own, and bridges."""

from __future__ import annotations

import hashlib
import hmac
import json
import time

import pytest
from starlette.testclient import TestClient
from web_house import API_TOKEN, AS_OPERATOR, AS_SERVER, BRIDGE_SECRET

RASA = "/webhooks/rest/webhook"
SOURCES = [{"title": "您的记录 · progress", "link": ""}]


def test_rasa_clients_get_rasas_shape(client: TestClient) -> None:
    answer = client.post(RASA, json={"sender": "L2", "message": "我学到哪了"}, headers=AS_SERVER)
    assert answer.json() == [
        {
            "recipient_id": "L2",
            "text": "哪一门？\n1. 英语口语\n2. 初中数学",
            "buttons": [{"title": title, "payload": title} for title in ("英语口语", "初中数学")],
            "custom": {"sources": SOURCES},
        }
    ]


def test_a_stream_is_one_json_a_line(client: TestClient) -> None:
    answer = client.post(f"{RASA}?stream=true&token={API_TOKEN}", json={"sender": "L1", "message": "我学到哪了"})
    lines = [json.loads(line) for line in answer.text.splitlines()]
    assert [line["text"] for line in lines] == ["《英语口语》学到第12课。"]


def test_a_stranger_with_the_same_sender_learns_nothing(client: TestClient) -> None:
    client.post(RASA, json={"sender": "L2", "message": "我学到哪了"}, headers=AS_SERVER)
    (reply,) = client.post(RASA, json={"sender": "L2", "message": "英语口语"}).json()
    assert "12" not in reply["text"]
    assert reply["recipient_id"] == "L2"
    talks = client.get("/api/v1/conversations", headers=AS_OPERATOR).json()
    assert {(talk["sender"], talk["customer_id"]) for talk in talks} == {("L2", "L2"), ("anonymous:L2", "")}


def test_rasas_checks_are_answered(client: TestClient) -> None:
    assert client.get("/webhooks/rest/").json() == {"status": "ok"}
    assert client.get("/version").json()["version"].startswith("3.")
    assert client.get("/status").json()["model_id"] == "rules"


def test_a_text_is_parsed_as_rasa_does(client: TestClient) -> None:
    parsed = client.post("/model/parse", json={"text": "我要退英语课"}).json()
    assert parsed["intent"] == {"name": "refund", "confidence": 0.9}
    assert parsed["intent_ranking"] == [parsed["intent"]]
    (entity,) = parsed["entities"]
    assert (entity["entity"], entity["start"], entity["end"], entity["value"]) == ("course", 3, 6, "英语课")
    unknown = client.post("/model/parse", json={"text": "嗯"}).json()
    assert unknown["intent"] == {"name": None, "confidence": 0.0}


@pytest.mark.parametrize("path", ["/model/parse", "/status"])
def test_a_wrong_token_is_worse_than_none(client: TestClient, path: str) -> None:
    method = "POST" if path == "/model/parse" else "GET"
    assert client.request(method, f"{path}?token=wrong", json={"text": "hi"}).status_code == 401


def test_our_own_shape_says_all(client: TestClient) -> None:
    body = {"sender": "L1", "text": "我学到哪了", "message_id": "m1"}
    first = client.post("/api/v1/messages", json=body, headers=AS_SERVER).json()
    (reply,) = first["replies"]
    assert reply["statements"] == [{"text": "《英语口语》学到第12课。", "sources": SOURCES}]
    assert reply["quick_replies"] == ["下一课学什么"]
    again = client.post("/api/v1/messages", json=body, headers=AS_SERVER).json()
    assert again == first | {"repeat": True}


def test_a_server_fetches_what_the_team_says_later(client: TestClient) -> None:
    asked = client.post("/api/v1/messages", json={"sender": "L1", "text": "真人"}, headers=AS_SERVER).json()
    talk = asked["conversation"]
    client.post(f"/api/v1/conversations/{talk}/reply", json={"text": "您好", "who": "小美"}, headers=AS_OPERATOR)
    where = f"/api/v1/messages?sender=L1&after={asked['number']}"
    later = client.get(where, headers=AS_SERVER).json()
    assert [(line["by"], line["who"], line["text"]) for line in later["messages"]][-1] == ("person", "小美", "您好")
    assert client.get(where).status_code == 401


def signed(body: bytes) -> dict[str, str]:
    stamp = str(int(time.time()))
    digest = hmac.new(BRIDGE_SECRET.encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    return {"X-Kefu-Timestamp": stamp, "X-Kefu-Signature": digest}


def test_a_bridge_is_answered_by_its_own_way(client: TestClient) -> None:
    body = b'{"sender": "L1", "text": "hi", "message_id": "1"}'
    (taken,) = client.post("/webhooks/bridge", content=body, headers=signed(body)).json()["taken"]
    assert taken["repeat"] is False
    (again,) = client.post("/webhooks/bridge", content=body, headers=signed(body)).json()["taken"]
    assert again["repeat"] is True
    forged = signed(body) | {"X-Kefu-Signature": "0" * 64}
    assert client.post("/webhooks/bridge", content=body, headers=forged).status_code == 401
    assert client.get("/api/v1/counts", headers=AS_OPERATOR).json()["due"] == 1


@pytest.mark.parametrize("name", ["rest", "webchat", "nothing"])
def test_only_bridges_take_webhooks(client: TestClient, name: str) -> None:
    assert client.post(f"/webhooks/{name}", content=b"{}").status_code == 404


@pytest.mark.parametrize(
    ("language", "message"),
    [("zh-CN,zh;q=0.9", "内容格式不对，请检查后再试。"), ("en-GB", "The request is not well-formed; please check it.")],
)
def test_errors_speak_the_callers_language(client: TestClient, language: str, message: str) -> None:
    answer = client.post(RASA, content=b"{", headers={"Accept-Language": language})
    assert answer.status_code == 422
    error = answer.json()["error"]
    assert (error["code"], error["message"]) == ("input.invalid", message)
    assert "rasa" in error["detail"]


def test_who_writes_too_fast_is_asked_to_wait(open_client: type[TestClient]) -> None:
    client = open_client(limits__messages_per_minute=2)
    answers = [client.post(RASA, json={"sender": "x", "message": "hi"}) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[-1].headers["retry-after"]
