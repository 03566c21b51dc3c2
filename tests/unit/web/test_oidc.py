"""Signing in with the company's own accounts, against a provider in a process of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from identity_provider import CLIENT, SECRET, IdentityProvider
from starlette.testclient import TestClient
from team import PASSWORD, enter, invite, join
from web_house import AS_OPERATOR, make_config

from kefu.app.people.single_sign_on import provider_of
from kefu.core.errors import BadConfig
from kefu.web import hall as hall_module

MEI = {"email": "mei@example.com", "email_verified": True, "name": "小美"}


@pytest.fixture(scope="module")
def provider() -> Iterator[IdentityProvider]:
    served = IdentityProvider()
    yield served
    served.stop()


@pytest.fixture
def desk(open_client: Any, provider: IdentityProvider, monkeypatch: pytest.MonkeyPatch) -> TestClient:
    monkeypatch.setattr(hall_module, "SIGN_INS_PER_MINUTE", 1000)
    provider.next(**MEI)
    own = {"issuer": provider.issuer, "client_id": CLIENT, "client_secret": SECRET, "title": "统一账号"}
    own |= {"domains": ["example.com"], "claim": "groups", "roles": ["leads=supervisor", "it=admin"]}
    client: TestClient = open_client(**{f"sign_in__oidc__{name}": value for name, value in own.items()})
    return client


def travel(client: TestClient, provider: IdentityProvider, target: str = "/desk/", **changed: str) -> Any:
    """There and back again, as a browser goes."""
    there = client.get(f"/desk/sign-in/oidc?next={target}", follow_redirects=False)
    assert there.status_code == 303, there.text
    back = provider.follow(there.headers["location"])
    for old, new in changed.items():
        back = back.replace(f"{old}=", f"{old}={new}")
    return client.get(back, follow_redirects=False)


def account(client: TestClient) -> dict[str, Any]:
    found: dict[str, Any] = client.get("/api/v1/account").json()
    return found


def test_who_is_of_the_domain_joins(desk: TestClient, provider: IdentityProvider) -> None:
    assert "使用统一账号登录" in desk.get("/desk/sign-in").text
    answer = travel(desk, provider, "/desk/inbox")
    assert answer.status_code == 200, answer.text
    assert 'http-equiv="refresh" content="0;url=/desk/inbox"' in answer.text
    assert (account(desk)["name"], account(desk)["role"]) == ("小美", "agent")
    assert desk.get("/desk/").status_code == 200
    first = account(desk)["id"]
    desk.cookies.clear()
    provider.next(**{**MEI, "email": "new@example.com"})
    travel(desk, provider)
    assert account(desk)["id"] == first


def test_the_token_is_the_users_even_when_it_says_no_address(desk: TestClient, provider: IdentityProvider) -> None:
    provider.next(_user=MEI)
    travel(desk, provider)
    assert account(desk)["email"] == "mei@example.com"
    provider.next(_user={**MEI, "sub": "43"})
    assert travel(desk, provider).status_code == 401


def test_groups_become_roles_at_every_sign_in(desk: TestClient, provider: IdentityProvider) -> None:
    for groups, role in (
        (["leads", "x"], "supervisor"),
        (["it", "leads"], "admin"),
        (["x"], "admin"),
        ("leads", "supervisor"),
    ):
        provider.next(**MEI, groups=groups)
        assert travel(desk, provider).status_code == 200
        assert account(desk)["role"] == role, groups


def test_no_group_takes_the_house_from_its_owner(desk: TestClient, provider: IdentityProvider) -> None:
    join(desk, "mei", "owner")
    provider.next(**MEI, groups=["leads"])
    assert travel(desk, provider).status_code == 200
    assert account(desk)["role"] == "owner"


def test_who_is_invited_joins_with_that_role(desk: TestClient, provider: IdentityProvider) -> None:
    invite(desk, "li@elsewhere.example", "supervisor", ("billing",))
    provider.next(email="Li@elsewhere.example", email_verified=True)
    assert travel(desk, provider).status_code == 200
    assert (account(desk)["name"], account(desk)["role"], account(desk)["teams"]) == ("Li", "supervisor", ["billing"])
    assert desk.get("/api/v1/people/invitations", headers=AS_OPERATOR).json() == []


def test_who_has_a_password_keeps_it(desk: TestClient, provider: IdentityProvider) -> None:
    person = join(desk, "mei", "viewer")
    travel(desk, provider)
    assert (account(desk)["id"], account(desk)["role"]) == (person, "viewer")
    desk.cookies.clear()
    assert enter(desk, "mei", PASSWORD).status_code == 303


@pytest.mark.parametrize(
    "claims",
    [
        {"email": "mei@elsewhere.example"},
        {"email": "mei@example.com.evil.example"},
        {"email_verified": False},
        {"email": ""},
        {"nonce": "another"},
        {"iss": "https://evil.example"},
        {"aud": "another"},
        {"aud": ["another", "third"]},
        {"aud": [CLIENT, "another"], "azp": "another"},
        {"exp": 1},
        {"iat": 99999999999},
        {"sub": None},
        {"_forged": True},
        {"_unsigned": True},
        {"_answers_issuer": "https://evil.example"},
    ],
    ids=str,
)
def test_what_does_not_hold_lets_nobody_in(
    desk: TestClient, provider: IdentityProvider, claims: dict[str, object]
) -> None:
    provider.next(**{**MEI, **claims})
    answer = travel(desk, provider)
    assert answer.status_code == 401
    assert "kefu_desk" not in answer.headers.get("set-cookie", "")
    assert desk.get("/api/v1/people", headers=AS_OPERATOR).json() == []


def test_a_state_a_code_and_a_journey_count_for_one_browser_and_once(
    desk: TestClient, provider: IdentityProvider
) -> None:
    assert travel(desk, provider, state="x").status_code == 401
    assert travel(desk, provider, code="x").status_code == 401
    there = desk.get("/desk/sign-in/oidc", follow_redirects=False)
    back = provider.follow(there.headers["location"])
    journey = desk.cookies["kefu_journey"]
    desk.cookies.clear()
    assert desk.get(back).status_code == 401
    desk.cookies.set("kefu_journey", journey)
    assert desk.get(back).status_code == 200
    desk.cookies.clear()
    desk.cookies.set("kefu_journey", journey)
    assert desk.get(back).status_code == 401


def test_the_journey_says_no_more_than_it_must(desk: TestClient) -> None:
    there = desk.get("/desk/sign-in/oidc?next=https://evil.example/", follow_redirects=False)
    cookie = there.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert "verifier" not in there.headers["location"]


def test_a_key_that_was_changed_is_looked_for(desk: TestClient, provider: IdentityProvider) -> None:
    assert travel(desk, provider).status_code == 200
    provider.next(**MEI, _new_key=True)
    assert travel(desk, provider).status_code == 200


def test_a_provider_that_is_another_one_is_refused(desk: TestClient, provider: IdentityProvider) -> None:
    provider.next(_says_issuer="https://evil.example")
    answer = desk.get("/desk/sign-in/oidc", follow_redirects=False)
    assert answer.status_code == 502
    assert "没有响应" in answer.text


def test_a_provider_that_is_away_leaves_the_password(open_client: Any) -> None:
    client = open_client(sign_in__oidc__issuer="http://127.0.0.1:9", sign_in__oidc__client_id="x")
    assert client.get("/desk/sign-in/oidc", follow_redirects=False).status_code == 502
    join(client, "mei")
    assert enter(client, "mei").status_code == 303


def test_who_is_disabled_stays_out(desk: TestClient, provider: IdentityProvider) -> None:
    travel(desk, provider)
    person = account(desk)["id"]
    desk.post(f"/api/v1/people/{person}/disable", headers=AS_OPERATOR)
    assert travel(desk, provider).status_code == 401


@pytest.mark.parametrize(
    ("own", "said"),
    [
        ({"issuer": "http://login.example"}, "must begin with https"),
        ({"issuer": "https://login.example"}, "client_id is missing"),
        ({"issuer": "https://login.example", "client_id": "x", "role": "king"}, "'king' is no role"),
        ({"issuer": "https://login.example", "client_id": "x", "roles": ["leads"]}, "'leads' is no role"),
    ],
)
def test_what_is_wrong_in_the_configuration_is_said(tmp_path: Path, own: dict[str, object], said: str) -> None:
    with pytest.raises(BadConfig, match=said):
        provider_of(make_config(tmp_path, **{f"sign_in__oidc__{name}": value for name, value in own.items()}))
