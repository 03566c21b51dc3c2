"""Follow the log: what happens after a commit, once for every event, whatever process dies when."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from kefu.core.events import Event, MessageReceived, Noted, PersonReplied, Replied
from kefu.core.nouns import Attachment
from kefu.core.ports.desk import Line, Scope
from kefu.core.ports.store import Log, Memory, Recorded
from kefu.service.desk.finding import sought, words_of

SEARCH = "search"
"""The name under which the index keeps its place."""

REPLAYED = "replay"
"""The channel of what is read in from elsewhere: no customer is at its other end, and nothing follows from it."""

BATCH = 1000
"""Events read together."""


SAID = (MessageReceived, Replied, PersonReplied, Noted)
"""The events that hold lines."""


@dataclass(frozen=True, slots=True)
class Part:
    """What a follower reads next: the events of its kinds between two positions of the log."""

    after: int
    until: int
    recorded: Sequence[Recorded]


async def next_of(log: Log, name: str, kinds: Collection[type[Event]]) -> Part | None:
    """The next part of the log for a follower that minds some kinds alone; None where it has read all.

    What lies between is never decoded, and never read again once the follower has turned to `until`.
    """
    after, head = await log.bookmark(name), await log.head()
    if after >= head:
        return None
    recorded = await log.happened(after, BATCH, kinds)
    last = recorded[-1].position if recorded else 0
    return Part(after, last if len(recorded) == BATCH else max(head, last), recorded)


class SearchIndex:
    """Makes what is said findable: a follower of the log that reads on whenever somebody searches."""

    def __init__(self, store: Memory) -> None:
        self._store = store

    async def catch_up(self) -> int:
        """Index what happened since; returns how many lines that were."""
        count = 0
        while part := await next_of(self._store, SEARCH, SAID):
            lines = [(line, " ".join(words_of(line.text))) for line in lines_of(part.recorded)]
            count += len(lines) * await self._store.index(lines, SEARCH, part.after, part.until)
        return count

    async def find(self, text: str, scope: Scope, limit: int = 30) -> Sequence[Line]:
        """The latest lines with all the words of a text, within a scope."""
        await self.catch_up()
        return await self._store.search(sought(text), scope, limit)


def lines_of(recorded: Sequence[Recorded]) -> Iterator[Line]:
    """What of these events can be found."""
    for one in recorded:
        event, place = one.event, (one.conversation_id, one.number, one.event.at)
        match event:
            case MessageReceived():
                yield Line(*place, "customer", _with_names(event.text, event.attachments))
            case Replied():
                yield Line(*place, "machine", event.text)
            case PersonReplied():
                yield Line(*place, "person", _with_names(event.text, event.attachments))
            case Noted():
                yield Line(*place, "note", _with_names(event.text, event.attachments))


def _with_names(text: str, attachments: Sequence[Attachment]) -> str:
    """What was said, and the names of the files that came with it."""
    return "\n".join(filter(None, (text, *(one.name for one in attachments))))
