"""The skills: how good each is, what it lacks, how it was used, and what it says."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from kefu.web import teaching
from kefu.web.hall import hall_of
from kefu.web.screen import render
from kefu.web.viewer import operator_of

MISSING = 6
"""How many missing things are listed for a skill in the list."""


async def show(request: Request) -> Response:
    """Every skill."""
    hall, who = hall_of(request), operator_of(request)
    skills, job = await teaching.list_skills(hall, who), await teaching.latest_job(hall, who, "grade")
    busy = await teaching.running_job(hall, who)
    return render(request, "skills/page.html", who=who, skills=skills, job=job, busy=busy, most=MISSING)


async def one(request: Request) -> Response:
    """A skill with its replies and its dialogues, to read."""
    hall, who = hall_of(request), operator_of(request)
    state, dialogues = await teaching.read_skill(hall, who, request.path_params["skill"])
    return render(request, "skills/one.html", who=who, state=state, skill=state.skill, dialogues=dialogues)
