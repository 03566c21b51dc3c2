"""The team's side: what happened, who waits, what to do about it.

For the operator token or the desk's own sign-in; customers and servers never get here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field

from kefu.app import Operator, Server, conversation_id_of, may_read_conversation, may_see_evidence
from kefu.core.errors import NotAllowed, NotFound
from kefu.core.nouns import Conversation
from kefu.core.ports.store import Recorded, Summary
from kefu.web.api.chat import Hallway, wait_for_lines
from kefu.web.hall import Hall, now
from kefu.web.transcript import Transcript, read_lines
from kefu.web.viewer import UNNAMED, operator_of, server_of

Staff = Annotated[Operator, Depends(operator_of)]
Limit = Annotated[int, Query(ge=1, le=500)]

router = APIRouter(tags=["desk"])
servers = APIRouter(tags=["messages"])


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


class Answer(BaseModel):
    """What a member of the team writes."""

    text: str = Field(max_length=10_000)
    who: str = Field("", max_length=60, description="Shown to the customer; only with the operator token")


class Act(BaseModel):
    """Who takes a conversation or gives it back."""

    who: str = Field("", max_length=60)


class Letters(BaseModel):
    """Which undelivered things to try again."""

    ids: list[str] = Field(max_length=1000)


class Done(BaseModel):
    """`number` of the conversation's last event."""

    number: int


@router.get("/conversations")
async def conversations(
    hall: Hallway, who: Staff, *, waiting: bool = False, customer_id: str = "", limit: Limit = 50
) -> Sequence[Summary]:
    """Conversations, latest first; with `waiting`, those in people's hands, longest waiting first."""
    return await list_conversations(hall, who, waiting=waiting, customer_id=customer_id, limit=limit)


@router.get("/conversations/{conversation_id}")
async def conversation(conversation_id: str, hall: Hallway, who: Staff, after: int = 0) -> Transcript:
    """What was said."""
    await talk_of(hall, who, conversation_id)
    return await read_lines(hall, who, conversation_id, after)


@router.get("/conversations/{conversation_id}/events")
async def events(conversation_id: str, hall: Hallway, who: Staff, after: int = 0) -> Sequence[Happened]:
    """Everything that happened."""
    return [happened(one) for one in await read_events(hall, who, conversation_id, after)]


@router.post("/conversations/{conversation_id}/reply")
async def reply(conversation_id: str, answer: Answer, hall: Hallway, who: Staff) -> Done:
    """Answer as a person; this also takes the conversation."""
    return Done(number=await hall.kefu.person_replies(conversation_id, named(who, answer.who), answer.text))


@router.post("/conversations/{conversation_id}/take")
async def take(conversation_id: str, act: Act, hall: Hallway, who: Staff) -> Done:
    """Take the conversation; the machine stays back."""
    return Done(number=await hall.kefu.person_takes(conversation_id, named(who, act.who)))


@router.post("/conversations/{conversation_id}/hand_back")
async def hand_back(conversation_id: str, act: Act, hall: Hallway, who: Staff) -> Done:
    """Let the machine serve the customer again."""
    return Done(number=await hall.kefu.hand_back(conversation_id, named(who, act.who)))


@router.get("/turns")
async def turns(hall: Hallway, who: Staff, limit: Limit = 50) -> Sequence[Turn]:
    """The latest turns."""
    return await list_turns(hall, who, limit)


@router.get("/turns/{turn_id}")
async def turn(turn_id: str, hall: Hallway, who: Staff) -> Sequence[Happened]:
    """Everything that one turn did, with its stages and its evidence."""
    return [happened(one) for one in await read_turn(hall, who, turn_id)]


@router.get("/outbox/dead")
async def dead(hall: Hallway, who: Staff, limit: Limit = 100) -> Sequence[Letter]:
    """What could not be delivered, latest first."""
    return await read_dead(hall, who, limit)


@router.post("/outbox/revive")
async def revive(letters: Letters, hall: Hallway, who: Staff) -> dict[str, int]:
    """Try again; says how many became due."""
    return {"revived": await revive_dead(hall, who, letters.ids)}


@router.get("/counts")
async def counts(hall: Hallway, who: Staff) -> dict[str, int]:
    """How much there is of everything."""
    return dict(await read_counts(hall, who))


@servers.get("/messages")
async def messages(
    hall: Hallway,
    who: Annotated[Server, Depends(server_of)],
    sender: str,
    channel: str = "rest",
    *,
    after: Annotated[int, Query(ge=0)] = 0,
    wait: Annotated[float, Query(ge=0, le=30)] = 0,
) -> Transcript:
    """What was said in a sender's conversation, such as answers of the team, which come later."""
    return await wait_for_lines(hall, who, conversation_id_of(channel, sender), after, wait)


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
