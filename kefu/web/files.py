"""Files of conversations: brought by either side, given to who may read the conversation or holds a link to one.

What a browser may show in a page are pictures alone; all else is only saved, and nothing of it ever runs.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from kefu.app import Operator, conversation_id_of
from kefu.app.attachments import is_picture
from kefu.core.errors import BadInput, NotFound
from kefu.core.nouns import Attachment
from kefu.core.ports.attachments import Filed
from kefu.web.gate import note_look
from kefu.web.hall import Hall, hall_of, limit, now
from kefu.web.staff import act_on, talk_of
from kefu.web.viewer import customer_of, operator_of

POLICY = "default-src 'none'; sandbox"
LONGEST_NAME = 300


@dataclass(frozen=True, slots=True)
class File:
    """A file as who may have it sees it: `url` is where it is, `picture` says that a page may show it."""

    id: str
    name: str
    kind: str
    size: int
    url: str
    picture: bool


async def show(request: Request) -> Response:
    """The file itself: to whoever holds a link, else to members of the team who may read the conversation."""
    hall, id_ = hall_of(request), request.path_params["attachment"]
    filed = await hall.kefu.attachments.find(id_)
    query = request.query_params
    linked = hall.kefu.attachments.is_link(id_, query.get("until", ""), query.get("sign", ""), now())
    if not (linked and filed.standing == "said"):
        who = operator_of(request)
        await _may_read(hall, who, filed)
        note_look(request, who, filed.conversation_id)
    data = await hall.kefu.attachments.read(filed)
    return Response(data, media_type=filed.attachment.kind, headers=_headers(filed.attachment, linked=linked))


async def bring_for_customer(request: Request) -> Response:
    """Bring a file, to be sent with a message; the body is the file, `?name=` its name."""
    hall, who = hall_of(request), customer_of(request)
    limit(hall.uploads, request)
    id_ = conversation_id_of(who.channel, who.sender)
    data, name = await request.body(), _name_of(request)
    attachment = await hall.kefu.attachments.bring(id_, "customer", name, data, now())
    return Response(msgspec.json.encode(attachment), media_type="application/json")


async def take_back_for_customer(request: Request) -> Response:
    """Take a file back that was brought and not sent."""
    hall, who = hall_of(request), customer_of(request)
    id_ = conversation_id_of(who.channel, who.sender)
    await hall.kefu.attachments.withdraw(id_, "customer", request.path_params["attachment_id"])
    return Response(status_code=204)


async def bring(hall: Hall, who: Operator, conversation_id: str, name: str, data: bytes) -> File:
    """Bring a file as a member of the team; it is sent with a reply or a note."""
    await act_on(hall, who, conversation_id)
    if len(name) > LONGEST_NAME:
        raise BadInput(f"name has at most {LONGEST_NAME} characters.")
    return file_of(await hall.kefu.attachments.bring(conversation_id, "team", name, data, now()))


async def take_back(hall: Hall, who: Operator, conversation_id: str, attachment_id: str) -> None:
    """Take a file back that a member of the team brought and nobody sent."""
    await act_on(hall, who, conversation_id)
    await hall.kefu.attachments.withdraw(conversation_id, "team", attachment_id)


def file_of(attachment: Attachment, url: str = "") -> File:
    """A file for the team; with `url`, a link for others."""
    one = attachment
    return File(one.id, one.name, one.kind, one.size, url or f"/files/{one.id}", is_picture(one))


def linked_file(attachment: Attachment, hall: Hall) -> File:
    """A file for a customer: at an address that works for a while."""
    return file_of(attachment, hall.kefu.attachments.link(attachment, now()))


async def _may_read(hall: Hall, who: Operator, filed: Filed) -> None:
    """Raises `NotFound` where the viewer may not read the conversation of a file."""
    try:
        await talk_of(hall, who, filed.conversation_id)
    except NotFound as error:
        raise NotFound(f"There is no file {filed.attachment.id!r}.") from error


def _headers(attachment: Attachment, *, linked: bool) -> dict[str, str]:
    """Shown or saved, never guessed, never run, kept by nobody; a company's own site may show what it has a link to."""
    how = "inline" if is_picture(attachment) else "attachment"
    return {
        "Content-Disposition": f"{how}; filename*=UTF-8''{quote(attachment.name)}",
        "Content-Security-Policy": POLICY,
        "Cross-Origin-Resource-Policy": "cross-origin" if linked else "same-origin",
        "Cache-Control": "private, no-store",
    }


def _name_of(request: Request) -> str:
    return request.query_params.get("name", "")[:LONGEST_NAME]


ROUTES = [Route("/files/{attachment}", show)]
CHAT = [
    Route("/attachments", bring_for_customer, methods=["POST"]),
    Route("/attachments/{attachment_id}", take_back_for_customer, methods=["DELETE"]),
]
