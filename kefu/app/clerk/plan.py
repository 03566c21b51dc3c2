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


def read_plan(config: Config) -> Plan:
    """Read it; raises `BadConfig` with the table and the key."""
    house = config.table("handoff")
    tables = {name: config.table(f"teams.{name}") for name in config.names("teams")}
    teams = parse_teams(tables, house, config.zone)
    levels = parse_levels(config.get("service_levels", list))
    for level in levels:
        for team in filter(None, (*level.teams, level.escalate_team)):
            if team not in teams:
                raise BadConfig(f"kefu.toml [[service_levels]] {level.name}: there is no [teams.{team}]; add it.")
    fields = parse_fields(config.get("fields", list))
    shown = [name for name in config.names("channels") if config.get(f"channels.{name}.use", str) == "webchat.v1"]
    return Plan(
        hours=parse_hours(house, config.zone),
        teams=teams,
        levels=levels,
        rules=read_rules(config, teams, fields),
        fields=fields,
        asking=parse_asking(config.table("rating"), shown),
    )


def marks_of(home: Path) -> tuple[tuple[str, int, int], ...]:
    """What tells that kefu.toml or a file of rules was written since: names, times and sizes."""
    files = [home / "kefu.toml", *sorted((home / RULES).glob("*.toml"))]
    found = ((file.name, file.stat()) for file in files if file.is_file())
    return tuple((name, stat.st_mtime_ns, stat.st_size) for name, stat in found)


def read_rules(config: Config, teams: Collection[str], fields: Sequence[Field]) -> tuple[Rule, ...]:
    """The rules of kefu.toml and of the files in `rules/`; raises `BadConfig` with the file or the rule."""
    rules = parse_rules(config.get("rules", list))
    for file in sorted((config.home / RULES).glob("*.toml")):
        try:
            tables = tomllib.loads(file.read_text("utf-8")).get("rules", [])
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise BadConfig(f"{file}: not valid TOML: {error}.") from error
        rules += parse_rules(tables, f"{RULES}/{file.name}")
    names = [rule.name for rule in rules]
    for rule in rules:
        if names.count(rule.name) > 1:
            raise BadConfig(f"Two rules are called {rule.name!r}; give each a name of its own.")
        for deed in rule.then:
            if isinstance(deed, SetFields):
                _check_fields(rule, fields, deed)
            if isinstance(deed, Assign) and deed.team and deed.team not in teams:
                raise BadConfig(f"Rule {rule.name!r} assigns to {deed.team!r}; there is no [teams.{deed.team}].")
    return rules


def _check_fields(rule: Rule, fields: Sequence[Field], deed: SetFields) -> None:
    try:
        checked(fields, deed.fields)
    except BadInput as error:
        raise BadConfig(f"Rule {rule.name!r}: {error.message}") from error
