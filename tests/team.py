"""A team at the desk: colleagues who came in by invitation, each in a browser of their own."""

from __future__ import annotations

from typing import Any

from starlette.testclient import TestClient
from web_house import AS_OPERATOR

PASSWORD = "four words are long"


def invite(client: TestClient, email: str, role: str = "agent", teams: tuple[str, ...] = ()) -> str:
    """Invite somebody with the operator token; the path of the link."""
    body = {"email": email, "role": role, "teams": list(teams)}
    answer = client.post("/api/v1/people/invitations", json=body, headers=AS_OPERATOR)
    assert answer.status_code == 200, answer.text
    path: str = answer.json()["path"]
    return path


def join(client: TestClient, name: str, role: str = "agent", teams: tuple[str, ...] = ()) -> str:
    """Let somebody in, who is then signed in nowhere; their id."""
    path = invite(client, f"{name.replace(' ', '.')}@example.com", role, teams)
    answer = client.post(path, data={"name": name, "password": PASSWORD}, follow_redirects=False)
    assert answer.status_code == 303, answer.text
    client.cookies.clear()
    (found,) = [one for one in client.get("/api/v1/people", headers=AS_OPERATOR).json() if one["name"] == name]
    person_id: str = found["id"]
    return person_id


def enter(client: TestClient, name: str, password: str = PASSWORD) -> Any:
    """Sign in with name and password."""
    return client.post("/desk/sign-in", data={"name": name, "password": password}, follow_redirects=False)


def cookie_of(client: TestClient, name: str) -> dict[str, str]:
    """Sign somebody in, and return the header with their cookie; the client itself stays signed out."""
    client.cookies.clear()
    answer = enter(client, name)
    assert answer.status_code == 303, answer.text
    token = client.cookies["kefu_desk"]
    client.cookies.clear()
    return {"Cookie": f"kefu_desk={token}"}
