"""Customers are asked how it went, once in a while, and what they say counts."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from desk_client import Chat, ask, chat_as, do, get, let_clerk_look
from starlette.testclient import TestClient
from web_house import AS_SERVER

ASKING = {"rating.ask": True, "rating.days": 30}


@pytest.fixture
def asking(open_client) -> Iterator[TestClient]:
    """An installation that asks in the chat window."""
    return open_client(**ASKING)


def serve(client: TestClient, chat: Chat) -> str:
    """Let a customer be served by a person, who then closes the conversation."""
    chat.say("转人工")
    talk = str(get(client, "inbox", order="newest")["entries"][0]["id"])
    do(client, talk, {"deed": "reply", "text": "好了"}, {"deed": "close"})
    let_clerk_look(client)
    return talk


def notes(chat: Chat) -> list[str]:
    return [line["note"] for line in chat.lines() if line["note"] in ("closed", "rating_asked", "rated")]


def test_whoever_was_served_by_a_person_is_asked_and_answers(asking: TestClient) -> None:
    chat = chat_as(asking, "L1")
    talk = serve(asking, chat)
    assert notes(chat) == ["closed", "rating_asked"]
    assert chat.rate(5, "很好") == 200
    assert chat.rate(2) == 200
    assert notes(chat) == ["closed", "rating_asked", "rated", "rated"]
    assert [line["score"] for line in chat.lines() if line["note"] == "rated"] == [5, 2]
    rated = [one["data"] for one in get(asking, f"conversations/{talk}/events") if one["kind"] == "Rated"]
    assert [(one["score"], one["comment"]) for one in rated] == [(5, "很好"), (2, "")]


def test_nobody_is_asked_twice_in_a_while_in_whichever_conversation(open_client) -> None:
    client = open_client(**ASKING, **{"rating.channels": ["webchat", "rest"]})
    chat = chat_as(client, "L1")
    serve(client, chat)
    serve(client, chat)
    assert notes(chat) == ["closed", "rating_asked", "closed"]
    elsewhere = ask(client, "转人工", "L1")
    do(client, elsewhere, {"deed": "reply", "text": "好了"}, {"deed": "close"})
    let_clerk_look(client)
    kinds = [one["kind"] for one in get(client, f"conversations/{elsewhere}/events")]
    assert ("Closed" in kinds, "RatingAsked" in kinds) == (True, False)


def test_whoever_the_machine_served_is_not_asked(asking: TestClient) -> None:
    chat = chat_as(asking, "L1")
    chat.say("我学到哪了")
    talk = str(get(asking, "inbox", order="newest")["entries"][0]["id"])
    do(asking, talk, {"deed": "close"})
    let_clerk_look(asking)
    assert notes(chat) == ["closed"]


def test_nobody_is_asked_unless_the_company_wants_it(client: TestClient) -> None:
    chat = chat_as(client, "L1")
    serve(client, chat)
    assert notes(chat) == ["closed"]
    assert chat.rate(5) == 422


@pytest.mark.parametrize("score", [0, 6, "good", None, 2.5])
def test_a_rating_is_a_whole_number_from_one_to_five(asking: TestClient, score: object) -> None:
    chat = chat_as(asking, "L1")
    serve(asking, chat)
    assert chat.rate(score) == 422


def test_a_server_rates_for_its_own_customers_only(open_client) -> None:
    client = open_client(**ASKING, **{"rating.channels": ["rest"]})
    talk = ask(client, "转人工", "L1")
    do(client, talk, {"deed": "reply", "text": "好了"}, {"deed": "close"})
    let_clerk_look(client)
    body = {"sender": "L1", "score": 4, "comment": "谢谢"}
    assert client.post("/api/v1/rating", json=body, headers=AS_SERVER).status_code == 200
    assert client.post("/api/v1/rating", json={**body, "sender": "L9"}, headers=AS_SERVER).status_code == 404
    assert client.post("/api/v1/rating", json={**body, "channel": "webchat"}, headers=AS_SERVER).status_code == 404
    assert client.post("/api/v1/rating", json=body).status_code == 401
