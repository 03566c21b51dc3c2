"""Let a deed of the team happen: a turn without a customer's message."""

from __future__ import annotations

from collections.abc import Sequence
from secrets import token_hex

from kefu.core.errors import Conflict, NotFound, Overtaken
from kefu.core.events import Event
from kefu.core.ports.store import Archive, Commit
from kefu.service.desk.deeds import Deed, Reply, events_of, undo_of, who_else
from kefu.service.dialogue.fold import fold
from kefu.service.turn.house import House
from kefu.service.turn.partings import partings

MOST_CONFLICTS = 8


async def speak(
    conversation_id: str, deeds: Sequence[Deed], who: str, house: House, store: Archive, *, seen: int | None = None
) -> tuple[int, tuple[Deed, ...]]:
    """Let deeds happen together; returns the number of the conversation's last event and the deeds that undo them.

    A draft is sent once, however often and from wherever it is asked for. `seen` is the number of the last
    event that whoever acts has seen. Raises `NotFound` for an unknown conversation, `BadInput` for a deed
    that can't be, `Overtaken` where somebody else acted since `seen`.
    """
    claims = tuple(f"draft:{deed.draft}" for deed in deeds if isinstance(deed, Reply) and deed.draft)
    for _ in range(MOST_CONFLICTS):
        talk = await store.conversation(conversation_id)
        if talk is None:
            raise NotFound(f"There is no conversation {conversation_id!r}.")
        if claims and await house.store.claimed(claims[0]):
            return talk.version, ()
        if seen is not None and talk.version > seen:
            since = [one.event for one in await house.store.events(conversation_id, seen)]
            if others := who_else(since, who):
                raise Overtaken(f"{', '.join(others)} acted here since event {seen}.")
        now, after = house.clock(), talk
        events: list[Event] = []
        undo: tuple[Deed, ...] = ()
        for deed in deeds:
            fresh = events_of(deed, after, who, now)
            undo = (*undo_of(deed, after), *undo) if fresh else undo
            after = fold(after, fresh)
            events += fresh
        if not events:
            return talk.version, ()
        turn_id = f"p{token_hex(10)}"
        leaving = partings(turn_id, events, after, house)
        commit = Commit(turn_id, "", now, after, talk.version, tuple(events), leaving, claims)
        try:
            await house.store.commit(commit)
        except Conflict:
            house.gate.forget((talk.channel, talk.sender))
            continue
        house.gate.remember((talk.channel, talk.sender), after)
        return after.version, undo
    raise Conflict(f"conversation {conversation_id} is too busy; try again.")
