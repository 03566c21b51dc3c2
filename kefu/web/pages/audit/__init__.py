"""The audit trail: who did what, the latest first; nothing here can be changed."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from kefu.web import roster
from kefu.web.hall import hall_of
from kefu.web.screen import render
from kefu.web.viewer import operator_of

SHOWN = 50
KINDS = (
    "sign_in",
    "account",
    "person",
    "conversation",
    "call",
    "promise",
    "knowledge",
    "settings",
    "plan",
    "macro",
    "tag",
    "training",
)


async def show(request: Request) -> Response:
    """A page of entries, filtered by who and by what; with `?check=1` also whether the chain holds."""
    hall, who, asked = hall_of(request), operator_of(request), request.query_params
    name, what = asked.get("who", "").strip()[:60], asked.get("what", "").strip()[:60]
    start = asked.get("before", "")
    before = int(start) if start.isdecimal() and len(start) < 19 else 0
    entries = await roster.read_audit(hall, who, name=name, what=what, before=before, limit=SHOWN)
    chain = await roster.check_audit(hall, who) if asked.get("check") else None
    older = entries[-1].number if len(entries) == SHOWN else 0
    return render(
        request,
        "audit/page.html",
        who=who,
        entries=entries,
        chain=chain,
        by=name,
        what=what,
        older=older,
        kinds=KINDS,
    )
