"""Enquiries drawn at random: was the machine right about what the customer wants?

How sure the machine was is not shown, so that it can't sway the verdict.
"""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from kefu.app import Operator
from kefu.core.errors import BadInput
from kefu.core.events import Drafted, DrawnForReview, MessageReceived, Replied
from kefu.core.ports.store import Review
from kefu.web import staff
from kefu.web.gate import specify
from kefu.web.hall import Hall, hall_of, read_form
from kefu.web.screen import render
from kefu.web.staff import list_reviews, read_turn
from kefu.web.viewer import operator_of
from kefu.web.words import choose_language

SHOWN = 20


@dataclass(frozen=True, slots=True)
class Case:
    """One enquiry to judge: what the customer said, what the machine took it for, what it replied or drafted."""

    review: Review
    said: str
    taken_for: str
    replies: tuple[str, ...]
    is_draft: bool


async def show(request: Request) -> Response:
    """The enquiries that wait for a verdict, the oldest first: verdicts count in the order of drawing."""
    who, hall = operator_of(request), hall_of(request)
    waiting = await list_reviews(hall, who, judged=False)
    judged = await list_reviews(hall, who, judged=True)
    cases = [await _case(request, hall, who, review) for review in waiting[::-1][:SHOWN]]
    share = hall.kefu.house.drawn_share
    counts = {"waiting": len(waiting), "judged": len(judged)}
    return render(request, "review/page.html", who=who, cases=cases, counts=counts, share=share)


async def judge(request: Request) -> Response:
    """Take a verdict, then show the next enquiry."""
    who, form = operator_of(request), await read_form(request)
    verdict = form.get("verdict", "")
    if verdict not in ("right", "wrong"):
        raise BadInput("A verdict is right or wrong.")
    await staff.judge(hall_of(request), who, request.path_params["turn"], right=verdict == "right")
    specify(request, verdict)
    return RedirectResponse("/desk/review", 303)


async def _case(request: Request, hall: Hall, who: Operator, review: Review) -> Case:
    events = [one.event for one in await read_turn(hall, who, review.turn_id)]
    said = next((event.text for event in events if isinstance(event, MessageReceived)), "")
    skill = hall.kefu.catalog.serving(review.intent)
    language = choose_language(request, hall.language)
    title = (skill.title.get(language) or skill.name) if skill else review.intent
    found = next((event.answer for event in events if isinstance(event, DrawnForReview)), "")
    drafts = [event.text for event in events if isinstance(event, Drafted)]
    replies = drafts or [event.text for event in events if isinstance(event, Replied)]
    return Case(review, said, found or title, tuple(filter(None, replies)), is_draft=bool(drafts))
