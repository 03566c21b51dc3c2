"""Alarms: topics of which there are more messages than chance explains."""

from __future__ import annotations

from datetime import timedelta

from starlette.requests import Request
from starlette.responses import Response

from kefu.web.hall import hall_of
from kefu.web.insight import alarm_name, read_heard
from kefu.web.screen import render
from kefu.web.viewer import operator_of
from kefu.web.words import choose_language


async def show(request: Request) -> Response:
    """All of them, latest first."""
    who, hall = operator_of(request), hall_of(request)
    heard = await read_heard(hall, who, {})
    language = choose_language(request, hall.language)
    there = {one.id for one in heard.topics}
    rows = [
        (one, alarm_name(one, heard.topics, language), one.day - timedelta(days=one.days - 1), one.topic in there)
        for one in heard.alarms
    ]
    rate = hall.kefu.config.get("insight.false_alarms_per_year", float)
    return render(request, "alarms/page.html", who=who, rows=rows, rate=f"{rate:g}", found_at=heard.found_at)
