"""The inbox over HTTP: lists, counts, search, deeds with their undoing, and what a role may not see."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient
from web_house import AS_OPERATOR, AS_SERVER

LATER = "2099-01-01T00:00:00Z"


def ask(client: TestClient, text: str, sender: str = "L1") -> str:
    found = client.post("/api/v1/messages", json={"sender": sender, "text": text}, headers=AS_SERVER).json()
    return str(found["conversation"])


def inbox(client: TestClient, **wanted: str) -> list[str]:
    found = client.get("/api/v1/inbox", params=wanted, headers=AS_OPERATOR)
    assert found.status_code == 200, found.text
    return [one["id"] for one in found.json()["entries"]]


def do(client: TestClient, talk: str, *deeds: dict[str, Any], who: str = "mei") -> dict[str, Any]:
    wanted = {"deeds": list(deeds), "who": who}
    found = client.post(f"/api/v1/conversations/{talk}/deeds", json=wanted, headers=AS_OPERATOR)
    assert found.status_code == 200, found.text
    return dict(found.json())


def test_what_people_have_is_in_the_inbox_and_what_the_machine_serves_is_not(client: TestClient) -> None:
    served, handed = ask(client, "我学到哪了"), ask(client, "转人工", "L1-a")
    assert inbox(client, status="open") == [handed]
    assert inbox(client, status="machine") == [served]
    assert inbox(client, order="newest") == [handed, served]
    counts = client.get("/api/v1/inbox/counts", headers=AS_OPERATOR).json()
    assert (counts["open"], counts["unassigned"], counts["mine"], counts["machine"]) == (1, 1, 0, 1)


@pytest.mark.parametrize(
    ("deed", "view"),
    [
        ({"deed": "take"}, {"status": "open", "person": "mei"}),
        ({"deed": "assign", "team": "billing"}, {"team": "billing"}),
        ({"deed": "prioritise", "priority": "urgent"}, {"priority": "urgent"}),
        ({"deed": "tag", "add": ["refund"]}, {"tag": "refund"}),
        ({"deed": "snooze", "until": LATER}, {"status": "snoozed"}),
        ({"deed": "close"}, {"status": "closed"}),
        ({"deed": "hand_back"}, {"status": "machine"}),
    ],
    ids=lambda one: str(one.get("deed", "")),
)
def test_every_deed_moves_a_conversation_and_its_undoing_moves_it_back(
    client: TestClient, deed: dict[str, Any], view: dict[str, str]
) -> None:
    talk = ask(client, "转人工")
    before = client.get("/api/v1/inbox", headers=AS_OPERATOR).json()["entries"]
    assert inbox(client, **view) == []
    done = do(client, talk, deed)
    assert inbox(client, **view) == [talk]
    do(client, talk, *done["undo"])
    assert inbox(client, **view) == []
    after = client.get("/api/v1/inbox", headers=AS_OPERATOR).json()["entries"]
    kept = ("status", "person", "team", "priority", "tags", "snoozed_until")
    assert [{name: one[name] for name in kept} for one in before] == [
        {name: one[name] for name in kept} for one in after
    ]


def test_a_deed_that_changes_nothing_happens_not_at_all(client: TestClient) -> None:
    talk = ask(client, "转人工")
    first = do(client, talk, {"deed": "tag", "add": ["refund"]})
    assert do(client, talk, {"deed": "tag", "add": ["refund"]}) == {**first, "undo": []}


def test_a_note_is_for_colleagues_and_names_them(client: TestClient) -> None:
    talk = ask(client, "转人工")
    do(client, talk, {"deed": "note", "text": "问问财务", "mentions": ["bo"]})
    assert inbox(client, mentions="bo") == [talk]
    assert "问问财务" not in client.get("/api/v1/messages?sender=L1", headers=AS_SERVER).text


def test_a_closed_conversation_begins_anew_with_the_customers_next_message(client: TestClient) -> None:
    talk = ask(client, "转人工")
    do(client, talk, {"deed": "take"}, {"deed": "close"})
    assert inbox(client, status="closed", person="mei") == [talk]
    assert ask(client, "我学到哪了") == talk
    assert inbox(client, status="machine", person="") == [talk]


def test_deeds_in_many_conversations_each_say_what_became_of_them(client: TestClient) -> None:
    talks = [ask(client, "转人工", sender) for sender in ("L1", "L1-a")]
    wanted = {"conversations": [*talks, "nowhere"], "deeds": [{"deed": "close"}], "who": "mei"}
    done = client.post("/api/v1/deeds", json=wanted, headers=AS_OPERATOR).json()
    assert [bool(one["error"]) for one in done] == [False, False, True]
    assert sorted(inbox(client, status="closed")) == sorted(talks)


def test_what_was_said_is_found_in_both_languages(client: TestClient) -> None:
    talk = ask(client, "转人工")
    do(client, talk, {"deed": "reply", "text": "Refund form sent, 请查收发票"}, {"deed": "note", "text": "发票已开"})
    found = [client.get("/api/v1/search", params={"q": q}, headers=AS_OPERATOR).json() for q in ("REFUND form", "发票")]
    assert [[line["by"] for line in lines] for lines in found] == [["person"], ["note", "person"]]


@pytest.mark.parametrize(
    "deed",
    [
        {"deed": "reply", "text": " "},
        {"deed": "snooze", "until": "2020-01-01T00:00:00Z"},
        {"deed": "judge", "turn_id": "t", "right": True},
        {"deed": "dance"},
    ],
    ids=lambda one: one["deed"],
)
def test_a_deed_that_can_not_be_is_refused_and_nothing_of_its_company_happens(
    client: TestClient, deed: dict[str, Any]
) -> None:
    talk = ask(client, "转人工")
    wanted = {"deeds": [{"deed": "tag", "add": ["x"]}, deed]}
    answer = client.post(f"/api/v1/conversations/{talk}/deeds", json=wanted, headers=AS_OPERATOR)
    assert answer.status_code == 422
    assert inbox(client, tag="x") == []
