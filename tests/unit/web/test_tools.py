"""Saved views, macros and the copilot over HTTP."""

from __future__ import annotations

from typing import Any

from starlette.testclient import TestClient
from web_house import AS_OPERATOR, AS_SERVER


def ask(client: TestClient, text: str, sender: str = "L1") -> str:
    found = client.post("/api/v1/messages", json={"sender": sender, "text": text}, headers=AS_SERVER).json()
    return str(found["conversation"])


def call(client: TestClient, method: str, path: str, status: int = 200, **body: Any) -> Any:
    answer = client.request(method, f"/api/v1{path}", json=body or None, headers=AS_OPERATOR)
    assert answer.status_code == status, answer.text
    return answer.json() if answer.content else None


def do(client: TestClient, talk: str, *deeds: dict[str, Any]) -> None:
    call(client, "POST", f"/conversations/{talk}/deeds", deeds=list(deeds), who="mei")


def test_a_saved_view_counts_and_lists_what_fits(client: TestClient) -> None:
    talk = ask(client, "转人工")
    ask(client, "转人工", "L1-a")
    do(client, talk, {"deed": "tag", "add": ["refund"]})
    kept = call(client, "POST", "/views", name="退款", shared=True, filter={"status": ["open"], "tag": "refund"})
    assert call(client, "GET", "/inbox/counts")[f"saved:{kept['id']}"] == 1
    page = client.get(f"/desk/inbox?view=saved:{kept['id']}&lang=zh", headers=AS_OPERATOR).text
    assert "<h2>退款</h2>" in page
    assert talk in page
    assert call(client, "POST", "/views", id=kept["id"], name="x", shared=True, filter={})["id"] == kept["id"]
    call(client, "DELETE", f"/views/{kept['id']}", 204)
    assert call(client, "GET", "/views") == []
    call(client, "DELETE", f"/views/{kept['id']}", 404)


def test_a_macro_reads_as_the_conversation_needs(client: TestClient) -> None:
    talk = ask(client, "转人工")
    do(client, talk, {"deed": "set_fields", "fields": {"订单": "E1"}})
    deeds = [{"deed": "tag", "add": ["发票"]}, {"deed": "close"}]
    text = {"zh": "{customer} 您好，{company} 的 {agent}。订单 {订单}，{空}", "en": "Hello"}
    call(client, "POST", "/macros", name="开票", text=text, deeds=deeds)
    (ready,) = call(client, "GET", f"/conversations/{talk}/macros")
    assert ready["text"] == "L1 您好，示例网校 的 api。订单 E1，{空}"
    assert [one["deed"] for one in ready["deeds"]] == ["tag", "close"]
    do(client, talk, {"deed": "use_macro", "macro": "开票"}, {"deed": "reply", "text": ready["text"]}, *ready["deeds"])
    entry = call(client, "GET", "/inbox?status=closed")["entries"][0]
    assert (entry["id"], entry["tags"]) == (talk, ["发票"])
    call(client, "POST", "/macros", 422, name="坏", deeds=[{"deed": "judge", "turn_id": "t", "right": True}])
    call(client, "POST", "/macros", 422, name=" ")


def test_macros_are_written_on_a_page(client: TestClient) -> None:
    empty = client.get("/desk/macros?lang=en", headers=AS_OPERATOR).text
    assert "No macros yet" in empty
    form = {
        "name": "Bye",
        "zh": "再见",
        "en": "Bye",
        "tags": "done，ok",
        "priority": "low",
        "close": "on",
        "shared": "on",
    }
    page = client.post("/desk/macros", data=form, headers=AS_OPERATOR).text
    assert 'value="done, ok"' in page
    (kept,) = call(client, "GET", "/macros")
    assert [one["deed"] for one in kept["body"]["deeds"]] == ["tag", "prioritise", "close"]
    client.post("/desk/macros", data={"do": "drop", "id": kept["id"]}, headers=AS_OPERATOR)
    assert call(client, "GET", "/macros") == []


def page_of(client: TestClient, status: int = 200, **form: str) -> str:
    answer = client.post("/desk/macros?lang=en", data=form, headers=AS_OPERATOR)
    assert answer.status_code == status, answer.text
    return answer.text


def test_a_macro_that_somebody_changed_meanwhile_is_not_overwritten(client: TestClient) -> None:
    made = call(client, "POST", "/macros", name="开票", text={"zh": "请稍等", "en": ""})
    call(client, "POST", "/macros", id=made["id"], seen=made["version"], name="开票", text={"zh": "马上好", "en": ""})
    call(client, "POST", "/macros", 409, id=made["id"], seen=made["version"], name="x")
    shown = page_of(client, 409, id=made["id"], seen=made["version"], name="Mine", zh="我的", shared="on")
    assert "somebody changed it meanwhile" in shown
    assert 'value="Mine"' in shown
    assert call(client, "GET", "/macros")[0]["body"]["text"]["zh"] == "马上好"
    page_of(client, 409, id=made["id"], seen=made["version"], do="drop")
    (now,) = call(client, "GET", "/macros")
    assert f'name="seen" value="{now["version"]}"' in shown
    page_of(client, id=made["id"], seen=now["version"], name="Mine", zh="我的", shared="on")
    assert call(client, "GET", "/macros")[0]["name"] == "Mine"


def test_what_became_of_a_macro_is_put_back(client: TestClient) -> None:
    made = call(client, "POST", "/macros", name="开票", text={"zh": "请稍等", "en": ""})
    call(client, "POST", "/macros", id=made["id"], name="开票了", text={"zh": "好了", "en": ""})
    call(client, "DELETE", f"/macros/{made['id']}", 204)
    dropped, changed, added = call(client, "GET", "/macros/changes")
    assert [(one["before"] is None, one["after"] is None) for one in (added, changed, dropped)] == [
        (True, False), (False, False), (False, True),
    ]  # fmt: skip
    call(client, "POST", f"/macros/undo/{changed['entry']}", 409)
    call(client, "POST", f"/macros/undo/{dropped['entry']}", 204)
    assert call(client, "GET", "/macros")[0]["name"] == "开票了"
    answer = client.post(f"/desk/macros/undo/{changed['entry']}", headers=AS_OPERATOR)
    assert 'value="开票"' in answer.text
    assert call(client, "GET", "/macros") == [made]
    call(client, "POST", "/macros/undo/999", 404)


def test_a_macro_of_ones_own_stays_out_of_the_trail_of_all(client: TestClient) -> None:
    call(client, "POST", "/macros", name="private", text={"zh": "秘密", "en": ""}, shared=False)
    assert call(client, "GET", "/macros/changes") == []
    entry = call(client, "GET", "/audit?what=macro")[0]
    assert (entry["detail"], entry["about"].partition(":")[0]) == ("", "macro")


def test_a_form_asks_for_declared_fields_and_keeps_what_it_does_not_ask_for(open_client) -> None:
    fields = [{"name": "plan", "title": {"zh": "套餐", "en": "Plan"}, "type": "choice", "choices": ["a", "b"]}]
    client = open_client(fields=fields)
    deeds = [{"deed": "note", "text": "!"}, {"deed": "set_fields", "fields": {"plan": "a"}}]
    made = call(client, "POST", "/macros", name="x", deeds=deeds)
    page = client.get("/desk/macros?lang=en", headers=AS_OPERATOR).text
    assert "<label>Plan" in page
    assert '<option value="a" selected>' in page
    page_of(client, id=made["id"], seen=made["version"], name="x", shared="on", **{"field.plan": "b"})
    (kept,) = call(client, "GET", "/macros")
    assert [one["deed"] for one in kept["body"]["deeds"]] == ["set_fields", "note"]
    assert kept["body"]["deeds"][0]["fields"] == {"plan": "b"}


def test_the_copilot_suggests_what_the_machine_would_say_and_does_nothing(client: TestClient) -> None:
    talk = ask(client, "转人工")
    ask(client, "我学到哪了")
    before = call(client, "GET", f"/conversations/{talk}/events")
    found = call(client, "GET", f"/conversations/{talk}/copilot")
    assert found["suggestion"]["kind"] == "machine"
    assert found["suggestion"]["text"] == "《英语口语》学到第12课。"
    assert found["suggestion"]["statements"][0]["evidence"][0]["source"] == "records:progress/courses"
    assert found["step"] == {"what": "take", "because": "nobody"}
    assert found["digest"]["messages"] == 2
    assert "progress" in found["digest"]["wants"]
    assert call(client, "GET", f"/conversations/{talk}/events") == before
    settled = {"deed": "settle_suggestion", "kind": "reply", "source": "machine:progress", "outcome": "rejected"}
    do(client, talk, settled)
    assert call(client, "GET", f"/conversations/{talk}/copilot")["suggestion"] is None
    do(client, talk, {"deed": "reply", "text": "好的"})
    assert call(client, "GET", f"/conversations/{talk}/copilot")["step"]["because"] == "answered"


def test_what_would_write_to_the_records_is_no_suggestion(client: TestClient) -> None:
    talk = ask(client, "转人工")
    ask(client, "我要投诉")
    assert call(client, "GET", f"/conversations/{talk}/copilot")["suggestion"] is None


def test_only_what_the_customer_may_read_is_put_into_a_reply(client: TestClient) -> None:
    talk = ask(client, "转人工")
    for audience in ("public", "staff"):
        article = {"title": audience, "markdown": "发票在付款之后三天开出。", "audience": audience}
        call(client, "POST", "/knowledge", **article)
    found = call(client, "GET", f"/conversations/{talk}/passages?q=发票什么时候开")
    assert [one["title"] for one in found] == ["public"]


def test_resolved_conversations_like_it_are_found(client: TestClient) -> None:
    alike = ask(client, "发票的抬头写错了，能不能改", "L1-a")
    other = ask(client, "转人工", "L1-b")
    for talk in (alike, other):
        do(client, talk, {"deed": "take"}, {"deed": "close"})
    talk = ask(client, "发票抬头错了怎么办", "L1-c")
    found = call(client, "GET", f"/conversations/{talk}/copilot")["alike"]
    assert [one["id"] for one in found] == [alike]


def test_who_acted_meanwhile_is_told_before_anything_happens(client: TestClient) -> None:
    talk = ask(client, "转人工")
    seen = call(client, "GET", "/inbox")["entries"][0]["version"]
    ask(client, "还在吗")
    call(client, "POST", f"/conversations/{talk}/deeds", deeds=[{"deed": "take"}], who="bo", expected=seen)
    wanted = {"deeds": [{"deed": "reply", "text": "您好"}], "who": "mei", "expected": seen}
    failure = call(client, "POST", f"/conversations/{talk}/deeds", 409, **wanted)["error"]
    assert failure["code"] == "desk.overtaken"
    assert "bo" in failure["detail"]
    assert not [one for one in call(client, "GET", f"/conversations/{talk}/events") if one["kind"] == "PersonReplied"]
    call(client, "POST", f"/conversations/{talk}/deeds", deeds=wanted["deeds"], who="bo", expected=seen)


def test_a_correction_is_taken_back(client: TestClient) -> None:
    talk = ask(client, "我学到哪了")
    turn = call(client, "GET", "/turns")[0]["id"]
    correct = {"deed": "correct", "turn_id": turn, "text": "我学到哪了", "intent": "refund"}
    done = call(client, "POST", f"/conversations/{talk}/deeds", deeds=[correct], who="mei")
    assert "已更正为 refund" in client.get(f"/desk/inbox/{talk}?lang=zh", headers=AS_OPERATOR).text
    do(client, talk, *done["undo"])
    assert "已更正为" not in client.get(f"/desk/inbox/{talk}?part=lines", headers=AS_OPERATOR).text
