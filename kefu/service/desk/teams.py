"""Teams: what they take and when they are there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import tzinfo
from typing import get_args

from kefu.core.nouns import Conversation, Language
from kefu.core.people import CAPACITY
from kefu.service.desk.case import Case
from kefu.service.desk.hours import Hours, parse_hours
from kefu.service.desk.terms import Terms

HOURS = ("days", "hours", "holidays", "working_days", "calendar", "minutes_to_reply")


@dataclass(frozen=True, slots=True)
class Team:
    """A team: its title, its hours, and what it takes; an empty list means anything.

    `members` are those who belong to it where nobody's account says so, each with `capacity` conversations at once.
    """

    name: str
    hours: Hours
    title: Mapping[Language, str] = field(default_factory=dict)
    intents: tuple[str, ...] = ()
    languages: tuple[Language, ...] = ()
    tags: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    members: tuple[str, ...] = ()
    capacity: int = CAPACITY


def parse_teams(
    tables: Mapping[str, Mapping[str, object]], house: Mapping[str, object], zone: tzinfo
) -> dict[str, Team]:
    """Read `[teams.*]`; a team has the house's hours where it says none. Raises `BadConfig` with the key."""
    return {name: _parse(name, table, house, zone) for name, table in tables.items()}


def _parse(name: str, table: Mapping[str, object], house: Mapping[str, object], zone: tzinfo) -> Team:
    terms = Terms(f"teams.{name}", table)
    terms.knows(*HOURS)
    team = Team(
        name=name,
        hours=parse_hours({**house, **{key: table[key] for key in HOURS if key in table}}, zone, terms.place),
        title=terms.titles("title", name),
        intents=terms.texts("intents"),
        languages=terms.choices("languages", get_args(Language)),
        tags=terms.texts("tags"),
        channels=terms.texts("channels"),
        members=terms.texts("members"),
        capacity=terms.whole("capacity", CAPACITY),
    )
    terms.done()
    return team


def team_for(talk: Conversation, case: Case, teams: Sequence[Team]) -> tuple[str, str]:
    """The team that takes a conversation, and why; empty where none does.

    The one that says most precisely what it takes; of equals, the first.
    """
    fits = [(reasons, team) for team in teams if (reasons := _reasons(team, talk, case)) is not None]
    if not fits:
        return "", ""
    reasons, team = max(fits, key=lambda fit: len(fit[0]))
    return team.name, " ".join(reasons) or "usual"


def _reasons(team: Team, talk: Conversation, case: Case) -> tuple[str, ...] | None:
    """Why a team takes a conversation; None where it doesn't."""
    found = [*_asked(team, talk, case)]
    return None if None in found else tuple(reason for reason in found if reason)


def _asked(team: Team, talk: Conversation, case: Case) -> Iterator[str | None]:
    for name, wanted, has in (
        ("intent", team.intents, case.intents),
        ("language", team.languages, (talk.language,)),
        ("tag", team.tags, talk.work.tags),
        ("channel", team.channels, (talk.channel,)),
    ):
        if wanted:
            yield next((f"{name}:{one}" for one in has if one in wanted), None)
