"""The school's own site: it shows the records, signs who is there, and lets nobody else be anybody."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from time import perf_counter

import apsw
import pytest
from joserfc import jwt
from joserfc.jwk import OctKey
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.testclient import TestClient

from .conftest import NOW, load

SECRET = "a secret that only the site and kefu know"
PAGES = ("/", "/?q=Python", "/courses/C001", "/courses/C011", "/my-courses")


def settings(starter: Path, url: str) -> dict[str, object]:
    return {"site_secret": SECRET, "school_url": url, "home": str(starter)}


@pytest.fixture
def site(starter: Path, school_file: Path) -> Iterator[TestClient]:
    app = load("site/app.py").make_app(settings(starter, f"sqlite:///{school_file}"), clock=lambda: NOW)
    with TestClient(app) as client:
        yield client


def sign_in(site: TestClient, learner: str, there: str = "/my-courses") -> str:
    return site.post("/learner", data={"learner": learner, "next": there}).text


def identity(html: str) -> dict[str, object]:
    """The claims of the token that the page hands to the chat window, checked as kefu does."""
    found = re.search(r'<script src="/widget.js"[^>]* data-identity="([^"]+)"', html)
    assert found is not None
    return dict(jwt.decode(found[1], OctKey.import_key(SECRET), algorithms=["HS256"]).claims)


def test_the_chat_window_learns_who_is_there(site: TestClient) -> None:
    now = int(NOW.timestamp())

    assert identity(sign_in(site, "L00001")) == {
        "sub": "L00001",
        "name": "林知夏",
        "aud": "kefu",
        "iat": now,
        "exp": now + 3_600,
    }


@pytest.mark.parametrize("claimed", ["", "L00011", "L99999", "nobody", "L00001' OR 1=1 --"])
def test_only_sample_customers_can_be_signed_in(site: TestClient, claimed: str) -> None:
    assert "data-identity" not in sign_in(site, claimed)
    site.cookies.set("school_learner", claimed)
    page = site.get("/my-courses").text
    assert "data-identity" not in page
    assert "<progress" not in page


def test_signing_out_forgets(site: TestClient) -> None:
    sign_in(site, "L00001")

    assert "data-identity" not in sign_in(site, "")


def test_my_courses_show_the_progress_in_the_database(site: TestClient, school: apsw.Connection) -> None:
    page = sign_in(site, "L00002")
    shown = [(int(done), int(all_)) for done, all_ in re.findall(r'<progress value="(\d+)" max="(\d+)"', page)]
    rows = school.execute("""
        SELECT e.lessons_done, c.lessons FROM enrolments e JOIN courses c ON c.id = e.course_id
        WHERE e.learner_id = 'L00002'""").fetchall()

    assert sorted(shown) == sorted(rows) == [(3, 30), (9, 16), (18, 24)]
    assert "L00001" not in re.sub(r"<aside.*?</aside>", "", page, flags=re.DOTALL)


def test_a_sample_customer_sees_the_own_situation(site: TestClient) -> None:
    assert "您还没有课程" in sign_in(site, "L00003")
    assert "学完</li>" in re.sub(r"\s+", "", sign_in(site, "L00004"))
    assert "下次直播：3月3日 周二 19:30" in sign_in(site, "L00009")
    assert "锁定" in sign_in(site, "L00010")
    english = sign_in(site, "L00008")
    assert '<html lang="en">' in english
    assert "15 of 24 lessons" in english


def test_a_course_page_ticks_what_is_done(site: TestClient) -> None:
    assert site.get("/courses/C001").text.count('class="done"') == 0
    page = sign_in(site, "L00001", "/courses/C001")
    assert page.count('class="done"') == 12
    assert "您已学完 12 / 20 课" in page


def test_the_catalogue_turns_pages_and_searches_both_languages(site: TestClient) -> None:
    first, second = site.get("/").text, site.get("/?page=2").text
    cards = re.findall(r'href="/courses/(C\d+)"', first)

    assert "60 门课程" in first
    assert len(cards) == 12
    assert 'href="/?q=a%26b&amp;subject=art"' in site.get("/", params={"q": "a&b"}).text
    assert not set(cards) & set(re.findall(r'href="/courses/(C\d+)"', second))
    for words in ("Python", "python programming", "编程入门"):
        assert "Python 编程入门" in site.get("/", params={"q": words}).text, words
    music = site.get("/?subject=music").text
    assert set(re.findall(r'class="card (\w+)"', music)) == {"music"}


@pytest.mark.parametrize("query", ["%", "_", "!", "'", '"><script>alert(1)</script>', "\\", "没有这种课"])
def test_a_search_takes_every_character_as_it_is(site: TestClient, query: str) -> None:
    answer = site.get("/", params={"q": query})

    assert answer.status_code == 200
    assert "没有找到这样的课程" in answer.text
    assert f'value="{query}"' in unescape(answer.text)
    assert "<script>alert" not in answer.text


@pytest.mark.parametrize("address", ["/?page=0", "/?page=-1", "/?page=x", "/?page=9999", "/?subject=none"])
def test_an_odd_page_is_still_a_page(site: TestClient, address: str) -> None:
    assert site.get(address).status_code == 200


@pytest.mark.parametrize("address", ["/courses/C999", "/courses/x'y", "/nothing"])
def test_what_is_not_there_is_said_kindly(site: TestClient, address: str) -> None:
    answer = site.get(address)

    assert answer.status_code == 404
    assert "没有这个页面" in answer.text


def test_the_language_follows_the_browser_and_then_the_choice(site: TestClient) -> None:
    assert '<html lang="en">' in site.get("/", headers={"accept-language": "en-GB,en;q=0.9"}).text
    assert '<html lang="zh-CN">' in site.get("/", headers={"accept-language": "fr"}).text
    chosen = site.post("/language", data={"language": "en", "next": "/courses/C001"})
    assert chosen.url.path == "/courses/C001"
    assert "Spoken English for Beginners" in chosen.text
    assert 'data-language="en"' in chosen.text
    assert "英" not in re.sub(r"<aside.*?</aside>", "", chosen.text, flags=re.DOTALL)


@pytest.mark.parametrize(
    "there", ["https://example.org/", "//example.org", "/\\example.org", "javascript:1", "", "/a\r\nb"]
)
def test_nobody_is_sent_elsewhere(site: TestClient, there: str) -> None:
    answer = site.post("/learner", data={"learner": "L00001", "next": there}, follow_redirects=False)

    assert (answer.status_code, answer.headers["location"]) == (303, "/")


def test_a_form_larger_than_any_of_ours_is_refused(site: TestClient) -> None:
    assert site.post("/language", data={"language": "x" * 5_000}).status_code == 413


@pytest.mark.parametrize("address", PAGES)
def test_pages_hold_no_inline_code_and_are_not_kept(site: TestClient, address: str) -> None:
    answer = site.get(address)

    assert "default-src 'self'" in answer.headers["content-security-policy"]
    assert answer.headers["cache-control"] == "no-store"
    assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)|https?://", answer.text)


@pytest.mark.parametrize("name", ["site.css", "icon.svg"])
def test_assets_are_served(site: TestClient, name: str) -> None:
    assert site.get(f"/assets/{name}").status_code == 200


def test_the_site_may_live_under_a_path(starter: Path, school_file: Path) -> None:
    app = load("site/app.py").make_app(settings(starter, f"sqlite:///{school_file}"), clock=lambda: NOW)
    with TestClient(Starlette(routes=[Mount("/school", app)])) as client:
        page = client.post("/school/learner", data={"learner": "L00001", "next": "/school/my-courses"}).text

    links = set(re.findall(r'(?:href|action|src)="([^"#]+)"', page))
    assert {link for link in links if not link.startswith("/school/")} == {"/widget.js"}
    assert "<progress" in page


def test_without_a_database_the_page_says_what_to_do(starter: Path, tmp_path: Path) -> None:
    app = load("site/app.py").make_app(settings(starter, f"sqlite:///{tmp_path / 'none.db'}"))
    with TestClient(app) as client:
        answer = client.get("/")

    assert answer.status_code == 503
    assert "python school/build.py" in answer.text
    assert list(tmp_path.iterdir()) == []


def test_a_relative_address_counts_from_the_project(starter: Path, school_file: Path, tmp_path: Path) -> None:
    (tmp_path / "school").symlink_to(starter / "school")
    (tmp_path / "school.db").symlink_to(school_file)
    app = load("site/app.py").make_app(settings(tmp_path, "sqlite:///school.db"))
    with TestClient(app) as client:
        assert client.get("/").status_code == 200


@pytest.mark.postgres
def test_postgresql_shows_the_same_pages(site: TestClient, starter: Path, postgres_school: str) -> None:
    app = load("site/app.py").make_app(settings(starter, postgres_school), clock=lambda: NOW)
    with TestClient(app) as theirs:
        for client in (site, theirs):
            sign_in(client, "L00009")
        for address in PAGES:
            assert theirs.get(address).text == site.get(address).text, address


def test_both_languages_say_the_same_things(starter: Path) -> None:
    zh, en = (tomllib.loads((starter / "site" / f"texts.{code}.toml").read_text("utf-8")) for code in ("zh", "en"))
    names = {
        code: {f"{section}.{key}" for section, own in texts.items() if isinstance(own, dict) for key in own}
        for code, texts in (("zh", zh), ("en", en))
    }
    catalogue = tomllib.loads((starter / "school" / "catalogue.toml").read_text("utf-8"))

    assert names["zh"] == names["en"]
    assert set(zh["subjects"]) == set(catalogue["subjects"])
    assert len(zh["levels"]) == len(catalogue["levels"])
    used = {
        key
        for file in (starter / "site" / "templates").glob("*.html")
        for key in re.findall(r'say\(["\'](\w+\.\w+)["\']', file.read_text("utf-8"))
    }
    chosen = {"states", "forms", "levels", "subjects", "missing", "closed"}
    assert used | {name for name in names["zh"] if name.partition(".")[0] in chosen} == names["zh"]


def test_pages_are_quick(site: TestClient) -> None:
    sign_in(site, "L00002")
    for address in PAGES:
        assert min(seconds(site, address) for _ in range(5)) < 0.05, address


def seconds(site: TestClient, address: str) -> float:
    started = perf_counter()
    site.get(address)
    return perf_counter() - started


def test_visiting_changes_nothing_in_the_database(site: TestClient, school_file: Path) -> None:
    before = school_file.read_bytes()
    sign_in(site, "L00002")
    for address in PAGES:
        site.get(address)

    assert school_file.read_bytes() == before
    assert [file.name for file in school_file.parent.iterdir()] == [school_file.name]
