"""Keeps what messages name: a follower of the log for what happens, and a run over the past with another model."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo

from kefu.app.extraction.crew import Crew, alone
from kefu.core.events import MessageReceived, MessageUnderstood, SpanJudged
from kefu.core.nouns import Conversation, Entity
from kefu.core.ports.extractor import Extractor
from kefu.core.ports.extracts import Message as Key
from kefu.core.ports.reader import Progress
from kefu.core.ports.store import Memory, Recorded
from kefu.service.insight.extracts import Message, extracts_of, message_of

EXTRACTS = "extracts"
"""The name under which the follower keeps its place in the log."""

KINDS = (MessageReceived, MessageUnderstood, SpanJudged)
"""Events that say something of what messages name."""

BATCH = 1000
"""Events read together: so many, for each that reads at once, are in memory at a time."""

MOST_AT_ONCE = 10
"""Batches that a reader of the page waits for."""

NAME = 64
"""Characters of a follower's name."""

Found = list[tuple[Entity, ...]]


@dataclass(frozen=True, slots=True)
class Batch:
    """Messages that are read together, and the place in the log behind them."""

    messages: Mapping[Key, Message]
    position: int

    @property
    def texts(self) -> list[str]:
        """What they say."""
        return [message.said.text for message in self.messages.values()]


class Extraction:
    """Writes down what every message names, by the model that is served (if there is one) and by the readers."""

    def __init__(self, store: Memory, zone: tzinfo, served: Callable[[], Extractor | None]) -> None:
        self.served = served
        self._store, self._zone = store, zone

    async def catch_up(self, most: int | None = None) -> bool:
        """Take in what happened since, at most so many batches; whether all of it is in."""
        done = 0
        while most is None or done < most:
            after = await self._store.bookmark(EXTRACTS)
            batch = await self._read(after)
            if batch is None:
                return True
            crew = alone(await asyncio.to_thread(self.served))
            await self._keep(batch, await crew.find(batch.texts), crew.version, EXTRACTS, after)
            done += 1
        return False

    async def read_again(self, progress: Progress, crew: Crew) -> int:
        """Read the past with a model, and go on where an earlier run with it was broken off.

        As many batches as the crew reads at once are in memory; they are kept in their order. Meanwhile the follower
        takes in what is new. Returns how many events of the log were gone through.
        """
        await self.catch_up()
        name = f"{EXTRACTS} {crew.version}"[:NAME]
        end, begin = await self._store.bookmark(EXTRACTS), await self._store.bookmark(name)
        waiting: deque[tuple[Batch, asyncio.Task[Found]]] = deque()
        kept = ahead = begin
        try:
            while True:
                while ahead < end and len(waiting) < 1 + crew.at_once:
                    batch = await self._read(ahead)
                    if batch is None:
                        break
                    waiting.append((batch, asyncio.ensure_future(crew.find(batch.texts))))
                    ahead = batch.position
                progress("reading", min(kept, end) - begin, max(0, end - begin))
                if not waiting:
                    return kept - begin
                batch, found = waiting.popleft()
                if not await self._keep(batch, await found, crew.version, name, kept):
                    return kept - begin  # another process does the same work
                kept = batch.position
        finally:
            for _, found in waiting:
                found.cancel()

    async def _read(self, after: int) -> Batch | None:
        """The next batch behind a place; None at the end of the log."""
        recorded = await self._store.happened(after, BATCH, KINDS)
        if not recorded:
            return None
        return Batch(await self._messages(recorded), recorded[-1].position)

    async def _keep(self, batch: Batch, found: Found, maker: str, name: str, after: int) -> bool:
        """Keep what a batch's messages name, and the place."""
        rows = [
            extracts_of(message, named, maker, self._zone)
            for message, named in zip(batch.messages.values(), found, strict=True)
        ]
        by_message = dict(zip(batch.messages, rows, strict=True))
        return await self._store.keep_extracts(by_message, name, after, batch.position)

    async def _messages(self, recorded: Sequence[Recorded]) -> dict[Key, Message]:
        """The messages that these events are about, whole: a turn may be cut by the end of a batch.

        What colleagues said of a message counts wherever in the log it stands.
        """
        turns: dict[str, list[Recorded]] = {}
        for one in recorded:
            if isinstance(one.event, MessageReceived | MessageUnderstood):
                turns.setdefault(one.turn_id, []).append(one)
        talks: dict[str, Conversation | None] = {}
        found: dict[Key, Message] = {}
        for turn_id, events in turns.items():
            whole = events if isinstance(events[0].event, MessageReceived) else await self._store.turn(turn_id)
            for one in whole:
                if isinstance(one.event, MessageReceived):
                    await self._add(found, talks, whole, one.conversation_id, one.number)
        judged = {(one.conversation_id, one.event.number) for one in recorded if isinstance(one.event, SpanJudged)}
        for id_, number in judged | (found.keys() & set(await self._store.judged_messages())):
            await self._add(found, talks, await self._store.events(id_, number - 1), id_, number)
        return found

    async def _add(
        self,
        found: dict[Key, Message],
        talks: dict[str, Conversation | None],
        events: Sequence[Recorded],
        id_: str,
        number: int,
    ) -> None:
        """Put a message among those found, unless its conversation was erased."""
        if id_ not in talks:
            talks[id_] = await self._store.conversation(id_)
        talk = talks[id_]
        message = message_of(events, number, talk.channel, talk.language) if talk else None
        if message:
            found[id_, number] = message
