"""Keeps what messages name: a follower of the log for what happens, and a run over the past with another model."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import tzinfo

from kefu.core.events import MessageReceived, MessageUnderstood, SpanJudged
from kefu.core.nouns import Conversation
from kefu.core.ports.extractor import Extractor
from kefu.core.ports.extracts import Extract
from kefu.core.ports.extracts import Message as Key
from kefu.core.ports.reader import Progress
from kefu.core.ports.store import Memory, Recorded
from kefu.service.insight.extracts import Message, extracts_of, message_of

EXTRACTS = "extracts"
"""The name under which the follower keeps its place in the log."""

BATCH = 1000
"""Events read together: the most that is in memory at a time."""

MOST_AT_ONCE = 10
"""Batches that a reader of the page waits for."""

NAME = 64
"""Characters of a follower's name."""


class Extraction:
    """Writes down what every message names, by the model that is served (if there is one) and by the readers."""

    def __init__(self, store: Memory, zone: tzinfo, served: Callable[[], Extractor | None]) -> None:
        self._store, self._zone, self._served = store, zone, served

    async def catch_up(self, most: int | None = None) -> bool:
        """Take in what happened since, at most so many batches; whether all of it is in."""
        done = 0
        while most is None or done < most:
            after = await self._store.bookmark(EXTRACTS)
            recorded = await self._store.happened(after, BATCH)
            if not recorded:
                return True
            await self._take(recorded, EXTRACTS, after)
            done += 1
        return False

    async def read_again(self, progress: Progress) -> int:
        """Read the past with the model served now, and go on where an earlier run with it was cut off.

        Returns how many events of the log were gone through. Meanwhile the follower takes in what is new.
        """
        await self.catch_up()
        model = await asyncio.to_thread(self._served)
        name = f"{EXTRACTS} {model.version if model else 'readers'}"[:NAME]
        end, begin = await self._store.bookmark(EXTRACTS), await self._store.bookmark(name)
        after = begin
        while after < end:
            progress("reading", after - begin, end - begin)
            recorded = await self._store.happened(after, BATCH)
            if not await self._take(recorded, name, after):
                break  # another process does the same work
            after = recorded[-1].position
        progress("reading", after - begin, end - begin)
        return after - begin

    async def _take(self, recorded: Sequence[Recorded], name: str, after: int) -> bool:
        """Keep what these events' messages name, and the place."""
        messages = await self._messages(recorded)
        found = await asyncio.to_thread(self._found, list(messages.values()))
        by_message = dict(zip(messages, found, strict=True))
        return await self._store.keep_extracts(by_message, name, after, recorded[-1].position)

    def _found(self, messages: Sequence[Message]) -> list[list[Extract]]:
        """What each message names; the work of a processor, beside the loop."""
        model = self._served()
        texts = [message.said.text for message in messages]
        entities = model.find(texts) if model else [() for _ in texts]
        maker = model.version if model else ""
        return [extracts_of(one, named, maker, self._zone) for one, named in zip(messages, entities, strict=True)]

    async def _messages(self, recorded: Sequence[Recorded]) -> dict[Key, Message]:
        """The messages that these events are about, whole: a turn may be cut by the end of a batch."""
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
        for one in recorded:
            if isinstance(one.event, SpanJudged):
                later = await self._store.events(one.conversation_id, one.event.number - 1)
                await self._add(found, talks, later, one.conversation_id, one.event.number)
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
