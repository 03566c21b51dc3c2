"""The library over HTTP: for the team alone, with versions, and files that may be large."""

from __future__ import annotations

from files import make_docx
from starlette.testclient import TestClient
from web_house import AS_OPERATOR, AS_SERVER

AT = "/api/v1/knowledge"


def test_an_article_is_written_changed_taken_out_and_brought_back(client: TestClient) -> None:
    draft = {
        "title": "退款规则",
        "markdown": "七天内全额。",
        "audience": "staff",
        "valid_until": "2026-01-01",
        "who": "mei",
    }
    made = client.post(AT, json={**draft, "who": "mei"}, headers=AS_OPERATOR).json()
    assert (made["title"], made["audience"], made["language"], made["holds"]) == ("退款规则", "staff", "zh", False)
    place = f"{AT}/{made['id']}"
    changed = client.put(place, json={"markdown": "三十天内按比例。"}, headers=AS_OPERATOR).json()
    assert (changed["title"], changed["audience"], changed["version"]) == ("退款规则", "staff", 2)
    assert client.get(place, headers=AS_OPERATOR).json()["passages"][0]["text"] == "三十天内按比例。"
    assert client.get(f"{place}?version=1", headers=AS_OPERATOR).json()["markdown"] == "七天内全额。"
    assert client.delete(f"{place}?by=li", headers=AS_OPERATOR).json() == {"removed": True}
    assert client.get(place, headers=AS_OPERATOR).status_code == 404
    assert client.delete(place, headers=AS_OPERATOR).status_code == 404
    back = client.post(f"{place}/restore", json={"version": 1}, headers=AS_OPERATOR).json()
    assert back["version"] == 4
    history = client.get(f"{place}/history", headers=AS_OPERATOR).json()
    assert [(one["who"], bool(one["digest"])) for one in history] == [
        ("mei", True), ("api", True), ("li", False), ("api", True),
    ]  # fmt: skip


def test_articles_are_filtered(client: TestClient) -> None:
    for title, audience, until in (
        ("Open", "public", ""),
        ("Members", "signed_in", ""),
        ("Old", "public", "2020-01-01"),
    ):
        draft = {"title": title, "markdown": "Words in English.", "audience": audience, "valid_until": until}
        assert client.post(AT, json=draft, headers=AS_OPERATOR).status_code == 200

    def titles(query: str) -> set[str]:
        return {one["title"] for one in client.get(f"{AT}?{query}", headers=AS_OPERATOR).json()}

    assert titles("audience=signed_in") == {"Members"}
    assert titles("expired=true") == {"Old"}
    assert titles("language=zh") == set()
    first = client.get(f"{AT}?limit=1", headers=AS_OPERATOR).json()[0]
    assert len(titles(f"after={first['id']}")) == 2


def test_a_file_is_uploaded_and_replaced(client: TestClient) -> None:
    big = make_docx([("1", "手册"), *(("", f"第 {number} 段，{number * 7919}") for number in range(9000))])
    assert len(big) > 64 * 1024
    taken = client.put(f"{AT}/files/book.docx?audience=staff", content=big, headers=AS_OPERATOR).json()
    (made,) = taken["articles"]
    assert (made["title"], made["audience"], made["source"]) == ("手册", "staff", "upload:book.docx")
    rows = "问题,答案\n几点上课？,七点半\n怎么登录？,用手机号\n".encode()

    def put(content: bytes) -> list[int]:
        taken = client.put(f"{AT}/files/a.csv", content=content, headers=AS_OPERATOR).json()
        return [len(taken[name]) for name in ("articles", "added", "changed", "removed")]

    assert put(rows) == [2, 2, 0, 0]
    assert put(rows) == [2, 0, 0, 0]
    assert put(rows.replace(b"\xe4\xb8\x83", b"8")) == [2, 0, 1, 0]
    assert put(rows[:40]) == [1, 0, 1, 1]
    assert len(client.get(AT, headers=AS_OPERATOR).json()) == 2


def test_what_can_not_be_read_is_refused_with_its_reason(client: TestClient) -> None:
    for answer, reason in (
        (client.put(f"{AT}/files/a.pdf", content=b"%PDF-1.7", headers=AS_OPERATOR), "damaged"),
        (client.put(f"{AT}/files/a.exe", content=b"MZ", headers=AS_OPERATOR), "of no kind"),
        (client.post(AT, json={"markdown": " "}, headers=AS_OPERATOR), "no text"),
        (client.post(AT, json={"markdown": "a", "valid_until": "soon"}, headers=AS_OPERATOR), "write a day"),
        (client.post(AT, json={"markdown": "a", "link": "javascript:x"}, headers=AS_OPERATOR), "https://"),
    ):
        assert answer.status_code == 422
        assert reason in answer.json()["error"]["detail"]


def test_only_the_team_gets_in_and_nobody_else_sends_much(client: TestClient) -> None:
    for headers in ({}, AS_SERVER, {"Authorization": "Bearer wrong"}):
        assert client.get(AT, headers=headers).status_code == 401
        assert client.put(f"{AT}/files/a.txt", content=b"x" * (1 << 20), headers=headers).status_code == 401
    assert client.put(f"{AT}/files/a.txt", content=b"x" * (21 << 20), headers=AS_OPERATOR).status_code == 413
