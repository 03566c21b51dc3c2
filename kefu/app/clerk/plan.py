"""How this company works: its hours, teams, service levels, rules and fields, read from kefu.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from kefu.app.config import Config
from kefu.core.errors import BadConfig, BadInput
from kefu.core.nouns import Language
from kefu.service.desk.deeds import Assign, SetFields
from kefu.service.desk.fields import Field, checked, parse_fields
from kefu.service.desk.hours import Hours, parse_hours
from kefu.service.desk.levels import Level, parse_levels
from kefu.service.desk.rating import Asking, parse_asking
from kefu.service.desk.rules import Rule, parse_rules
from kefu.service.desk.teams import Team, parse_teams
from kefu.service.desk.terms import BadTerm

RULES = "rules"
"""The folder of rules in a project, and their list in kefu.toml."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What the clerk goes by; `hours` are the house's."""

    hours: Hours
    teams: Mapping[str, Team] = field(default_factory=dict)
    levels: tuple[Level, ...] = ()
    rules: tuple[Rule, ...] = ()
    fields: tuple[Field, ...] = ()
    asking: Asking = field(default_factory=Asking)

    def hours_of(self, team: str) -> Hours:
        """The hours of a team; of the house for one that has no table."""
        return self.teams[team].hours if team in self.teams else self.hours

    def title_of(self, team: str, language: Language) -> str:
        """How a team is called in a language; one that has no table goes by its name."""
        return self.teams[team].title[language] if team in self.teams else team

    def field_title(self, name: str, language: Language) -> str:
        """How a field is called in a language; one that is not declared goes by its name."""
        return next((one.title[language] for one in self.fields if one.name == name), name)

    @property
    def all_hours(self) -> tuple[Hours, ...]:
        """The hours of the house and of every team."""
        return self.hours, *(team.hours for team in self.teams.values())


def read_plan(config: Config, texts: Mapping[str, str] | None = None) -> Plan:
    """Read it, with the files of rules as they are or as `texts` have them; raises `BadConfig` with table and key."""
    house = config.table("handoff")
    tables = {name: config.table(f"teams.{name}") for name in config.names("teams")}
    teams = parse_teams(tables, house, config.zone)
    levels = parse_levels(config.get("service_levels", list))
    for level in levels:
        for key, named in (("teams", level.teams), ("escalate_team", (level.escalate_team,))):
            for team in filter(None, named):
                if team not in teams:
                    said = f"kefu.toml [[service_levels]] {level.name}: there is no [teams.{team}]; add it."
                    raise BadTerm(said, key, "no_team", team)
    fields = parse_fields(config.get("fields", list))
    shown = [name for name in config.names("channels") if config.get(f"channels.{name}.use", str) == "webchat.v1"]
    return Plan(
        hours=parse_hours(house, config.zone),
        teams=teams,
        levels=levels,
        rules=read_rules(config, teams, fields, rule_texts(config.home) if texts is None else texts),
        fields=fields,
        asking=parse_asking(config.table("rating"), shown),
    )


def marks_of(home: Path) -> tuple[tuple[str, int, int], ...]:
    """What tells that kefu.toml or a file of rules was written since: names, times and sizes."""
    files = [home / "kefu.toml", *sorted((home / RULES).glob("*.toml"))]
    found = ((file.name, file.stat()) for file in files if file.is_file())
    return tuple((name, stat.st_mtime_ns, stat.st_size) for name, stat in found)


def rule_texts(home: Path) -> dict[str, str]:
    """The files of rules in a project by their place in it, with what is in them."""
    files = sorted((home / RULES).glob("*.toml"))
    try:
        return {f"{RULES}/{file.name}": file.read_text("utf-8") for file in files}
    except UnicodeDecodeError as error:
        raise BadConfig(f"A file in {home / RULES} is not UTF-8: {error}.") from error


def read_rules(
    config: Config, teams: Collection[str], fields: Sequence[Field], texts: Mapping[str, str]
) -> tuple[Rule, ...]:
    """The rules of kefu.toml and of files in `rules/`; raises `BadConfig` with the file or the rule."""
    rules = parse_rules(config.get("rules", list))
    for place, text in texts.items():
        try:
            tables = tomllib.loads(text).get("rules", [])
        except tomllib.TOMLDecodeError as error:
            raise BadConfig(f"{config.home / place}: not valid TOML: {error}.") from error
        rules += parse_rules(tables, place)
    names = [rule.name for rule in rules]
    for rule in rules:
        if names.count(rule.name) > 1:
            said = f"Two rules are called {rule.name!r}; give each a name of its own."
            raise BadTerm(said, "name", "twice", rule.name)
        for deed in rule.then:
            if isinstance(deed, SetFields):
                _check_fields(rule, fields, deed)
            if isinstance(deed, Assign) and deed.team and deed.team not in teams:
                said = f"Rule {rule.name!r} assigns to {deed.team!r}; there is no [teams.{deed.team}]."
                raise BadTerm(said, "then", "no_team", deed.team)
    return rules


def _check_fields(rule: Rule, fields: Sequence[Field], deed: SetFields) -> None:
    try:
        checked(fields, deed.fields)
    except BadInput as error:
        raise BadTerm(f"Rule {rule.name!r}: {error.message}", "then", "field", error.message) from error
