"""People at the desk: coming in, what they are asked for, what ends it."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pyotp
import pytest
from starlette.testclient import TestClient
from team import PASSWORD, cookie_of, enter, invite, join
from web_house import AS_OPERATOR, OPERATOR_TOKEN

from kefu.app import Rates
from kefu.web import hall as hall_module
from kefu.web.roster import browser_of


@pytest.fixture(autouse=True)
def many_tries(monkeypatch: pytest.MonkeyPatch) -> None:
    """The limit by address has a test of its own; here it is the pause by person that counts."""
    monkeypatch.setattr(hall_module, "SIGN_INS_PER_MINUTE", 1000)


def audit(client: TestClient, **asked: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = client.get("/api/v1/audit", params=asked, headers=AS_OPERATOR).json()
    return found


def test_an_invitation_lets_in_once(client: TestClient) -> None:
    path = invite(client, "mei@example.com", "supervisor", ("billing",))
    page = client.get(path).text
    assert "api 邀请您加入，角色是主管" in page
    assert "billing" in page
    answer = client.post(path, data={"name": "小美", "password": PASSWORD}, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/desk/")
    assert client.get("/desk/").status_code == 200
    me = client.get("/api/v1/account").json()
    assert (me["name"], me["email"], me["role"], me["teams"]) == ("小美", "mei@example.com", "supervisor", ["billing"])
    assert "password" not in str(me)
    assert client.get(path).status_code == 404
    assert client.post(path, data={"name": "小李", "password": PASSWORD}).status_code == 404
    assert [one["what"] for one in audit(client)] == ["sign_in", "person.join", "person.invite"]


@pytest.mark.parametrize(
    ("name", "password", "said"),
    [
        ("小李", "short", "至少 10 个字符"),
        ("小李", "password123", "这个密码太常见"),
        ("小李", "li@example.com", "密码就是您的姓名或邮箱"),
        ("", PASSWORD, "1 到 40 个字"),
        (" 小  美 ", PASSWORD, "1 到 40 个字"),
    ],
)
def test_what_is_weak_or_taken_does_not(client: TestClient, name: str, password: str, said: str) -> None:
    join(client, "小 美")
    path = invite(client, "li@example.com")
    answer = client.post(path, data={"name": name, "password": password})
    assert answer.status_code == 422
    assert said in answer.text
    assert client.post(path, data={"name": "小李", "password": PASSWORD}).status_code == 200


def test_an_invitation_can_be_withdrawn_and_is_replaced_by_the_next(client: TestClient) -> None:
    first, second = invite(client, "li@example.com"), invite(client, "li@example.com")
    assert client.get(first).status_code == 404
    assert client.get(second).status_code == 200
    (held,) = client.get("/api/v1/people/invitations", headers=AS_OPERATOR).json()
    assert "digest" not in held
    client.delete(f"/api/v1/people/invitations/{held['id']}", headers=AS_OPERATOR)
    assert client.get(second).status_code == 404


def test_name_or_address_and_password_open_the_desk(client: TestClient) -> None:
    join(client, "mei")
    for login in ("mei", "MEI", "Mei@Example.com"):
        answer = enter(client, login)
        assert answer.status_code == 303, login
        cookie = answer.headers["set-cookie"].lower()
        assert "httponly" in cookie
        assert "samesite=strict" in cookie
        client.post("/desk/sign-out")
        assert client.get("/desk/", follow_redirects=False).status_code == 303


def test_a_wrong_name_and_a_wrong_password_are_told_apart_by_nothing(client: TestClient) -> None:
    join(client, "mei")
    wrong, unknown = (enter(client, name, "wrong password").text.replace(name, "") for name in ("mei", "nobody"))
    assert wrong == unknown


def test_wrong_tries_are_followed_by_a_pause(client: TestClient) -> None:
    join(client, "mei")
    for number in range(3):
        assert enter(client, "mei", f"guess {number} and more").status_code == 401
    assert enter(client, "mei").status_code == 401
    assert [one["what"] for one in audit(client, what="sign_in.")] == ["sign_in.pause"]
    assert "没有人有账号" not in client.get("/desk/sign-in").text


def test_tries_from_one_address_are_limited(client: TestClient) -> None:
    join(client, "mei")
    client.app_state["hall"].sign_ins = Rates(2)  # type: ignore[index]
    assert [enter(client, f"nobody {number}").status_code for number in range(3)] == [401, 401, 429]


def test_a_cookie_that_was_signed_out_opens_nothing(client: TestClient) -> None:
    join(client, "mei")
    mine = cookie_of(client, "mei")
    assert client.get("/api/v1/account", headers=mine).status_code == 200
    client.post("/desk/sign-out", headers=mine)
    assert client.get("/api/v1/account", headers=mine).status_code == 401
    assert client.get("/desk/", headers=mine, follow_redirects=False).status_code == 303


def test_sign_ins_end_one_by_one_and_all_at_once(client: TestClient) -> None:
    join(client, "mei")
    first, second, third = (cookie_of(client, "mei") for _ in range(3))
    places = client.get("/api/v1/account/sign_ins", headers=first).json()
    assert [one["here"] for one in places].count(True) == 1
    assert {one["address"] for one in places} == {"192.0.2.1"}
    other = next(one for one in client.get("/api/v1/account/sign_ins", headers=second).json() if one["here"])
    client.post("/desk/account/sign-out", data={"id": other["id"]}, headers=first)
    assert [client.get("/api/v1/account", headers=one).status_code for one in (first, second, third)] == [200, 401, 200]
    client.delete("/api/v1/account/sign_ins", headers=first)
    assert [client.get("/api/v1/account", headers=one).status_code for one in (first, third)] == [401, 401]


@pytest.mark.parametrize(
    ("agent", "said"),
    [
        (
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0 Safari/537.36",
            "Chrome · Linux",
        ),
        ("Mozilla/5.0 (Windows NT 10.0; rv:130.0) Gecko/20100101 Firefox/130.0", "Firefox · Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Version/17.0 Mobile Safari/604.1", "Safari · iPhone"),
        ("curl/8", ""),
    ],
)
def test_browsers_are_named_as_people_do(agent: str, said: str) -> None:
    assert browser_of(agent) == said


def test_nobody_ends_the_sign_ins_of_somebody_else_from_their_account(client: TestClient) -> None:
    join(client, "mei")
    join(client, "li")
    mei, li = cookie_of(client, "mei"), cookie_of(client, "li")
    (theirs,) = [one for one in client.get("/api/v1/account/sign_ins", headers=mei).json() if one["here"]]
    ended = client.delete(f"/api/v1/account/sign_ins/{theirs['id']}", headers=li)
    assert ended.json() == {"ended": 0}
    assert client.get("/api/v1/account", headers=mei).status_code == 200


def test_who_is_disabled_is_out_at_once(client: TestClient) -> None:
    person = join(client, "mei")
    mine = cookie_of(client, "mei")
    client.post(f"/api/v1/people/{person}/disable", headers=AS_OPERATOR)
    assert client.get("/api/v1/account", headers=mine).status_code == 401
    assert enter(client, "mei").status_code == 401
    client.post(f"/api/v1/people/{person}/enable", headers=AS_OPERATOR)
    assert client.get("/api/v1/account", headers=mine).status_code == 401
    assert enter(client, "mei").status_code == 303


def test_a_role_that_changes_holds_from_the_next_request_on(client: TestClient) -> None:
    person = join(client, "mei")
    mine = cookie_of(client, "mei")
    assert client.get("/api/v1/people", headers=mine).status_code == 403
    client.patch(f"/api/v1/people/{person}", json={"role": "admin"}, headers=AS_OPERATOR)
    assert client.get("/api/v1/people", headers=mine).status_code == 200
    (entry,) = audit(client, what="person.change")
    assert entry["detail"] == "role: agent → admin"
    assert entry["before"] != entry["after"]


def test_nobody_gives_or_takes_a_role_above_their_own(client: TestClient) -> None:
    owner, admin, agent = join(client, "olu", "owner"), join(client, "ada", "admin"), join(client, "mei")
    mine = cookie_of(client, "ada")
    tries = [
        client.patch(f"/api/v1/people/{agent}", json={"role": "owner"}, headers=mine),
        client.patch(f"/api/v1/people/{admin}", json={"role": "owner"}, headers=mine),
        client.patch(f"/api/v1/people/{owner}", json={"role": "viewer"}, headers=mine),
        client.post(f"/api/v1/people/{owner}/disable", headers=mine),
        client.post(f"/api/v1/people/{owner}/reset", json={}, headers=mine),
        client.post("/api/v1/people/invitations", json={"email": "x@example.com", "role": "owner"}, headers=mine),
    ]
    assert [one.status_code for one in tries] == [403] * 6
    assert client.patch(f"/api/v1/people/{agent}", json={"role": "supervisor"}, headers=mine).status_code == 200


def test_the_last_owner_stays(client: TestClient) -> None:
    owner = join(client, "olu", "owner")
    assert client.post(f"/api/v1/people/{owner}/disable", headers=AS_OPERATOR).status_code == 422
    answer = client.post(f"/desk/people/{owner}/disable", headers=AS_OPERATOR)
    assert "必须始终有一位所有者" in answer.text
    join(client, "ona", "owner")
    assert client.post(f"/api/v1/people/{owner}/disable", headers=AS_OPERATOR).status_code == 200


def test_a_new_password_by_link_ends_all_sign_ins(client: TestClient) -> None:
    person = join(client, "mei")
    mine = cookie_of(client, "mei")
    path = client.post(f"/api/v1/people/{person}/reset", json={}, headers=AS_OPERATOR).json()["path"]
    assert client.get("/api/v1/account", headers=mine).status_code == 200
    assert "设置新密码" in client.get(path).text
    client.post(path, data={"password": "another good one"})
    client.cookies.clear()
    assert client.get("/api/v1/account", headers=mine).status_code == 401
    assert enter(client, "mei").status_code == 401
    assert enter(client, "mei", "another good one").status_code == 303


def test_changing_the_password_keeps_this_place_alone(client: TestClient) -> None:
    join(client, "mei")
    here, elsewhere = cookie_of(client, "mei"), cookie_of(client, "mei")
    for old, new, status in (("wrong", "another good one", 422), (PASSWORD, "short", 422)):
        answer = client.post("/api/v1/account/password", json={"old": old, "new": new}, headers=here)
        assert answer.status_code == status
    assert "密码太短" in client.post("/desk/account/password", data={"old": PASSWORD, "new": "x"}, headers=here).text
    client.post("/desk/account/password", data={"old": PASSWORD, "new": "another good one"}, headers=here)
    assert client.get("/api/v1/account", headers=here).status_code == 200
    assert client.get("/api/v1/account", headers=elsewhere).status_code == 401
    assert enter(client, "mei", "another good one").status_code == 303


def pair(client: TestClient, mine: dict[str, str]) -> tuple[pyotp.TOTP, list[str]]:
    page = client.post("/desk/account/pair", headers=mine).text
    assert "<svg" in page
    secret = re.search(r'name="secret" value="(\w+)"', page)
    assert secret is not None
    app = pyotp.TOTP(secret[1])
    earlier = app.at(datetime.now(UTC) - timedelta(seconds=30))
    wrong = client.post("/desk/account/second-on", data={"secret": app.secret, "code": "000000"}, headers=mine)
    assert "验证码与密钥不符" in wrong.text
    page = client.post("/desk/account/second-on", data={"secret": app.secret, "code": earlier}, headers=mine).text
    codes = page.partition("<pre>")[2].partition("</pre>")[0].split()
    assert len(codes) == 8
    return app, codes


def test_the_second_factor_is_asked_for_and_each_code_counts_once(client: TestClient) -> None:
    join(client, "mei")
    app, codes = pair(client, cookie_of(client, "mei"))

    def step(code: str) -> Any:
        client.cookies.clear()
        first = enter(client, "mei")
        assert first.status_code == 200
        assert "kefu_desk" not in first.headers["set-cookie"]
        assert client.get("/desk/", follow_redirects=False).status_code == 303
        return client.post("/desk/sign-in", data={"code": code}, follow_redirects=False)

    code = app.now()
    assert step(code).status_code == 303
    assert step(code).status_code == 401
    assert step(codes[0].upper()).status_code == 303
    assert step(codes[0]).status_code == 401
    assert step(codes[1]).status_code == 303
    assert client.get("/api/v1/account").json()["second_factor"] is True


def test_a_code_without_the_password_before_it_is_nothing(client: TestClient) -> None:
    join(client, "mei")
    _, codes = pair(client, cookie_of(client, "mei"))
    client.cookies.clear()
    assert client.post("/desk/sign-in", data={"code": codes[0]}, follow_redirects=False).status_code == 401


def test_guessing_codes_is_followed_by_a_pause(client: TestClient) -> None:
    join(client, "mei")
    _, codes = pair(client, cookie_of(client, "mei"))
    client.cookies.clear()
    enter(client, "mei")
    statuses = [client.post("/desk/sign-in", data={"code": code}).status_code for code in ("0", "1", "2", codes[0])]
    assert statuses == [401] * 4


def test_the_second_factor_goes_with_the_password_or_by_somebody_with_the_right(client: TestClient) -> None:
    person = join(client, "mei")
    mine = cookie_of(client, "mei")
    pair(client, mine)
    assert (
        client.request("DELETE", "/api/v1/account/second_factor", json={"password": "x"}, headers=mine).status_code
        == 422
    )
    client.post("/desk/account/second-off", data={"password": PASSWORD}, headers=mine)
    assert client.get("/api/v1/account", headers=mine).json()["second_factor"] is False
    pair(client, mine)
    path = client.post(f"/api/v1/people/{person}/reset", json={"second_factor": True}, headers=AS_OPERATOR).json()[
        "path"
    ]
    assert client.get("/api/v1/account", headers=mine).json()["second_factor"] is False
    assert client.get(path).status_code == 200


def test_the_operator_token_still_opens_the_house_but_not_under_a_colleagues_name(client: TestClient) -> None:
    join(client, "小美")
    for name, status in (("小美", 422), ("值班", 303)):
        answer = client.post("/desk/sign-in", data={"name": name, "token": OPERATOR_TOKEN}, follow_redirects=False)
        assert answer.status_code == status
    assert client.get("/desk/people").status_code == 200
    assert "没有用账号登录" in client.get("/desk/account").text
    assert client.get("/api/v1/account").status_code == 404
    assert audit(client)[0]["detail"] == "operator token"


def test_the_page_of_people_does_what_the_api_does(client: TestClient) -> None:
    page = client.post(
        "/desk/people/invite", data={"email": "mei@example.com", "role": "agent", "teams": "a，b"}, headers=AS_OPERATOR
    ).text
    link = re.search(r'id="link" value="http://127.0.0.1(/desk/invitation/[^"]+)"', page)
    assert link is not None
    client.post(link[1], data={"name": "小美", "password": PASSWORD})
    client.cookies.clear()
    (mei,) = client.get("/api/v1/people", headers=AS_OPERATOR).json()
    assert mei["teams"] == ["a", "b"]
    form = {"role": "supervisor", "teams": "c", "skills": "退款、课程", "capacity": "6", "speaks_zh": "on"}
    client.post(f"/desk/people/{mei['id']}/edit", data=form, headers=AS_OPERATOR)
    (after,) = client.get("/api/v1/people", headers=AS_OPERATOR).json()
    changed = ("supervisor", ["c"], ["退款", "课程"], 6, ["zh"])
    assert (after["role"], after["teams"], after["skills"], after["capacity"], after["languages"]) == changed
    assert client.post(f"/desk/people/{mei['id']}/dance", headers=AS_OPERATOR).status_code == 404
    bad = client.post("/desk/people/invite", data={"email": "nothing", "role": "agent"}, headers=AS_OPERATOR)
    assert bad.status_code == 422
    assert "无法邀请这个地址" in bad.text


def test_the_audit_page_filters_and_checks(client: TestClient) -> None:
    join(client, "小美")
    page = client.get("/desk/audit?what=person&check=1", headers=AS_OPERATOR).text
    assert "全部 3 条记录首尾相连" in page
    assert "person.join" in page
    assert ">sign_in<" not in page
    chain = client.get("/api/v1/audit/check", headers=AS_OPERATOR).json()
    assert (chain["entries"], chain["flaw"]) == (3, None)
    assert client.get("/api/v1/audit/check", params={"head": "9:" + "0" * 64}, headers=AS_OPERATOR).json()["flaw"] == {
        "number": 4,
        "kind": "cut",
    }
