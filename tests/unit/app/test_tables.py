"""Teams, service levels, rules and fields are changed in the files as their authors wrote them, or not at all."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from dataclasses import fields
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kefu.app.clerk.plan import read_plan
from kefu.app.clerk.tables import Changed, drop_table, keep_table, move_table, plan_with, put_back, read_tables
from kefu.app.config import load_config
from kefu.app.config_file import write_values
from kefu.app.toml_text import blocks_of, changed, put_in, same, without
from kefu.core.errors import BadConfig, Overtaken
from kefu.service.desk.rules import DEEDS
from kefu.service.desk.terms import BadTerm
from kefu.web.pages.plan.forms import DEED_BOXES

FILE = """\
# 本项目的配置
[kefu]
name = "青禾"   # shown on pages

# Who takes what
[teams.billing]   # money
title = { zh = "账单组", en = "Billing" }   # shown to colleagues
intents = ["refund"]
holidays = [2027-01-01]

[teams.front]
title = "前台"

# By when people answer
[[service_levels]]
name = "urgent"
priorities = ["urgent"]
first_reply = 2   # minutes

# The usual one
[[service_levels]]
name = "usual"
first_reply = 10
escalate_team = "billing"

# Whether customers are asked
[rating]
ask = true
"""
RULES = """\
# What we do with money

[[rules]]
name = "refunds"
when = "HandedOff"   # only then
then = [{ deed = "assign", team = "billing" }]
[rules.if]
intent = "refund"   # the only one

[[rules]]
name = "old style"
when = ["Rated"]
[rules.if]
event = { score = [1, 2] }
[[rules.then]]
deed = "tag"
add = ["bad"]
"""


LOUD = {"deed": "prioritise", "priority": "loud"}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A project with comments, dates, single values and sub-tables."""
    (tmp_path / "kefu.toml").write_text(FILE, "utf-8")
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "money.toml").write_text(RULES, "utf-8")
    return tmp_path


def texts(home: Path) -> dict[str, str]:
    return {file.name: file.read_text("utf-8") for file in sorted(home.rglob("*.toml"))}


def table(home: Path, kind: Any, name: str) -> Any:
    return next(one for one in read_tables(home, kind) if one.name == name)


def test_a_change_touches_the_lines_that_it_is_about(home: Path) -> None:
    before = table(home, "teams", "billing")
    keep_table(
        home, "teams", "billing", {**before.values, "intents": ["refund", "invoice"], "capacity": 3}, before.version
    )
    expected = FILE.replace('["refund"]', '["refund", "invoice"]')
    expected = expected.replace("holidays = [2027-01-01]", "holidays = [2027-01-01]\ncapacity = 3")
    assert texts(home)["kefu.toml"] == expected
    rule = table(home, "rules", "refunds")
    keep_table(home, "rules", "refunds", {**rule.values, "live": False}, rule.version)
    assert texts(home)["money.toml"] == RULES.replace('team = "billing" }]\n', 'team = "billing" }]\nlive = false\n\n')


def changes(home: Path) -> list[Callable[[], Changed]]:
    team, level, rule = (
        table(home, "teams", "front"),
        table(home, "service_levels", "usual"),
        table(home, "rules", "refunds"),
    )
    deeds = [{"deed": "close"}, {"deed": "note", "text": "“quoted” \\ \n line"}]
    return [
        lambda: keep_table(
            home, "teams", "front", {**team.values, "title": {"zh": "前台", "en": "Front"}}, team.version
        ),
        lambda: keep_table(home, "teams", "", {"name": "夜班", "hours": "21:00-24:00", "calendar": "cn"}),
        lambda: drop_table(home, "teams", "front", team.version),
        lambda: move_table(home, "teams", "front", team.version, -1),
        lambda: drop_table(home, "service_levels", "usual", level.version),
        lambda: move_table(home, "service_levels", "usual", level.version, -1),
        lambda: keep_table(home, "service_levels", "usual", {**level.values, "name": "all"}, level.version),
        lambda: keep_table(home, "rules", "refunds", {"name": "x", "when": ["Rated"], "then": deeds}, rule.version),
        lambda: keep_table(home, "rules", "", {"name": "new", "when": ["Closed"], "then": deeds}),
        lambda: drop_table(home, "rules", "refunds", rule.version),
        lambda: move_table(home, "rules", "refunds", rule.version, 1),
        lambda: keep_table(home, "fields", "", {"name": "plan", "type": "choice", "choices": ["a", "b"]}),
    ]


@pytest.mark.parametrize("number", range(12))
def test_what_was_changed_is_put_back(home: Path, number: int) -> None:
    before = {kind: [one.values for one in read_tables(home, kind)] for kind in ("teams", "service_levels", "rules")}
    done = changes(home)[number]()
    assert read_plan(load_config(home))
    put_back(home, done)
    for kind, values in before.items():
        assert all(map(same, [one.values for one in read_tables(home, kind)], values)), kind  # type: ignore[arg-type]
        assert len(read_tables(home, kind)) == len(values)  # type: ignore[arg-type]
    comments = [line for line in FILE.splitlines() if line.startswith("#")]
    written = texts(home)["kefu.toml"].splitlines()
    assert [line for line in written if line in comments] == [
        one for one in comments if one != "# The usual one" or one in written
    ]
    with pytest.raises(Overtaken):
        put_back(home, done)


@pytest.mark.parametrize(
    ("kind", "values", "key", "reason"),
    [
        ("teams", {"name": ""}, "name", "missing"),
        ("teams", {"name": "front"}, "name", "twice"),
        ("teams", {"name": "two words"}, "name", "letters"),
        ("teams", {"name": "x" * 61}, "name", "long"),
        ("teams", {"name": "n", "hours": "18:00-09:00"}, "hours", "hours"),
        ("teams", {"name": "n", "days": ["noday"]}, "days", "days"),
        ("teams", {"name": "n", "holidays": ["2027-02-30"]}, "holidays", "holidays"),
        ("teams", {"name": "n", "calendar": "mars"}, "calendar", "calendar"),
        ("teams", {"name": "n", "minutes_to_reply": "soon"}, "minutes_to_reply", "minutes_to_reply"),
        ("teams", {"name": "n", "capacity": -1}, "capacity", "whole"),
        ("teams", {"name": "n", "colour": "red"}, "colour", "strange"),
        ("service_levels", {"name": "n"}, "first_reply", "promises"),
        ("service_levels", {"name": "n", "first_reply": "soon"}, "first_reply", "minutes"),
        ("service_levels", {"name": "n", "first_reply": 1, "teams": ["none"]}, "teams", "no_team"),
        ("service_levels", {"name": "n", "first_reply": 1, "escalate_team": "none"}, "escalate_team", "no_team"),
        ("rules", {"name": "n"}, "when", "when"),
        ("rules", {"name": "n", "when": ["RuleApplied"]}, "when", "when"),
        ("rules", {"name": "n", "when": ["Nothing"]}, "when", "unknown"),
        ("rules", {"name": "n", "when": ["Rated"]}, "then", "then"),
        ("rules", {"name": "n", "when": ["Rated"], "then": [{"deed": "note"}]}, "then", "deed"),
        ("rules", {"name": "n", "when": ["Rated"], "if": {"tone": ["sour"]}}, "if.tone", "unknown"),
        ("rules", {"name": "n", "when": ["Rated"], "if": {"event": {"colour": 1}}}, "if.event", "event"),
        ("rules", {"name": "n", "when": ["Rated"], "if": {"risk": {"at_risk": "high"}}}, "if.risk", "risk"),
        ("rules", {"name": "n", "when": ["Rated"], "then": [{"deed": "assign", "team": "no"}]}, "then", "no_team"),
        ("rules", {"name": "n", "when": ["Rated"], "then": [LOUD]}, "then.1.priority", "unknown"),
        ("fields", {"name": "n", "type": "choice"}, "choices", "choices"),
    ],
)  # fmt: skip
def test_what_the_files_would_refuse_is_refused_with_its_key(
    home: Path, kind: Any, values: dict[str, Any], key: str, reason: str
) -> None:
    before = texts(home)
    with pytest.raises(BadTerm) as found:
        keep_table(home, kind, "", values)
    assert (found.value.key, found.value.reason) == (key, reason)
    assert texts(home) == before


def test_what_others_name_is_not_taken_out(home: Path) -> None:
    with pytest.raises(BadTerm, match="billing"):
        drop_table(home, "teams", "billing", table(home, "teams", "billing").version)
    with pytest.raises(BadTerm, match="keeps its name"):
        keep_table(home, "teams", "front", {"name": "other"}, table(home, "teams", "front").version)


def test_what_somebody_else_changed_is_not_overwritten(home: Path) -> None:
    seen = table(home, "teams", "front")
    (home / "kefu.toml").write_text(FILE.replace('"前台"', '"大堂"'), "utf-8")
    for change in (
        lambda: keep_table(home, "teams", "front", {"name": "front"}, seen.version),
        lambda: drop_table(home, "teams", "front", seen.version),
        lambda: move_table(home, "teams", "front", seen.version, -1),
        lambda: drop_table(home, "teams", "gone", seen.version),
    ):
        with pytest.raises(Overtaken):
            change()
    assert "大堂" in texts(home)["kefu.toml"]


def test_a_file_that_is_written_otherwise_is_left_alone(home: Path) -> None:
    (home / "kefu.toml").write_text('service_levels = [{ name = "usual", first_reply = 3 }]\n', "utf-8")
    (home / "rules" / "money.toml").unlink()
    with pytest.raises(BadConfig, match="of its own"):
        keep_table(home, "service_levels", "", {"name": "n", "first_reply": 1})
    (home / "kefu.toml").write_text("[kefu\n", "utf-8")
    with pytest.raises(BadConfig, match="not valid TOML"):
        keep_table(home, "teams", "", {"name": "n"})


def test_what_the_environment_decides_is_not_written(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEFU__TEAMS__FRONT__HOURS", "10:00-11:00")
    seen = table(home, "teams", "front")
    with pytest.raises(BadConfig, match="KEFU__TEAMS__FRONT__HOURS"):
        keep_table(home, "teams", "front", {"name": "front", "hours": "09:00-10:00"}, seen.version)


def test_a_rule_is_planned_without_being_written(home: Path) -> None:
    before = texts(home)
    plan, rule = plan_with(home, "refunds", {"name": "refunds", "when": ["Rated"], "then": [{"deed": "close"}]})
    assert (rule.when, len(plan.rules)) == (("Rated",), 2)
    _, rule = plan_with(home, "", {"name": "new", "when": ["Rated"], "then": [{"deed": "close"}]})
    assert rule.name == "new"
    assert texts(home) == before


def add(home: Path, who: str) -> None:
    for number in range(10):
        keep_table(home, "fields", "", {"name": f"{who}{number}"})
        write_values(home, {"kefu.name": f"{who}{number}"})


def test_two_processes_that_write_lose_nothing(home: Path) -> None:
    writers = [get_context("spawn").Process(target=add, args=(home, who)) for who in "ab"]
    for one in writers:
        one.start()
    for one in writers:
        one.join(60)
    assert [one.exitcode for one in writers] == [0, 0]
    assert {one.name for one in read_tables(home, "fields")} == {f"{who}{n}" for who in "ab" for n in range(10)}


def test_a_form_asks_for_all_that_rules_may_do() -> None:
    for name, kind in DEEDS.items():
        assert {one.name for one in fields(kind)} - {"deed", "attachments"} == {box.key for box in DEED_BOXES[name]}


WORDS = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=8)
VALUES = st.recursive(
    st.integers(-9, 999) | st.booleans() | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=6,
)
TABLES = st.dictionaries(WORDS.filter(bool), VALUES, min_size=1, max_size=4)


@settings(max_examples=60, deadline=None)
@given(st.lists(TABLES, min_size=1, max_size=3), TABLES, st.integers(0, 2), st.booleans())
def test_any_table_comes_out_as_it_went_in(
    first: list[dict[str, Any]], new: dict[str, Any], at: int, commented: bool
) -> None:
    text = "# top\n[kefu]\nname = 1\n"
    for values in first:
        text = put_in(text, blocks_of(text, "rules", listed=True), -1, "[[rules]]", values)
    text += "# end\n[web]\nport = 1\n" if commented else ""
    assert tomllib.loads(text)["rules"] == first
    at %= len(first)
    other = changed(text, blocks_of(text, "rules", listed=True)[at], "[[rules]]", new)
    read = tomllib.loads(other)["rules"]
    assert len(read) == len(first)
    assert same(read[at], new)
    assert [one for n, one in enumerate(read) if n != at] == [one for n, one in enumerate(first) if n != at]
    fewer = without(text, blocks_of(text, "rules", listed=True)[at])
    assert tomllib.loads(fewer).get("rules", []) == [one for n, one in enumerate(first) if n != at]
    assert put_in(fewer, blocks_of(fewer, "rules", listed=True), at, "[[rules]]", first[at]).count("# end") == commented
