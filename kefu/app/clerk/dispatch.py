"""The queue: conversations that people have and nobody in particular, given out one by one as somebody has room.

Each decision has a number, kept as a bookmark; the commit that follows from it uses the number up. So of two
processes only one decides on the same state of everybody's load, and nobody is given more than they have room for.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import get_args

from kefu.app.clerk.plan import Plan
from kefu.app.following import REPLAYED
from kefu.app.people.entrance import operator_from
from kefu.core.errors import NotFound
from kefu.core.events import Assigned, Event
from kefu.core.nouns import Conversation
from kefu.core.people import CAPACITY, Person
from kefu.core.ports.desk import Entry, Scope, View
from kefu.core.ports.store import Memory, Store
from kefu.core.work import Priority
from kefu.service.desk.case import HOUSE, Case, case_of
from kefu.service.desk.routing import Colleague, Need, choose
from kefu.service.dialogue.fold import PRESSING
from kefu.service.privacy.access import may
from kefu.service.turn.house import House

ROUTING = "routing"
"""The bookmark that counts decisions."""

SHIFT = timedelta(hours=12)
"""Whoever said longer ago that they are there has gone home."""

LONGEST = 100
"""Conversations of each priority that are looked at: whoever comes behind them waits for longer anyway."""

LATEST = 80
"""Events of a conversation that say what it is about."""

Let = Callable[..., Awaitable[tuple[Event, ...]]]


class Dispatch:
    """Gives out what waits in the queue; `let` commits."""

    def __init__(self, store: Memory, plan: Plan, let: Let) -> None:
        self._store = store
        self._plan = plan
        self._let = let

    async def drain(self, house: House) -> int:
        """Give out until nobody has room or nothing fits; returns how many were given."""
        given = 0
        passed: set[str] = set()
        while True:
            slot = await self._store.bookmark(ROUTING)
            crew = await crew_of(self._store, self._plan, house.clock())
            if not any(one.has_room for one in crew):
                return given
            entry = next(
                (e for e in await queue_of(self._store, Scope()) if e.id not in passed and _fits(e, crew)), None
            )
            if entry is None:
                return given
            passed.add(entry.id)
            given += await self._give(entry, crew, slot, house)
            await self._store.turn_to(ROUTING, slot, slot + 1)

    async def _give(self, entry: Entry, crew: Sequence[Colleague], slot: int, house: House) -> bool:
        case = await read_case(self._store, entry.id, entry.version)
        served_by = case.served_by or await self._served_by(entry)

        def decide(talk: Conversation, now: datetime) -> Sequence[Event]:
            if talk.status != "open" or talk.work.person:
                return ()
            found = choose(need_of(talk, case, served_by), crew)
            return (Assigned(now, HOUSE, found[0].name, talk.work.team, found[1]),) if found else ()

        try:
            return bool(await self._let(entry.id, decide, house, claims=(f"{ROUTING}:{slot}.",)))
        except NotFound:
            return False

    async def _served_by(self, entry: Entry) -> str:
        """Who had this customer's conversation before, in another channel."""
        if not entry.customer_id:
            return ""
        view = View(status=("closed", "open", "snoozed"), customer_id=entry.customer_id)
        page = await self._store.inbox(view, "newest", "", 5)
        return next((one.person for one in page.entries if one.person), "")


async def read_case(store: Store, conversation_id: str, until: int) -> Case:
    """What the events of a conversation up to a number say it is about."""
    recorded = await store.events(conversation_id, max(0, until - LATEST))
    return case_of(one.event for one in recorded if one.number <= until)


async def read_risks(store: Memory, talk: Conversation) -> dict[str, float]:
    """The highest that each predictor foresees of a conversation's customer, as kept."""
    scores = await store.scores_of(talk.identity.customer_id if talk.identity else talk.id)
    found: dict[str, float] = {}
    for one in scores:
        found[one.predictor] = max(one.prediction.value, found.get(one.predictor, 0.0))
    return found


def need_of(talk: Conversation, case: Case, served_by: str) -> Need:
    """What a conversation needs of whoever gets it."""
    topics = frozenset((*case.intents, *talk.work.tags, *([talk.work.team] if talk.work.team else [])))
    return Need(talk.work.team, talk.language, topics, served_by, frozenset(filter(None, [case.left_by])))


def _fits(entry: Entry, crew: Sequence[Colleague]) -> bool:
    if entry.channel == REPLAYED:
        return False
    need = Need(entry.team, entry.language)
    return any(one.has_room and one.may_have(need) for one in crew)


async def queue_of(store: Memory, scope: Scope) -> list[Entry]:
    """What waits for somebody: by priority, angry customers before others, then longest waiting first."""
    queue: list[Entry] = []
    for priority in reversed(get_args(Priority)):
        view = View(scope, status=("open",), person="", priority=priority)
        page = await store.inbox(view, "waiting", "", LONGEST)
        queue += sorted(page.entries, key=lambda entry: entry.anger < PRESSING)
    return queue


def is_shift(since: datetime | None, now: datetime) -> bool:
    """Whether somebody who came at a time is still there."""
    return since is not None and now - since < SHIFT


async def crew_of(store: Memory, plan: Plan, now: datetime) -> list[Colleague]:
    """Everybody who is there, with what they know and how much they have."""
    since = {name: at for name, at in (await store.here()).items() if is_shift(at, now)}
    if not since:
        return []
    accounts = {one.name: one for one in await store.people()}
    loads = await store.tally([View(status=("open",), person=name) for name in since])
    crew = []
    for name, load in zip(since, loads, strict=True):
        if (known := member_of(name, accounts, plan)) is None:
            continue
        theirs = View(status=("open", "snoozed", "closed"), person=name)
        latest = (await store.inbox(theirs, "newest", "", 1)).entries
        idle_since = max(latest[0].updated_at, since[name]) if latest else since[name]
        crew.append(replace(known, is_there=True, load=load, idle_since=idle_since))
    return crew


def member_of(name: str, accounts: Mapping[str, Person], plan: Plan) -> Colleague | None:
    """What is known of somebody: by their account, else by the teams that name them in kefu.toml.

    None for an account that may not answer customers. Where nobody is in any team, everybody is in all.
    """
    mine = frozenset(team.name for team in plan.teams.values() if name in team.members)
    capacity = max((plan.teams[team].capacity for team in mine), default=CAPACITY)
    has_teams = any(team.members for team in plan.teams.values()) or any(one.teams for one in accounts.values())
    account = accounts.get(name)
    if account is None:
        return Colleague(name, mine if has_teams else None, capacity=capacity)
    if account.disabled_at or not may(operator_from(account), "act"):
        return None
    teams = mine | {*account.teams}
    skills = frozenset(account.skills)
    return Colleague(name, teams if has_teams else None, account.languages, skills, account.capacity)
