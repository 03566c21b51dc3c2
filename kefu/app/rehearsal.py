"""Play the skills' dialogues on their fixtures: the real engine, an in-memory store.

What a turn promises is written to the fixtures at once, so that a second request meets
the first.
"""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from kefu.app.config import Config
from kefu.app.opening import make_house
from kefu.app.plugins import load_plugin
from kefu.app.training import load_lexicons
from kefu.core.events import CheckFailed, EffectPromised, Event, HandedOff, IdentityProven, TicketOpened
from kefu.core.nouns import Effect, Identity, Inbound
from kefu.core.ports.reader import Reader
from kefu.service.skills.catalog import Catalog
from kefu.service.turn import take_turn
from kefu.service.turn.house import House
from kefu.testing.dialogue import Dialogue, Difference, Happened, parse_dialogues, play

CHANNEL = "rehearsal"


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """How one dialogue came out."""

    skill: str
    dialogue: Dialogue
    differences: Sequence[Difference]
    replies_used: frozenset[str]


class Stage:
    """A house on a skill's fixtures, with a clock that dialogues set."""

    def __init__(self, house: House) -> None:
        self._now = datetime.now(UTC)
        self._house = replace(house, clock=lambda: self._now)
        self._numbers = itertools.count()
        self._conversations = itertools.count()

    async def play(self, dialogue: Dialogue) -> tuple[list[Difference], frozenset[str]]:
        """Play one dialogue in a conversation of its own; also returns the replies that it used."""
        sender = f"dialogue-{next(self._conversations)}"
        used: set[str] = set()

        async def take(text: str, customer: str, now: datetime) -> Happened:
            self._now = now.astimezone(UTC)
            identity = Identity(customer, "token") if customer else None
            number = str(next(self._numbers))
            taken = await take_turn(Inbound(CHANNEL, number, sender, text, self._now, identity), self._house)
            stored = await self._house.store.events(taken.conversation_id)
            events = [recorded.event for recorded in stored if recorded.turn_id == taken.turn_id]
            for event in events:
                if isinstance(event, EffectPromised):
                    await self._write(event.effect)
            used.update(e.source for r in taken.replies for s in r.statements for e in s.evidence)
            return Happened([reply.text for reply in taken.replies], [mark for e in events for mark in _marks(e)])

        return await play(dialogue, take), frozenset(used)

    async def _write(self, effect: Effect) -> None:
        skill = self._house.catalog.skills[effect.skill]
        await self._house.records[skill.records].write(skill.queries[effect.statement], effect.values)


def _marks(event: Event) -> list[str]:
    match event:
        case EffectPromised():
            return [f"effect {event.effect.skill}/{event.effect.statement}"]
        case TicketOpened():
            return [f"ticket {event.ticket.kind} {event.ticket.urgency}"]
        case HandedOff():
            return [f"handed off {event.reason}"]
        case IdentityProven():
            return [f"identity {event.identity.customer_id}"]
        case CheckFailed():
            return ["check failed"]
    return []


@asynccontextmanager
async def open_stage(config: Config, catalog: Catalog, reader: Reader, fixtures: Path) -> AsyncIterator[Stage]:
    """A stage whose records are the CSV files of a fixtures folder."""
    async with AsyncExitStack() as stack:
        records = {}
        for name in config.names("records"):
            schema = config.values.get(f"records.{name}.schema", "")
            settings = {"folder": str(fixtures), "schema": str(config.home / str(schema)) if schema else ""}
            records[name] = await stack.enter_async_context(load_plugin("records", "csv.v1")(settings))
        store = await stack.enter_async_context(load_plugin("stores", "memory.v1")({}))
        reader.know(await load_lexicons(catalog, records))
        yield Stage(make_house(config, store=store, reader=reader, catalog=catalog, records=records))


async def rehearse(config: Config, catalog: Catalog, reader: Reader, skill: str) -> list[Rehearsed]:
    """Play all dialogues of a skill; each starts with fresh records and an empty store."""
    folder = config.home / config.get("skills.folder", str) / skill
    script = folder / "dialogues.md"
    if not script.is_file():
        return []
    played = []
    for dialogue in parse_dialogues(script.read_text("utf-8"), f"{skill}/dialogues.md"):
        async with open_stage(config, catalog, reader, folder / "fixtures") as stage:
            differences, used = await stage.play(dialogue)
        played.append(Rehearsed(skill, dialogue, differences, used))
    return played
