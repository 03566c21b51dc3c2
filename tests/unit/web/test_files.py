"""Files of a conversation: brought, sent, given to who may have them and to nobody else, erased with it."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from desk_client import Chat, ask, chat_as, do, get
from starlette.testclient import TestClient
from team import cookie_of, join
from web_house import AS_OPERATOR, AS_SERVER

from kefu.core.events import PersonReplied
from kefu.core.nouns import Attachment, Conversation
from kefu.service.turn.partings import partings

PNG = b"\x89PNG\r\n\x1a\n" + bytes(50)
PAGE = b"<!doctype html><script>alert(1)</script>"


def bring(chat: Chat, data: bytes = PNG, name: str = "屏幕.png", status: int = 200) -> dict[str, Any]:
    """Let a customer bring a file."""
    answer = chat.client.post("/api/v1/chat/attachments", params={"name": name}, content=data, headers=chat.headers)
    assert answer.status_code == status, answer.text
    return dict(answer.json())


def send(chat: Chat, *ids: str, text: str = "", status: int = 200) -> str:
    """Let a customer send files; the id of the conversation."""
    body = {"text": text, "id": f"f{ids}", "attachments": ids}
    answer = chat.client.post("/api/v1/chat/messages", json=body, headers=chat.headers)
    assert answer.status_code == status, answer.text
    return str(get(chat.client, "conversations")[0]["id"]) if status == 200 else ""


def bring_as(client: TestClient, talk: str, data: bytes = PNG, name: str = "a.png", **headers: str) -> Any:
    """Let a colleague bring a file."""
    return client.post(
        f"/api/v1/conversations/{talk}/attachments", params={"name": name}, content=data, headers=headers or AS_OPERATOR
    )


def stored(folder: Path) -> list[Path]:
    """The files of the project's folder."""
    return [one for one in (folder / "attachments").rglob("*") if one.is_file()]


def test_a_picture_goes_from_the_customer_to_the_team_and_to_a_person(client: TestClient) -> None:
    chat = chat_as(client)
    file = bring(chat)
    assert (file["name"], file["kind"], file["size"]) == ("屏幕.png", "image/png", len(PNG))
    talk = send(chat, file["id"])
    (line,) = [one for one in chat.lines() if one["by"] == "customer"]
    (shown,) = line["attachments"]
    assert shown["picture"]
    linked = client.get(shown["url"])
    assert linked.content == PNG
    assert linked.headers["content-type"] == "image/png"
    assert linked.headers["content-disposition"].startswith("inline; filename*=UTF-8''%E5%B1%8F")
    assert linked.headers["x-content-type-options"] == "nosniff"
    assert linked.headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert linked.headers["cache-control"] == "private, no-store"
    handed = [
        one["data"]["reason"] for one in get(client, f"conversations/{talk}/events") if one["kind"] == "HandedOff"
    ]
    assert handed == ["attachment"]
    assert client.get(f"/files/{file['id']}", headers=AS_OPERATOR).content == PNG
    assert "屏幕.png" in client.get(f"/desk/inbox/{talk}", headers=AS_OPERATOR).text
    assert [one["conversation_id"] for one in get(client, "search", q="屏幕")] == [talk]


def test_a_question_with_a_picture_is_still_answered(client: TestClient) -> None:
    chat = chat_as(client, "L1")
    talk = send(chat, bring(chat)["id"], text="我学到哪了")
    assert "Replied" in [one["kind"] for one in get(client, f"conversations/{talk}/events")]
    assert not get(client, "conversations", waiting="true")


def test_markup_is_saved_as_text_and_never_shown(client: TestClient) -> None:
    chat = chat_as(client)
    file = bring(chat, PAGE, "page.html")
    send(chat, file["id"])
    answer = client.get(f"/files/{file['id']}", headers=AS_OPERATOR)
    assert answer.headers["content-type"].startswith("text/plain")
    assert answer.headers["content-disposition"] == "attachment; filename*=UTF-8''page.html.txt"


@pytest.mark.parametrize("data", [b"MZ\x90\x00\x03\x00", b""])
def test_what_is_not_taken_says_what_is(client: TestClient, data: bytes) -> None:
    error = bring(chat_as(client), data, "cat.png", 422)["error"]
    assert "image, pdf, text, office" in error["detail"]


def test_a_file_may_be_too_large_and_a_stranger_may_send_none(open_client) -> None:
    client = open_client(limits__attachment_mb=0.2)
    chat = chat_as(client)
    bring(chat, PNG + bytes(100_000))
    assert bring(chat, PNG + bytes(300_000), status=413)["error"]["code"] == "input.too_large"
    assert client.post("/api/v1/chat/attachments", content=PNG + bytes(100_000)).status_code == 401
    assert client.post("/api/v1/conversations/c1/attachments", content=PNG + bytes(100_000)).status_code == 401


def test_files_can_be_switched_off(open_client) -> None:
    client = open_client(limits__attachments=0)
    assert client.post("/api/v1/chat/sessions", json={}).json()["files"] == 0
    assert bring(chat_as(client), status=422)["error"]["code"] == "input.invalid"


def test_a_message_carries_only_what_its_sender_brought_and_not_too_much(client: TestClient) -> None:
    mine, theirs = chat_as(client), chat_as(client)
    file = bring(theirs)["id"]
    send(mine, file, status=422)
    send(mine, "unknown", status=422)
    send(mine, *(bring(mine)["id"] for _ in range(6)), status=422)
    answer = client.post("/api/v1/chat/messages", json={"text": "  "}, headers=mine.headers)
    assert answer.status_code == 422


def test_what_was_not_sent_can_be_taken_back_by_its_side_alone(client: TestClient, tmp_path: Path) -> None:
    chat, other = chat_as(client), chat_as(client)
    file = bring(chat)["id"]
    path = f"/api/v1/chat/attachments/{file}"
    assert client.delete(path, headers=other.headers).status_code == 404
    assert len(stored(tmp_path)) == 1
    assert client.delete(path, headers=chat.headers).status_code == 204
    assert stored(tmp_path) == []
    again = bring(chat)["id"]
    send(chat, again)
    assert client.delete(f"/api/v1/chat/attachments/{again}", headers=chat.headers).status_code == 404


def test_a_colleague_sends_files_with_replies_and_notes(client: TestClient) -> None:
    chat = chat_as(client)
    chat.say("转人工")
    talk = get(client, "conversations")[0]["id"]
    reply, note = (bring_as(client, talk, name=name).json() for name in ("r.png", "n.png"))
    do(client, talk, {"deed": "reply", "text": "", "attachments": [{"id": reply["id"], "name": "evil.svg"}]})
    do(client, talk, {"deed": "note", "text": "内部", "attachments": [note]})
    said = [one for one in chat.lines() if one["by"] == "person"]
    assert [[file["name"] for file in one["attachments"]] for one in said] == [["r.png"]]
    link = said[0]["attachments"][0]["url"]
    assert client.get(link).content == PNG
    stolen = f"/files/{note['id']}?{urlsplit(link).query}"
    assert client.get(stolen).status_code == 401
    assert client.get(f"/files/{note['id']}", headers=AS_OPERATOR).status_code == 200
    do(client, talk, {"deed": "reply", "text": " ", "attachments": []}, status=422)
    unsent = bring_as(client, talk).json()["id"]
    assert client.delete(f"/api/v1/conversations/{talk}/attachments/{unsent}", headers=AS_OPERATOR).status_code == 204


def test_a_note_stays_with_the_team_even_with_a_link_to_its_file(client: TestClient) -> None:
    chat = chat_as(client)
    chat.say("转人工")
    talk = get(client, "conversations")[0]["id"]
    note = bring_as(client, talk).json()
    do(client, talk, {"deed": "note", "text": "内部", "attachments": [note]})
    kefu = client.app_state["hall"].kefu
    (filed,) = client.portal.call(kefu.store.filed, [note["id"]])
    link = kefu.attachments.link(filed.attachment, kefu.house.clock())
    assert client.get(link).status_code == 401


def test_who_may_not_see_a_conversation_gets_none_of_its_files(client: TestClient) -> None:
    join(client, "bo", "agent", ("sales",))
    chat = chat_as(client)
    talk = send(chat, file := bring(chat)["id"])
    bo = cookie_of(client, "bo")
    assert client.get(f"/files/{file}", headers=bo).status_code == 200
    do(client, talk, {"deed": "assign", "team": "billing"})
    assert client.get(f"/files/{file}", headers=bo).status_code == 404
    assert bring_as(client, talk, **bo).status_code == 404
    assert client.get(f"/files/{file}").status_code == 401


def test_a_viewer_may_read_files_and_bring_none(client: TestClient) -> None:
    join(client, "vi", "viewer")
    chat = chat_as(client)
    talk = send(chat, file := bring(chat)["id"])
    vi = cookie_of(client, "vi")
    assert client.get(f"/files/{file}", headers=vi).status_code == 200
    assert bring_as(client, talk, **vi).status_code == 403


def test_a_channel_without_files_gets_links_if_there_is_an_address(open_client) -> None:
    client = open_client(web__url="https://help.example.com/")
    talk = ask(client, "转人工")
    file = bring_as(client, talk, name="报价.png").json()
    do(client, talk, {"deed": "reply", "text": "请看", "attachments": [file]})
    found = client.get(f"/api/v1/conversations/{talk}", headers=AS_OPERATOR).json()["messages"]
    (one,) = [file for line in found for file in line["attachments"]]
    assert one["url"].startswith("https://help.example.com/files/")
    page = client.get(f"/desk/inbox/{talk}", params={"lang": "en"}, headers=AS_OPERATOR).text
    assert "gets a link to files, good for 7 days" in page


def test_a_channel_without_files_and_without_an_address_says_so(client: TestClient) -> None:
    talk = ask(client, "转人工")
    file = bring_as(client, talk).json()
    do(client, talk, {"deed": "reply", "text": "请看", "attachments": [file]}, status=422)
    page = client.get(f"/desk/inbox/{talk}", params={"lang": "en"}, headers=AS_OPERATOR).text
    assert "can&#39;t carry files" in page


def test_a_pushed_reply_holds_the_links(open_client) -> None:
    client = open_client(web__url="https://help.example.com")
    talk = ask(client, "转人工")
    attachment = Attachment(bring_as(client, talk).json()["id"], "a.png", "image/png", 58)
    kefu = client.app_state["hall"].kefu
    said = PersonReplied(kefu.house.clock(), "mei", "请看", attachments=(attachment,))
    pushed = Conversation("c-1", "bridge", "b1", version=1)
    (parting,) = partings("t-1", [said], pushed, kefu.house)
    text = str(parting.body["text"])
    assert text.startswith("请看\na.png: https://help.example.com/files/")
    assert client.get(text.rpartition("https://help.example.com")[2]).status_code == 401  # nobody sent it yet


def test_files_are_erased_with_their_conversation_and_bytes_with_their_last_file(
    client: TestClient, tmp_path: Path
) -> None:
    kefu = client.app_state["hall"].kefu
    one, other = chat_as(client), chat_as(client)
    file = bring(one)["id"]
    talk = send(one, file)
    kept = send(other, bring(other)["id"])
    assert len(stored(tmp_path)) == 1
    client.portal.call(kefu.erase, talk)
    assert client.get(f"/files/{file}", headers=AS_OPERATOR).status_code == 404
    assert len(stored(tmp_path)) == 1
    client.portal.call(kefu.erase, kept)
    assert stored(tmp_path) == []


def test_a_server_reads_where_the_files_of_its_customers_are(open_client) -> None:
    client = open_client(web__url="https://help.example.com")
    talk = ask(client, "转人工")
    do(client, talk, {"deed": "reply", "text": "请看", "attachments": [bring_as(client, talk).json()]})
    found = client.get("/api/v1/messages", params={"sender": "L1"}, headers=AS_SERVER)
    assert found.status_code == 200, found.text
    assert "https://help.example.com/files/" in found.text
