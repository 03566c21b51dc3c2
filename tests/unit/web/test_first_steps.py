"""The first steps: each is told from what is there, and the list goes away."""

from __future__ import annotations

from pathlib import Path

from starlette.testclient import TestClient
from team import invite
from web_house import AS_OPERATOR


def steps(client: TestClient) -> dict[str, bool]:
    return {one["name"]: one["done"] for one in client.get("/api/v1/checklist", headers=AS_OPERATOR).json()}


def test_each_step_follows_what_is_there(client: TestClient, tmp_path: Path) -> None:
    (tmp_path / "kefu.toml").write_text("", "utf-8")
    assert [name for name, done in steps(client).items() if done] == ["records"]
    invite(client, "li@example.com")
    values = {"handoff.hours": "08:00-20:00"}
    client.patch("/api/v1/settings", json={"values": values}, headers=AS_OPERATOR)
    token = client.post("/api/v1/chat/sessions", json={}).json()["session"]
    client.post("/api/v1/chat/messages", json={"text": "你好"}, headers={"Authorization": f"Bearer {token}"})
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "current").write_text("20260302-101500-3f2a\n")
    client.put("/api/v1/knowledge/files/a.md", content="# A\n\nB.\n", headers=AS_OPERATOR)
    assert {name for name, done in steps(client).items() if not done} == {"skill", "promise"}
    page = client.get("/desk/", headers=AS_OPERATOR).text
    assert 'href="/desk/promise">' in page.partition("first-steps")[2]


def test_the_list_is_put_away_for_everybody(client: TestClient) -> None:
    assert steps(client)
    assert client.post("/desk/checklist/dismiss", headers=AS_OPERATOR).status_code == 200
    assert steps(client) == {}
    assert "first-steps" not in client.get("/desk/", headers=AS_OPERATOR).text
    (entry,) = client.get("/api/v1/audit?what=checklist", headers=AS_OPERATOR).json()
    assert entry["who"] == "api"
