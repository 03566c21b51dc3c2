"""Play one matter: the customer, the real turn, and colleagues where people are wanted."""

from __future__ import annotations

import math
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random

from kefu.app.clerk import to_team
from kefu.app.clerk.dispatch import read_case
from kefu.app.clerk.plan import Plan
from kefu.app.labelled import TAG
from kefu.app.sample.customer import Customer
from kefu.app.sample.plan import Matter
from kefu.app.sample.script import Script
from kefu.core.events import DrawnForReview, Event
from kefu.core.nouns import Conversation, Identity, Inbound
from kefu.core.ports.store import Commit, Memory, Recorded
from kefu.service.desk.deeds import (
    Close,
    Deed,
    Judge,
    Note,
    Prioritise,
    Rate,
    Reply,
    SettleSuggestion,
    Snooze,
    Tag,
    Take,
)
from kefu.service.desk.levels import watch
from kefu.service.dialogue.fold import fold
from kefu.service.turn import take_turn
from kefu.service.turn.gate import Gate
from kefu.service.turn.house import House, Taken
from kefu.service.turn.person import happen, speak

MOST_TURNS = 8
GATE = 256
MACHINE = "kefu"
SUGGESTED = 0.4
"""The share of colleagues' answers that began with a suggestion."""

TYPING_S, FIRST_S, WORK_S = 22.0, 110.0, 75.0
"""Medians, in seconds: a customer's next message, a colleague's first answer, their next one."""


UNFINISHED = timedelta(hours=30)


class Unsent:
    """A store whose commits leave the house alone: nothing goes out, nothing is written to the records."""

    def __init__(self, store: Memory) -> None:
        self._store = store

    async def load(self, channel: str, sender: str) -> Conversation | None:
        """See `Store`."""
        return await self._store.load(channel, sender)

    async def commit(self, commit: Commit) -> None:
        """See `Store`."""
        await self._store.commit(replace(commit, partings=()))

    async def events(self, conversation_id: str, after: int = 0) -> Sequence[Recorded]:
        """See `Store`."""
        return await self._store.events(conversation_id, after)

    async def claimed(self, prefix: str) -> int:
        """See `Store`."""
        return await self._store.claimed(prefix)

    async def erase(self, conversation_id: str) -> int:
        """See `Store`."""
        return await self._store.erase(conversation_id)


class TooLate(Exception):
    """What comes next would happen after the time at which the sample ends."""


@dataclass(slots=True)
class Clock:
    """The time of one conversation, up to the time at which the sample ends."""

    now: datetime
    until: datetime

    def __call__(self) -> datetime:
        """The time."""
        return self.now

    def on(self, seconds: float) -> None:
        """Let time go by; raises `TooLate` at the end of the sample."""
        if self.now + timedelta(seconds=seconds) > self.until:
            raise TooLate
        self.now += timedelta(seconds=seconds)


@dataclass(frozen=True, slots=True)
class Player:
    """Plays matters in a house until the sample ends; `house` is one that `apart` made."""

    house: House
    store: Memory
    script: Script
    until: datetime
    plan: Plan

    @classmethod
    def apart(cls, house: House, store: Memory, script: Script, until: datetime, plan: Plan) -> Player:
        """A player in a house like this one, but nothing leaves it; teams and service levels are those of the plan."""
        quiet = replace(house, store=Unsent(store), gate=Gate(GATE), notify=(), pushes=frozenset())
        return cls(quiet, store, script, until, plan)

    async def play(self, matter: Matter, begins: datetime, chance: Random) -> datetime:
        """Play a matter from a time on; returns when it was over."""
        clock = Clock(begins, self.until)
        with suppress(TooLate):
            await _Scene(replace(self, house=replace(self.house, clock=clock)), matter, clock, chance).play()
        return clock.now


class _Scene:
    def __init__(self, player: Player, matter: Matter, clock: Clock, chance: Random) -> None:
        self._house, self._store, self._matter, self._plan = player.house, player.store, matter, player.plan
        self._clock, self._chance = clock, chance
        self._customer = Customer(matter, player.script, chance)
        self._words = player.script.colleagues[matter.person.language]
        self._who = chance.choice(player.script.names[matter.person.language])
        self._drawn: list[tuple[str, bool]] = []
        self._id = ""
        self._said = 0

    async def play(self) -> None:
        """The customer and the machine, then people where they are wanted, then verdicts."""
        text = self._customer.begin()
        for _ in range(MOST_TURNS):
            taken = await self._say(text)
            text = "" if taken.waiting else self._customer.answer(taken.events)
            if not text:
                break
            self._let_pass(TYPING_S)
        if taken.waiting:
            await self._with_people()
        elif self._chance.random() < 0.1:
            self._let_pass(TYPING_S)
            await self._rate(4.5 if self._customer.content else 2.2)
        await self._judge()

    async def _say(self, text: str) -> Taken:
        matter, self._said = self._matter, self._said + 1
        identity = None
        if matter.proven:
            identity = Identity(matter.person.id, "server" if matter.channel == "rest" else "token")
        name = f"{matter.sender}:{matter.number}:{self._said}"
        inbound = Inbound(
            matter.channel, name, matter.sender, text, self._clock.now, identity, None, can_prove=matter.can_prove
        )
        taken = await take_turn(inbound, self._house)
        if not self._id:
            self._id = taken.conversation_id
            await self._do(MACHINE, Tag((TAG,)))
        self._note_drawn(taken.turn_id, taken.events)
        await self._attend()
        return taken

    async def _attend(self) -> None:
        """A team and its service levels, as the clerk gives and watches them."""
        talk = await self._store.conversation(self._id)
        if talk is None or talk.waiting is None:
            return
        case = await read_case(self._store, talk.id, talk.version)

        def decide(talk: Conversation, now: datetime) -> Sequence[Event]:
            given = to_team(talk, case, self._plan, now)
            return *given, *watch(fold(talk, given), self._plan.levels, self._plan.hours_of, now)

        if decide(talk, self._clock.now):
            await happen(self._id, decide, self._house, self._store)

    def _note_drawn(self, turn_id: str, events: Sequence[Event]) -> None:
        self._drawn += [(turn_id, self._customer.judge(event)) for event in events if isinstance(event, DrawnForReview)]

    async def _with_people(self) -> None:
        """A colleague takes it when the team is there; customers answer, most are content in the end."""
        opening = self._house.hours.next_opening(self._clock.now)
        if opening:
            self._clock.on((opening - self._clock.now).total_seconds())
        if self._is_left(0.25):
            return
        self._let_pass(FIRST_S)
        if self._customer.angry:
            await self._do(MACHINE, Prioritise("high"))
        about = self._matter.want if self._matter.want in self._words else "usual"
        await self._attend()
        await self._do(self._who, Take(), Reply(self._phrase(about)), *self._settled())
        if self._chance.random() < 0.5:
            await self._exchange("ask", "details")
        if self._chance.random() < 0.2:
            await self._do(self._who, Note(self._phrase("notes")))
        well = self._chance.random() < (0.6 if self._customer.angry else 0.88)
        await self._exchange("done", "settled" if well else "unhappy")
        if self._chance.random() < 0.7:
            await self._do(self._who, Tag((self._matter.want,)))
        if self._is_left(0.3):
            return
        self._let_pass(WORK_S)
        if self._chance.random() < 0.04:
            await self._do(self._who, Snooze(self._clock.now + timedelta(days=1)))
            self._clock.on(24 * 3600)
        await self._do(self._who, Close())
        if self._chance.random() < 0.4:
            self._let_pass(TYPING_S)
            await self._rate(4.4 if well else 2.0)

    def _is_left(self, share: float) -> bool:
        """Whether colleagues leave it there: of the last day something is always unfinished."""
        return self._clock.until - self._clock.now < UNFINISHED and self._chance.random() < share

    async def _exchange(self, asks: str, answers: str) -> None:
        self._let_pass(WORK_S)
        await self._attend()
        await self._do(self._who, Reply(self._phrase(asks)), *self._settled())
        self._let_pass(TYPING_S * 2)
        await self._say(self._customer.one_of(answers))

    async def _rate(self, usual: float) -> None:
        score = min(5, max(1, round(self._chance.gauss(usual, 0.8))))
        await self._do(self._matter.sender, Rate(score, self._customer.one_of("comment") if score != 3 else ""))

    async def _judge(self) -> None:
        """Colleagues judge most of what was drawn, some hours later."""
        for turn_id, right in self._drawn:
            if self._chance.random() < 0.8:
                self._let_pass(4 * 3600)
                await self._do(self._who, Judge(turn_id, right))

    def _settled(self) -> tuple[Deed, ...]:
        """What a colleague makes of a suggestion, where there was one: most are sent as they stand, or changed."""
        if self._chance.random() >= SUGGESTED:
            return ()
        outcome = self._chance.choices(("accepted", "edited", "rejected"), (5, 3, 2))[0]
        return (SettleSuggestion("reply", outcome, "similar"),)

    async def _do(self, who: str, *deeds: Deed) -> None:
        await speak(self._id, deeds, who, self._house, self._store)

    def _phrase(self, section: str) -> str:
        return self._chance.choice(self._words[section])

    def _let_pass(self, median_s: float) -> None:
        """Times in service centres are log-normal (Brown et al., Statistical Analysis of a Telephone Call Center)."""
        self._clock.on(self._chance.lognormvariate(math.log(median_s), 0.7))
