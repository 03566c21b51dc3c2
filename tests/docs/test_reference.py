"""The reference is complete and invents nothing: it is compared with the code, in both languages."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import fields
from pathlib import Path

import click
import pytest
from web_house import make_config

from kefu.app.clerk.plan import read_plan
from kefu.cli import commands
from kefu.core import errors
from kefu.core.events import KINDS, Event
from kefu.core.skill import Call, Outcome, Slot, StepKind
from kefu.service.dialogue.decide import RULES
from kefu.service.privacy.access import RIGHTS
from kefu.service.skills.grade import GRADES
from kefu.service.skills.parse import KEYS, SECTIONS

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
COMPLETE: Mapping[str, dict[str, object]] = {
    "service_levels": {"name": "x", "first_reply": 1},
    "rules": {"name": "x", "when": ["Closed"], "then": [{"deed": "note", "text": "x"}]},
    "fields": {"name": "x"},
}
"""What a table of each list needs at least."""
CODE = re.compile(r"`([^`]+)`")


@pytest.fixture(params=["en", "zh"])
def language(request: pytest.FixtureRequest) -> str:
    return request.param


def read(language: str, page: str) -> str:
    return (ROOT / "docs" / language / "reference" / page).read_text("utf-8")


def rows(text: str) -> Iterator[list[str]]:
    """The cells of every table row."""
    for line in text.splitlines():
        if line.startswith("|") and not line.startswith("|---"):
            yield [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]


def first_codes(text: str) -> set[str]:
    """All `code` in the first column of tables."""
    return {code for row in rows(text) for code in CODE.findall(row[0])}


def parts(text: str) -> dict[str, str]:
    """Sections of a page by what stands as code in their heading, or by the heading."""
    found = {}
    for section in re.split(r"^## ", text, flags=re.MULTILINE)[1:]:
        heading, _, body = section.partition("\n")
        found[heading.strip().strip("`")] = body
    return found


def every_command(command: click.Command, name: str) -> Iterator[tuple[str, click.Command]]:
    if isinstance(command, click.Group):
        if name == "kefu":
            yield name, command
        for sub, child in command.commands.items():
            yield from every_command(child, f"{name} {sub}")
    else:
        yield name, command


def options(command: click.Command) -> set[str]:
    return {flag for one in command.params if isinstance(one, click.Option) for flag in one.opts}


def test_every_command_has_its_part(language: str) -> None:
    assert set(parts(read(language, "commands.md"))) == {name for name, _ in every_command(commands, "kefu")}


@pytest.mark.parametrize(
    ("name", "command"), [pytest.param(*one, id=one[0]) for one in every_command(commands, "kefu")]
)
def test_every_option_of_a_command_is_explained(name: str, command: click.Command, language: str) -> None:
    explained = first_codes(parts(read(language, "commands.md"))[name])
    assert explained - {"-h", "--help"} == options(command)


def flat(table: Mapping[str, object], prefix: str = "") -> Iterator[str]:
    for name, value in table.items():
        if isinstance(value, Mapping):
            yield from flat(value, f"{prefix}{name}.")
        else:
            yield prefix + name


def test_every_key_of_the_configuration_is_explained(language: str) -> None:
    every = flat(tomllib.loads((ROOT / "kefu" / "app" / "defaults.toml").read_text("utf-8")))
    defaults = {key for key in every if "." in key}
    explained = {key for key in first_codes(read(language, "configuration.md")) if "." in key}
    assert {key for key in explained if ".NAME." not in key and key != "kefu.toml"} == defaults


@pytest.mark.parametrize("name", ["service_levels", "rules", "fields"])
def test_every_key_of_a_list_of_tables_is_explained(name: str, language: str, tmp_path: Path) -> None:
    with pytest.raises(errors.BadConfig, match="unknown key") as wrong:
        read_plan(make_config(tmp_path, **{name: [COMPLETE[name] | {"nonsense": 1}]}))
    known = set(wrong.value.message.partition("there are ")[2].rstrip(".").split(", "))
    assert first_codes(parts(read(language, "configuration.md"))[name]) == known


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_key_of_a_team_is_explained(language: str, tmp_path: Path) -> None:
    with pytest.raises(errors.BadConfig, match="unknown key") as wrong:
        read_plan(make_config(tmp_path, **{"teams.x.nonsense": 1}))
    known = set(wrong.value.message.partition("there are ")[2].rstrip(".").split(", "))
    explained = {
        key.removeprefix("teams.NAME.") for key in first_codes(parts(read(language, "configuration.md"))["teams"])
    }
    assert explained == known - {"minutes_to_reply"}


def test_the_sample_project_sets_only_keys_that_are_explained(language: str) -> None:
    sample = tomllib.loads((ROOT / "kefu" / "starter" / "education" / "kefu.toml").read_text("utf-8"))
    keys = (key.removesuffix(".zh").removesuffix(".en") for key in flat(sample) if "." in key)
    named = {re.sub(r"^(records|channels|teams)\.\w+\.", r"\1.NAME.", key) for key in keys}
    assert named <= first_codes(read(language, "configuration.md"))


def test_every_plug_in_is_named(language: str) -> None:
    text = read(language, "sockets.md")
    groups = PROJECT["project"]["entry-points"]
    assert [name for group in groups.values() for name in group if f"`{name}`" not in text] == []
    assert [group for group in groups if f"`{group}`" not in text] == []


def every_error(kind: type[errors.KefuError] = errors.KefuError) -> Iterator[type[errors.KefuError]]:
    yield kind
    for child in kind.__subclasses__():
        if child.__module__ == errors.__name__:
            yield from every_error(child)


def test_every_error_is_explained_with_its_status(language: str) -> None:
    text = read(language, "errors.md")
    explained = {row[0].strip("`"): row[1] for row in rows(text) if row[0].startswith("`")}
    real = {kind.code: str(kind.status) for kind in every_error()}
    assert explained == {code: status for code, status in real.items() if code != "kefu"}
    assert "`kefu`" in text


def test_every_event_is_explained_with_its_fields(language: str) -> None:
    explained = {
        row[0].strip("`"): set(CODE.findall(row[2])) for row in rows(read(language, "events.md")) if "`" in row[0]
    }
    common = {field.name for field in fields(Event)}
    assert set(explained) == set(KINDS)
    for name, kind in KINDS.items():
        missing = {field.name for field in fields(kind)} - common - explained[name]
        assert not missing, f"{name}: {missing}"


def every_socket() -> Iterator[tuple[str, str, set[str]]]:
    """(file, socket, methods) of every protocol under core/ports."""
    for path in sorted((ROOT / "kefu" / "core" / "ports").glob("[a-z]*.py")):
        for node in ast.parse(path.read_text("utf-8")).body:
            if isinstance(node, ast.ClassDef) and any(ast.unparse(base) == "Protocol" for base in node.bases):
                defined = (part for part in node.body if isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef))
                yield path.name, node.name, {one.name for one in defined if not one.decorator_list}


def test_every_socket_is_drawn_with_its_methods(language: str) -> None:
    drawn = {
        row[0].strip("`"): (row[1].strip("`"), set(CODE.findall(row[3])))
        for row in rows(read(language, "sockets.md"))
        if len(row) == 5 and row[0].startswith("`")
    }
    assert drawn == {name: (file, methods) for file, name, methods in every_socket()}


def test_every_conformance_kit_is_named(language: str) -> None:
    text = read(language, "sockets.md")
    kits = [path.stem for path in (ROOT / "kefu" / "testing").glob("check_*.py")]
    assert kits
    assert [kit for kit in kits if f"`kefu.testing.{kit}`" not in text] == []


def test_everything_that_a_skill_folder_may_say_is_explained(language: str) -> None:
    text = read(language, "skill-folder.md")
    explained = first_codes(text)
    assert explained >= KEYS
    assert explained >= {field.name for field in fields(Slot)} - {"name"}
    assert {code.split()[0] for code in explained} >= set(StepKind.__args__)
    assert [section for section in SECTIONS if f"`[{section}]`" not in text] == []
    assert [grade for grade in GRADES[1:] if f"| {grade} |" not in text and f"`{grade}`" not in text] == []


def test_everything_that_an_action_may_use_is_explained(language: str) -> None:
    text = read(language, "skill-folder.md")
    members = {name for name in vars(Call) if not name.startswith("_")}
    assert members <= set(re.findall(r"`(?:await )?call\.(\w+)", text))
    returned = {code.partition("(")[0] for code in first_codes(text)}
    assert {kind.__name__ for kind in Outcome.__args__} <= returned


def test_the_rules_of_the_dialogue_are_listed_in_their_order(language: str) -> None:
    text = (ROOT / "docs" / language / "explain" / "dialogue.md").read_text("utf-8")
    listed = [row[1].strip("`") for row in rows(text) if row[0].isdigit()]
    assert listed == [rule.__name__ for rule in RULES]


def test_every_right_of_a_role_is_explained(language: str) -> None:
    text = (ROOT / "docs" / language / "how-to" / "people-and-roles.md").read_text("utf-8")
    table = {row[0].strip("`"): row[2].strip("`") for row in rows(text) if row[0].startswith("`")}
    assert table == RIGHTS


def test_every_library_is_justified() -> None:
    extras = PROJECT["project"]["optional-dependencies"].values()
    wanted = [*PROJECT["project"]["dependencies"], *(name for extra in extras for name in extra)]
    names = {re.split(r"[\[<>=;]", one)[0].strip() for one in wanted}
    text = (ROOT / "docs" / "decisions" / "0006-libraries.md").read_text("utf-8")
    assert {row[0] for row in rows(text)} - {"library"} == names
