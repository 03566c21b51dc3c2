"""The library at the desk: found, written, lost by nobody's hand."""

from __future__ import annotations

import re
from typing import Any

import pytest
from starlette.testclient import TestClient
from web_house import AS_OPERATOR, OPERATOR_TOKEN

AT = "/desk/knowledge"


@pytest.fixture
def desk(client: TestClient) -> TestClient:
    """A member of the team at the desk."""
    client.post("/desk/sign-in", data={"name": "小美", "token": OPERATOR_TOKEN})
    client.get("/desk/?lang=zh")
    return client


def write(desk: TestClient, title: str, markdown: str = "正文。", where: str = "new", **said: str) -> Any:
    return desk.post(f"{AT}/{where}", data={"title": title, "markdown": markdown, **said})


def titles(desk: TestClient, query: str = "") -> list[str]:
    page = desk.get(f"{AT}?{query}").text
    return re.findall(r'<span class="who" lang="\w+">(.+?) <small>', page)


def test_an_article_is_written_and_changed_without_a_script(desk: TestClient) -> None:
    answer = write(
        desk, "退款规则", "第一行\r\n第二行", labels="退款，规则", valid_until="2030-01-01", audience="staff"
    )
    assert answer.status_code == 200
    assert "退款, 规则" in answer.text
    article_id = answer.url.path.rpartition("/")[2]
    kept = desk.get(f"/api/v1{AT.removeprefix('/desk')}/{article_id}").json()
    assert (kept["markdown"], kept["audience"], kept["valid_until"]) == ("第一行\n第二行", "staff", "2030-01-01")
    form = desk.get(f"{AT}/{article_id}/edit").text
    assert 'value="退款, 规则"' in form
    write(desk, "退款规则", "第一行\r\n第二行", f"{article_id}/edit", version="1", labels="退款, 规则",
          valid_until="2030-01-01", audience="staff", language="zh")  # fmt: skip
    assert len(desk.get(f"/api/v1/knowledge/{article_id}/history").json()) == 1
    assert "小美" in desk.get(f"{AT}/{article_id}").text


def test_what_can_not_be_saved_is_not_lost(desk: TestClient) -> None:
    for said, reason in (({"valid_until": "soon"}, "write a day"), ({"link": "javascript:x"}, "https://")):
        answer = write(desk, "标题", "写了很久的<b>正文</b>", **said)
        assert answer.status_code == 422
        assert "写了很久的&lt;b&gt;正文" in answer.text
        assert reason in answer.text
    assert write(desk, "标题", "  ").status_code == 422
    assert titles(desk) == []


def test_two_who_write_at_once_do_not_overwrite_each_other(desk: TestClient) -> None:
    article_id = write(desk, "标题").url.path.rpartition("/")[2]
    write(desk, "标题", "甲的话", f"{article_id}/edit", version="1")
    answer = write(desk, "标题", "乙的话", f"{article_id}/edit", version="1")
    assert answer.status_code == 409
    assert "乙的话" in answer.text
    assert 'name="version" value="2"' in answer.text
    assert "甲的话" in desk.get(f"{AT}/{article_id}").text
    assert write(desk, "标题", "乙的话", f"{article_id}/edit", version="2").status_code == 200


def test_a_preview_keeps_nothing(desk: TestClient) -> None:
    answer = write(desk, "标题", "**粗**<script>x</script>", deed="preview")
    assert "<strong>粗</strong>x" in answer.text
    assert titles(desk) == []
    shown = desk.post("/api/v1/knowledge/preview", json={"markdown": "# 标题\n\n**粗**", "title": "标题"}).json()
    assert shown == {"html": "<p><strong>粗</strong></p>\n"}


def test_articles_are_filtered_counted_and_paged(desk: TestClient) -> None:
    for number in range(52):
        desk.post("/api/v1/knowledge", json={"title": f"篇 {number}", "markdown": "正文。"})
    write(desk, "Team", "English words.", audience="staff")
    write(desk, "旧的", valid_until="2020-01-01")
    write(desk, "<b>粗</b>")
    page = desk.get(AT).text
    assert "共 55 篇" in page
    assert ">团队内部 (1)<" in page
    assert titles(desk)[:3] == ["&lt;b&gt;粗&lt;/b&gt;", "旧的", "Team"]
    assert len(titles(desk)) == 50
    assert len(titles(desk, "page=2")) == 5
    assert titles(desk, "language=en") == titles(desk, "audience=staff") == ["Team"]
    assert titles(desk, "state=expired") == ["旧的"]
    assert titles(desk, "words=team&origin=page") == ["Team"]
    assert "没有符合的文章" in desk.get(f"{AT}?words=nothing").text
    assert "?language=zh&amp;page=2" in desk.get(f"{AT}?language=zh").text


def test_what_was_taken_out_comes_back(desk: TestClient) -> None:
    article_id = write(desk, "标题").url.path.rpartition("/")[2]
    write(desk, "标题", "新的正文", f"{article_id}/edit", version="1")
    page = desk.post(f"{AT}/{article_id}/remove").text
    assert "《标题》已下架" in page
    assert titles(desk) == []
    assert "小美 已把这篇文章下架" in desk.get(f"{AT}/{article_id}").text
    assert desk.get(f"{AT}/{article_id}/edit").status_code == 404
    page = desk.post(f"{AT}/{article_id}/restore", data={"version": "2"}).text
    assert "新的正文" in page
    assert "已下架" not in desk.get(f"{AT}?removed={article_id}").text
    assert "这是第 1 版" in desk.get(f"{AT}/{article_id}?version=1").text
    for wrong in ("", "x", "9"):
        assert desk.post(f"{AT}/{article_id}/restore", data={"version": wrong}).status_code in (404, 422)
    assert desk.get(f"{AT}/nothing").status_code == 404


def test_the_list_follows_what_others_bring_in(desk: TestClient) -> None:
    desk.put("/api/v1/knowledge/files/a.md", content="# 甲\n\n正文。".encode())
    assert titles(desk) == ["甲"]
    desk.put("/api/v1/knowledge/files/a.md", content="# 乙\n\n正文。".encode())
    assert titles(desk) == ["乙"]
    (one,) = desk.get("/api/v1/knowledge").json()
    desk.delete(f"/api/v1/knowledge/{one['id']}")
    assert titles(desk) == []


def test_a_long_article_fits_the_form(desk: TestClient) -> None:
    long = "很长的一段。\n\n" * 10_000
    assert write(desk, "长", long).status_code == 200
    desk.cookies.clear()
    answer = desk.post(f"{AT}/new", data={"title": "长", "markdown": long}, follow_redirects=False)
    assert answer.headers["location"].startswith("/desk/sign-in")


def test_another_site_can_not_write(desk: TestClient) -> None:
    article_id = write(desk, "标题").url.path.rpartition("/")[2]
    foreign = {"Origin": "https://evil.example"}
    for path in ("new", f"{article_id}/edit", f"{article_id}/remove", f"{article_id}/restore"):
        data = {"title": "x", "markdown": "x", "version": "1"}
        assert desk.post(f"{AT}/{path}", data=data, headers=foreign).status_code == 403
    assert titles(desk) == ["标题"]
    assert desk.get("/api/v1/knowledge", headers=AS_OPERATOR).json()[0]["version"] == 1
