"""A team at the desk: colleagues who came in by invitation, each in a browser of their own."""

from __future__ import annotations

from typing import Any

from fastapi.routing import APIRoute
from starlette.testclient import TestClient
from web_house import AS_OPERATOR

from kefu.web import pages
from kefu.web.api.reference import ROUTERS
from kefu.web.gate import Door, Hands, Needs
from kefu.web.viewer import server_of

PASSWORD = "four words are long"


def invite(client: TestClient, email: str, role: str = "agent", teams: tuple[str, ...] = ()) -> str:
    """Invite somebody with the operator token; the path of the link."""
    body = {"email": email, "role": role, "teams": list(teams)}
    answer = client.post("/api/v1/people/invitations", json=body, headers=AS_OPERATOR)
    assert answer.status_code == 200, answer.text
    path: str = answer.json()["path"]
    return path


def join(client: TestClient, name: str, role: str = "agent", teams: tuple[str, ...] = ()) -> str:
    """Let somebody in, who is then signed in nowhere; their id."""
    path = invite(client, f"{name.replace(' ', '.')}@example.com", role, teams)
    answer = client.post(path, data={"name": name, "password": PASSWORD}, follow_redirects=False)
    assert answer.status_code == 303, answer.text
    client.cookies.clear()
    (found,) = [one for one in client.get("/api/v1/people", headers=AS_OPERATOR).json() if one["name"] == name]
    person_id: str = found["id"]
    return person_id


def enter(client: TestClient, name: str, password: str = PASSWORD) -> Any:
    """Sign in with name and password."""
    return client.post("/desk/sign-in", data={"name": name, "password": password}, follow_redirects=False)


def cookie_of(client: TestClient, name: str) -> dict[str, str]:
    """Sign somebody in, and return the header with their cookie; the client itself stays signed out."""
    client.cookies.clear()
    answer = enter(client, name)
    assert answer.status_code == 303, answer.text
    token = client.cookies["kefu_desk"]
    client.cookies.clear()
    return {"Cookie": f"kefu_desk={token}"}


def staff_routes() -> list[tuple[str, str, Needs | Hands | None]]:
    """(method, address, what it needs) of every page of the desk and every function of the team's API.

    Made from the routes themselves; what says nothing has None. Left out are the pages for those who come in
    (`pages.OPEN`), what servers may ask, and the reference.
    """
    found: list[tuple[str, str, Needs | Hands | None]] = []
    for route in pages.ROUTES:
        needs = route.needs if isinstance(route, Door) else None
        found += [(method, f"/desk{route.path}", needs) for method in sorted((route.methods or set()) - {"HEAD"})]
    for route in (route for router in ROUTERS for route in router.routes):
        assert isinstance(route, APIRoute)
        calls = [one.call for one in route.dependant.dependencies]
        if server_of in calls:
            continue
        gate = next((call for call in calls if isinstance(call, Needs | Hands)), None)
        found += [(method, f"/api/v1{route.path}", gate) for method in sorted(route.methods)]
    return found


def address_of(path: str, talk: str, turn: str, person: str = "p", invitation: str = "i") -> str:
    """An address of the team with the objects that it names."""
    ids = {"conversation": talk, "turn": turn, "article": "a", "person": person, "invitation": invitation}
    named = {"sign_in_id": "s", "deed": "x", "deed:str": "x", "name": "a.txt", "view_id": "v", "macro_id": "m"}
    named |= {"entry": "1", "skill": "progress", "kind": "x", "number": "1", "attachment_id": "f", "topic": "t"}
    named |= {"predictor": "at_risk", "customer": "L1"}
    ids |= {f"{kind}_id": id_ for kind, id_ in ids.items()}
    address = path.replace("{deed:str}", "{deed}").replace("{number:int}", "{number}").format(**named, **ids)
    return f"{address}?seconds=0" if path.endswith("/stream") else address
