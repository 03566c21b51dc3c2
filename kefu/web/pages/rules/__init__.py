"""Automation rules, and what they would have done to past conversations."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from kefu.core.errors import KefuError
from kefu.web.hall import hall_of
from kefu.web.screen import render
from kefu.web.viewer import operator_of
from kefu.web.work import list_rules, try_rules

SPANS = (7, 30, 90)
"""Days that can be looked back on."""

LATEST = 10
"""Matches of a rule that are shown."""


async def show(request: Request) -> Response:
    """The rules in force; with `?days=`, what those of the project's files would have done."""
    who, hall, query = operator_of(request), hall_of(request), request.query_params
    days = next((span for span in SPANS if str(span) == query.get("days")), 0)
    trial, wrong = None, ""
    if days:
        try:
            trial = await try_rules(hall, who, days)
        except KefuError as error:
            wrong = error.message
    shown = {"trial": trial, "wrong": wrong, "days": days, "spans": SPANS, "latest": LATEST}
    return render(request, "rules/page.html", who=who, rules=list_rules(hall, who), shown=shown)
