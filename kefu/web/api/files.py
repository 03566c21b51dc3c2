"""Files that members of the team send with replies and notes; they are read at /files."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request

from kefu.app import Operator
from kefu.web import files
from kefu.web.files import LONGEST_NAME, File
from kefu.web.gate import Needs
from kefu.web.hall import Hall, hall_of

Hallway = Annotated[Hall, Depends(hall_of)]
Bringer = Annotated[Operator, Depends(Needs("act", "conversation.attach"))]
Taker = Annotated[Operator, Depends(Needs("act", "conversation.detach"))]
Name = Annotated[str, Query(max_length=LONGEST_NAME, description="What the file is called")]

router = APIRouter(tags=["inbox"])


@router.post("/conversations/{conversation_id}/attachments")
async def bring(conversation_id: str, request: Request, hall: Hallway, who: Bringer, name: Name = "") -> File:
    """Bring a file, to be sent with a reply or a note; the body is the file."""
    return await files.bring(hall, who, conversation_id, name, await request.body())


@router.delete("/conversations/{conversation_id}/attachments/{attachment_id}", status_code=204)
async def take_back(conversation_id: str, attachment_id: str, hall: Hallway, who: Taker) -> None:
    """Take a file back that was brought and not sent."""
    await files.take_back(hall, who, conversation_id, attachment_id)
