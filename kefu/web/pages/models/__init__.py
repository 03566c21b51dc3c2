"""The models: train one, see how it compares, go back to an earlier one."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from kefu.web import teaching
from kefu.web.hall import hall_of
from kefu.web.screen import render
from kefu.web.viewer import operator_of


async def show(request: Request) -> Response:
    """What is under way, how the latest training came out, and every version."""
    hall, who = hall_of(request), operator_of(request)
    jobs = [job for kind in ("train", "promote") if (job := await teaching.latest_job(hall, who, kind))]
    models = await teaching.list_models(hall, who)
    return render(
        request,
        "models/page.html",
        who=who,
        job=max(jobs, key=lambda one: one.begun_at, default=None),
        busy=await teaching.running_job(hall, who),
        models=models,
        can_go_back=any(one.state == "previous" for one in models),
    )


async def roll_back(request: Request) -> Response:
    """Serve the version before."""
    await teaching.roll_back(hall_of(request), operator_of(request), request)
    return RedirectResponse("/desk/models", 303)
