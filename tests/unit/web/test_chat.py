"""The widget's side of the server: sessions, messages by number, the socket, and nobody else's business."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect
from web_house import AS_OPERATOR, SESSION_SECRET, WebHouse, make_config, site_token

from kefu.core.events import Spoken
from kefu.core.ports.line import Caller
from kefu.service.turn.calling import note
from kefu.service.turn.gate import Gate

SESSIONS, MESSAGES, LIVE = "/api/v1/chat/sessions", "/api/v1/chat/messages", "/api/v1/chat/live"
SOURCES = [{"title": "您的记录 · progress", "link": ""}]


def session(client: TestClient, customer: str = "") -> str:
    body = {"identity": site_token(customer)} if customer else {}
    token: str = client.post(SESSIONS, json=body).json()["session"]
    return token


def say(client: TestClient, token: str, text: str, message_id: str = "m1") -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {token}"}
    answer = client.post(MESSAGES, json={"text": text, "id": message_id}, headers=headers)
    assert answer.status_code == 200, answer.text
    accepted: dict[str, Any] = answer.json()
    return accepted


def heard(client: TestClient, token: str, after: int = 0, wait: float = 0) -> dict[str, Any]:
    where = f"{MESSAGES}?after={after}&wait={wait}"
    news: dict[str, Any] = client.get(where, headers={"Authorization": f"Bearer {token}"}).json()
    return news


def read_until(socket: Any, kind: str) -> list[dict[str, Any]]:
    frames = []
    while not frames or frames[-1]["type"] != kind:
        frames.append(socket.receive_json())
    return frames


def test_a_customer_is_served_from_their_own_records(client: TestClient) -> None:
    token = session(client, "L1")
    accepted = say(client, token, "我学到哪了")
    assert (accepted["id"], accepted["repeat"], accepted["waiting"]) == ("m1", False, False)
    question, answer = heard(client, token)["messages"]
    assert (question["by"], question["id"], question["text"]) == ("customer", "m1", "我学到哪了")
    assert answer["statements"] == [{"text": "《英语口语》学到第12课。", "sources": SOURCES}]


def test_a_repeat_is_known_and_not_shown_twice(client: TestClient) -> None:
    token = session(client, "L1")
    first, again = say(client, token, "我学到哪了"), say(client, token, "我学到哪了")
    assert (first["repeat"], again["repeat"]) == (False, True)
    assert len(heard(client, token)["messages"]) == 2


def test_a_session_goes_on_where_it_was(client: TestClient) -> None:
    token = session(client)
    say(client, token, "你好")
    welcome = client.post(SESSIONS, json={"session": token}).json()
    assert welcome["session"] == token
    assert welcome["last"] > 0
    assert heard(client, token, after=welcome["last"])["messages"] == []


def test_a_session_that_does_not_hold_is_replaced_by_a_strangers(client: TestClient) -> None:
    welcome = client.post(SESSIONS, json={"session": "x.y.z"}).json()
    assert welcome["identified"] is False
    assert welcome["last"] == 0


def test_another_identity_is_another_conversation(client: TestClient) -> None:
    one, other = session(client, "L1"), session(client, "L2")
    say(client, one, "我学到哪了")
    assert heard(client, other)["messages"] == []
    welcome = client.post(SESSIONS, json={"identity": site_token("L2"), "session": one}).json()
    assert welcome["last"] == 0


@pytest.mark.parametrize(
    "identity", [site_token("L1", secret="x" * 32), site_token("L1", age=timedelta(hours=2)), "x.y.z", SESSION_SECRET]
)
def test_a_forged_or_stale_identity_opens_nothing(client: TestClient, identity: str) -> None:
    answer = client.post(SESSIONS, json={"identity": identity})
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "access.not_signed_in")


def test_a_poll_waits_for_what_is_said(client: TestClient) -> None:
    token = session(client, "L1")
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(heard, client, token, wait=20)
        say(client, token, "我学到哪了")
        assert waiting.result(20)["messages"][0]["by"] == "customer"
    assert heard(client, token, after=100, wait=0.01)["messages"] == []


def test_a_poll_can_not_wait_for_ever(client: TestClient) -> None:
    answer = client.get(f"{MESSAGES}?wait=3600", headers={"Authorization": f"Bearer {session(client)}"})
    assert answer.status_code == 422


def test_the_socket_tells_everything_once_in_order(client: TestClient) -> None:
    token = session(client, "L1")
    say(client, token, "我学到哪了")
    with client.websocket_connect(LIVE) as socket:
        socket.send_json({"type": "hello", "session": token, "after": 0})
        frames = read_until(socket, "ready")
        socket.send_json({"type": "say", "id": "m2", "text": "真人"})
        frames += read_until(socket, "ack")
        while frames[-1].get("by") != "machine":
            frames.append(socket.receive_json())
    numbers = [frame["number"] for frame in frames if frame["type"] == "message"]
    assert numbers == sorted(set(numbers))
    kinds = [frame["type"] for frame in frames if frame["type"] != "message"]
    assert kinds == ["ready", "typing", "ack"]
    said = [(frame["by"], frame["note"], frame["waiting"]) for frame in frames if frame["type"] == "message"]
    assert said[2:] == [("customer", "", False), ("note", "handed_off", True), ("machine", "", True)]


def test_the_socket_resumes_after_a_number(client: TestClient) -> None:
    token = session(client, "L1")
    say(client, token, "我学到哪了")
    last = heard(client, token)["messages"][0]["number"]
    with client.websocket_connect(LIVE) as socket:
        socket.send_json({"type": "hello", "session": token, "after": last})
        frames = read_until(socket, "ready")
    assert [frame["by"] for frame in frames[:-1]] == ["machine"]


def test_two_windows_of_one_customer_see_the_same(client: TestClient) -> None:
    token = session(client, "L1")
    with client.websocket_connect(LIVE) as one, client.websocket_connect(LIVE) as other:
        for socket in (one, other):
            socket.send_json({"type": "hello", "session": token})
            read_until(socket, "ready")
        one.send_json({"type": "say", "id": "m1", "text": "我学到哪了"})
        assert [other.receive_json()["by"] for _ in range(2)] == ["customer", "machine"]


def test_the_teams_answer_reaches_the_socket(client: TestClient) -> None:
    token = session(client, "L1")
    say(client, token, "真人")
    (talk,) = client.get("/api/v1/conversations?waiting=true", headers=AS_OPERATOR).json()
    with client.websocket_connect(LIVE) as socket:
        socket.send_json({"type": "hello", "session": token})
        read_until(socket, "ready")
        client.post(
            f"/api/v1/conversations/{talk['id']}/reply", json={"text": "您好", "who": "小美"}, headers=AS_OPERATOR
        )
        frames = [socket.receive_json(), socket.receive_json()]
    assert [(frame["by"], frame["who"], frame["text"]) for frame in frames] == [
        ("note", "小美", ""),
        ("person", "小美", "您好"),
    ]


@pytest.mark.parametrize(
    "frame",
    ['{"type": "hello", "session": "x.y.z"}', '{"type": "say", "text": "hi"}', "{", "[]", '{"type": "hello"}', ""],
)
def test_a_socket_without_a_session_is_closed(client: TestClient, frame: str) -> None:
    with client.websocket_connect(LIVE) as socket:
        socket.send_text(frame)
        assert socket.receive_json()["type"] == "error"
        with pytest.raises(WebSocketDisconnect) as closed:
            socket.receive_json()
    assert closed.value.code == 4401


def test_a_bad_frame_is_refused_and_the_socket_lives_on(client: TestClient) -> None:
    with client.websocket_connect(LIVE) as socket:
        socket.send_json({"type": "hello", "session": session(client, "L1")})
        read_until(socket, "ready")
        for frame in ("{", '{"type": "say", "id": "m0", "text": 7}', '{"type": "other"}', '{"type":"say","text":" "}'):
            socket.send_text(frame)
            assert read_until(socket, "error")[-1]["code"] == "input.invalid"
        socket.send_text('{"type": "say", "id": "big", "text": "' + "x" * 70_000 + '"}')
        refused = read_until(socket, "error")[-1]
        assert (refused["id"], refused["code"]) == ("big", "input.too_large")
        socket.send_json({"type": "say", "id": "m1", "text": "我学到哪了"})
        assert read_until(socket, "ack")[-1]["id"] == "m1"


def test_a_socket_comes_from_our_site_or_one_that_is_allowed(open_client: Any) -> None:
    client = open_client(web__origins=["https://shop.example"])
    hello = {"type": "hello", "session": session(client)}
    for origin, first in (
        ("http://testserver", "ready"),
        ("https://shop.example", "ready"),
        ("https://evil.example", "error"),
    ):
        with client.websocket_connect(LIVE, headers={"Origin": origin}) as socket:
            socket.send_json(hello)
            assert socket.receive_json()["type"] == first


def test_only_listed_sites_may_carry_the_chat(open_client: Any) -> None:
    client = open_client(web__origins=["https://shop.example"])
    for origin, allowed in (("https://shop.example", "https://shop.example"), ("https://evil.example", None)):
        preflight = {"Origin": origin, "Access-Control-Request-Method": "POST"}
        answer = client.options(SESSIONS, headers=preflight)
        assert answer.headers.get("access-control-allow-origin") == allowed
        assert "access-control-allow-credentials" not in answer.headers


@pytest.mark.parametrize("token", ["", "x.y.z"])
def test_messages_need_a_session(client: TestClient, token: str) -> None:
    headers = {"Authorization": f"Bearer {token}"}
    assert client.get(MESSAGES, headers=headers).status_code == 401
    assert client.post(MESSAGES, json={"text": "hi"}, headers=headers).status_code == 401


def spoken(house: WebHouse, client: TestClient, heard: str) -> None:
    """Let a call tell how much of the latest reply was heard."""
    assert client.portal
    turn = client.get("/api/v1/turns", headers=AS_OPERATOR).json()[0]["id"]
    event = Spoken(datetime.now(UTC), "k1", turn, "《英语口语》学到第12课。", heard, whole=False)
    stands = replace(house.bench.house, gate=Gate(4))
    client.portal.call(note, Caller("webchat", "customer:L1", "k1"), [event], stands)


def test_only_what_was_heard_on_a_call_is_told(open_client: Callable[..., TestClient], tmp_path: Path) -> None:
    house = WebHouse(make_config(tmp_path))
    client = open_client(house)
    token = session(client, "L1")
    say(client, token, "我学到哪了")
    question, answer = heard(client, token)["messages"]
    spoken(house, client, "《英语口语》")
    (late,) = heard(client, token, after=answer["number"])["messages"]
    assert (late["revises"], late["text"], late["cut"]) == (answer["number"], "《英语口语》", True)
    assert late["statements"] == [{"text": "《英语口语》", "sources": SOURCES}]
    whole = heard(client, token)["messages"]
    assert [(line["by"], line["text"], line["revises"]) for line in whole] == [
        ("customer", question["text"], 0),
        ("machine", "《英语口语》", 0),
    ]


def test_a_reply_of_which_nothing_was_heard_is_taken_back(
    open_client: Callable[..., TestClient], tmp_path: Path
) -> None:
    house = WebHouse(make_config(tmp_path))
    client = open_client(house)
    token = session(client, "L1")
    say(client, token, "我学到哪了")
    _, answer = heard(client, token)["messages"]
    spoken(house, client, "")
    (late,) = heard(client, token, after=answer["number"])["messages"]
    assert (late["revises"], late["text"]) == (answer["number"], "")
    assert [line["by"] for line in heard(client, token)["messages"]] == ["customer"]
