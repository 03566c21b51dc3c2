"""Work management over HTTP and on its pages: the queue, who is there, teams, tickets."""

from __future__ import annotations

import pytest
from desk_client import ask, chat_as, do, get
from starlette.testclient import TestClient
from web_house import AS_OPERATOR

TEAMS = {"teams.billing.title.zh": "账单组", "teams.billing.title.en": "Billing", "teams.billing.members": ["mei"]}


def test_whoever_says_so_is_here_until_they_leave(client: TestClient) -> None:
    assert get(client, "queue")["present"] == []
    said = client.post("/api/v1/attendance", json={"here": True, "who": "mei"}, headers=AS_OPERATOR).json()
    assert said == {"here": True, "who": "mei"}
    assert get(client, "queue")["present"] == [{"name": "mei", "teams": [], "load": 0, "capacity": 4}]
    client.post("/api/v1/attendance", json={"here": False, "who": "mei"}, headers=AS_OPERATOR)
    assert get(client, "queue")["present"] == []


def test_the_queue_has_the_most_urgent_first_then_the_longest_waiting(client: TestClient) -> None:
    talks = [ask(client, "转人工", f"L1-{number}") for number in range(4)]
    do(client, talks[2], {"deed": "prioritise", "priority": "urgent"})
    do(client, talks[1], {"deed": "assign", "person": "bo"})
    assert [one["id"] for one in get(client, "queue")["waiting"]] == [talks[2], talks[0], talks[3]]


def test_teams_say_whether_they_are_there(open_client) -> None:
    client = open_client(**TEAMS, **{"teams.billing.hours": "00:00-24:00"})
    (team,) = get(client, "teams")
    assert (team["name"], team["title"], team["open"], team["opens"]) == (
        "billing", {"zh": "账单组", "en": "Billing"}, True, None,
    )  # fmt: skip


def test_a_ticket_is_found_by_the_beginning_of_its_number_with_where_it_stands(client: TestClient) -> None:
    talk = ask(client, "我要投诉", "L1-a")
    (ticket,) = get(client, "tickets")["entries"]
    assert (ticket["kind"], ticket["entry"]["id"], ticket["entry"]["status"]) == ("complaint", talk, "machine")
    do(client, talk, {"deed": "take"}, {"deed": "prioritise", "priority": "high"}, {"deed": "tag", "add": ["vip"]})
    (found,) = get(client, "tickets", number=ticket["number"][:8], priority="high", tag="vip", status="open")["entries"]
    assert (found["number"], found["entry"]["person"], found["entry"]["tags"]) == (ticket["number"], "mei", ["vip"])
    assert get(client, "tickets", number="none")["entries"] == []


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_pages_of_queue_and_tickets(open_client, language: str) -> None:
    client = open_client(demo=True, **TEAMS)
    words = {"zh": ("没有人在排队", "还没有工单", "您在岗"), "en": ("Nobody waits", "No tickets yet", "You are here")}[
        language
    ]
    assert words[0] in client.get(f"/desk/queue?lang={language}").text
    assert words[1] in client.get("/desk/tickets").text
    ask(client, "转人工"), ask(client, "我要投诉", "L1-a")
    assert client.post("/desk/queue/attendance", data={"here": "1"}).text.count(words[2]) == 1
    assert "L1" in client.get("/desk/queue").text
    number = get(client, "tickets")["entries"][0]["number"]
    assert number in client.get(f"/desk/tickets?number={number[:6]}&status=machine").text


FIELDS = [
    {"name": "plan", "type": "choice", "choices": ["free", "pro"], "title": {"zh": "套餐", "en": "Plan"}},
    {"name": "seats", "type": "number"},
    {"name": "renews", "type": "date"},
    {"name": "invoiced", "type": "yes_no"},
]


@pytest.mark.parametrize(
    ("values", "status"),
    [
        ({"plan": " pro ", "seats": "12", "renews": "2027-01-31", "invoiced": "yes"}, 200),
        ({"plan": "gold"}, 422),
        ({"seats": "many"}, 422),
        ({"renews": "soon"}, 422),
        ({"invoiced": "perhaps"}, 422),
        ({"colour": "red"}, 422),
    ],
    ids=str,
)
def test_fields_take_what_they_are_declared_for(open_client, values: dict[str, str], status: int) -> None:
    client = open_client(fields=FIELDS)
    talk = ask(client, "转人工")
    do(client, talk, {"deed": "set_fields", "fields": values}, status=status)
    kept = [one["data"]["fields"] for one in get(client, f"conversations/{talk}/events") if one["kind"] == "FieldsSet"]
    assert kept == ([{name: value.strip() for name, value in values.items()}] if status == 200 else [])
    assert [one["name"] for one in get(client, "fields")] == ["plan", "seats", "renews", "invoiced"]


def test_a_colleague_opens_a_ticket_with_a_number_of_its_own(client: TestClient) -> None:
    talk = ask(client, "转人工")
    for text in ("退款", "换货"):
        do(client, talk, {"deed": "open_ticket", "kind": "request", "text": text, "urgency": "high"})
    found = get(client, "tickets")["entries"]
    assert {one["text"] for one in found} == {"退款", "换货"}
    assert len({one["number"] for one in found}) == 2
    do(client, talk, {"deed": "open_ticket", "kind": "request", "text": " "}, status=422)


def test_a_conversation_goes_on_in_another_of_the_same_customer_and_can_come_back(client: TestClient) -> None:
    here = ask(client, "转人工", "L1")
    chat_as(client, "L1").say("转人工")
    (there,) = [one["id"] for one in get(client, "inbox", status="open")["entries"] if one["id"] != here]
    done = do(client, there, {"deed": "merge", "into": here})
    assert [one["id"] for one in get(client, "inbox", status="open")["entries"]] == [here]
    notes = [one["data"]["text"] for one in get(client, f"conversations/{here}/events") if one["kind"] == "Noted"]
    assert notes == [f"⇠ {there}"]
    do(client, there, *done["undo"])
    assert {one["id"] for one in get(client, "inbox", status="open")["entries"]} == {here, there}


def test_nothing_goes_on_in_a_closed_or_merged_conversation(client: TestClient) -> None:
    here = ask(client, "转人工", "L1")
    chat_as(client, "L1").say("转人工")
    (there,) = [one["id"] for one in get(client, "inbox", status="open")["entries"] if one["id"] != here]
    do(client, there, {"deed": "close"})
    do(client, here, {"deed": "merge", "into": there}, status=422)
    do(client, there, {"deed": "reopen"}, {"deed": "merge", "into": here})
    do(client, here, {"deed": "merge", "into": there}, status=422)


def test_only_conversations_of_one_customer_are_merged(client: TestClient) -> None:
    one, other = ask(client, "转人工", "L1"), ask(client, "转人工", "L1-a")
    for into in (other, one, "nowhere"):
        do(client, one, {"deed": "merge", "into": into}, status=404 if into == "nowhere" else 422)
    assert len(get(client, "inbox", status="open")["entries"]) == 2


RULES = [{"name": "vip", "when": ["HandedOff"], "live": False, "then": [{"deed": "tag", "add": ["vip"]}]}]


def test_rules_are_listed_and_tried_over_http(open_client) -> None:
    client = open_client(rules=RULES)
    talk = ask(client, "转人工")
    listed = {"name": "vip", "when": ["HandedOff"], "then": ["tag"], "live": False}
    assert get(client, "rules") == [listed]
    trial = get(client, "rules/dry-run", days="1", only="vip")
    (found,) = trial["rules"]
    assert (found["events"], found["conversations"], found["matches"][0]["conversation_id"]) == (1, [talk], talk)
    missing = client.get("/api/v1/rules/dry-run?only=none", headers=AS_OPERATOR)
    assert missing.status_code == 404


def test_nobody_else_gets_to_work(client: TestClient) -> None:
    for path in ("queue", "teams", "attendance", "tickets", "fields", "rules"):
        assert client.get(f"/api/v1/{path}").status_code == 401
    assert client.post("/api/v1/attendance", json={"here": True}).status_code == 401
