"""Tags: counted, renamed, merged, taken away and put back, by those who may."""

from __future__ import annotations

from typing import Any

import pytest
from desk_client import ask, do, get
from starlette.testclient import TestClient
from team import cookie_of, join
from web_house import AS_OPERATOR

RULE = {"name": "mark", "when": ["HandedOff"], "then": [{"deed": "tag", "add": ["refund"]}]}


@pytest.fixture
def talks(open_client) -> tuple[TestClient, list[str]]:
    """Three conversations, of which two have the wrong tag and one of these the right one, too."""
    client = open_client(rules=[RULE])
    ids = [ask(client, "转人工", f"L1-{name}") for name in "abc"]
    for talk, tags in zip(ids, (["refnd"], ["refnd", "refund"], ["refund"]), strict=True):
        do(client, talk, {"deed": "tag", "add": tags})
    return client, ids


def tags_of(client: TestClient, ids: list[str]) -> list[list[str]]:
    entries = {one["id"]: sorted(one["tags"]) for one in get(client, "inbox")["entries"]}
    return [entries[id_] for id_ in ids]


def rename(client: TestClient, status: int = 200, headers: dict[str, str] = AS_OPERATOR, **body: str) -> Any:
    answer = client.post("/api/v1/tags/rename", json=body, headers=headers)
    assert answer.status_code == status, answer.text
    return answer.json()


def test_a_tag_is_merged_into_another_and_put_back(talks: tuple[TestClient, list[str]]) -> None:
    client, ids = talks
    before = tags_of(client, ids)
    found = {one["tag"]: (one["conversations"], one["named_by"]) for one in get(client, "tags")}
    assert found == {"refnd": (2, []), "refund": (2, ["mark"])}
    listed = client.get("/desk/inbox?view=tag:refnd", headers=AS_OPERATOR).text
    assert [f'id="row-{id_}"' in listed for id_ in ids] == [True, True, False]
    done = rename(client, tag="refnd", new="refund")
    assert (done["conversations"], done["more"]) == (2, False)
    assert tags_of(client, ids) == [["refund"]] * 3
    entry = get(client, "audit", what="tag.")[0]
    page = client.post(f"/desk/tags/undo/{entry['number']}", headers=AS_OPERATOR)
    assert page.status_code == 200
    assert tags_of(client, ids) == before


def test_a_tag_is_taken_away_on_the_page(talks: tuple[TestClient, list[str]]) -> None:
    client, ids = talks
    form = {"tag": "refnd", "do": "remove"}
    page = client.post("/desk/tags", data=form, headers=AS_OPERATOR | {"Accept-Language": "en"}).text
    assert "2 conversations were changed" in page
    assert tags_of(client, ids) == [[], ["refund"], ["refund"]]
    assert client.post("/desk/tags", data={"tag": "refund", "new": ""}, headers=AS_OPERATOR).status_code == 422
    rename(client, 404, tag="refnd", new="x")
    rename(client, 422, tag="refund", new="refund")
    rename(client, 422, tag="refund", new="sample")


@pytest.mark.parametrize(
    ("role", "sees", "changes"), [("agent", 403, 403), ("supervisor", 200, 403), ("admin", 200, 200)]
)
def test_supervisors_see_tags_and_admins_change_them(
    talks: tuple[TestClient, list[str]], role: str, sees: int, changes: int
) -> None:
    client, _ = talks
    join(client, "bo", role)
    bo = cookie_of(client, "bo")
    page = client.get("/desk/tags?lang=en", headers=bo)
    assert page.status_code == sees
    assert ("Rename" in page.text) == (changes == 200)
    rename(client, changes, bo, tag="refnd", new="refund")


def test_tickets_are_found_by_tag_team_and_priority(talks: tuple[TestClient, list[str]]) -> None:
    client, ids = talks
    do(client, ids[0], {"deed": "open_ticket", "kind": "complaint", "text": "慢"})
    do(client, ids[0], {"deed": "prioritise", "priority": "high"}, {"deed": "assign", "team": "billing"})
    for query, found in (
        ("tag=refnd", True), ("tag=refund", False), ("priority=high", True), ("priority=low", False),
        ("team=billing", True), ("team=front", False), ("tag=refnd&priority=high&team=billing", True),
    ):  # fmt: skip
        page = client.get(f"/desk/tickets?{query}", headers=AS_OPERATOR).text
        assert (f"/desk/conversations/{ids[0]}" in page) == found, query
