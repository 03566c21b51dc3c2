"""Teams, service levels, rules and fields as they are written: read, put in, changed, moved and taken out.

The files stay the truth: a change is made in the text of kefu.toml or of a file in `rules/`, which keeps its
comments and its order, and is written only if the plan that the files then make holds (decision 0031).
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

from kefu.app.clerk.plan import RULES, Plan, read_plan, rule_texts
from kefu.app.config import config_from
from kefu.app.config_file import refuse_environment, write_text, writing
from kefu.app.toml_text import Block, blocks_of, changed, plain, put_in, quoted, same, swapped, without
from kefu.core.errors import BadConfig, NotFound, Overtaken
from kefu.core.trail import fingerprint
from kefu.service.desk.rules import Rule
from kefu.service.desk.terms import BadTerm

Kind = Literal["teams", "service_levels", "rules", "fields"]
KINDS: tuple[Kind, ...] = get_args(Kind)

MAIN = "kefu.toml"
NEW_RULES = f"{RULES}/desk.toml"
"""Where rules that the desk makes are put."""

FIXED: tuple[Kind, ...] = ("teams", "fields")
"""Kinds whose names stand in conversations, so that what has one keeps it."""

LONGEST_NAME = 60

Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Table:
    """A table as it is written, with its `name` among its `values`.

    `file` is its place in the project, `at` its place among its like there; `version` is another one as soon as
    anything of it changed.
    """

    kind: Kind
    name: str
    file: str
    at: int
    values: Values

    @property
    def version(self) -> str:
        """A short digest of what is written."""
        return fingerprint({"file": self.file, "values": self.values})


@dataclass(frozen=True, slots=True)
class Changed:
    """What a change did to a table: None where there was none before, or is none now."""

    kind: Kind
    before: Table | None
    after: Table | None

    @property
    def name(self) -> str:
        """What it is called, after the change where it then is there."""
        table = self.after or self.before
        return table.name if table else ""


def read_tables(home: Path, kind: Kind) -> list[Table]:
    """All of a kind, in the order in which they count; raises `BadConfig` for a file that can't be read."""
    return _tables(kind, _texts(home) if (home / MAIN).is_file() else {})


def keep_table(home: Path, kind: Kind, name: str, values: Values, seen: str = "") -> Changed:
    """Write a table: in the place of the one called `name` as it was `seen`, or with an empty name a new one.

    Raises `BadTerm` with the key that is wrong, `Overtaken` where what was seen is no longer so.
    """
    values = _clean(values)
    return _carry_out(home, kind, lambda texts: _keep(texts, kind, name, values, seen), name, values["name"])


def plan_with(home: Path, name: str, values: Values) -> tuple[Plan, Rule]:
    """The plan that the files would make with a rule so, and that rule; nothing is written. Raises `BadTerm`."""
    values, texts = _clean(values), _texts(home)
    before = _named(_tables("rules", texts), name)
    _keep(texts, "rules", name if before else "", values, before.version if before else "")
    plan = _plan(home, texts)
    return plan, next(rule for rule in plan.rules if rule.name == values["name"])


def drop_table(home: Path, kind: Kind, name: str, seen: str) -> Changed:
    """Take a table out as it was `seen`; raises `Overtaken`, `BadTerm` where others still name it."""

    def change(texts: dict[str, str]) -> str:
        before = _seen(_tables(kind, texts), name, seen)
        return _edit(texts, before.file, kind, lambda text, blocks: without(text, blocks[before.at]))

    return _carry_out(home, kind, change, name, name)


def move_table(home: Path, kind: Kind, name: str, seen: str, by: Literal[-1, 1]) -> Changed:
    """Let a table count before (-1) or after (1) its neighbour in the same file; the first and last stay."""

    def change(texts: dict[str, str]) -> str:
        before = _seen(_tables(kind, texts), name, seen)

        def move(text: str, blocks: Sequence[Block]) -> str:
            here, there = sorted((before.at, before.at + by))
            return swapped(text, blocks[here], blocks[there]) if here >= 0 and there < len(blocks) else text

        return _edit(texts, before.file, kind, move)

    return _carry_out(home, kind, change, name, name)


def put_back(home: Path, done: Changed) -> Changed:
    """Undo a change, if the table still is what the change made of it; raises `Overtaken`, `BadTerm`."""
    old, new = done.before, done.after
    if old is None and new:
        return drop_table(home, done.kind, new.name, new.version)
    if old and new and old.at != new.at and same(old.values, new.values):
        now = _named(read_tables(home, done.kind), new.name)
        if now is None or now.at != new.at:
            raise Overtaken(f"{new.name!r} was moved or removed meanwhile; look at it first.")
        return move_table(home, done.kind, new.name, new.version, -1 if old.at < new.at else 1)
    if old and new:
        return keep_table(home, done.kind, new.name, old.values, new.version)
    if old is None:
        raise NotFound("This changed nothing that could be put back.")

    def change(texts: dict[str, str]) -> str:
        if any(one.name == old.name for one in _tables(done.kind, texts)):
            raise Overtaken(f"There is one called {old.name!r} again; look at it first.")
        head, values = _head(done.kind, old.name), _of(old.values, done.kind)
        return _edit(texts, old.file, done.kind, lambda text, blocks: put_in(text, blocks, old.at, head, values))

    return _carry_out(home, done.kind, change, old.name, old.name)


def _keep(texts: dict[str, str], kind: Kind, name: str, values: Values, seen: str) -> str:
    """Change the texts so that they hold a table; the file that did."""
    tables, called = _tables(kind, texts), values["name"]
    before = _seen(tables, name, seen) if name else None
    if called != name and any(one.name == called for one in tables):
        raise BadTerm(f"There is one called {called!r} already; give it another name.", "name", "twice", called)
    if before and called != name and kind in FIXED:
        raise BadTerm(f"{name!r} keeps its name, which stands in conversations.", "name", "fixed", name)
    _refuse_environment(kind, called)
    file = before.file if before else NEW_RULES if kind == "rules" else MAIN
    head, keys = _head(kind, called), _of(values, kind)

    def write(text: str, blocks: Sequence[Block]) -> str:
        return changed(text, blocks[before.at], head, keys) if before else put_in(text, blocks, -1, head, keys)

    _edit(texts, file, kind, write)
    written = _named(_tables(kind, texts), called)
    if written is None or not same(written.values, values):
        raise BadConfig(f"{file}: {called!r} is written in a way that can't be changed here; change it by hand.")
    return file


def _carry_out(home: Path, kind: Kind, change: Callable[[dict[str, str]], str], old: str, new: str) -> Changed:
    """Let a change make other texts of the files; write the one that it changed if the plan still holds."""
    with writing(home):
        texts = _texts(home)
        before = _named(_tables(kind, texts), old)
        unchanged = dict(texts)
        file = change(texts)
        after = _named(_tables(kind, texts), new)
        if texts != unchanged:
            _check(home, kind, unchanged, texts, {old, new})
            (home / file).parent.mkdir(exist_ok=True)
            write_text(home / file, texts[file])
    return Changed(kind, before, after)


def _check(home: Path, kind: Kind, before: Mapping[str, str], after: Mapping[str, str], names: set[str]) -> None:
    """Raise where the files no longer make a plan, or anything else than these tables came out otherwise."""
    others = [[one for one in _tables(kind, texts) if one.name not in names] for texts in (before, after)]
    rest = [{file: _rest(text, kind) for file, text in texts.items() if text} for texts in (before, after)]
    if [one.values for one in others[0]] != [one.values for one in others[1]] or any(
        rest[0].get(file, {}) != left for file, left in rest[1].items()
    ):
        raise BadConfig(f"{kind} are written in a way that can't be changed here; change the file by hand.")
    _plan(home, after)


def _plan(home: Path, texts: Mapping[str, str]) -> Plan:
    return read_plan(config_from(home, texts[MAIN]), {file: text for file, text in texts.items() if file != MAIN})


def _texts(home: Path) -> dict[str, str]:
    file = home / MAIN
    if not file.is_file():
        raise BadConfig(f"There is no kefu.toml in {home}; make a project with `kefu init {home}`.")
    return {MAIN: file.read_text("utf-8"), **rule_texts(home)}


def _tables(kind: Kind, texts: Mapping[str, str]) -> list[Table]:
    found = []
    for file, text in texts.items():
        if file != MAIN and kind != "rules":
            continue
        written = _parsed(file, text).get(kind, {} if kind == "teams" else [])
        listed = [{"name": name, **table} for name, table in written.items()] if kind == "teams" else written
        for at, values in enumerate(plain(listed)):
            found.append(Table(kind, str(values.get("name", "")), file, at, values))
    return found


def _rest(text: str, kind: Kind) -> Mapping[str, object]:
    return {key: value for key, value in tomllib.loads(text).items() if key != kind}


def _parsed(file: str, text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadConfig(f"{file}: not valid TOML: {error}.") from error


def _named(tables: Sequence[Table], name: str) -> Table | None:
    return next((one for one in tables if one.name == name), None) if name else None


def _seen(tables: Sequence[Table], name: str, seen: str) -> Table:
    """The table of a name, if it still is what somebody saw."""
    found = _named(tables, name)
    if found is None:
        raise Overtaken(f"{name!r} was removed meanwhile, here or in the file.")
    if found.version != seen:
        raise Overtaken(f"{name!r} was changed meanwhile, here or in the file; look at it, then do it again.")
    return found


def _edit(texts: dict[str, str], file: str, kind: Kind, change: Callable[[str, Sequence[Block]], str]) -> str:
    """Change the text of a file; its name."""
    text = texts.get(file, "")
    blocks = blocks_of(text, kind, listed=kind != "teams")
    if len(blocks) != len(_parsed(file, text).get(kind, ())):
        head = "[teams.NAME]" if kind == "teams" else f"[[{kind}]]"
        raise BadConfig(f"{file}: write each of {kind} under a {head} of its own; then it can be changed here.")
    texts[file] = change(text, blocks)
    _parsed(file, texts[file])
    return file


def _head(kind: Kind, name: str) -> str:
    return f"[teams.{quoted(name)}]" if kind == "teams" else f"[[{kind}]]"


def _of(values: Values, kind: Kind) -> Values:
    """What stands under the head: a team's name is in the head itself."""
    return {key: value for key, value in values.items() if kind != "teams" or key != "name"}


def _clean(values: Values) -> dict[str, Any]:
    """Values as they are written: no nothings, and a name that can be one."""
    found = {key: value for key, value in plain(values).items() if value is not None}
    return {"name": _name(found.pop("name", "")), **found}


def _name(name: object) -> str:
    found = " ".join(str(name).split())
    if not found:
        raise BadTerm("name is missing; give it one.", "name", "missing")
    if len(found) > LONGEST_NAME or not found.isprintable():
        raise BadTerm(f"A name has at most {LONGEST_NAME} letters.", "name", "long")
    return found


def _refuse_environment(kind: Kind, name: str) -> None:
    refuse_environment(kind)
    if kind == "teams":
        if not name.replace("-", "").replace("_", "").isalnum():
            raise BadTerm("A team's name has letters, digits, - and _; its title may be anything.", "name", "letters")
        for key in ("hours", "days", "members"):
            refuse_environment(f"teams.{name}.{key}")
