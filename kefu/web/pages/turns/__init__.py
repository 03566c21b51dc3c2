"""The latest turns."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from starlette.requests import Request
from starlette.responses import Response

from kefu.core.events import DecisionTaken, Judged, MessageReceived, PersonReplied, TurnTraced
from kefu.web.hall import hall_of
from kefu.web.screen import render
from kefu.web.staff import list_turns, read_turn
from kefu.web.viewer import operator_of

LATEST = 40


@dataclass(slots=True)
class Row:
    """A turn in one line."""

    id: str
    at: datetime
    said: str = ""
    decision: str = ""
    because: str = ""
    skill: str = ""
    took_ms: float = 0.0
    verdict: str = ""


async def show(request: Request) -> Response:
    """Newest first."""
    who, hall = operator_of(request), hall_of(request)
    rows = []
    for turn in await list_turns(hall, who, LATEST):
        row = Row(turn.id, turn.at)
        for one in await read_turn(hall, who, turn.id):
            match one.event:
                case MessageReceived() | PersonReplied():
                    row.said = one.event.text
                case DecisionTaken():
                    row.decision, row.because, row.skill = one.event.decision, one.event.because, one.event.skill
                case Judged():
                    row.id, row.verdict = one.event.turn_id, "right" if one.event.right else "wrong"
                    row.said = one.event.who
                case TurnTraced():
                    row.took_ms = sum(stage.took_ms for stage in one.event.stages)
        rows.append(row)
    return render(request, "turns/page.html", who=who, rows=rows)
