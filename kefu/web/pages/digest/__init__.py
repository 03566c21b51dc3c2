"""The weekly digest: a page, and the same as PDF."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from starlette.requests import Request
from starlette.responses import Response

from kefu.adapters.files.printed import print_pdf
from kefu.app import Operator, scope_of
from kefu.core.ports.insight import Topic
from kefu.service.insight.digest import Digest
from kefu.web.digest import blocks_of, week
from kefu.web.hall import Hall, hall_of
from kefu.web.insight import alarm_name, day_of
from kefu.web.pages.topics import grown
from kefu.web.reports import share
from kefu.web.screen import render
from kefu.web.viewer import operator_of
from kefu.web.words import choose_language


async def show(request: Request) -> Response:
    """A week on a page."""
    who, hall = operator_of(request), hall_of(request)
    language = choose_language(request, hall.language)
    found, topics = await _read(hall, who, request)
    return render(
        request,
        "digest/page.html",
        who=who,
        found=found,
        called=lambda topic, most=1: topic.called(language, most),
        alarms=[(one, alarm_name(one, topics, language)) for one in found.alarms],
        span=f"since={found.week.since}&until={found.week.until}",
        share=share,
        grown=grown,
    )


async def pdf(request: Request) -> Response:
    """The week as PDF, in the language of whoever asks."""
    who, hall = operator_of(request), hall_of(request)
    language = choose_language(request, hall.language)
    found, topics = await _read(hall, who, request)
    blocks = list(blocks_of(found, topics, language, hall.kefu.config.get("kefu.name", str)))
    content = await asyncio.to_thread(print_pdf, blocks, hall.kefu.config.get("insight.font", str))
    headers = {"Content-Disposition": f'attachment; filename="digest-{found.week.until}.pdf"'}
    return Response(content, media_type="application/pdf", headers=headers)


async def _read(hall: Hall, who: Operator, request: Request) -> tuple[Digest, list[Topic]]:
    """The week before the day after `until`, or before today."""
    until = day_of(request.query_params.get("until", ""))
    return await week(hall.kefu.insight, until + timedelta(days=1) if until else hall.today, scope_of(who))
