"""One customer's data is nobody else's: every address, every kind of caller."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient
from web_house import AS_OPERATOR, AS_SERVER, site_token

from kefu.app import Customer, Operator, Server, may_read_conversation, may_see_evidence
from kefu.core.nouns import Conversation

STAFF_ONLY = [
    ("GET", "/api/v1/conversations"),
    ("GET", "/api/v1/conversations/{talk}"),
    ("GET", "/api/v1/conversations/{talk}/events"),
    ("POST", "/api/v1/conversations/{talk}/reply"),
    ("POST", "/api/v1/conversations/{talk}/take"),
    ("POST", "/api/v1/conversations/{talk}/hand_back"),
    ("POST", "/api/v1/conversations/{talk}/deeds"),
    ("POST", "/api/v1/deeds"),
    ("GET", "/api/v1/inbox"),
    ("GET", "/api/v1/inbox/counts"),
    ("GET", "/api/v1/search"),
    ("GET", "/api/v1/turns"),
    ("GET", "/api/v1/turns/{turn}"),
    ("GET", "/api/v1/outbox/dead"),
    ("POST", "/api/v1/outbox/revive"),
    ("GET", "/api/v1/counts"),
    ("GET", "/metrics"),
    ("GET", "/desk/"),
    ("GET", "/desk/waiting"),
    ("GET", "/desk/turns"),
    ("GET", "/desk/why/{turn}"),
    ("GET", "/desk/conversations/{talk}"),
    ("POST", "/desk/conversations/{talk}/reply"),
    ("GET", "/desk/review"),
    ("POST", "/desk/review/{turn}"),
    ("GET", "/api/v1/reviews"),
    ("POST", "/api/v1/reviews/{turn}"),
    ("GET", "/desk/promise"),
    ("POST", "/desk/promise/certify"),
    ("POST", "/desk/promise/withdraw"),
    ("POST", "/desk/promise/mode"),
    ("GET", "/api/v1/promise"),
    ("POST", "/api/v1/promise"),
    ("DELETE", "/api/v1/promise"),
    ("POST", "/api/v1/promise/mode"),
    ("POST", "/api/v1/turns/{turn}/draft"),
    ("GET", "/desk/knowledge"),
    ("GET", "/desk/knowledge/new"),
    ("POST", "/desk/knowledge/new"),
    ("GET", "/desk/knowledge/{article_id}"),
    ("GET", "/desk/knowledge/{article_id}/edit"),
    ("POST", "/desk/knowledge/{article_id}/edit"),
    ("POST", "/desk/knowledge/{article_id}/remove"),
    ("POST", "/desk/knowledge/{article_id}/restore"),
    ("POST", "/api/v1/knowledge/preview"),
    ("GET", "/api/v1/knowledge"),
    ("POST", "/api/v1/knowledge"),
    ("PUT", "/api/v1/knowledge/files/{name}"),
    ("GET", "/api/v1/knowledge/{article_id}"),
    ("PUT", "/api/v1/knowledge/{article_id}"),
    ("DELETE", "/api/v1/knowledge/{article_id}"),
    ("GET", "/api/v1/knowledge/{article_id}/history"),
    ("POST", "/api/v1/knowledge/{article_id}/restore"),
    ("GET", "/desk/questions"),
    ("POST", "/desk/questions"),
    ("GET", "/api/v1/questions"),
    ("POST", "/api/v1/questions/accept"),
    ("POST", "/api/v1/questions/dismiss"),
    ("POST", "/desk/revive"),
    ("POST", "/desk/sign-out"),
]


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
    address = path.format(**secret, name="a.txt", article_id="a")
    for who, headers in strangers(client, secret).items():
        if (who, path) == ("a server", "/metrics"):
            continue
        answer = client.request(method, address, headers=headers, json={}, follow_redirects=False)
        assert answer.status_code in (303, 401), who
        assert "12课" not in answer.text, who
        assert answer.headers.get("location", "/desk/sign-in").startswith("/desk/sign-in"), who
    events = client.get(f"/api/v1/conversations/{secret['talk']}/events", headers=AS_OPERATOR).json()
    assert not [event for event in events if event["kind"].startswith("Person")]


def test_the_list_above_is_complete(client: TestClient) -> None:
    document = client.get("/api/v1/openapi.json").json()
    guarded = {
        (method.upper(), f"/api/v1{path}".replace("{conversation_id}", "{talk}").replace("{turn_id}", "{turn}"))
        for path, methods in document["paths"].items()
        for method in methods
        if not path.startswith("/chat") and path != "/messages"
    }
    assert guarded == {one for one in STAFF_ONLY if one[1].startswith("/api/")}


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
