"""What the team reads and does, for the pages of the desk and for the API alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, get_args

import msgspec

from kefu.app import Aim, Dial, Mode, Operator, Outcome, Outlook, may_read_conversation, may_see_evidence
from kefu.core.errors import BadInput, NotAllowed, NotFound
from kefu.core.nouns import Conversation
from kefu.core.ports.store import Recorded, Review, Summary
from kefu.web.hall import Hall, now
from kefu.web.viewer import UNNAMED


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
    _require(who)
    return await hall.kefu.store.summaries(waiting=waiting, customer_id=customer_id, limit=limit)


async def list_turns(hall: Hall, who: Operator, limit: int) -> Sequence[Turn]:
    """The latest turns, for the team."""
    _require(who)
    return [Turn(*one) for one in await hall.kefu.store.turns(limit)]


async def talk_of(hall: Hall, who: Operator, conversation_id: str) -> Conversation:
    """The state of a conversation; raises `NotFound` when there is none that the viewer may read."""
    talk = await hall.kefu.store.conversation(conversation_id)
    if talk is None or not may_read_conversation(who, talk):
        raise NotFound(f"There is no conversation {conversation_id!r}.")
    return talk


async def read_events(hall: Hall, who: Operator, conversation_id: str, after: int = 0) -> Sequence[Recorded]:
    """Everything that happened in a conversation, for the team."""
    _require(who)
    await talk_of(hall, who, conversation_id)
    return await hall.kefu.store.events(conversation_id, after)


async def read_turn(hall: Hall, who: Operator, turn_id: str) -> Sequence[Recorded]:
    """The events of one turn, for the team."""
    _require(who)
    recorded = await hall.kefu.store.turn(turn_id)
    if not recorded:
        raise NotFound(f"There is no turn {turn_id!r}.")
    return recorded


async def read_dead(hall: Hall, who: Operator, limit: int) -> Sequence[Letter]:
    """What could not be delivered, for the team."""
    _require(who)
    return [
        Letter(one.parting.id, one.parting.kind, one.parting.address, one.conversation_id, one.attempts)
        for one in await hall.kefu.store.dead(limit)
    ]


async def revive_dead(hall: Hall, who: Operator, ids: Sequence[str]) -> int:
    """Make undelivered things due again, for the team; returns how many."""
    _require(who)
    revived = await hall.kefu.store.revive(ids, now())
    hall.kefu.delivery.wake()
    return revived


async def list_reviews(hall: Hall, who: Operator, *, judged: bool, limit: int = 10_000) -> Sequence[Review]:
    """Enquiries drawn for review, for the team."""
    _require(who)
    return await hall.kefu.store.reviews(judged=judged, limit=limit)


async def read_outlook(hall: Hall, who: Operator) -> Outlook:
    """Where the promise stands and what the verdicts so far would buy, for the team."""
    _require(who)
    return await hall.kefu.outlook()


async def certify(
    hall: Hall, who: Operator, alpha: float, delta: float, dial: str, *, by_intent: bool = False
) -> Outcome:
    """Put a promise into force if the verdicts prove it, for the team; the refusal otherwise."""
    _require(who)
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
    _require(who)
    return await hall.kefu.withdraw(anew=anew)


async def set_mode(hall: Hall, who: Operator, mode: str) -> Mode:
    """Let kefu answer, or draft only, for the team."""
    _require(who)
    chosen: Mode | None = next((one for one in get_args(Mode) if one == mode), None)
    if chosen is None:
        raise BadInput(f"mode is one of {', '.join(get_args(Mode))}.")
    await hall.kefu.set_mode(chosen)
    return chosen


async def send_draft(hall: Hall, who: Operator, turn_id: str, name: str = "") -> int:
    """Send the draft of a turn as it stands, for the team; the number of the conversation's last event."""
    _require(who)
    return await hall.kefu.send_draft(turn_id, named(who, name))


async def read_counts(hall: Hall, who: Operator) -> Mapping[str, int]:
    """How much there is of everything, for the team."""
    _require(who)
    return await hall.kefu.store.counts()


def happened(one: Recorded) -> Happened:
    """A stored event as JSON shows it."""
    data: dict[str, Any] = msgspec.to_builtins(one.event)
    return Happened(one.position, one.number, one.conversation_id, one.turn_id, type(one.event).__name__, data)


def named(who: Operator, name: str) -> str:
    """Under which name somebody acts: their own, or with the bare token the one that they give."""
    return (name.strip() or who.who) if who.who == UNNAMED else who.who


def _require(who: Operator) -> None:
    if not may_see_evidence(who):
        raise NotAllowed
