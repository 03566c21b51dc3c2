"""Settings and channels at the desk: what is written, what follows, what is refused, what is put back."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest
from starlette.testclient import TestClient
from web_house import AS_OPERATOR, AS_SERVER

FILE = """\
# 本项目的配置
[kefu]
name = "青禾"   # shown on pages

# People
[handoff]
hours = "09:00-21:00"  # 上班时间

[security]
operator_token = "${env:KEFU_OPERATOR_TOKEN}"
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The kefu.toml of the house that `client` opens."""
    path = tmp_path / "kefu.toml"
    path.write_text(FILE, "utf-8")
    return path


def change(client: TestClient, status: int = 200, **values: object) -> dict[str, object]:
    wanted = {key.replace("__", "."): value for key, value in values.items()}
    answer = client.patch("/api/v1/settings", json={"values": wanted}, headers=AS_OPERATOR)
    assert answer.status_code == status, answer.text
    made: dict[str, object] = answer.json()
    return made


def test_a_setting_is_written_with_all_else_as_it_was(file: Path, client: TestClient) -> None:
    made = change(client, kefu__name="新名", handoff__hours="08:30-18:00", limits__messages_per_minute=5)
    assert made["undo"] == {"kefu.name": "青禾", "handoff.hours": "09:00-21:00", "limits.messages_per_minute": 20}
    expected = FILE.replace('"青禾"', '"新名"').replace("09:00-21:00", "08:30-18:00")
    assert file.read_text("utf-8") == f"{expected}\n[limits]\nmessages_per_minute = 5\n"


def test_a_running_server_follows_at_once(file: Path, client: TestClient) -> None:
    change(client, limits__messages_per_minute=1, kefu__name="新名")
    body = {"sender": "L1", "text": "我学到哪了"}
    said = [client.post("/api/v1/messages", json=body, headers=AS_SERVER).status_code for _ in range(2)]
    assert said == [200, 429]
    assert "新名" in client.get("/desk/", headers=AS_OPERATOR).text


def test_what_needs_a_restart_says_so(file: Path, client: TestClient) -> None:
    assert change(client, help__public=False)["restart"]
    shown = {one["key"]: one for one in client.get("/api/v1/settings", headers=AS_OPERATOR).json()}
    assert (shown["help.public"]["value"], shown["help.public"]["running"]) == (False, True)
    assert client.get("/help").status_code == 200
    assert "重启后生效" in client.get("/desk/settings?lang=zh", headers=AS_OPERATOR).text


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("kefu.name", ""),
        ("kefu.name", "a\nb"),
        ("kefu.timezone", "Mars/Olympus"),
        ("kefu.default_language", "fr"),
        ("handoff.hours", "21:00-09:00"),
        ("handoff.hours", "29:00-30:00"),
        ("handoff.days", []),
        ("handoff.days", ["mon", "someday"]),
        ("handoff.holidays", ["2027-13-01"]),
        ("handoff.minutes_to_reply", 0),
        ("handoff.minutes_to_reply", True),
        ("promise.answer_at", 1.5),
        ("promise.answer_at", 0.1),
        ("limits.body_kb", 10**9),
        ("help.public", "yes"),
        ("security.operator_token", "mine"),
        ("store.path", "/etc/passwd"),
        ("promise.mode", "live"),
    ],
)
def test_what_is_wrong_is_refused_and_nothing_written(file: Path, client: TestClient, key: str, value: object) -> None:
    change(client, 422, **{key: value, "limits.messages_per_minute": 7})
    assert file.read_text("utf-8") == FILE
    assert client.get("/api/v1/audit?what=settings", headers=AS_OPERATOR).json() == []


def test_a_change_is_in_the_trail_and_can_be_taken_back(file: Path, client: TestClient) -> None:
    change(client, kefu__name="新名")
    (entry,) = client.get("/api/v1/audit?what=settings", headers=AS_OPERATOR).json()
    assert json.loads(entry["detail"]) == {"kefu.name": ["青禾", "新名"]}
    undone = client.post(f"/desk/settings/undo/{entry['number']}", headers=AS_OPERATOR, follow_redirects=False)
    assert undone.status_code == 303
    assert file.read_text("utf-8") == FILE
    assert len(client.get("/api/v1/audit?what=settings", headers=AS_OPERATOR).json()) == 2
    other = client.post("/api/v1/settings/undo/999", headers=AS_OPERATOR)
    assert other.status_code == 404


def test_what_the_environment_decides_can_not_be_changed(
    file: Path, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KEFU__KEFU__NAME", "环境")
    assert "KEFU__KEFU__NAME" in client.get("/desk/settings", headers=AS_OPERATOR).text
    change(client, 400, kefu__name="新名")
    assert file.read_text("utf-8") == FILE


def test_the_form_saves_what_it_shows(file: Path, client: TestClient) -> None:
    page = client.get("/desk/settings", headers=AS_OPERATOR).text
    assert "KEFU_OPERATOR_TOKEN" not in page
    form = {"has-handoff.days": "1", "handoff.days.mon": "on", "has-handoff.holidays": "1"}
    form |= {
        "handoff.holidays": "2027-02-05，2027-01-01",
        "has-promise.review_share": "1",
        "promise.review_share": "0.25",
    }
    saved = client.post("/desk/settings", data=form, headers=AS_OPERATOR, follow_redirects=False)
    assert saved.headers["location"] == "/desk/settings?saved=yes"
    written = tomllib.loads(file.read_text("utf-8"))
    assert written["handoff"]["days"] == ["mon"]
    assert written["handoff"]["holidays"] == ["2027-01-01", "2027-02-05"]
    assert written["promise"]["review_share"] == 0.25
    form = {"has-promise.answer_at": "1", "promise.answer_at": "much"}
    refused = client.post("/desk/settings?lang=en", data=form, headers=AS_OPERATOR)
    assert refused.status_code == 422
    assert "Please check: Answers from" in refused.text


def test_channels_say_how_they_do(client: TestClient) -> None:
    client.post("/api/v1/messages", json={"sender": "L1", "text": "我学到哪了"}, headers=AS_SERVER)
    found = {one["name"]: one for one in client.get("/api/v1/channels", headers=AS_OPERATOR).json()}
    assert found["rest"]["last_at"]
    assert found["bridge"]["last_at"] is None
    assert [found[name]["pushes"] for name in ("rest", "bridge")] == [False, True]
    assert [found[name]["sessions"] for name in ("rest", "webchat")] == [False, True]


def test_the_snippet_is_what_the_loader_reads_and_nothing_else_gets_in(client: TestClient) -> None:
    asked = {"title": '"><script>', "language": "en", "colour": "#FFEE00"}
    page = client.get("/desk/channels", params=asked, headers=AS_OPERATOR)
    assert "frame-src 'self'" in page.headers["content-security-policy"]
    assert "--kefu-brand: #ffee00" in page.text
    assert "data-language=&#34;en&#34;" in page.text
    assert "<script>" not in page.text.partition("</head>")[2]
    assert "contrast 1.2" in page.text or "对比度 1.2" in page.text
    shown = client.get("/desk/channels/preview", params=asked, headers=AS_OPERATOR)
    assert "frame-ancestors 'self'" in shown.headers["content-security-policy"]
    assert shown.headers["x-frame-options"] == "SAMEORIGIN"
    assert 'data-title="&#34;&gt;&lt;script&gt;"' in shown.text
    assert 'data-colour="#0f6b5c"' in client.get("/desk/channels/preview?colour=red;}", headers=AS_OPERATOR).text
