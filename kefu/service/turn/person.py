"""Let something happen that is no customer's message: a deed of the team, or what follows from the log."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from secrets import token_hex
from typing import Literal

from kefu.core.errors import Conflict, NotFound, Overtaken
from kefu.core.events import Event
from kefu.core.nouns import Conversation
from kefu.core.ports.store import Archive, Commit
from kefu.service.desk.deeds import Deed, Reply, events_of_all, who_else
from kefu.service.dialogue.fold import fold
from kefu.service.turn.house import House
from kefu.service.turn.partings import partings

MOST_CONFLICTS = 8

Mark = Literal["p", "k", "r"]
"""How the id of a turn begins that no customer made: a person's, the clerk's, a rule's."""

BY_CLERK: Mark = "k"
BY_RULE: Mark = "r"

Decide = Callable[[Conversation, datetime], Sequence[Event]]
"""What happens, given the present state and the time; asked again when another was faster."""


async def speak(
    conversation_id: str, deeds: Sequence[Deed], who: str, house: House, store: Archive, *, seen: int | None = None
) -> tuple[int, tuple[Deed, ...]]:
    """Let deeds happen together; returns the number of the conversation's last event and the deeds that undo them.

    A draft is sent once, however often and from wherever it is asked for. `seen` is the number of the last
    event that whoever acts has seen. Raises `NotFound` for an unknown conversation, `BadInput` for a deed
    that can't be, `Overtaken` where somebody else acted since `seen`.
    """
    undo: tuple[Deed, ...] = ()

    def decide(talk: Conversation, now: datetime) -> Sequence[Event]:
        nonlocal undo
        events, undo = events_of_all(deeds, talk, who, now)
        return events

    claims = tuple(f"draft:{deed.draft}" for deed in deeds if isinstance(deed, Reply) and deed.draft)
    talk, events = await happen(conversation_id, decide, house, store, claims=claims, who=who, seen=seen)
    return talk.version, undo if events else ()


async def happen(
    conversation_id: str,
    decide: Decide,
    house: House,
    store: Archive,
    *,
    mark: Mark = "p",
    claims: tuple[str, ...] = (),
    who: str = "",
    seen: int | None = None,
) -> tuple[Conversation, tuple[Event, ...]]:
    """Commit what `decide` makes of the present state; returns the state after it, and the events.

    Nothing happens where it makes nothing, or where a claim was used up before. `seen` is the last event that `who`
    has seen. Raises `NotFound` for an unknown conversation, `Conflict` where others are always faster,
    `Overtaken` where another of the team acted since `seen`.
    """
    for _ in range(MOST_CONFLICTS):
        talk = await store.conversation(conversation_id)
        if talk is None:
            raise NotFound(f"There is no conversation {conversation_id!r}.")
        if claims and await house.store.claimed(claims[0]):
            return talk, ()
        if seen is not None and talk.version > seen:
            since = [one.event for one in await house.store.events(conversation_id, seen)]
            if others := who_else(since, who):
                raise Overtaken(f"{', '.join(others)} acted here since event {seen}.")
        now = house.clock()
        events = tuple(decide(talk, now))
        if not events:
            return talk, ()
        after, turn_id = fold(talk, events), f"{mark}{token_hex(10)}"
        leaving = partings(turn_id, events, after, house)
        commit = Commit(turn_id, "", now, after, talk.version, events, leaving, claims)
        try:
            await house.store.commit(commit)
        except Conflict:
            house.gate.forget((talk.channel, talk.sender))
            continue
        house.gate.remember((talk.channel, talk.sender), after)
        return after, events
    raise Conflict(f"conversation {conversation_id} is too busy; try again.")
