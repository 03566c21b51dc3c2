"""One customer's data is nobody else's: every address, every kind of caller."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient
from team import address_of, staff_routes
from web_house import AS_OPERATOR, AS_SERVER, site_token

from kefu.app import Customer, Operator, Server, may_read_conversation, may_see_evidence
from kefu.core.nouns import Conversation

STAFF_ONLY = [*((method, path) for method, path, _ in staff_routes()), ("GET", "/metrics")]


@pytest.fixture
def secret(client: TestClient) -> Iterator[dict[str, str]]:
    """A conversation of L1, which holds what only L1 and the team may see."""
    token = client.post("/api/v1/chat/sessions", json={"identity": site_token("L1")}).json()["session"]
    as_owner = {"Authorization": f"Bearer {token}"}
    client.post("/api/v1/chat/messages", json={"text": "我学到哪了"}, headers=as_owner)
    turn = client.get("/api/v1/turns", headers=AS_OPERATOR).json()[0]
    return {"talk": turn["conversation_id"], "turn": turn["id"], "token": token}


def strangers(client: TestClient, secret: dict[str, str]) -> dict[str, dict[str, str]]:
    other = client.post("/api/v1/chat/sessions", json={"identity": site_token("L2")}).json()["session"]
    return {
        "nobody": {},
        "owner": {"Authorization": f"Bearer {secret['token']}"},
        "another customer": {"Authorization": f"Bearer {other}"},
        "a server": AS_SERVER,
        "a guess": {"Authorization": "Bearer operator-token-for-testz"},
        "a cookie of their own": {"Cookie": f"kefu_desk={secret['token']}"},
    }


@pytest.mark.parametrize(("method", "path"), STAFF_ONLY, ids=lambda value: value)
def test_the_teams_addresses_are_the_teams(client: TestClient, secret: dict[str, str], method: str, path: str) -> None:
    address = address_of(path, secret["talk"], secret["turn"])
    for who, headers in strangers(client, secret).items():
        if (who, path) == ("a server", "/metrics"):
            continue
        answer = client.request(method, address, headers=headers, json={}, follow_redirects=False)
        assert answer.status_code in (303, 401), who
        assert "12课" not in answer.text, who
        assert answer.headers.get("location", "/desk/sign-in").startswith("/desk/sign-in"), who
    events = client.get(f"/api/v1/conversations/{secret['talk']}/events", headers=AS_OPERATOR).json()
    assert not [event for event in events if event["kind"].startswith("Person")]


def test_a_server_reads_its_own_channels_alone(client: TestClient, secret: dict[str, str]) -> None:
    for channel in ("webchat", "rest", "nothing"):
        answer = client.get(f"/api/v1/messages?sender=customer:L1&channel={channel}", headers=AS_SERVER)
        assert "12课" not in answer.text
    assert client.get("/api/v1/messages?sender=customer:L1&channel=webchat", headers=AS_SERVER).status_code == 404


def test_rows_of_the_records_never_reach_customers(client: TestClient, secret: dict[str, str]) -> None:
    headers = {"Authorization": f"Bearer {secret['token']}"}
    seen = client.get("/api/v1/chat/messages", headers=headers).text
    assert "学到第12课" in seen
    assert "records:" not in seen
    assert '"lesson"' not in seen
    assert '\\"lesson\\"' in client.get(f"/api/v1/turns/{secret['turn']}", headers=AS_OPERATOR).text


def test_who_may_read_what() -> None:
    talk = Conversation("c1", "webchat", "customer:L1")
    assert may_read_conversation(Operator("mei"), talk)
    assert may_read_conversation(Customer("webchat", "customer:L1"), talk)
    assert not may_read_conversation(Customer("webchat", "customer:L2"), talk)
    assert not may_read_conversation(Customer("rest", "customer:L1"), talk)
    assert may_read_conversation(Server(frozenset({"webchat"})), talk)
    assert not may_read_conversation(Server(frozenset({"rest"})), talk)
    assert [may_see_evidence(who) for who in (Operator("mei"), Customer("a", "b"), Server(frozenset()))] == [
        True,
        False,
        False,
    ]
