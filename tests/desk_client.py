"""What tests of the desk do over HTTP: a customer asks, a colleague reads and acts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from starlette.testclient import TestClient
from web_house import AS_OPERATOR, AS_SERVER, site_token


def ask(client: TestClient, text: str, sender: str = "L1") -> str:
    """Let a customer say something; the conversation's id."""
    found = client.post("/api/v1/messages", json={"sender": sender, "text": text}, headers=AS_SERVER).json()
    return str(found["conversation"])


def do(client: TestClient, talk: str, *deeds: dict[str, Any], who: str = "mei", status: int = 200) -> dict[str, Any]:
    """Let deeds happen; what the API answers."""
    wanted = {"deeds": list(deeds), "who": who}
    found = client.post(f"/api/v1/conversations/{talk}/deeds", json=wanted, headers=AS_OPERATOR)
    assert found.status_code == status, found.text
    return dict(found.json())


def get(client: TestClient, path: str, **params: str) -> Any:
    """What the API says to a colleague."""
    found = client.get(f"/api/v1/{path}", params=params, headers=AS_OPERATOR)
    assert found.status_code == 200, found.text
    return found.json()


@dataclass
class Chat:
    """A customer in the chat window."""

    client: TestClient
    headers: dict[str, str]
    number: int = 0

    def say(self, text: str) -> None:
        """Say something."""
        self.number += 1
        body = {"text": text, "id": f"m{self.number}"}
        answer = self.client.post("/api/v1/chat/messages", json=body, headers=self.headers)
        assert answer.status_code == 200, answer.text

    def lines(self) -> list[dict[str, Any]]:
        """All lines of the conversation."""
        found: list[dict[str, Any]] = self.client.get("/api/v1/chat/messages", headers=self.headers).json()["messages"]
        return found

    def rate(self, score: object, comment: str = "") -> int:
        """Say how it went; the status of the answer."""
        body = {"score": score, "comment": comment}
        return self.client.post("/api/v1/chat/rating", json=body, headers=self.headers).status_code


def chat_as(client: TestClient, customer: str = "") -> Chat:
    """Open the chat window, signed in as a customer or as nobody."""
    body = {"identity": site_token(customer)} if customer else {}
    token = client.post("/api/v1/chat/sessions", json=body).json()["session"]
    return Chat(client, {"Authorization": f"Bearer {token}"})


def let_clerk_look(client: TestClient) -> None:
    """Let the clerk of the served installation look once."""
    kefu = client.app_state["hall"].kefu
    assert client.portal
    client.portal.call(kefu.clerk.look, kefu.house)
