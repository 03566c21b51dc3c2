"""Facts at the desk and over HTTP: counted, listed with their sentence, put right, and taken out as tables."""

from __future__ import annotations

import csv
import io
import re

import pytest
from desk_client import ask, do, get
from starlette.testclient import TestClient
from web_house import AS_OPERATOR

from kefu.adapters.files.workbook import sheets_of

TEXT = "订单E2026030100的英语课什么时候学完"


def page(client: TestClient, **query: str) -> str:
    found = client.get("/desk/facts", params={"lang": "en", **query}, headers=AS_OPERATOR)
    assert found.status_code == 200, found.text
    return found.text


def judge(client: TestClient, deed: str, **form: object) -> int:
    found = client.post("/desk/facts/judge", data={"deed": deed, **form}, headers=AS_OPERATOR, follow_redirects=False)
    return found.status_code


def facts(client: TestClient, **query: str) -> list[dict]:
    return get(client, "facts", **query)["facts"]


def test_where_nothing_was_named_the_page_says_what_to_do(client: TestClient) -> None:
    assert "kefu extract train" in page(client)


def test_each_fact_leads_to_its_sentence(client: TestClient) -> None:
    talk = ask(client, TEXT)
    (course,) = facts(client, kind="course")
    assert (course["before"] + course["text"] + course["after"], course["value"]) == (TEXT, "英语课")
    html = page(client, kind="course")
    place = f"/desk/inbox/{talk}?mark={course['number']}-{course['start']}-{course['end']}#n{course['number']}"
    assert place.replace("&", "&amp;") in html
    marked = client.get(place.partition("#")[0], headers=AS_OPERATOR).text
    assert re.findall(r"<mark>(.*?)</mark>", marked) == [course["text"]]
    assert "<mark>" not in client.get(f"/desk/inbox/{talk}?mark=999999999-1-2", headers=AS_OPERATOR).text


def test_counts_lists_and_filters_agree(client: TestClient) -> None:
    for sender in ("L1", "L2"):
        ask(client, TEXT, sender)
    ask(client, "数学课和英语课学到哪了", "L1")
    counts = get(client, "facts/counts", by="value", kind="course")
    assert [(one["traits"], one["count"]) for one in counts] == [(["英语课"], 3), (["数学课"], 1)]
    assert len(facts(client, kind="course", value="英语课")) == 3
    assert facts(client, value="nothing") == facts(client, until="2020-01-01", since="2019-12-01") == []
    first = get(client, "facts", kind="course", limit="2")
    rest = get(client, "facts", kind="course", limit="2", after=first["next"])
    assert len(first["facts"]) == 2
    assert len(rest["facts"]) == 2
    assert rest["next"] == ""
    assert client.get("/api/v1/facts/counts?by=colour", headers=AS_OPERATOR).status_code == 422


def test_a_colleague_puts_a_fact_right_and_takes_it_back(client: TestClient) -> None:
    talk = ask(client, TEXT)
    (course,) = facts(client, kind="course")
    place = {"conversation": talk, "number": course["number"], "start": course["start"], "end": course["end"]}
    assert judge(client, "keep", **place, text="英语课什么时候学完", kind="wish") == 303
    (wish,) = facts(client, kind="wish")
    assert (wish["text"], wish["probability"], bool(wish["who"])) == ("英语课什么时候学完", 1.0, True)
    assert facts(client, kind="course") == []
    assert judge(client, "undo", **{**place, "start": wish["start"], "end": wish["end"]}) == 303
    assert len(facts(client, kind="course")) == 1
    assert judge(client, "dismiss", **place) == 303
    assert facts(client, kind="course") == []


@pytest.mark.parametrize("form", [{"text": "不在里面", "kind": "wish"}, {"text": "英语课", "kind": " "}])
def test_what_the_message_does_not_say_is_refused(client: TestClient, form: dict[str, str]) -> None:
    talk = ask(client, TEXT)
    (course,) = facts(client, kind="course")
    place = {"conversation": talk, "number": course["number"], "start": course["start"], "end": course["end"]}
    assert judge(client, "keep", **place, **form) == 422
    assert judge(client, "keep", **{**place, "conversation": "c-none"}, text="英语课", kind="wish") == 404
    assert len(facts(client, kind="course")) == 1


def test_personal_data_is_masked_everywhere(client: TestClient) -> None:
    ask(client, "打13800138000，说英语课")
    assert "13800138000" not in page(client)
    (course,) = facts(client, kind="course")
    assert course["before"] == "打[phone]，说"
    assert b"13800138000" not in client.get("/desk/facts.csv", headers=AS_OPERATOR).content


def test_tables_hold_what_the_list_does(client: TestClient) -> None:
    ask(client, TEXT)
    listed = [(one["kind"], one["value"]) for one in facts(client)]
    text = client.get("/desk/facts.csv", headers=AS_OPERATOR).content.decode("utf-8-sig")
    assert [(row["kind"], row["value"]) for row in csv.DictReader(io.StringIO(text))] == listed
    book = client.get("/api/v1/facts/table.xlsx", headers=AS_OPERATOR).content
    ((_, rows),) = sheets_of("facts.xlsx", book)
    assert len(list(rows)) == len(listed) + 1
    assert client.get("/desk/facts.pdf", headers=AS_OPERATOR).status_code == 404


def test_the_deed_over_the_api_can_be_undone(client: TestClient) -> None:
    talk = ask(client, TEXT)
    (course,) = facts(client, kind="course")
    deed = {
        "deed": "judge_span",
        "number": course["number"],
        "start": course["start"],
        "end": course["end"],
        "kind": "",
    }
    done = do(client, talk, deed)
    assert facts(client, kind="course") == []
    do(client, talk, *done["undo"])
    assert len(facts(client, kind="course")) == 1
    do(client, talk, {**deed, "end": 0}, status=422)


def test_an_erased_conversation_names_nothing(client: TestClient) -> None:
    talk = ask(client, TEXT)
    assert facts(client)
    assert client.portal
    client.portal.call(client.app_state["hall"].kefu.store.erase, talk)
    assert facts(client) == []
