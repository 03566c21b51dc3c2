"""Automation rules: what they do, that they do it once, and what they would have done before they went live."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from clerk_house import Office, make_office, open_store
from web_house import make_config

from kefu.app.clerk.plan import read_plan
from kefu.app.clerk.trying import Trial, try_rules
from kefu.core.errors import BadConfig
from kefu.core.events import RuleApplied
from kefu.core.ports.desk import Scope
from kefu.service.desk.deeds import Tag

DATABASES = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]
REFUNDS = {
    "name": "refunds first",
    "when": ["MessageUnderstood"],
    "if": {"intent": ["refund"], "language": ["zh"]},
    "then": [{"deed": "tag", "add": ["refund"]}, {"deed": "prioritise", "priority": "high"}],
}
LOWER: list[dict[str, Any]] = [{"deed": "prioritise", "priority": "low"}, {"deed": "tag", "add": ["b"]}]
RAISE: list[dict[str, Any]] = [{"deed": "prioritise", "priority": "high"}, {"deed": "note", "text": "!"}]
CIRCLE = [
    {"name": "a", "when": ["Tagged"], "then": LOWER},
    {"name": "b", "when": ["Tagged", "Prioritised"], "then": RAISE},
]
EVERYTHING = Scope()
PRAISE = """
[[rules]]
name = "close praise"
when = ["Rated"]
then = [{deed = "close"}]
[rules.if]
event = {score = [4, 5]}
"""


@pytest.fixture
async def office(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Office]:
    """An office with the rules and the store that the test names."""
    kind, rules = getattr(request, "param", ("memory", [REFUNDS]))
    url = "memory" if kind == "memory" else request.getfixturevalue(f"{kind}_url")
    async with open_store(url) as store:
        yield make_office(store, make_config(tmp_path, rules=rules, teams__billing__members=["mei"]))


async def applied(office: Office, talk: str) -> list[str]:
    return [event.rule for event in await office.happened(talk, RuleApplied) if isinstance(event, RuleApplied)]


@pytest.mark.parametrize(
    "office", [("sqlite", [REFUNDS]), pytest.param(("postgres", [REFUNDS]), marks=pytest.mark.postgres)], indirect=True
)
async def test_a_rule_acts_once_for_an_event(office: Office) -> None:
    talk, other = await office.ask("我想退课"), await office.ask("学到哪了", sender="v")
    for _ in range(3):
        await office.look()
    assert (await office.talk(talk)).work.tags == ("refund",)
    assert (await office.talk(talk)).work.priority == "high"
    assert (await applied(office, talk), await applied(office, other)) == (["refunds first"], [])
    await office.do(talk, Tag(remove=("refund",)))
    await office.look()
    assert (await office.talk(talk)).work.tags == ()


@pytest.mark.parametrize("office", [("memory", CIRCLE)], indirect=True)
async def test_rules_never_answer_rules(office: Office) -> None:
    talk = await office.ask()
    await office.do(talk, Tag(add=("x",)))
    for _ in range(4):
        await office.look()
    assert sorted(await applied(office, talk)) == ["a", "b"]


def rule(when: str, needs: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"name": "r", "when": [when], "if": needs, "then": {"deed": "note", "text": "!"}}]


@pytest.mark.parametrize(
    ("office", "matches"),
    [
        (("memory", rule("MessageReceived", {"text": ["转人工"]})), True),
        (("memory", rule("MessageReceived", {"text": ["发票"]})), False),
        (("memory", rule("MessageUnderstood", {"tone": ["pressing"]})), True),
        (("memory", rule("MessageUnderstood", {"tone": ["angry", "positive"]})), False),
        (("memory", rule("HandedOff", {"event": {"reason": ["customer_asked"]}})), True),
        (("memory", rule("HandedOff", {"event": {"reason": ["failed"]}})), False),
        (("memory", rule("HandedOff", {"open": True, "identified": True, "channel": ["chat"]})), True),
        (("memory", rule("HandedOff", {"open": False})), False),
        (("memory", rule("HandedOff", {"status": ["open"], "person": [""], "priority": ["normal"]})), True),
        (("memory", rule("HandedOff", {"team": ["billing"]})), False),
        (("memory", rule("HandedOff", {"tag": ["vip"]})), False),
        (("memory", rule("HandedOff", {"without_tag": ["vip"], "fields": {"plan": ""}})), True),
    ],
    indirect=["office"],
    ids=str,
)  # fmt: skip
async def test_what_a_rule_may_ask_for(office: Office, matches: bool) -> None:
    talk = await office.ask("马上转人工")
    await office.look()
    assert (await applied(office, talk) == ["r"]) is matches


@pytest.mark.parametrize(
    "office",
    [
        ("sqlite", [{**REFUNDS, "live": False}]),
        pytest.param(("postgres", [{**REFUNDS, "live": False}]), marks=pytest.mark.postgres),
    ],
    indirect=True,
)
async def test_a_rule_is_tried_on_what_happened_before_it_goes_live(office: Office) -> None:
    talks = [await office.ask("我想退课", sender=f"s{number}") for number in range(3)]
    await office.ask("学到哪了", sender="v")
    await office.ask("退", sender="s0")
    await office.look()
    assert (await office.talk(talks[0])).work.tags == ()
    trial = await tried(office)
    (found,) = trial.rules
    assert (trial.conversations, found.rule, found.live, found.events) == (4, "refunds first", False, 4)
    assert found.conversations == set(talks)
    assert {match.text for match in found.matches} == {"我想退课", "退"}
    assert (await tried(office, days=0)).events == 0
    assert (await tried(office, scope=Scope("bo", frozenset({"other"})))).conversations == 4
    assert (await office.talk(talks[0])).work.tags == ()


async def test_a_trial_says_nothing_of_what_was_so_already(office: Office) -> None:
    talk = await office.ask("我想退课")
    await office.look()
    assert (await office.talk(talk)).work.priority == "high"
    await office.ask("我想退课")
    assert [found.events for found in (await tried(office)).rules] == [1]


async def tried(office: Office, days: int = 30, scope: Scope = EVERYTHING) -> Trial:
    since = office.now + timedelta(minutes=1) - timedelta(days=days)
    return await try_rules(office.store, office.clerk.plan, office.clerk.plan.rules, since, scope)


def test_rules_stand_in_files_of_their_own_too(tmp_path: Path) -> None:
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "praise.toml").write_text(PRAISE)
    plan = read_plan(make_config(tmp_path, rules=[REFUNDS]))
    assert [one.name for one in plan.rules] == ["refunds first", "close praise"]
    (tmp_path / "rules" / "zz.toml").write_text(PRAISE)
    with pytest.raises(BadConfig, match="Two rules are called"):
        read_plan(make_config(tmp_path))
    (tmp_path / "rules" / "zz.toml").write_text("[[rules]")
    with pytest.raises(BadConfig, match=r"zz.toml: not valid TOML"):
        read_plan(make_config(tmp_path))


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"when": ["Danced"]}, "'Danced' is unknown"),
        ({"when": ["RuleApplied"]}, "not RuleApplied"),
        ({"if": {"mood": ["bad"]}}, "unknown key 'mood'"),
        ({"if": {"event": {"colour": 1}}}, "has no 'colour'"),
        ({"then": []}, "then is missing"),
        ({"then": [{"deed": "reply", "text": "hi"}]}, "'reply' is unknown"),
        ({"then": [{"deed": "tag", "ad": ["x"]}]}, "unknown key 'ad'"),
        ({"then": [{"deed": "note"}]}, "text"),
        ({"then": [{"deed": "assign", "team": "nobody"}]}, "no \\[teams.nobody\\]"),
        ({"name": ""}, "name is missing"),
    ],
    ids=str,
)
def test_a_wrong_rule_says_what_is_wrong(tmp_path: Path, wrong: dict[str, Any], said: str) -> None:
    with pytest.raises(BadConfig, match=said):
        read_plan(make_config(tmp_path, rules=[{**REFUNDS, **wrong}]))
