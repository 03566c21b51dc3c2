"""Teams, service levels, rules and fields on the desk and over the API: who may what, what is told, what is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from desk_client import ask, get, let_clerk_look
from starlette.testclient import TestClient
from team import cookie_of, join
from web_house import AS_OPERATOR

KINDS = ("teams", "service_levels", "rules", "fields")
NEW: dict[str, dict[str, Any]] = {
    "teams": {"name": "night", "title": {"zh": "夜班", "en": "Night"}, "languages": ["zh"]},
    "service_levels": {"name": "usual", "first_reply": 5, "around_the_clock": True},
    "rules": {"name": "mark", "when": ["HandedOff"], "then": [{"deed": "tag", "add": ["seen"]}]},
    "fields": {"name": "plan", "type": "choice", "choices": ["a", "b"]},
}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A project with a kefu.toml of its own."""
    (tmp_path / "kefu.toml").write_text("# ours\n[kefu]\nname = 'x'\n", "utf-8")
    return tmp_path


def post(client: TestClient, path: str, headers: dict[str, str] = AS_OPERATOR, **body: Any) -> Any:
    return client.post(f"/api/v1/plan/{path}", json=body, headers=headers)


def send(client: TestClient, path: str, headers: dict[str, str] = AS_OPERATOR, **form: Any) -> Any:
    return client.post(f"/desk/{path}", data=form, headers=headers, follow_redirects=False)


@pytest.mark.parametrize("kind", KINDS)
def test_one_of_each_kind_is_made_seen_changed_removed_and_put_back(home: Path, client: TestClient, kind: str) -> None:
    assert client.get(f"/desk/{kind}", headers=AS_OPERATOR).status_code == 200
    made = post(client, kind, table=NEW[kind])
    assert made.status_code == 200, made.text
    (one,) = get(client, f"plan/{kind}")
    assert one == made.json()["after"]
    assert one["table"] == NEW[kind]
    changed = post(client, kind, name=one["name"], seen=one["version"], table={**NEW[kind], "name": one["name"]})
    assert changed.json()["after"] == one
    gone = client.delete(
        f"/api/v1/plan/{kind}", params={"name": one["name"], "seen": one["version"]}, headers=AS_OPERATOR
    )
    assert (gone.status_code, get(client, f"plan/{kind}")) == (200, [])
    latest = get(client, f"plan/{kind}/changes")[0]
    assert (latest["before"], latest["after"]) == (one, None)
    assert post(client, f"{kind}/undo/{latest['entry']}").status_code == 200
    assert get(client, f"plan/{kind}") == [one]
    assert post(client, f"{kind}/undo/{latest['entry']}").status_code == 409
    entry = get(client, "audit", what=f"plan.{kind}")[0]
    assert (entry["about"], entry["who"]) == (f"{kind}:{one['name']}", "api")
    assert "# ours" in (home / "kefu.toml").read_text("utf-8")


def test_what_is_saved_holds_at_once(home: Path, client: TestClient) -> None:
    post(client, "teams", table=NEW["teams"])
    post(client, "rules", table=NEW["rules"])
    talk = ask(client, "转人工")
    let_clerk_look(client)
    (entry,) = get(client, "inbox", tag="seen")["entries"]
    assert (entry["id"], entry["team"]) == (talk, "night")
    page = client.get(f"/desk/inbox/{talk}?lang=en", headers=AS_OPERATOR).text
    assert '<span class="chip">Night</span>' in page
    assert "<span>Night</span>" in page
    assert ">night<" not in page


@pytest.mark.parametrize("role", ["viewer", "agent", "supervisor", "admin"])
def test_supervisors_see_and_admins_change(home: Path, client: TestClient, role: str) -> None:
    post(client, "rules", table=NEW["rules"])
    (one,) = get(client, "plan/rules")
    join(client, "bo", role)
    bo = cookie_of(client, "bo")
    sees, changes = role in ("supervisor", "admin"), role == "admin"
    for kind in KINDS:
        for path in (f"/desk/{kind}", f"/desk/{kind}/edit", f"/api/v1/plan/{kind}"):
            assert client.get(path, headers=bo).status_code == (200 if sees else 403), path
        assert client.get(f"/api/v1/plan/{kind}/changes", headers=bo).status_code == (200 if changes else 403)
        answers = [
            post(client, kind, bo, table=NEW[kind] | {"name": "other"}).status_code,
            send(client, f"{kind}/keep", bo, name="").status_code,
            send(client, f"{kind}/form", bo, name="").status_code,
            send(client, f"{kind}/drop", bo, name="none").status_code,
            send(client, f"{kind}/move", bo, name="none").status_code,
            send(client, f"{kind}/undo/999", bo).status_code,
        ]
        assert answers == ([200, 422, 200, 409, 409, 404] if changes else [403] * 6), kind
    tried = post(client, "rules/try", bo, name="mark", table=one["table"])
    assert tried.status_code == (200 if sees else 403)
    shown = client.get("/desk/rules", headers=bo).text
    assert ("/desk/rules/drop" in shown) == changes


def test_a_form_that_is_wrong_comes_back_with_the_place_and_all_that_was_written(
    home: Path, client: TestClient
) -> None:
    form = {
        "name": "夜班",
        "hours": "22:00-06:00",
        "title.zh": "晚上",
        "intents": ["refund", "progress"],
        "days": "sat",
    }
    for lang, words in (("zh", "结束要晚于开始"), ("en", "the end comes after the beginning")):
        answer = send(client, f"teams/keep?lang={lang}", **form)
        assert answer.status_code == 422
        assert words in answer.text
        assert 'id="hours-wrong"' in answer.text
        assert 'aria-invalid="true"' in answer.text
        for kept in ('value="22:00-06:00"', 'value="晚上"', 'value="refund" checked', 'value="sat" checked'):
            assert kept in answer.text
    assert get(client, "plan/teams") == []
    assert get(client, "audit", what="plan") == []
    rule = {"name": "r", "when": "HandedOff", "then.0.deed": "note", "if.risk": "at_risk"}
    answer = send(client, "rules/keep?lang=en", **rule)
    assert 'id="if.risk-wrong"' in answer.text
    assert ">at_risk</textarea>" in answer.text


def test_a_form_makes_the_table_that_it_shows(home: Path, client: TestClient) -> None:
    form = {
        "name": "bad news", "live": "yes", "when": ["Rated", "HandedOff"], "if.text": "退款，差", "if.open": "no",
        "if.team": ["", "night"], "if.fields": "plan = a, b", "then.0.deed": "tag", "then.0.tag.add": "差评、急",
        "then.1.deed": "", "then.2.deed": "set_fields", "then.2.set_fields.fields": "plan = a",
        "then.3.deed": "assign", "then.3.assign.team": "night", "then.3.assign.person": "mei",
    }  # fmt: skip
    post(client, "teams", table=NEW["teams"])
    post(client, "fields", table=NEW["fields"])
    assert send(client, "rules/keep", **form).status_code == 303
    (one,) = get(client, "plan/rules")
    assert one["table"] == {
        "name": "bad news",
        "when": ["Rated", "HandedOff"],
        "if": {"text": ["退款", "差"], "team": ["", "night"], "open": False, "fields": {"plan": ["a", "b"]}},
        "then": [
            {"deed": "tag", "add": ["差评", "急"]},
            {"deed": "set_fields", "fields": {"plan": "a"}},
            {"deed": "assign", "team": "night", "person": "mei"},
        ],
    }
    page = client.get("/desk/rules/edit?name=bad+news", headers=AS_OPERATOR).text
    for shown in (
        'value="Rated" checked',
        'value="退款, 差"',
        ">plan = a, b</textarea>",
        'value="差评, 急"',
        'value="mei"',
    ):
        assert shown in page
    form |= {"was": "bad news", "seen": one["version"]}
    assert send(client, "rules/keep", **form).status_code == 303
    assert get(client, "plan/rules") == [one]
    more = send(client, "rules/form", **form)
    assert more.text.count('class="deed"') == 3 + 2


def test_what_somebody_changed_meanwhile_is_shown_before_it_is_overwritten(home: Path, client: TestClient) -> None:
    post(client, "teams", table=NEW["teams"])
    (one,) = get(client, "plan/teams")
    text = (home / "kefu.toml").read_text("utf-8")
    (home / "kefu.toml").write_text(text.replace('["zh"]', '["en"]'), "utf-8")
    form = {"was": "night", "seen": one["version"], "name": "night", "capacity": "2"}
    answer = send(client, "teams/keep?lang=en", **form)
    assert answer.status_code == 409
    assert "English" in answer.text
    assert "Save mine over it" in answer.text
    assert '["en"]' in (home / "kefu.toml").read_text("utf-8")
    assert send(client, "teams/drop", name="night", seen=one["version"]).status_code == 409
    (now,) = get(client, "plan/teams")
    assert f'value="{now["version"]}"' in answer.text
    assert send(client, "teams/keep", **form | {"seen": now["version"]}).status_code == 303
    assert get(client, "plan/teams")[0]["table"] == {"name": "night", "capacity": 2}
    (home / "kefu.toml").write_text("# empty\n", "utf-8")
    gone = send(client, "teams/keep?lang=en", **form)
    assert gone.status_code == 409
    assert 'name="was" value=""' in gone.text


def test_a_rule_is_tried_on_the_past_before_it_is_saved(home: Path, client: TestClient) -> None:
    talk = ask(client, "转人工")
    ask(client, "我学到哪了", "L1-b")
    tried = post(client, "rules/try", table=NEW["rules"] | {"live": False}).json()
    assert [(one["rule"], one["events"], one["conversations"]) for one in tried["rules"]] == [("mark", 1, [talk])]
    form = {"name": "mark", "when": "HandedOff", "then.0.deed": "tag", "then.0.tag.add": "seen", "days": "7"}
    page = send(client, "rules/try", **form)
    assert f"/desk/conversations/{talk}" in page.text
    assert '<option value="7" selected>' in page.text
    assert send(client, "rules/try", name="mark").status_code == 422
    assert get(client, "plan/rules") == []
    assert get(client, "audit", what="plan") == []
    assert get(client, "inbox")["entries"][0]["tags"] == []


def test_a_file_that_is_broken_is_said_and_what_held_goes_on(home: Path, client: TestClient) -> None:
    post(client, "teams", table=NEW["teams"])
    (home / "kefu.toml").write_text("[teams\n", "utf-8")
    page = client.get("/desk/teams", headers=AS_OPERATOR)
    assert (page.status_code, "not valid TOML" in page.text) == (200, True)
    assert [one["name"] for one in get(client, "teams")] == ["night"]
    answer = send(client, "teams/keep", name="day")
    assert answer.status_code == 422
    assert "not valid TOML" in answer.text


def test_a_change_says_in_the_trail_what_it_changed(home: Path, client: TestClient) -> None:
    post(client, "service_levels", table=NEW["service_levels"])
    post(client, "service_levels", table=NEW["service_levels"] | {"name": "later"})
    one, other = get(client, "plan/service_levels")
    moved = post(client, "service_levels/move", name="later", seen=other["version"], by=-1)
    assert moved.status_code == 200
    assert [found["name"] for found in get(client, "plan/service_levels")] == ["later", "usual"]
    post(client, "service_levels", name="usual", seen=one["version"], table=one["table"] | {"first_reply": 9})
    entry = get(client, "audit", what="plan.service_levels")[0]
    told = json.loads(entry["detail"])
    assert (told["before"]["values"]["first_reply"], told["after"]["values"]["first_reply"]) == (5, 9)
    page = client.get("/desk/service_levels?lang=en", headers=AS_OPERATOR).text
    assert "First reply, minutes: 5 → 9" in page
    assert "moved" in page
