"""Teams, service levels, rules and hours take effect in a running process, however they were changed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from desk_client import ask, do, get, let_clerk_look
from starlette.testclient import TestClient
from web_house import AS_OPERATOR

from kefu.core.errors import BadConfig

FILE = """\
[security]
operator_token = "${env:KEFU_OPERATOR_TOKEN}"
"""
TEAMS = """
[teams.night]
title = { zh = "夜班", en = "Night" }
languages = ["zh"]
members = ["mei"]
capacity = 1

[[service_levels]]
name = "usual"
first_reply = 5
around_the_clock = true
escalate_team = "night"
"""
RULE = """
[[rules]]
name = "mark"
when = ["HandedOff"]
then = [{ deed = "tag", add = ["seen"] }]
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A project with a kefu.toml of its own."""
    (tmp_path / "kefu.toml").write_text(FILE, "utf-8")
    return tmp_path


def follow(client: TestClient) -> None:
    """Let the running process look at the files, as it does every few seconds."""
    assert client.portal
    client.portal.call(kefu_of(client).reconfigure)


def kefu_of(client: TestClient) -> Any:
    return client.app_state["hall"].kefu


def test_teams_levels_and_rules_of_the_files_hold_without_a_restart(home: Path, open_client) -> None:
    client = open_client()
    before = ask(client, "转人工")
    let_clerk_look(client)
    assert get(client, "teams") == []
    (home / "kefu.toml").write_text(FILE + TEAMS, "utf-8")
    (home / "rules").mkdir()
    (home / "rules" / "mark.toml").write_text(RULE, "utf-8")
    follow(client)
    assert [one["title"]["zh"] for one in get(client, "teams")] == ["夜班"]
    assert [one["name"] for one in get(client, "rules")] == ["mark"]
    clerk, house = kefu_of(client).clerk, kefu_of(client).house
    client.portal.call(clerk.take_up, house)
    assert kefu_of(client) is client.app_state["hall"].kefu
    entry = get(client, "inbox", status="open")["entries"][0]
    assert (entry["id"], entry["team"], entry["due"][0]) == (before, "night", "first_reply")
    after = ask(client, "转人工", "L1-b")
    let_clerk_look(client)
    tagged = get(client, "inbox", tag="seen")["entries"]
    assert [one["id"] for one in tagged] == [after]
    (home / "rules" / "mark.toml").unlink()
    follow(client)
    assert get(client, "rules") == []


def test_a_wrong_file_is_complained_about_once_and_changes_nothing(home: Path, open_client) -> None:
    client = open_client()
    (home / "kefu.toml").write_text(FILE + TEAMS, "utf-8")
    follow(client)
    (home / "kefu.toml").write_text(FILE + TEAMS.replace("first_reply = 5", "first_reply = 5\nnonsense = 1"), "utf-8")
    with pytest.raises(BadConfig, match="nonsense"):
        follow(client)
    follow(client)
    assert [one["name"] for one in get(client, "teams")] == ["night"]
    (home / "kefu.toml").write_text(FILE, "utf-8")
    follow(client)
    assert get(client, "teams") == []


def test_hours_that_an_admin_saves_hold_for_teams_and_service_levels_at_once(home: Path, open_client) -> None:
    client = open_client()
    (home / "kefu.toml").write_text(FILE + TEAMS, "utf-8")
    follow(client)
    body = {"values": {"handoff.hours": "00:00-23:59"}}
    assert client.patch("/api/v1/settings", json=body, headers=AS_OPERATOR).status_code == 200
    plan = kefu_of(client).clerk.plan
    assert plan.hours == plan.teams["night"].hours == kefu_of(client).house.hours == kefu_of(client).reporting.hours


def test_reasons_of_routing_rules_and_service_levels_are_words_in_both_languages(home: Path, open_client) -> None:
    client = open_client()
    (home / "kefu.toml").write_text(FILE + TEAMS + RULE, "utf-8")
    follow(client)
    client.post("/api/v1/attendance", json={"here": True, "who": "mei"}, headers=AS_OPERATOR)
    talk = ask(client, "转人工")
    let_clerk_look(client)
    words = {
        "zh": ("客户说中文", "手上有 0 个", "发生了「转人工」"),
        "en": ("speaks Chinese", "has 0 of at most 1", "because of"),
    }
    for language, said in words.items():
        thread = client.get(f"/desk/inbox/{talk}", params={"lang": language}, headers=AS_OPERATOR).text
        assert all(one in thread for one in said), language
        assert "load:0/1" not in thread
    events = get(client, f"conversations/{talk}/events")
    (turn,) = {one["turn_id"] for one in events if one["kind"] == "Assigned" and one["data"]["person"]}
    why = client.get(f"/desk/why/{turn}", params={"lang": "en"}, headers=AS_OPERATOR).text
    assert "Why it went this way" in why
    assert "has 0 of at most 1" in why
    assert "手上有 0 个" in why
    do(client, talk, {"deed": "assign", "person": "bo", "because": "she knows him"})
    assert "she knows him" in client.get(f"/desk/inbox/{talk}", headers=AS_OPERATOR).text


def test_a_service_level_that_an_answer_met_counts_as_met_in_the_reports(home: Path, open_client) -> None:
    client = open_client()
    (home / "kefu.toml").write_text(FILE + TEAMS, "utf-8")
    follow(client)
    talk = ask(client, "转人工")
    let_clerk_look(client)
    do(client, talk, {"deed": "reply", "text": "在的"})
    assert get(client, "reports/visits", figure="first_met")["total"] == 1
    assert get(client, "reports")["targets"]["first"]["count"] == 1
