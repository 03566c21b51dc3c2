"""One conversation: what was said, and all that happened, as thin lines between."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from kefu.core.errors import NotFound
from kefu.core.events import (
    CheckFailed,
    ConversationOpened,
    DecisionTaken,
    Drafted,
    DrawnForReview,
    EffectPromised,
    Event,
    FlowEnded,
    FlowStarted,
    HandedBack,
    HandedOff,
    IdentityLapsed,
    IdentityProven,
    Judged,
    PersonReplied,
    PersonTook,
    SlotsFilled,
    TicketOpened,
)
from kefu.core.ports.store import Recorded
from kefu.web import staff
from kefu.web.hall import Hall, hall_of, read_form
from kefu.web.screen import render
from kefu.web.staff import read_thread, send_draft, talk_of
from kefu.web.transcript import Sentence, read_lines, sentence_of
from kefu.web.viewer import operator_of


@dataclass(frozen=True, slots=True)
class Draft:
    """What the machine would have said: with its sources, who sent it as it is, and whether it waits for a verdict."""

    event: Drafted
    sentences: tuple[Sentence, ...]
    sent_by: str
    to_judge: bool


async def show(request: Request) -> Response:
    """The thread with its events."""
    who, hall, name = operator_of(request), hall_of(request), request.path_params["conversation"]
    talk = await talk_of(hall, who, name)
    recorded = await read_thread(hall, who, name)
    lines = {line.number: line for line in (await read_lines(hall, who, name)).messages if line.by != "note"}
    items = thread(recorded, set(lines))
    drafts = drafts_of(recorded, hall)
    shown = {"talk": talk, "lines": lines, "items": items, "drafts": drafts, "count": len(recorded), "detail": detail}
    return render(request, "conversation/page.html", who=who, shown=shown)


async def act(request: Request) -> Response:
    """Reply, send a draft, take or hand back, then go where the form stood."""
    who, hall = operator_of(request), hall_of(request)
    name, deed = request.path_params["conversation"], request.path_params["deed"]
    form = await read_form(request)
    match deed:
        case "reply":
            await staff.reply(hall, who, name, form.get("text", ""))
        case "send":
            await send_draft(hall, who, form.get("turn", ""))
        case "take":
            await staff.take(hall, who, name)
        case "hand_back":
            await staff.hand_back(hall, who, name)
        case _:
            raise NotFound
    back = "/desk/waiting" if form.get("back") == "waiting" else f"/desk/conversations/{name}"
    return RedirectResponse(back, 303)


def thread(recorded: Sequence[Recorded], spoken: set[int]) -> list[Recorded]:
    """What the thread shows: lines that were spoken, and events that say something to a reader."""
    return [one for one in recorded if one.number in spoken or detail(one.event) is not None]


def drafts_of(recorded: Sequence[Recorded], hall: Hall) -> Mapping[int, Draft]:
    """The drafts of a conversation by their event's number."""
    sent = {one.event.draft: one.event.who for one in recorded if isinstance(one.event, PersonReplied)}
    drawn = {one.turn_id for one in recorded if isinstance(one.event, DrawnForReview)}
    judged = {one.event.turn_id for one in recorded if isinstance(one.event, Judged)}
    return {
        one.number: Draft(
            one.event,
            tuple(sentence_of(said, hall.kefu.catalog, one.event.language) for said in one.event.statements),
            sent.get(one.turn_id, ""),
            one.turn_id in drawn - judged,
        )
        for one in recorded
        if isinstance(one.event, Drafted)
    }


def detail(event: Event) -> str | None:  # noqa: C901 - one case an event
    """An event in a few words beside its name; None for what only machines care about."""
    match event:
        case ConversationOpened():
            return event.channel
        case IdentityProven():
            return f"{event.identity.customer_id} ({event.identity.method})"
        case IdentityLapsed():
            return ""
        case CheckFailed():
            return event.about
        case DecisionTaken() | FlowStarted():
            return " ".join(filter(None, (getattr(event, "decision", ""), event.skill)))
        case SlotsFilled():
            return ", ".join(f"{name}={value}" for name, value in event.slots.items()) or None
        case FlowEnded():
            return event.outcome
        case HandedOff():
            return event.reason
        case TicketOpened():
            return f"{event.ticket.kind} {event.ticket.number}"
        case EffectPromised():
            return f"{event.effect.skill}/{event.effect.statement}"
        case PersonTook() | HandedBack():
            return event.who
        case Drafted():
            return event.skill
    return None
