"""What the team reads and does, for the pages of the desk and for the API alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, get_args

import msgspec

from kefu.app import Aim, Dial, Mode, Operator, Outcome, Outlook, may, may_act_on, may_read_conversation, scope_of
from kefu.core.errors import BadInput, NotAllowed, NotFound
from kefu.core.events import HandedBack, HandedOff, MessageReceived, PersonReplied, PersonTook, Replied
from kefu.core.nouns import Conversation
from kefu.core.ports.desk import View
from kefu.core.ports.store import Recorded, Review, Summary
from kefu.web.gate import require
from kefu.web.hall import Hall, now
from kefu.web.viewer import UNNAMED

MOST = 500
"""How far back a list goes for those who see a part of it."""

SPOKEN = (MessageReceived, Replied, PersonReplied, HandedOff, PersonTook, HandedBack)
"""What those see who may not see evidence; its sources are left out where it is shown."""


@dataclass(frozen=True, slots=True)
class Happened:
    """One event of a conversation, with everything in it."""

    position: int
    number: int
    conversation_id: str
    turn_id: str
    kind: str
    data: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Turn:
    """A turn as a list shows it."""

    id: str
    conversation_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Letter:
    """Something that could not be delivered."""

    id: str
    kind: str
    address: str
    conversation_id: str
    attempts: int


async def list_conversations(
    hall: Hall, who: Operator, *, waiting: bool = False, customer_id: str = "", limit: int = 50
) -> Sequence[Summary]:
    """Summaries, for the team."""
    require(who, "read")
    most = limit if may(who, "read_all") else MOST
    found = await hall.kefu.store.summaries(waiting=waiting, customer_id=customer_id, limit=most)
    seen = await _seen(hall, who, [one.id for one in found])
    return [one for one in found if one.id in seen][:limit]


async def list_turns(hall: Hall, who: Operator, limit: int) -> Sequence[Turn]:
    """The latest turns, for the team."""
    require(who, "see_evidence")
    found = [Turn(*one) for one in await hall.kefu.store.turns(limit if may(who, "read_all") else MOST)]
    seen = await _seen(hall, who, [one.conversation_id for one in found])
    return [one for one in found if one.conversation_id in seen][:limit]


async def talk_of(hall: Hall, who: Operator, conversation_id: str) -> Conversation:
    """The state of a conversation; raises `NotFound` when there is none that the viewer may read."""
    talk = await hall.kefu.store.conversation(conversation_id)
    if talk is None or not may_read_conversation(who, talk):
        raise NotFound(f"There is no conversation {conversation_id!r}.")
    return talk


async def read_events(hall: Hall, who: Operator, conversation_id: str, after: int = 0) -> Sequence[Recorded]:
    """Everything that happened in a conversation, for the team."""
    require(who, "see_evidence")
    await talk_of(hall, who, conversation_id)
    return await hall.kefu.store.events(conversation_id, after)


async def read_thread(hall: Hall, who: Operator, conversation_id: str, after: int = 0) -> Sequence[Recorded]:
    """What happened in a conversation, as much of it as the viewer may see: what was said, or all with its evidence."""
    await talk_of(hall, who, conversation_id)
    recorded = await hall.kefu.store.events(conversation_id, after)
    return recorded if may(who, "see_evidence") else [one for one in recorded if isinstance(one.event, SPOKEN)]


async def act_on(hall: Hall, who: Operator, conversation_id: str) -> Conversation:
    """The state of a conversation that the viewer may do something in; raises `NotFound`, `NotAllowed`."""
    require(who, "act")
    talk = await talk_of(hall, who, conversation_id)
    if not may_act_on(who, talk):
        raise NotAllowed
    return talk


async def read_turn(hall: Hall, who: Operator, turn_id: str) -> Sequence[Recorded]:
    """The events of one turn, for the team."""
    require(who, "see_evidence")
    return await _turn(hall, who, turn_id)


async def read_dead(hall: Hall, who: Operator, limit: int) -> Sequence[Letter]:
    """What could not be delivered, for the team."""
    require(who, "change_settings")
    return [
        Letter(one.parting.id, one.parting.kind, one.parting.address, one.conversation_id, one.attempts)
        for one in await hall.kefu.store.dead(limit)
    ]


async def revive_dead(hall: Hall, who: Operator, ids: Sequence[str]) -> int:
    """Make undelivered things due again, for the team; returns how many."""
    require(who, "change_settings")
    revived = await hall.kefu.store.revive(ids, now())
    hall.kefu.delivery.wake()
    return revived


async def list_reviews(hall: Hall, who: Operator, *, judged: bool, limit: int = 10_000) -> Sequence[Review]:
    """Enquiries drawn for review, for the team."""
    require(who, "judge")
    return await hall.kefu.store.reviews(judged=judged, limit=limit)


async def read_outlook(hall: Hall, who: Operator) -> Outlook:
    """Where the promise stands and what the verdicts so far would buy, for the team."""
    require(who, "read_reports")
    return await hall.kefu.outlook()


async def certify(
    hall: Hall, who: Operator, alpha: float, delta: float, dial: str, *, by_intent: bool = False
) -> Outcome:
    """Put a promise into force if the verdicts prove it, for the team; the refusal otherwise."""
    require(who, "change_settings")
    chosen: Dial | None = next((one for one in get_args(Dial) if one == dial), None)
    if chosen is None:
        raise BadInput(f"dial is one of {', '.join(get_args(Dial))}.")
    try:
        aim = Aim(alpha, delta, chosen, by_intent)
    except ValueError as error:
        raise BadInput(f"{error}; alpha is a share, such as 0.02.") from error
    return await hall.kefu.certify(aim)


async def withdraw(hall: Hall, who: Operator, *, anew: bool = False) -> bool:
    """Take the promise out of force, for the team; whether there was one. With `anew` verdicts until now are void."""
    require(who, "change_settings")
    return await hall.kefu.withdraw(anew=anew)


async def set_mode(hall: Hall, who: Operator, mode: str) -> Mode:
    """Let kefu answer, or draft only, for the team."""
    require(who, "change_settings")
    chosen: Mode | None = next((one for one in get_args(Mode) if one == mode), None)
    if chosen is None:
        raise BadInput(f"mode is one of {', '.join(get_args(Mode))}.")
    await hall.kefu.set_mode(chosen)
    return chosen


async def send_draft(hall: Hall, who: Operator, turn_id: str, name: str = "") -> int:
    """Send the draft of a turn as it stands, for the team; the number of the conversation's last event."""
    await act_on(hall, who, (await _turn(hall, who, turn_id))[0].conversation_id)
    return await hall.kefu.send_draft(turn_id, named(who, name))


async def read_counts(hall: Hall, who: Operator) -> Mapping[str, int]:
    """How much there is of everything that the viewer may see."""
    require(who, "read")
    if may(who, "read_all"):
        return await hall.kefu.store.counts()
    scope = scope_of(who)
    talks, waiting = await hall.kefu.store.tally([View(scope), View(scope, ("open",))])
    return {"conversations": talks, "waiting": waiting}


async def judge(hall: Hall, who: Operator, turn_id: str, name: str = "", *, right: bool) -> None:
    """Say whether the machine was right in a drawn enquiry."""
    require(who, "judge")
    await hall.kefu.judge(turn_id, named(who, name), right=right)


def happened(one: Recorded) -> Happened:
    """A stored event as JSON shows it."""
    data: dict[str, Any] = msgspec.to_builtins(one.event)
    return Happened(one.position, one.number, one.conversation_id, one.turn_id, type(one.event).__name__, data)


def named(who: Operator, name: str) -> str:
    """Under which name somebody acts: their own, or with the bare token the one that they give."""
    return (name.strip() or who.who) if who.who == UNNAMED else who.who


async def _seen(hall: Hall, who: Operator, ids: Sequence[str]) -> frozenset[str]:
    """Those of these conversations that the viewer may read, in one query."""
    if may(who, "read_all") or not ids:
        return frozenset(ids)
    page = await hall.kefu.store.inbox(View(scope_of(who), ids=tuple(set(ids))), "newest", limit=len(ids))
    return frozenset(entry.id for entry in page.entries)


async def _turn(hall: Hall, who: Operator, turn_id: str) -> Sequence[Recorded]:
    """The events of a turn whose conversation the viewer may read; raises `NotFound`."""
    recorded = await hall.kefu.store.turn(turn_id)
    if not recorded:
        raise NotFound(f"There is no turn {turn_id!r}.")
    await talk_of(hall, who, recorded[0].conversation_id)
    return recorded
