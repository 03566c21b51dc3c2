"""kefu rules: what is wrong with a rule, and what rules would have done."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from clerk_house import make_office, open_store
from click.testing import CliRunner
from web_house import make_config

from kefu.cli import commands
from kefu.core.errors import BadConfig, NotFound

RULES = """
[[rules]]
name = "refunds"
when = ["MessageUnderstood"]
then = [{deed = "tag", add = ["refund"]}]
live = false
[rules.if]
intent = ["refund"]

[[rules]]
name = "others"
when = ["HandedOff"]
then = [{deed = "prioritise", priority = "high"}]
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with two rules, to which two customers have written."""
    (tmp_path / "kefu.toml").write_text('[store]\npath = "kefu.db"\n', "utf-8")
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "first.toml").write_text(RULES, "utf-8")

    async def write() -> None:
        async with open_store(f"sqlite:///{tmp_path}/kefu.db") as store:
            office = make_office(store, make_config(tmp_path))
            office.now = datetime.now(UTC)
            for sender in ("a", "b"):
                await office.ask("我想退课", sender=sender)

    asyncio.run(write())
    return tmp_path


def run(*words: str | Path) -> str:
    done = CliRunner().invoke(commands, ["rules", *map(str, words)], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


def test_rules_are_listed_with_what_they_do(project: Path) -> None:
    assert json.loads(run("check", project, "--json")) == [
        {"name": "refunds", "when": ["MessageUnderstood"], "live": False},
        {"name": "others", "when": ["HandedOff"], "live": True},
    ]


def test_a_wrong_rule_is_named(project: Path) -> None:
    (project / "rules" / "second.toml").write_text('[[rules]]\nname = "x"\nwhen = ["Danced"]\n', "utf-8")
    with pytest.raises(BadConfig, match=r"second.toml.*'Danced'"):
        run("check", project)


def test_what_rules_would_have_done_is_counted(project: Path) -> None:
    trial = json.loads(run("dry-run", project, "--json"))
    assert [(one["rule"], one["events"], len(one["conversations"])) for one in trial["rules"]] == [
        ("refunds", 2, 2),
        ("others", 0, 0),
    ]
    assert [one["rule"] for one in json.loads(run("dry-run", project, "--only", "others", "--json"))["rules"]] == [
        "others"
    ]
    with pytest.raises(NotFound, match="check"):
        run("dry-run", project, "--only", "none")
