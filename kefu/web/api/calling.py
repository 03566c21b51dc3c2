"""What a colleague does to a call that goes on: hold it, let it go on, end it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field

from kefu.app import Operator
from kefu.app.calls.switchboard import Deed
from kefu.web.gate import Needs
from kefu.web.hall import Hall, hall_of
from kefu.web.staff import act_on, named

router = APIRouter()

Hallway = Annotated[Hall, Depends(hall_of)]
Caller = Annotated[Operator, Depends(Needs("act", "conversation.call"))]


class OnCall(BaseModel):
    """What to do to the call, and in whose name."""

    do: Deed
    who: str = Field("", max_length=60)


class Told(BaseModel):
    """The call was told; its events say when it did."""

    told: Deed


@router.post("/conversations/{conversation_id}/call")
async def call(conversation_id: str, deed: OnCall, hall: Hallway, who: Caller) -> Told:
    """Put the call of a conversation on hold, let it go on, or hang up."""
    await act_on(hall, who, conversation_id)
    await hall.kefu.calls.act(conversation_id, deed.do, named(who, deed.who))
    return Told(told=deed.do)
