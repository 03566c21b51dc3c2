"""Writes to customers because of a forecast, within the manners of kefu.toml, and tells what that changes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from kefu.app.foresight.following import Foreseeing
from kefu.core.errors import BadInput
from kefu.core.events import Event, Replied
from kefu.core.nouns import Conversation, Evidence, Statement
from kefu.core.ports.desk import View
from kefu.core.ports.foresight import Approach, Score
from kefu.core.ports.store import Memory
from kefu.service.foresight.declared import Declared
from kefu.service.foresight.effect import Effect
from kefu.service.foresight.outreach import Manners, Moment, Refusal, refusal
from kefu.service.insight.figures import Rate
from kefu.service.turn.house import House
from kefu.service.turn.person import Mark, happen

BY_FORESIGHT: Mark = "k"
LOOKED_AT = 200
TALKS = 20

Tell = Callable[[str, int], Awaitable[None]]


@dataclass(slots=True)
class Reaching:
    """Decides and sends; what goes out goes through the outbox, as everything does."""

    store: Memory
    foreseeing: Foreseeing
    manners: Manners
    tell: Tell

    async def may(self, score: Score, house: House) -> tuple[Refusal, Conversation | None]:
        """Whether a customer may be written to now, and in which conversation."""
        talk = await self._talk(score, house)
        declared = self.foreseeing.declared.get(score.predictor)
        if declared is None or declared.outreach is None:
            return "no_way", talk
        before = await self.store.approaches(score.predictor, score.customer)
        pushes = talk is not None and talk.channel in house.pushes
        moment = Moment(talk, pushes, before, house.clock())
        found = refusal(score.customer, score.predictor, self.manners, house.hours, moment)
        if found in ("", "held") and score.prediction.value < declared.outreach.at_least:
            return "low", talk
        return found, talk

    async def write(self, score: Score, house: House) -> Approach:
        """Send the message, or write down that the customer is held back. Raises `BadInput` with the reason."""
        found, talk = await self.may(score, house)
        declared = self.foreseeing.declared.get(score.predictor)
        if found not in ("", "held") or talk is None or declared is None or declared.outreach is None:
            raise BadInput(f"{score.customer} is not written to now: {found or 'no_way'}.")
        now = house.clock()
        one = Approach(score.predictor, score.customer, "held", now, talk.id, score.prediction.value)
        if not found:
            text = declared.outreach.text[talk.language]
            statement = Statement(text, (Evidence(f"reply:foresight/{declared.name}"),))
            claim = f"foresight:{declared.name}:{score.customer}:{now:%Y%m%d}."

            def decide(talk: Conversation, now: datetime) -> Sequence[Event]:
                return (Replied(now, (statement,), talk.language),)

            talk, events = await happen(talk.id, decide, house, self.store, mark=BY_FORESIGHT, claims=(claim,))
            if not events:
                raise BadInput(f"{score.customer} was written to today.")
            await self.tell(talk.id, talk.version)
            one = replace(one, what="sent")
        await self.store.approach(one)
        return one

    async def snooze(self, predictor: str, customer: str, days: int, house: House) -> None:
        """Leave a customer out of the list for some days."""
        now = house.clock()
        await self.store.approach(Approach(predictor, customer, "snoozed", now, until=now + timedelta(days=days)))

    async def go_on(self, house: House) -> int:
        """Write to whoever is due where a predictor is declared to do so by itself; returns how many messages."""
        sent = 0
        for declared in self.foreseeing.declared.values():
            if declared.outreach is None or not declared.outreach.automatic:
                continue
            for score in (await self.store.highest(declared.name, LOOKED_AT)).scores:
                found, _ = await self.may(score, house)
                if found in ("", "held"):
                    sent += (await self.write(score, house)).what == "sent"
        return sent

    async def effect(self, declared: Declared, now: datetime) -> Effect:
        """How often it came true of those written to and of those held back, once the horizon is over."""
        counts = {"sent": [0, 0], "held": [0, 0]}
        for one in await self.store.approaches(declared.name):
            over = one.at + timedelta(days=declared.horizon_days)
            if one.what == "snoozed" or over > now:
                continue
            came = await self.foreseeing.gatherer.came(declared, one.customer, one.at, now)
            if came is not None:
                counts[one.what][0] += came
                counts[one.what][1] += 1
        return Effect(Rate(*counts["sent"]), Rate(*counts["held"]))

    async def _talk(self, score: Score, house: House) -> Conversation | None:
        """The customer's conversation through which they can be written to; else the latest."""
        if score.conversation_id and score.conversation_id == score.customer:
            return await self.store.conversation(score.customer)
        page = await self.store.inbox(View(customer_id=score.customer), "newest", limit=TALKS)
        entries: list[Any] = sorted(page.entries, key=lambda entry: entry.channel not in house.pushes)
        return await self.store.conversation(entries[0].id) if entries else None
