"""Work management for the desk's pages and the API alike: the queue, who is there, tickets."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from kefu.app import Operator, Viewer, may_read_conversation, scope_of
from kefu.app.clerk import trying
from kefu.app.clerk.dispatch import crew_of, is_shift, queue_of
from kefu.app.clerk.plan import read_plan
from kefu.app.clerk.trying import Trial
from kefu.core.errors import NotFound
from kefu.core.nouns import Language
from kefu.core.ports.desk import Entry, TicketPage, View
from kefu.web.gate import require
from kefu.web.hall import Hall, now


@dataclass(frozen=True, slots=True)
class Present:
    """Somebody who is there: how many conversations they have, and how many they can have."""

    name: str
    teams: tuple[str, ...]
    load: int
    capacity: int


@dataclass(frozen=True, slots=True)
class Queue:
    """What waits for somebody, in the order in which it is given out, and who is there to be given it."""

    waiting: Sequence[Entry]
    present: Sequence[Present]


@dataclass(frozen=True, slots=True)
class Standing:
    """A team: its titles, whether it is there now, else when it is back; who belongs to it by kefu.toml."""

    name: str
    title: dict[Language, str]
    open: bool
    opens: datetime | None
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Declared:
    """A field of the company's own."""

    name: str
    title: dict[Language, str]
    type: str
    choices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ruling:
    """An automation rule: what it waits for, what it does, and whether it does it."""

    name: str
    when: tuple[str, ...]
    then: tuple[str, ...]
    live: bool


def list_rules(hall: Hall, who: Operator) -> Sequence[Ruling]:
    """The rules in force; raises `NotAllowed`."""
    require(who, "read_reports")
    return [
        Ruling(rule.name, rule.when, tuple(deed.deed for deed in rule.then), rule.live)
        for rule in hall.kefu.clerk.plan.rules
    ]


async def try_rules(hall: Hall, who: Operator, days: int, only: str = "") -> Trial:
    """Hold the rules of the project's files, saved or not yet in force, against past conversations.

    Raises `BadConfig` where a file is wrong, `NotFound` for a rule that there isn't.
    """
    require(who, "read_reports")
    plan = await asyncio.to_thread(read_plan, hall.kefu.config)
    chosen = [rule for rule in plan.rules if only in ("", rule.name)]
    if only and not chosen:
        raise NotFound(f"There is no rule {only!r}.")
    return await trying.try_rules(hall.kefu.store, plan, chosen, now() - timedelta(days=days), scope_of(who))


async def rate(hall: Hall, who: Viewer, talk_id: str, score: int, comment: str) -> int:
    """A customer's word on how it went; raises `NotFound` for a conversation that the viewer does not speak for."""
    talk = await hall.kefu.store.conversation(talk_id)
    if talk is None or not may_read_conversation(who, talk):
        raise NotFound("There is no conversation to rate.")
    return await hall.kefu.rate(talk_id, score, comment)


async def read_queue(hall: Hall, who: Operator) -> Queue:
    """The queue within what the viewer may see, and everybody who is there."""
    require(who, "read")
    kefu = hall.kefu
    waiting = await queue_of(kefu.store, scope_of(who))
    crew = await crew_of(kefu.store, kefu.clerk.plan, now())
    shown = [Present(one.name, tuple(sorted(one.teams or ())), one.load, one.capacity) for one in crew]
    return Queue(waiting, sorted(shown, key=lambda one: one.name))


async def attend(hall: Hall, who: Operator, name: str, *, here: bool) -> None:
    """Let somebody be there, or away; raises `NotAllowed` for those who only look on."""
    require(who, "act")
    await hall.kefu.store.attend(name, now(), here=here)
    hall.kefu.clerk.wake()


async def is_here(hall: Hall, name: str) -> bool:
    """Whether somebody said that they are there, in this shift."""
    return is_shift((await hall.kefu.store.here()).get(name), now())


def read_teams(hall: Hall) -> Sequence[Standing]:
    """The teams of kefu.toml."""
    at = now()
    return [
        Standing(team.name, dict(team.title), team.hours.is_open(at), team.hours.next_opening(at), team.members)
        for team in hall.kefu.clerk.plan.teams.values()
    ]


async def list_tickets(
    hall: Hall, who: Operator, view: View, number: str = "", *, after: str = "", limit: int = 25
) -> TicketPage:
    """Tickets of conversations that the viewer may see, latest first; with `number`, those that begin so."""
    require(who, "read")
    return await hall.kefu.store.tickets(replace(view, scope=scope_of(who)), number.strip(), after, limit)
