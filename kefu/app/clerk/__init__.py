"""The clerk: follows the log and the clock, and does what follows from them, whatever process dies when.

It keeps its place in the log under `CLERK`. All that it does is made against the present state and is
nothing where it was done before; so two processes may do the same work, and a crash repeats it
without harm (decision 0021).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta

import structlog

from kefu.app.clerk.dispatch import Dispatch, read_case, read_risks
from kefu.app.clerk.plan import Plan
from kefu.app.following import REPLAYED
from kefu.app.labelled import TAG, is_played
from kefu.core.errors import KefuError, NotFound
from kefu.core.events import Assigned, Closed, Event, RatingAsked
from kefu.core.nouns import Conversation
from kefu.core.ports.desk import Entry, View
from kefu.core.ports.store import Memory, Recorded
from kefu.core.work import Status
from kefu.service.desk.case import HOUSE, Case
from kefu.service.desk.deeds import Wake, events_of
from kefu.service.desk.levels import horizon, watch
from kefu.service.desk.rules import Rule, Scene, applied, holds
from kefu.service.desk.teams import team_for
from kefu.service.dialogue.fold import fold
from kefu.service.turn.house import House
from kefu.service.turn.person import BY_CLERK, BY_RULE, Decide, Mark, happen

log = structlog.get_logger()

CLERK = "clerk"
"""The name under which it keeps its place in the log."""

BATCH = 500
"""Events read together."""

PAGE = 100
"""Conversations of a list that are looked at together."""

LOOK_S = 2.0
"""How long nothing is looked at where nobody wakes it: other processes' events and the clock wait at most this."""

REST_S = 0.2
"""How long it rests after a look, so that a burst of turns is one look: consequences are later by this at most."""

OLD = timedelta(days=1)
"""What happened before so long is history: a first start on a large log does not act on all of it."""

WITH_PEOPLE: tuple[Status, ...] = ("open", "snoozed")

Tell = Callable[[str, int], Awaitable[None]]
"""Told of a conversation and its last event's number."""


class Clerk:
    """Applies rules, sees to service levels, wakes what was snoozed, gives conversations to teams and people."""

    def __init__(self, store: Memory, plan: Plan, tell: Tell) -> None:
        self.plan = plan
        self._store = store
        self._tell = tell
        self._woken = asyncio.Event()
        self._calm: dict[str, tuple[int, datetime | None]] = {}
        self._begun = False
        self._spares = False

    def adopt(self, plan: Plan) -> None:
        """Go by another plan from the next look on, which begins with every conversation that people have."""
        if plan != self.plan:
            self.plan, self._calm, self._begun = plan, {}, False
            self.wake()

    def wake(self) -> None:
        """Something happened."""
        self._woken.set()

    async def run(self, house: Callable[[], House]) -> None:
        """Look until cancelled; what fails is said in the log and tried again at the next look."""
        while True:
            self._woken.clear()
            try:
                if not self._begun:
                    self._begun = True
                    await self.take_up(house())
                await self.look(house())
            except KefuError as error:
                self._begun = False
                log.warning("clerk", code=error.code, advice=error.message)
            await asyncio.sleep(REST_S)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._woken.wait(), LOOK_S)

    async def look(self, house: House) -> None:
        """Do all that the log and the clock ask for now; of sample conversations nothing while they are played."""
        self._spares = await is_played(self._store, house.clock())
        await self._read_on(house)
        await self._look_at_the_clock(house)
        await Dispatch(self._store, self.plan, self.let).drain(house)

    async def take_up(self, house: House) -> None:
        """Look at every conversation that people have: kefu.toml may say something new about them."""
        self._spares = await is_played(self._store, house.clock())
        after = ""
        while True:
            page = await self._store.inbox(View(status=WITH_PEOPLE), "newest", after, PAGE)
            for entry in page.entries:
                if entry.channel != REPLAYED and not self._is_spared(entry.tags):
                    await self._attend(await self._present(entry.id), house)
            after = page.next
            if not after:
                return

    async def let(
        self, conversation_id: str, decide: Decide, house: House, *, mark: Mark = BY_CLERK, claims: tuple[str, ...] = ()
    ) -> tuple[Event, ...]:
        """Let happen what `decide` makes of a conversation, and tell of it."""
        talk, events = await happen(conversation_id, decide, house, self._store, mark=mark, claims=claims)
        if events:
            await self._tell(conversation_id, talk.version)
        return events

    async def _read_on(self, house: House) -> None:
        while True:
            after = await self._store.bookmark(CLERK)
            recorded = await self._store.happened(after, BATCH)
            if not recorded:
                return
            for conversation_id, happened in _by_conversation(recorded, house.clock() - OLD).items():
                await self._follow(conversation_id, happened, house)
            await self._store.turn_to(CLERK, after, recorded[-1].position)

    async def _follow(self, conversation_id: str, happened: Sequence[Recorded], house: House) -> None:
        """What follows from these events; a conversation that is gone or wrong does not stop the others."""
        try:
            talk = await self._present(conversation_id)
            if talk.channel == REPLAYED or self._is_spared(talk.work.tags):
                return
            for one in happened:
                talk = await self._apply_rules(one, talk, house)
            await self._attend(talk, house)
            if any(isinstance(one.event, Closed) for one in happened):
                await self._ask_how_it_went(talk, house)
        except NotFound:
            return
        except KefuError as error:
            if error.status >= 500:
                raise
            log.warning("clerk", conversation=conversation_id, code=error.code, advice=error.message)

    async def _present(self, conversation_id: str) -> Conversation:
        talk = await self._store.conversation(conversation_id)
        if talk is None:
            raise NotFound(f"There is no conversation {conversation_id!r}.")
        return talk

    async def _attend(self, talk: Conversation, house: House) -> None:
        """Give it to a team if it needs one, then see to its service levels."""
        case = await read_case(self._store, talk.id, talk.version) if self.plan.teams and _is_nobodys(talk) else Case()

        def decide(talk: Conversation, now: datetime) -> Sequence[Event]:
            given = to_team(talk, case, self.plan, now)
            return *given, *watch(fold(talk, given), self.plan.levels, self.plan.hours_of, now)

        if decide(talk, house.clock()):
            await self.let(talk.id, decide, house)

    async def _apply_rules(self, one: Recorded, talk: Conversation, house: House) -> Conversation:
        """Each rule once for an event, none for what a rule did; returns the state after that."""
        kind = type(one.event).__name__
        rules = [rule for rule in self.plan.rules if rule.live and kind in rule.when]
        if not rules or one.turn_id.startswith(BY_RULE):
            return talk
        case = await read_case(self._store, one.conversation_id, one.number)
        risks = await read_risks(self._store, talk) if any(rule.needs.risk for rule in rules) else {}
        for rule in rules:
            decide = self._by_rule(rule, one, case, risks)
            claim = f"rule:{rule.name}:{talk.id}:{one.number}."
            if decide(talk, house.clock()) and await self.let(talk.id, decide, house, mark=BY_RULE, claims=(claim,)):
                talk = await self._present(talk.id)
        return talk

    def _by_rule(self, rule: Rule, one: Recorded, case: Case, risks: Mapping[str, float]) -> Decide:
        def decide(talk: Conversation, now: datetime) -> Sequence[Event]:
            is_open = self.plan.hours_of(talk.work.team).is_open(one.event.at)
            if not holds(rule, Scene(one.event, talk, case, is_open, risks)):
                return ()
            return applied(rule, one.event, talk, now)

        return decide

    async def _ask_how_it_went(self, talk: Conversation, house: House) -> None:
        asking, now = self.plan.asking, house.clock()
        if not asking.is_due(talk, now):
            return
        if talk.identity:
            view = View(customer_id=talk.identity.customer_id)
            others = (await self._store.inbox(view, "newest", "", PAGE)).entries
            for other in others:
                state = await self._store.conversation(other.id)
                if state and asking.was_asked(state, now):
                    return

        def decide(talk: Conversation, now: datetime) -> Sequence[Event]:
            return (RatingAsked(now),) if asking.is_due(talk, now) else ()

        await self.let(talk.id, decide, house)

    async def _look_at_the_clock(self, house: House) -> None:
        now = house.clock()

        def woken(talk: Conversation, now: datetime) -> Sequence[Event]:
            until = talk.work.snoozed_until
            return events_of(Wake("time"), talk, HOUSE, now) if until and until <= now else ()

        for entry in await self._all(View(status=("snoozed",), wakes_by=now)):
            if not self._is_spared(entry.tags):
                await self.let(entry.id, woken, house)
        if self.plan.levels:
            until = horizon(self.plan.levels, self.plan.all_hours, now)
            await self._look_at_targets(until, house)

    async def _look_at_targets(self, until: datetime, house: House) -> None:
        """What ends soon or is over; what is over and stays as it was is looked at once."""
        calm: dict[str, tuple[int, datetime | None]] = {}
        for entry in await self._all(View(status=WITH_PEOPLE, due_by=until)):
            if self._is_spared(entry.tags):
                continue
            version, next_end = self._calm.get(entry.id, (0, None))
            if version != entry.version or (next_end and next_end <= until):
                talk = await self._present(entry.id)
                version, next_end = talk.version, min(talk.work.due.values(), default=None)
                await self._attend(talk, house)
            calm[entry.id] = version, next_end
        self._calm = calm

    def _is_spared(self, tags: Collection[str]) -> bool:
        return self._spares and TAG in tags

    async def _all(self, view: View) -> list[Entry]:
        entries: list[Entry] = []
        after = ""
        while True:
            page = await self._store.inbox(view, "due", after, PAGE)
            entries += page.entries
            after = page.next
            if not after:
                return entries


def to_team(talk: Conversation, case: Case, plan: Plan, now: datetime) -> tuple[Event, ...]:
    """The team that takes a conversation which is nobody's; nothing where somebody gave it to nobody."""
    if not _is_nobodys(talk) or case.left_by:
        return ()
    team, because = team_for(talk, case, [*plan.teams.values()])
    return (Assigned(now, HOUSE, "", team, because),) if team else ()


def _is_nobodys(talk: Conversation) -> bool:
    return talk.status == "open" and not talk.work.team and not talk.work.person


def _by_conversation(recorded: Sequence[Recorded], since: datetime) -> Mapping[str, list[Recorded]]:
    """Events since a time by their conversation, in the order in which these first went on."""
    found: dict[str, list[Recorded]] = {}
    for one in recorded:
        if one.event.at >= since:
            found.setdefault(one.conversation_id, []).append(one)
    return found
