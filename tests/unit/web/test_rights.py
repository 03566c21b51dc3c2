"""What each role may do: every page and every function by every role, and conversations one by one."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import get_args

import pytest
from starlette.routing import BaseRoute, Mount
from starlette.testclient import TestClient
from team import address_of, staff_routes
from web_house import AS_OPERATOR, AS_SERVER, WebHouse, make_config

from kefu.app import RIGHTS, Operator, Right, may, may_give, rights_of
from kefu.app.people.entrance import Place, open_sign_in
from kefu.core.people import ROLES, Person, Role
from kefu.core.ports.people import Change
from kefu.web.serving import assemble

NOW = datetime.now(UTC)
SELF_AUDITED = ("/api/v1/people", "/api/v1/account", "/desk/people", "/desk/account", "/desk/sign-out")
CHANGES_NOTHING = (
    "/api/v1/knowledge/preview", "/api/v1/desk/presence", "/api/v1/account/second_factor", "/api/v1/plan/rules/try",
    "/desk/rules/try", *(f"/desk/{kind}/form" for kind in ("teams", "service_levels", "rules", "fields")),
)  # fmt: skip


@dataclass
class Desk:
    """A client without cookies, with a colleague of every role, a conversation and its turn."""

    client: TestClient
    house: WebHouse
    talk: str
    turn: str

    def cookie(self, name: str) -> dict[str, str]:
        """Sign somebody in anew."""

        async def work() -> str:
            (person,) = [one for one in await self.house.bench.store.people() if one.name == name]
            return await open_sign_in(self.house.bench.store, person, Place("192.0.2.7"), NOW)

        return {"Cookie": f"kefu_desk={asyncio.run(work())}"}

    def hire(self, name: str, role: Role, teams: tuple[str, ...] = ()) -> None:
        """Let somebody in."""
        person = Person(f"p-{name}", name, f"{name}@example.com", role, NOW, teams)
        asyncio.run(self.house.bench.store.change(Change(NOW, people=(person,))))


@pytest.fixture
def desk(open_client, tmp_path: Path) -> Desk:
    house = WebHouse(make_config(tmp_path, limits__messages_per_minute=0))
    client = open_client(house)
    body = {"sender": "L1", "text": "我学到哪了"}
    talk = client.post("/api/v1/messages", json=body, headers=AS_SERVER).json()["conversation"]
    turn = client.get("/api/v1/turns", headers=AS_OPERATOR).json()[0]["id"]
    made = Desk(client, house, talk, turn)
    for role in ROLES:
        made.hire(role, role)
    return made


OF_SERVERS = ("/api/v1/messages", "/api/v1/rating")
"""What the company's servers ask for; the chat's own routes begin with `/api/v1/chat/`."""


def test_every_function_of_the_api_is_walked(desk: Desk) -> None:
    document = desk.client.get("/api/v1/openapi.json").json()
    shown = {(method.upper(), f"/api/v1{path}") for path, methods in document["paths"].items() for method in methods}
    others = {one for one in shown if one[1].startswith("/api/v1/chat/") or one[1] in OF_SERVERS}
    assert shown - others == {(method, path) for method, path, _ in staff_routes() if path.startswith("/api/")}


def test_every_route_says_what_it_needs() -> None:
    silent = [(method, path) for method, path, needs in staff_routes() if needs is None]
    assert not silent, "give each a Needs or Hands of kefu.web.gate"


PUBLIC = {
    *(
        "/",
        "/widget.js",
        "/widget",
        "/static",
        "/healthz",
        "/readyz",
        "/metrics",
        "/model/parse",
        "/status",
        "/version",
    ),
    *("/webhooks/rest/", "/webhooks/rest/webhook", "/webhooks/{channel}", "/api/v1/messages"),
    *("/webhooks/{channel}/call", "/webhooks/{channel}/stream", "/api/v1/voice/live"),
    *("/api/v1/chat/sessions", "/api/v1/chat/messages", "/api/v1/chat/rating", "/api/v1/chat/live"),
    *("/api/v1/chat/attachments", "/api/v1/chat/attachments/{attachment_id}", "/files/{attachment}"),
    *("/help", "/help/", "/help/sitemap.xml", "/help/{article}", "/help/{article}/opinion"),
    *("/desk", "/desk/sign-in", "/desk/sign-in/oidc", "/desk/sign-in/oidc/back", "/desk/invitation/{token}"),
}
"""For customers, servers, machines that watch, and those who come in: each asks for itself who it is."""


def every_path(routes: Iterable[BaseRoute], before: str = "") -> Iterator[str]:
    for route in routes:
        path = f"{before}{getattr(route, 'path', '')}"
        if isinstance(route, Mount) and route.routes:
            yield from every_path(route.routes, path)
        else:
            yield path


def test_what_no_right_stands_before_is_named_here(tmp_path: Path) -> None:
    house = WebHouse(make_config(tmp_path))
    front = assemble(house.config, house.opening)
    team = {path for _, path, _ in staff_routes()}
    found = {path for path in every_path(front._app.routes) if path not in team}  # type: ignore[attr-defined]
    assert found - {"/api/v1"} == PUBLIC


def test_a_viewer_changes_nothing_but_their_own_account() -> None:
    open_to_viewers = {
        path
        for method, path, needs in staff_routes()
        if method != "GET" and needs and (needs.right is None or needs.right in rights_of("viewer"))
    }
    own = ("/api/v1/account", "/desk/account/", "/desk/sign-out")
    assert {path for path in open_to_viewers if not path.startswith(own)} == set()


@pytest.mark.parametrize(
    ("method", "path", "role"),
    [
        ("POST", "/api/v1/conversations/{conversation_id}/reply", "agent"),
        ("POST", "/api/v1/deeds", "agent"),
        ("GET", "/api/v1/turns/{turn_id}", "agent"),
        ("GET", "/api/v1/reviews", "supervisor"),
        ("PUT", "/api/v1/knowledge/{article_id}", "supervisor"),
        ("POST", "/api/v1/promise", "admin"),
        ("DELETE", "/api/v1/promise", "admin"),
        ("POST", "/desk/promise/mode", "admin"),
        ("POST", "/api/v1/people/invitations", "admin"),
        ("POST", "/desk/people/{person}/{deed:str}", "admin"),
        ("GET", "/api/v1/audit", "admin"),
    ],
)
def test_what_matters_most_is_where_it_should_be(method: str, path: str, role: Role) -> None:
    (needs,) = [needs for one, other, needs in staff_routes() if (one, other) == (method, path)]
    assert needs is not None
    assert needs.right is not None
    assert RIGHTS[needs.right] == role


def test_the_reference_says_which_right_a_function_needs(desk: Desk) -> None:
    document = desk.client.get("/api/v1/openapi.json").json()
    said = {
        (method.upper(), f"/api/v1{path}"): operation.get("x-right")
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    }
    needed = {(method, path): needs.right for method, path, needs in staff_routes() if needs and "/api/" in path}
    assert needed.items() <= said.items()
    assert "权限: 管理团队" in desk.client.get("/api/v1/docs").text


def test_what_changes_something_says_how_the_trail_calls_it() -> None:
    silent = [
        (method, path)
        for method, path, needs in staff_routes()
        if method != "GET" and not getattr(needs, "deed", "") and not path.startswith((*SELF_AUDITED, *CHANGES_NOTHING))
    ]
    assert not silent


@pytest.mark.parametrize("role", ROLES)
def test_a_role_may_what_the_table_says_and_nothing_else(desk: Desk, role: Role) -> None:
    wrong = []
    for method, path, needs in staff_routes():
        assert needs is not None
        address = address_of(path, desk.talk, desk.turn, "p-viewer")
        answer = desk.client.request(method, address, json={}, headers=desk.cookie(role), follow_redirects=False)
        desk.client.cookies.clear()
        allowed = needs.right is None or needs.right in rights_of(role)
        refused = answer.status_code in (401, 403) or answer.headers.get("location", "").startswith("/desk/sign-in?")
        if refused is allowed or answer.status_code >= 500:
            wrong.append((method, path, answer.status_code))
    assert not wrong


def test_what_was_refused_leaves_no_entry_and_what_was_done_leaves_one(desk: Desk) -> None:
    def reply(name: str) -> int:
        path = f"/api/v1/conversations/{desk.talk}/reply"
        return desk.client.post(path, json={"text": "您好"}, headers=desk.cookie(name)).status_code

    assert reply("viewer") == 403
    assert reply("agent") == 200
    assert (
        desk.client.post(
            f"/api/v1/conversations/{desk.talk}/hand_back", json={}, headers=desk.cookie("agent")
        ).status_code
        == 200
    )
    (back, said) = desk.client.get("/api/v1/audit?what=conversation", headers=AS_OPERATOR).json()
    assert (said["who"], said["what"], said["about"]) == ("agent", "conversation.reply", f"conversation:{desk.talk}")
    assert (back["what"], back["origin"]) == ("conversation.hand_back", "192.0.2.1")
    assert "您好" not in str(said)


@dataclass
class Talks:
    """Conversations of teams: name to id, with the turn that began each."""

    ids: dict[str, str]
    turns: dict[str, str]


WHO: dict[str, tuple[Role, tuple[str, ...], set[str]]] = {
    "bo": ("agent", ("billing",), {"nobody's", "billing"}),
    "cy": ("agent", ("courses", "billing"), {"nobody's", "billing", "courses", "mine"}),
    "mei": ("agent", (), {"nobody's", "mine"}),
    "vi": ("viewer", ("courses",), {"nobody's", "courses", "mine"}),
    "su": ("supervisor", (), {"nobody's", "billing", "courses", "mine"}),
}
"""Role, teams, and the conversations that somebody reaches; `mine` is of `courses` and assigned to mei."""


@pytest.fixture
def talks(desk: Desk) -> Talks:
    assigned = {"nobody's": {}, "billing": {"team": "billing"}, "courses": {"team": "courses"}}
    assigned["mine"] = {"team": "courses", "person": "mei"}
    made = Talks({}, {})
    for number, (name, to) in enumerate(assigned.items()):
        body = {"sender": f"L1-{number}", "text": "转人工"}
        answer = desk.client.post("/api/v1/messages", json=body, headers=AS_SERVER).json()
        made.ids[name], made.turns[name] = answer["conversation"], answer["turn"]
        deeds = {"deeds": [{"deed": "note", "text": "needle"}, *([{"deed": "assign", **to}] if to else [])]}
        path = f"/api/v1/conversations/{made.ids[name]}/deeds"
        assert desk.client.post(path, json=deeds, headers=AS_OPERATOR).status_code == 200
    for name, (role, teams, _) in WHO.items():
        desk.hire(name, role, teams)
    return made


@pytest.mark.parametrize("name", WHO)
def test_lists_counts_and_search_hold_what_somebody_reaches_and_nothing_else(
    desk: Desk, talks: Talks, name: str
) -> None:
    role, _, reached = WHO[name]
    headers, names = desk.cookie(name), {id_: name for name, id_ in talks.ids.items()}

    def of(path: str, key: str) -> set[str]:
        found = desk.client.get(f"/api/v1{path}", headers=headers).json()
        rows = found["entries"] if isinstance(found, dict) else found
        return {names[row[key]] for row in rows if row[key] in names}

    assert of("/inbox?status=open", "id") == reached
    assert of("/conversations", "id") == reached
    assert of("/conversations?waiting=true&limit=500", "id") == reached
    assert of("/search?q=needle", "conversation_id") == reached
    assert desk.client.get("/api/v1/inbox/counts", headers=headers).json()["open"] == len(reached)
    assert desk.client.get("/api/v1/counts", headers=headers).json()["waiting"] == len(reached)
    if role != "viewer":
        assert of("/turns", "conversation_id") == reached
    page = desk.client.get("/desk/inbox", headers=headers).text
    assert {name for name, id_ in talks.ids.items() if id_ in page} == reached


@pytest.mark.parametrize("name", WHO)
def test_a_conversation_is_read_and_touched_by_those_who_reach_it_alone(desk: Desk, talks: Talks, name: str) -> None:
    role, _, reached = WHO[name]
    acts, headers = role != "viewer", desk.cookie(name)
    for talk, id_ in talks.ids.items():
        turn, may_read = talks.turns[talk], talk in reached
        reads = [f"/api/v1/conversations/{id_}", f"/desk/inbox/{id_}"]
        evidence = [f"/api/v1/conversations/{id_}/events", f"/api/v1/turns/{turn}", f"/desk/why/{turn}"]
        for path in reads + (evidence if acts else []):
            answer = desk.client.get(path, headers=headers)
            assert answer.status_code == (200 if may_read else 404), (talk, path)
            assert may_read or "转人工" not in answer.text
        tag = {"deeds": [{"deed": "tag", "add": ["touched"]}]}
        writes = [
            (f"/api/v1/conversations/{id_}/deeds", tag),
            (f"/api/v1/conversations/{id_}/reply", {"text": "您好"}),
            (f"/api/v1/conversations/{id_}/take", {}),
            (f"/api/v1/conversations/{id_}/hand_back", {}),
            (f"/api/v1/turns/{turn}/draft", {}),
        ]
        before = desk.client.get(f"/api/v1/conversations/{id_}/events", headers=AS_OPERATOR).json()
        for path, body in writes if not (may_read and acts) else writes[:1]:
            expected = 200 if may_read and acts else 403 if not acts else 404
            assert desk.client.post(path, json=body, headers=headers).status_code == expected, (talk, path)
        after = desk.client.get(f"/api/v1/conversations/{id_}/events", headers=AS_OPERATOR).json()
        assert (len(after) > len(before)) is (may_read and acts), talk


def test_many_at_once_are_asked_one_by_one(desk: Desk, talks: Talks) -> None:
    body = {"conversations": list(talks.ids.values()), "deeds": [{"deed": "close"}]}
    done = desk.client.post("/api/v1/deeds", json=body, headers=desk.cookie("bo")).json()
    assert {one["id"] for one in done if not one["error"]} == {talks.ids[name] for name in ("nobody's", "billing")}
    (entry, *_) = desk.client.get("/api/v1/audit?what=conversation", headers=AS_OPERATOR).json()
    assert entry["detail"] == "close"
    assert talks.ids["billing"] in entry["about"]
    assert talks.ids["courses"] not in entry["about"]


def test_a_conversation_does_not_go_on_in_one_that_somebody_does_not_reach(desk: Desk, talks: Talks) -> None:
    body = {"deeds": [{"deed": "merge", "into": talks.ids["courses"]}]}
    path = f"/api/v1/conversations/{talks.ids['billing']}/deeds"
    assert desk.client.post(path, json=body, headers=desk.cookie("bo")).status_code == 404


def test_a_new_name_keeps_its_conversations_and_the_old_name(desk: Desk, talks: Talks) -> None:
    headers = desk.cookie("mei")
    answer = desk.client.patch("/api/v1/account", json={"name": "May", "languages": ["en"]}, headers=headers)
    assert answer.json()["name"] == "May"
    assert desk.client.get("/api/v1/inbox/counts", headers=headers).json()["mine"] == 1
    assert desk.client.get(f"/api/v1/conversations/{talks.ids['mine']}", headers=headers).status_code == 200
    taken = desk.client.patch("/api/v1/account", json={"name": "mei"}, headers=desk.cookie("bo"))
    assert taken.status_code == 422
    assert desk.client.get(f"/api/v1/conversations/{talks.ids['mine']}", headers=desk.cookie("bo")).status_code == 404


def test_the_trail_says_what_was_chosen_and_which_article_was_written(desk: Desk) -> None:
    headers = desk.cookie("owner")
    desk.client.post("/api/v1/promise", json={"alpha": 0.1}, headers=headers)
    made = desk.client.post("/api/v1/knowledge", json={"markdown": "# A\n\nb"}, headers=headers).json()["id"]
    desk.client.put(f"/api/v1/knowledge/{made}", json={"markdown": "# A\n\nc"}, headers=headers)
    entries = desk.client.get("/api/v1/audit?limit=4", headers=AS_OPERATOR).json()
    assert [(one["what"], one["about"], one["detail"]) for one in entries] == [
        ("knowledge.write", f"article:{made}", "version 2"),
        ("knowledge.write", f"article:{made}", "version 1"),
        ("promise.certify", "house:", "0.1 joint: MoreLabels"),
        ("sign_in", "person:p-owner", "password"),
    ]


def test_colleagues_are_those_who_act(desk: Desk) -> None:
    found = desk.client.get("/api/v1/colleagues", headers=desk.cookie("agent")).json()
    assert [one["name"] for one in found] == ["admin", "agent", "owner", "supervisor"]
    assert "email" not in found[0]


def test_roles_are_a_ladder() -> None:
    assert set(RIGHTS) == set(get_args(Right))
    assert set(rights_of("owner")) == set(get_args(Right))
    assert rights_of("viewer") == ("read",)
    for lower, higher in zip(ROLES[1:], ROLES, strict=False):
        assert set(rights_of(lower)) <= set(rights_of(higher))


def test_nobody_gives_more_than_they_have() -> None:
    for giver in ROLES:
        for role in ROLES:
            for before in (None, *ROLES):
                highest = min(ROLES.index(one) for one in (role, before) if one is not None)
                expected = giver in ("owner", "admin") and ROLES.index(giver) <= highest
                assert may_give(Operator("x", giver), role, before) is expected


def test_a_viewer_sees_what_was_said_and_no_evidence(desk: Desk) -> None:
    page = desk.client.get(f"/desk/inbox/{desk.talk}", headers=desk.cookie("viewer")).text
    assert "学到第12课" in page
    assert "records:" not in page
    assert "<textarea" not in page
    assert "/desk/why/" not in page
    full = desk.client.get(f"/desk/inbox/{desk.talk}", headers=desk.cookie("agent")).text
    assert "<textarea" in full
    assert "/desk/why/" in full


def test_the_navigation_leads_nowhere_that_is_closed(desk: Desk) -> None:
    import re

    for role in ROLES:
        headers = desk.cookie(role)
        page = desk.client.get("/desk/", headers=headers).text
        links = set(re.findall(r'href="(/desk/[^"]*)"', page))
        closed = [link for link in links if desk.client.get(link, headers=headers).status_code != 200]
        assert not closed, role
    assert may(Operator("x", "viewer"), "read")
