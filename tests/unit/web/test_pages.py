"""The desk's pages: signing in, helping customers, seeing why."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient
from web_house import AS_OPERATOR, AS_SERVER, OPERATOR_TOKEN

from kefu.core import errors
from kefu.core.events import KINDS

PAGES = Path(__file__).parents[3] / "kefu" / "web" / "pages"
SCRIPT = "<script>alert('x')</script><img src=x onerror=alert(1)>"


def sign_in(client: TestClient, name: str = "小美", token: str = OPERATOR_TOKEN, where: str = "") -> Any:
    return client.post(f"/desk/sign-in{where}", data={"name": name, "token": token}, follow_redirects=False)


def ask(client: TestClient, text: str, sender: str = "L1") -> str:
    answer = client.post("/api/v1/messages", json={"sender": sender, "text": text}, headers=AS_SERVER)
    talk: str = answer.json()["conversation"]
    return talk


def test_the_token_opens_the_desk(client: TestClient) -> None:
    assert client.get("/desk/", follow_redirects=False).headers["location"] == "/desk/sign-in?next=/desk/"
    answer = sign_in(client, where="?next=/desk/turns")
    assert (answer.status_code, answer.headers["location"]) == (303, "/desk/turns")
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert client.get("/desk/").status_code == 200
    client.post("/desk/sign-out")
    assert client.get("/desk/", follow_redirects=False).status_code == 303


@pytest.mark.parametrize(
    ("name", "token"), [("小美", "wrong"), ("小美", ""), ("", OPERATOR_TOKEN), ("a\nb", OPERATOR_TOKEN)]
)
def test_what_is_wrong_does_not(client: TestClient, name: str, token: str) -> None:
    answer = sign_in(client, name, token)
    assert answer.status_code in (401, 422)
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example", "/desk/../x", "/desk/\\evil", "javascript:0"]
)
def test_signing_in_leads_to_the_desk_alone(client: TestClient, target: str) -> None:
    assert sign_in(client, where=f"?next={target}").headers["location"] == "/desk/"


def test_tries_are_limited(client: TestClient) -> None:
    statuses = [sign_in(client, token=f"guess {number}").status_code for number in range(8)]
    assert statuses[:6] == [401] * 6
    assert statuses[6:] == [429] * 2


def test_a_forged_cookie_is_no_cookie(client: TestClient) -> None:
    sign_in(client)
    cookie = client.cookies["kefu_desk"]
    client.cookies.clear()
    for forged in (cookie[:-2] + "xx", "x.y.z", "", cookie.replace(".", "", 1)):
        answer = client.get("/desk/", headers={"Cookie": f"kefu_desk={forged}"}, follow_redirects=False)
        assert answer.status_code == 303


def test_another_site_can_not_act_with_our_cookie(client: TestClient) -> None:
    talk = ask(client, "真人")
    sign_in(client)
    for headers in (
        {"Origin": "https://evil.example"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ):
        answer = client.post("/desk/questions", data={"deed": "dismiss"}, headers=headers)
        assert answer.status_code == 403
        answer = client.post(f"/api/v1/conversations/{talk}/reply", json={"text": "x"}, headers=headers)
        assert answer.status_code == 403
    own = {"Origin": "http://127.0.0.1", "Sec-Fetch-Site": "same-origin"}
    answer = client.post(f"/api/v1/conversations/{talk}/reply", json={"text": "您好"}, headers=own)
    assert answer.status_code == 200


def test_a_demo_needs_no_token_on_this_machine(open_client: Any) -> None:
    client = open_client(demo=True)
    assert client.get("/desk/").status_code == 200
    rebound = client.get("/desk/", headers={"Host": "evil.example"}, follow_redirects=False)
    assert rebound.status_code == 303


def test_empty_pages_say_what_to_do_next(client: TestClient) -> None:
    sign_in(client)
    assert "还没有对话" in client.get("/desk/").text
    assert "没有客户在等" in client.get("/desk/inbox").text
    assert "No turns yet" in client.get("/desk/turns?lang=en").text
    assert "kefu knowledge add" in client.get("/desk/knowledge").text


def test_the_inbox_shows_all_that_a_colleague_needs(client: TestClient) -> None:
    ask(client, "我学到哪了")
    talk = ask(client, "真人")
    sign_in(client)
    page = client.get(f"/desk/inbox/{talk}").text
    for shown in (
        "服务器已确认身份",
        "客户要求的",
        "无人负责",
        "《英语口语》学到第12课",
        "<dt>lesson</dt><dd>12</dd>",
        "把握 90%",
    ):
        assert shown in page
    deeds = [{"deed": "take"}, {"deed": "reply", "text": "您好，我来帮您。"}, {"deed": "note", "text": "老客户"}]
    client.post(f"/api/v1/conversations/{talk}/deeds", json={"deeds": deeds})
    page = client.get(f"/desk/inbox/{talk}?part=lines&part=head").text
    for shown in ("您好，我来帮您。", "老客户", "同事接手 小美"):
        assert shown in page
    assert "<html" not in page
    assert 'id="list"' not in page
    client.post(f"/api/v1/conversations/{talk}/deeds", json={"deeds": [{"deed": "hand_back"}]})
    assert "没有客户在等" in client.get("/desk/inbox").text
    assert client.get("/desk/inbox/c0").status_code == 404


def test_the_pages_before_the_inbox_lead_to_it(client: TestClient) -> None:
    talk = ask(client, "真人")
    sign_in(client)
    assert client.get("/desk/waiting").url.path == "/desk/inbox"
    assert client.get(f"/desk/conversations/{talk}").url.path == f"/desk/inbox/{talk}"


def test_why_shows_stages_decision_and_evidence(client: TestClient) -> None:
    ask(client, "我学到哪了")
    turn = client.get("/api/v1/turns", headers=AS_OPERATOR).json()[0]["id"]
    page = client.get(f"/desk/why/{turn}", headers=AS_OPERATOR).text
    assert re.findall(r'class="mark" aria-hidden="true">(.)<', page) == list("收忆护解断办复送")
    assert "明白了客户要办的事" in page
    assert "it understood what the customer wants" in page
    assert "<td>英语口语</td><td>12</td>" in page
    assert "records:progress/courses" in page


def test_scripts_in_messages_are_inert(client: TestClient) -> None:
    talk = ask(client, SCRIPT, "visitor<b>")
    ask(client, "真人", "visitor<b>")
    client.post(f"/api/v1/conversations/{talk}/reply", json={"text": SCRIPT, "who": "<i>x"}, headers=AS_OPERATOR)
    turns = client.get("/api/v1/turns", headers=AS_OPERATOR).json()
    pages = ["/desk/", "/desk/inbox", "/desk/inbox?view=machine&q=x", "/desk/turns", f"/desk/inbox/{talk}"]
    for path in [*pages, *(f"/desk/why/{turn['id']}" for turn in turns), f"/desk/{SCRIPT}"]:
        page = client.get(path, headers=AS_OPERATOR).text
        assert "alert('x')</script>" not in page
        assert "<img src=x" not in page
        assert "visitor<b>" not in page


def test_the_language_is_remembered(client: TestClient) -> None:
    assert "Sign in to the desk" in client.get("/desk/sign-in", headers={"Accept-Language": "en"}).text
    assert "登录工作台" in client.get("/desk/sign-in?lang=zh", headers={"Accept-Language": "en"}).text
    assert "登录工作台" in client.get("/desk/sign-in", headers={"Accept-Language": "en"}).text


def test_pages_carry_no_inline_script_or_style(client: TestClient) -> None:
    ask(client, "我学到哪了")
    turn = client.get("/api/v1/turns", headers=AS_OPERATOR).json()[0]["id"]
    draft = {"markdown": "# A\n\n| a |\n|--:|\n| b |", "title": "A"}
    article = client.post("/api/v1/knowledge", json=draft, headers=AS_OPERATOR).json()["id"]
    paths = ["/desk/", "/desk/inbox", "/desk/turns", f"/desk/why/{turn}", "/desk/sign-in", "/api/v1/docs"]
    paths += [f"/desk/knowledge{more}" for more in ("", "/new", f"/{article}", f"/{article}/edit")]
    for path in (*paths, "/help?lang=en", f"/help/{article}", "/help?q=b", "/help/nothing"):
        page = client.get(path, headers=AS_OPERATOR).text
        assert not re.search(r"<script(?! src=)|<style|\sstyle=|\son\w+=", page)
        page = re.sub(r'<link rel="(?:canonical|alternate)".*', "", page)
        assert not re.search(r'(?:src|href)="(?!/|#)', page)


def test_the_reference_shows_every_operation(client: TestClient) -> None:
    document = client.get("/api/v1/openapi.json").json()
    page = client.get("/api/v1/docs?lang=en").text
    for path in document["paths"]:
        assert f"<code>/api/v1{path}</code>" in page


def test_both_languages_say_the_same_things() -> None:
    english, chinese = (tomllib.loads((PAGES / f"messages.{name}.toml").read_text("utf-8")) for name in ("en", "zh"))
    assert {(section, name) for section, names in english.items() for name in names} == {
        (section, name) for section, names in chinese.items() for name in names
    }
    codes = {one.code for one in vars(errors).values() if isinstance(one, type) and issubclass(one, errors.KefuError)}
    assert codes - {"kefu"} == set(english["errors"])
    assert set(english["kinds"]) == set(KINDS)


def test_every_text_that_a_template_names_is_there() -> None:
    texts = tomllib.loads((PAGES / "messages.en.toml").read_text("utf-8"))
    named = {
        (section, name)
        for template in PAGES.rglob("*.html")
        for section, name in re.findall(r"say\('(\w+)', '(\w+)'[,)]", template.read_text("utf-8"))
    }
    assert not [one for one in named if one[1] not in texts[one[0]]]
