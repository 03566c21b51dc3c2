"""News of the desk: what changed, numbered by the log, and who looks at what; one source for all screens of a process.

Changes are read once from the log and handed to every open screen, so that a hundred screens
cost one read. Who looks or types is never kept: processes tell each other over the broker.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from time import monotonic
from typing import Literal

import structlog

from kefu.app.house import DESK
from kefu.core.errors import BadInput, KefuError
from kefu.core.ports.broker import Broker
from kefu.core.ports.store import Log

log = structlog.get_logger()

PRESENCE = "presence"
"""The topic on which screens say where they are."""

BATCH = 500
KEPT = 2000
"""Changes from which a screen that was away may go on; one that was away longer starts anew."""

WAITING = 500
"""Changes that wait for a slow screen before it has to start anew."""

BEAT_S = 15.0
"""How often a screen says that it is still there."""

GONE_S = 2.5 * BEAT_S

State = Literal["looks", "types", "left"]


@dataclass(frozen=True, slots=True)
class Change:
    """A conversation went on: `number` of its last event, `kinds` of what happened."""

    position: int
    conversation_id: str
    number: int
    kinds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Seen:
    """Who looks at a conversation or types in it has changed."""

    conversation_id: str


@dataclass(frozen=True, slots=True)
class Present:
    """Somebody at a conversation; `screen` names one of a colleague's windows, `who` is empty for the customer."""

    screen: str
    who: str
    state: State


CUSTOMER_TYPES = Present("customer", "", "types")
CUSTOMER_RESTS = Present("customer", "", "left")

TYPES_S = 8.0
"""How long the customer types once they said so: they say it again, and never that they stopped."""


Note = Change | Seen | None
"""What a screen hears; None: it fell behind and has to start anew."""


class News:
    """Follows the log for all open screens, and knows who is where."""

    def __init__(self, store: Log, broker: Broker) -> None:
        self._store = store
        self._broker = broker
        self._screens: set[asyncio.Queue[Note]] = set()
        self._kept: deque[Change] = deque(maxlen=KEPT)
        self._present: dict[str, dict[str, tuple[Present, float]]] = {}
        self._floor = 0
        self.position = 0

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Follow until the context ends."""
        self._floor = self.position = await self._store.head()
        async with self._broker.listen(DESK) as changes, self._broker.listen(PRESENCE) as moves:
            tasks = [asyncio.create_task(self._follow(changes)), asyncio.create_task(self._watch(moves))]
            try:
                yield
            finally:
                for task in tasks:
                    task.cancel()
                    with suppress(asyncio.CancelledError):
                        await task

    @contextmanager
    def listening(self) -> Iterator[asyncio.Queue[Note]]:
        """What happens from now on."""
        queue: asyncio.Queue[Note] = asyncio.Queue(WAITING)
        self._screens.add(queue)
        try:
            yield queue
        finally:
            self._screens.discard(queue)

    def since(self, position: int) -> Sequence[Change] | None:
        """The changes behind a position; None where it lies too far back."""
        if position < self._floor:
            return None
        return [change for change in self._kept if change.position > position]

    def people(self, conversation_id: str) -> tuple[Present, ...]:
        """Who is at a conversation."""
        now = monotonic()
        found = self._present.get(conversation_id, {})
        return tuple(one for one, at in found.values() if now - at < (GONE_S if one.who else TYPES_S))

    async def appear(self, conversation_id: str, present: Present) -> None:
        """Tell all processes that a colleague is at a conversation, or left it."""
        note = "\n".join((conversation_id, present.screen, present.state, present.who))
        if len(note) > 200 or note.count("\n") != 3:
            raise BadInput("A screen is named by at most 20 letters and digits.")
        await self._broker.publish(PRESENCE, note)

    async def _follow(self, notes: AsyncIterator[str]) -> None:
        async for _ in notes:
            await self._read_on()

    async def _read_on(self) -> None:
        """Hand out what happened since; where the store does not answer, the next note comes to it."""
        try:
            while recorded := await self._store.happened(self.position, BATCH):
                for conversation_id, group in groupby(recorded, attrgetter("conversation_id")):
                    events = list(group)
                    kinds = tuple(dict.fromkeys(type(one.event).__name__ for one in events))
                    change = Change(events[-1].position, conversation_id, events[-1].number, kinds)
                    if len(self._kept) == KEPT:
                        self._floor = self._kept[0].position
                    self._kept.append(change)
                    self._tell(change)
                self.position = recorded[-1].position
        except KefuError as error:
            log.warning("news not read", code=error.code)

    async def _watch(self, notes: AsyncIterator[str]) -> None:
        async for note in notes:
            conversation_id, screen, state, who = note.split("\n", 3)
            before = self.people(conversation_id)
            here = self._present.setdefault(conversation_id, {})
            if state == "left":
                here.pop(screen, None)
            else:
                here[screen] = (Present(screen, who, "types" if state == "types" else "looks"), monotonic())
            if not here:
                del self._present[conversation_id]
            if self.people(conversation_id) != before:
                self._tell(Seen(conversation_id))

    def _tell(self, note: Note) -> None:
        for queue in self._screens:
            behind = queue.full()
            while behind and not queue.empty():
                queue.get_nowait()
            queue.put_nowait(None if behind else note)
