"""The team's side: what happened, who waits, what to do about it.

For the operator token or the desk's own sign-in; customers and servers never get here.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field
from starlette.requests import HTTPConnection

from kefu.app import (
    HandBack,
    Operator,
    Reply,
    Server,
    Take,
    TeamDeed,
    as_mapping,
    conversation_id_of,
    outcome_as_mapping,
)
from kefu.core.ports.store import Review, Summary
from kefu.web import staff
from kefu.web.api.chat import LONGEST_WAIT_S, wait_for_lines
from kefu.web.gate import Needs, note_look, specify
from kefu.web.hall import Hall, hall_of
from kefu.web.inbox import act as act_in
from kefu.web.staff import (
    Happened,
    Letter,
    Turn,
    certify,
    happened,
    list_conversations,
    list_reviews,
    list_turns,
    named,
    read_counts,
    read_dead,
    read_events,
    read_outlook,
    read_turn,
    revive_dead,
    send_draft,
    set_mode,
    talk_of,
    withdraw,
)
from kefu.web.transcript import Transcript, read_lines
from kefu.web.viewer import server_of

Hallway = Annotated[Hall, Depends(hall_of)]
Reader = Annotated[Operator, Depends(Needs("read"))]
Witness = Annotated[Operator, Depends(Needs("see_evidence"))]
Replier = Annotated[Operator, Depends(Needs("act", "conversation.reply"))]
Taker = Annotated[Operator, Depends(Needs("act", "conversation.take"))]
Returner = Annotated[Operator, Depends(Needs("act", "conversation.hand_back"))]
Sender = Annotated[Operator, Depends(Needs("act", "conversation.send"))]
Keeper = Annotated[Operator, Depends(Needs("change_settings"))]
Reviver = Annotated[Operator, Depends(Needs("change_settings", "outbox.revive"))]
Reviewer = Annotated[Operator, Depends(Needs("judge"))]
Judge = Annotated[Operator, Depends(Needs("judge", "promise.judge"))]
Reporter = Annotated[Operator, Depends(Needs("read_reports"))]
Certifier = Annotated[Operator, Depends(Needs("change_settings", "promise.certify"))]
Withdrawer = Annotated[Operator, Depends(Needs("change_settings", "promise.withdraw"))]
Switcher = Annotated[Operator, Depends(Needs("change_settings", "promise.mode"))]
Limit = Annotated[int, Query(ge=1, le=500)]

router = APIRouter(tags=["desk"])
servers = APIRouter(tags=["messages"])


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


class Verdict(BaseModel):
    """Whether the machine was right about what a customer wants, and who says so."""

    right: bool
    who: str = Field("", max_length=60)


class Wanted(BaseModel):
    """What is to be promised: at most `alpha` wrong, of all enquiries or of the automatic answers."""

    alpha: float = Field(0.02, gt=0, lt=1)
    delta: float = Field(0.05, gt=0, lt=1)
    dial: str = Field("joint", description="joint or selective")
    by_intent: bool = Field(default=False, description="of each intent that is asked often enough, too")


class Wish(BaseModel):
    """Whether kefu answers, or drafts while people answer."""

    mode: str = Field(description="live or shadow")


class Done(BaseModel):
    """`number` of the conversation's last event."""

    number: int


@router.get("/conversations")
async def conversations(
    hall: Hallway, who: Reader, *, waiting: bool = False, customer_id: str = "", limit: Limit = 50
) -> Sequence[Summary]:
    """Conversations, latest first; with `waiting`, those in people's hands, longest waiting first."""
    return await list_conversations(hall, who, waiting=waiting, customer_id=customer_id, limit=limit)


@router.get("/conversations/{conversation_id}")
async def conversation(
    conversation_id: str, connection: HTTPConnection, hall: Hallway, who: Reader, after: int = 0
) -> Transcript:
    """What was said."""
    await talk_of(hall, who, conversation_id)
    note_look(connection, who, conversation_id)
    return await read_lines(hall, who, conversation_id, after)


@router.get("/conversations/{conversation_id}/events")
async def events(
    conversation_id: str, connection: HTTPConnection, hall: Hallway, who: Witness, after: int = 0
) -> Sequence[Happened]:
    """Everything that happened."""
    found = await read_events(hall, who, conversation_id, after)
    note_look(connection, who, conversation_id)
    return [happened(one) for one in found]


@router.post("/conversations/{conversation_id}/reply")
async def reply(conversation_id: str, answer: Answer, hall: Hallway, who: Replier) -> Done:
    """Answer as a person; this also takes the conversation."""
    return await _done(hall, who, conversation_id, Reply(answer.text), answer.who)


@router.post("/conversations/{conversation_id}/take")
async def take(conversation_id: str, act: Act, hall: Hallway, who: Taker) -> Done:
    """Take the conversation; the machine stays back."""
    return await _done(hall, who, conversation_id, Take(), act.who)


@router.post("/conversations/{conversation_id}/hand_back")
async def hand_back(conversation_id: str, act: Act, hall: Hallway, who: Returner) -> Done:
    """Let the machine serve the customer again."""
    return await _done(hall, who, conversation_id, HandBack(), act.who)


async def _done(hall: Hall, who: Operator, conversation_id: str, deed: TeamDeed, name: str) -> Done:
    """One deed by a route of its own; any others, and what undoes them, go by `/deeds`."""
    return Done(number=(await act_in(hall, who, conversation_id, [deed], named(who, name))).number)


@router.post("/turns/{turn_id}/draft")
async def send(turn_id: str, act: Act, hall: Hallway, who: Sender) -> Done:
    """Send what kefu drafted in this turn as it stands, once; this also takes the conversation."""
    return Done(number=await send_draft(hall, who, turn_id, act.who))


@router.get("/turns")
async def turns(hall: Hallway, who: Witness, limit: Limit = 50) -> Sequence[Turn]:
    """The latest turns."""
    return await list_turns(hall, who, limit)


@router.get("/turns/{turn_id}")
async def turn(turn_id: str, connection: HTTPConnection, hall: Hallway, who: Witness) -> Sequence[Happened]:
    """Everything that one turn did, with its stages and its evidence."""
    found = await read_turn(hall, who, turn_id)
    note_look(connection, who, found[0].conversation_id)
    return [happened(one) for one in found]


@router.get("/outbox/dead")
async def dead(hall: Hallway, who: Keeper, limit: Limit = 100) -> Sequence[Letter]:
    """What could not be delivered, latest first."""
    return await read_dead(hall, who, limit)


@router.post("/outbox/revive")
async def revive(letters: Letters, hall: Hallway, who: Reviver) -> dict[str, int]:
    """Try again; says how many became due."""
    return {"revived": await revive_dead(hall, who, letters.ids)}


@router.get("/reviews")
async def reviews(hall: Hallway, who: Reviewer, *, judged: bool = False, limit: Limit = 50) -> Sequence[Review]:
    """Enquiries drawn for review, latest first: those that wait for a verdict, or with `judged` those that have one."""
    return await list_reviews(hall, who, judged=judged, limit=limit)


@router.post("/reviews/{turn_id}")
async def judge(turn_id: str, verdict: Verdict, connection: HTTPConnection, hall: Hallway, who: Judge) -> Verdict:
    """Judge a drawn enquiry: whether acting on its intent is right. A later verdict replaces an earlier one."""
    await staff.judge(hall, who, turn_id, verdict.who, right=verdict.right)
    specify(connection, "right" if verdict.right else "wrong")
    return verdict


@router.get("/promise")
async def promise(hall: Hallway, who: Reporter) -> dict[str, Any]:
    """Where the promise stands, and what the verdicts so far would buy at each alpha."""
    return as_mapping(await read_outlook(hall, who))


@router.post("/promise")
async def certify_promise(wanted: Wanted, connection: HTTPConnection, hall: Hallway, who: Certifier) -> dict[str, Any]:
    """Put a promise into force if the verdicts prove it; `outcome` is Kept, or the refusal's name."""
    found = await certify(hall, who, wanted.alpha, wanted.delta, wanted.dial, by_intent=wanted.by_intent)
    specify(connection, f"{wanted.alpha:g} {wanted.dial}: {type(found).__name__}")
    return outcome_as_mapping(found)


@router.delete("/promise")
async def withdraw_promise(
    connection: HTTPConnection, hall: Hallway, who: Withdrawer, *, anew: bool = False
) -> dict[str, bool]:
    """Take the promise out of force; with `anew` verdicts until now are void."""
    specify(connection, "anew" if anew else "")
    return {"withdrawn": await withdraw(hall, who, anew=anew)}


@router.post("/promise/mode")
async def mode(wish: Wish, connection: HTTPConnection, hall: Hallway, who: Switcher) -> Wish:
    """Let kefu answer (`live`), or draft only while people answer (`shadow`); written into kefu.toml."""
    chosen = await set_mode(hall, who, wish.mode)
    specify(connection, chosen)
    return Wish(mode=chosen)


@router.get("/counts")
async def counts(hall: Hallway, who: Reader) -> dict[str, int]:
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
    wait: Annotated[float, Query(ge=0, le=LONGEST_WAIT_S)] = 0,
) -> Transcript:
    """What was said in a sender's conversation, such as answers of the team, which come later."""
    return await wait_for_lines(hall, who, conversation_id_of(channel, sender), after, wait)
