"""Alarms: topics of which there are more messages than chance explains, and what colleagues made of them."""

from __future__ import annotations

from datetime import timedelta

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from kefu.web.hall import hall_of, read_form
from kefu.web.insight import alarm_name, read_heard, settle_alarm
from kefu.web.screen import render
from kefu.web.viewer import operator_of
from kefu.web.words import choose_language


async def show(request: Request) -> Response:
    """All of them, latest first, the open ones before those that were settled."""
    who, hall = operator_of(request), hall_of(request)
    heard = await read_heard(hall, who, {})
    language = choose_language(request, hall.language)
    there = {one.id for one in heard.topics}
    rows = [
        (one, alarm_name(one, heard.topics, language), one.day - timedelta(days=one.days - 1), one.topic in there)
        for one in sorted(heard.alarms, key=lambda one: one.settled is not None)
    ]
    rate = hall.kefu.config.get("insight.false_alarms_per_year", float)
    return render(request, "alarms/page.html", who=who, rows=rows, rate=f"{rate:g}", found_at=heard.found_at)


async def settle(request: Request) -> Response:
    """Keep what a colleague makes of an alarm."""
    await settle_alarm(hall_of(request), operator_of(request), await read_form(request), request)
    return RedirectResponse("/desk/alarms", 303)
