"""The help centre: for everybody, and therefore nothing but what everybody may read."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree as ET

import pytest
from starlette.testclient import TestClient
from web_house import AS_OPERATOR

AT = "/api/v1/knowledge"
HIDDEN = {
    "signed in": {"audience": "signed_in"},
    "staff": {"audience": "staff"},
    "expired": {"valid_until": "2020-01-01"},
    "not yet": {"valid_from": "2999-01-01"},
}


def put(client: TestClient, title: str, markdown: str, **said: str) -> str:
    made = client.post(AT, json={"title": title, "markdown": markdown, **said}, headers=AS_OPERATOR).json()
    article_id: str = made["id"]
    return article_id


@pytest.fixture
def centre(client: TestClient) -> TestClient:
    """Public articles on two topics, in two languages."""
    put(client, "退款要多久", "退款在七个工作日内原路退回。\n\n## 节假日\n\n节假日顺延。", labels="退款")
    put(client, "怎么登录", "用手机号登录。", labels="账号")
    put(client, "Refund time", "Refunds arrive within seven days.", labels="refund")
    return client


def test_the_front_page_groups_by_topic_in_the_visitors_language(centre: TestClient) -> None:
    page = centre.get("/help", headers={"Accept-Language": "zh"}).text
    assert re.findall(r"<h2>(.+?)</h2>", page) == ["账号", "退款"]
    assert "Refund time" not in page
    assert 'rel="canonical" href="http://127.0.0.1/help?lang=zh"' in page
    page = centre.get("/help?lang=en").text
    assert "Refund time" in page
    assert "退款要多久" not in page
    assert "怎么登录" not in centre.get("/help?lang=zh&topic=退款").text
    assert centre.get("/help?topic=nothing").status_code == 404


def test_an_article_has_a_stable_page_with_anchors(centre: TestClient) -> None:
    page = centre.get("/help?lang=zh").text
    (place,) = re.findall(r'href="(/help/\w+)" lang="zh">退款要多久', page)
    page = centre.get(place).text
    assert "<title>退款要多久 · 示例网校</title>" in page
    assert '<meta name="description" content="退款在七个工作日内原路退回。' in page
    assert f'rel="canonical" href="http://127.0.0.1{place}"' in page
    assert '<h2 id="节假日">节假日</h2>' in page


def test_a_question_finds_the_passage_and_marks_the_sentence(centre: TestClient) -> None:
    page = centre.get("/help?q=退款几天到账&lang=zh").text
    assert "<mark>退款在七个工作日内原路退回。</mark>" in page
    assert "noindex" in page
    assert "Refund time" in centre.get("/help?q=when does my refund arrive&lang=en").text
    assert "共找到" in page
    assert "比较接近" in centre.get("/help?q=工作&lang=zh").text
    page = centre.get("/help?q=" + "%3Cscript%3Ealert(1)%3C/script%3E").text
    assert "<script>alert(1)" not in page


def test_what_there_is_in_the_other_language_alone_is_offered(client: TestClient) -> None:
    put(client, "Refund time", "Refunds arrive within seven days.")
    page = client.get("/help?lang=zh").text
    assert "还没有中文文章" in page
    assert "Read in English" in page
    assert "Refunds arrive" in client.get("/help?q=refund&lang=zh").text


@pytest.mark.parametrize("why", HIDDEN)
def test_what_is_not_for_everybody_leaks_nowhere(centre: TestClient, why: str) -> None:
    secret = put(centre, "机密退款口令", "退款口令是芝麻开门。", labels="机密", **HIDDEN[why])
    was_public = put(centre, "曾经公开", "退款曾经找芝麻开门。", labels="机密")
    change = {"markdown": "退款口令改为芝麻关门。", **HIDDEN[why]}
    assert centre.put(f"{AT}/{was_public}", json=change, headers=AS_OPERATOR).status_code == 200
    paths = ["/help", "/help?topic=机密", "/help?q=退款口令", "/help?q=机密", "/help/sitemap.xml"]
    for article_id in (secret, was_public):
        paths += [f"/help/{article_id}{more}" for more in ("", "?version=1", "/history", "/edit")]
    for path in paths:
        for language in ("zh", "en"):
            answer = centre.get(path, headers={"Accept-Language": language})
            for hidden in ("芝麻", "曾经公开", "机密退款口令"):
                assert hidden not in answer.text, path
            assert path.startswith("/help/") or not [one for one in (secret, was_public) if one in answer.text]
    for article_id in (secret, was_public):
        answers = [centre.get(f"/help/{one}") for one in (article_id, "0" * 20)]
        assert [one.status_code for one in answers] == [404, 404]
        assert answers[0].text.replace(article_id, "") == answers[1].text.replace("0" * 20, "")
        assert centre.post(f"/help/{article_id}/opinion", data={"helped": "yes"}).status_code == 404


def test_the_sitemap_names_what_everybody_may_read(centre: TestClient) -> None:
    put(centre, "Team only", "Secret.", audience="staff")
    answer = centre.get("/help/sitemap.xml")
    assert answer.headers["content-type"] == "application/xml"
    tree = ET.fromstring(answer.text)  # noqa: S314 - our own answer
    places = [one.text or "" for one in tree.iter("{http://www.sitemaps.org/schemas/sitemap/0.9}loc")]
    assert [centre.get(place).status_code for place in places] == [200] * 4


def test_addresses_are_those_of_the_configuration(open_client: Any) -> None:
    client = open_client(help__url="https://help.example.com/")
    article_id = put(client, "A", "Words in English.")
    assert f'href="https://help.example.com/help/{article_id}"' in client.get(f"/help/{article_id}").text


def test_a_closed_help_centre_is_not_there(open_client: Any) -> None:
    client = open_client(help__public=False)
    article_id = put(client, "A", "Words in English.")
    for path in ("/help", "/help?q=words", f"/help/{article_id}", "/help/sitemap.xml"):
        answer = client.get(path)
        assert answer.status_code == 404
        assert "Words" not in answer.text
    assert client.post("/api/v1/chat/sessions", json={}).json()["help"] is False


def test_the_chat_knows_whether_there_is_something_to_read(client: TestClient) -> None:
    assert client.post("/api/v1/chat/sessions", json={}).json()["help"] is False
    put(client, "A", "Words in English.")
    assert client.post("/api/v1/chat/sessions", json={}).json()["help"] is True


def test_a_thumb_counts_once_a_browser_and_version(centre: TestClient) -> None:
    article_id = put(centre, "Thumbs", "Words in English.")
    place = f"/help/{article_id}"
    answer = centre.post(f"{place}/opinion", data={"helped": "yes"}, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, f"{place}#helped")
    assert "Thank you" in centre.get(f"{place}?lang=en").text
    centre.post(f"{place}/opinion", data={"helped": "no"})
    centre.put(f"{AT}/{article_id}", json={"markdown": "Better words."}, headers=AS_OPERATOR)
    assert "Was this helpful?" in centre.get(f"{place}?lang=en").text
    centre.post(f"{place}/opinion", data={"helped": "no"})
    page = centre.get(f"/desk/knowledge/{article_id}?lang=en", headers=AS_OPERATOR).text
    assert "1 readers said yes, 1 said no" in page
    assert "Of this version: 0 yes, 1 no" in page


def test_thumbs_are_guarded(centre: TestClient) -> None:
    place = f"/help/{put(centre, 'Thumbs', 'Words.')}/opinion"
    assert centre.post(place, data={"helped": "perhaps"}).status_code == 422
    foreign = {"Origin": "https://evil.example"}
    assert centre.post(place, data={"helped": "yes"}, headers=foreign).status_code == 403
    statuses = []
    for _ in range(12):
        centre.cookies.clear()
        statuses.append(centre.post(place, data={"helped": "yes"}, follow_redirects=False).status_code)
    assert statuses == [303] * 10 + [429] * 2


def test_searches_are_limited(centre: TestClient) -> None:
    assert 429 in [centre.get("/help?q=a").status_code for _ in range(80)]


def upload(client: TestClient, name: str, text: str, **said: str) -> str:
    made = client.put(f"{AT}/files/{quote(name)}", params=said, content=text.encode(), headers=AS_OPERATOR)
    article_id: str = made.json()["articles"][0]["id"]
    return article_id


def test_links_between_files_lead_to_their_articles_and_to_nothing_that_is_hidden(client: TestClient) -> None:
    post = upload(client, "post age.md", "# Postage\n\n## Abroad\n\nPostage abroad is paid by you.")
    hidden = upload(client, "secret.md", "# Secret\n\nOnly for us.", audience="staff")
    text = "# Books\n\nSee [postage](post%20age.md#abroad), [short](<post age>), [ours](secret.md), [gone](no.md)."
    books = upload(
        client, "books.md", f"{text} [bad](javascript:alert(1)) [up](../../etc/passwd) [web](https://a.example)"
    )
    page = client.get(f"/help/{books}").text
    assert f'<a href="/help/{post}#abroad" rel="noopener noreferrer">postage</a>' in page
    assert f'<a href="/help/{post}" rel="noopener noreferrer">short</a>' in page
    assert '<a href="https://a.example"' in page
    assert hidden not in page
    assert "ours, gone. bad up" in re.sub(r"<.+?>", "", page)
    desk = client.get(f"/desk/knowledge/{books}", headers=AS_OPERATOR).text
    assert f'href="/desk/knowledge/{hidden}"' in desk
