"""Reports: what came in, what became of it, how soon, and how many people it takes; each number can be listed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from kefu.app import scope_of
from kefu.app.reporting import CHOICES, Rate
from kefu.core.errors import BadInput
from kefu.core.nouns import Language
from kefu.core.ports.desk import View
from kefu.web.hall import hall_of
from kefu.web.pages.reports.chart import draw, shade
from kefu.web.reports import as_table, list_visits, read_aim, read_asked, read_report, share
from kefu.web.screen import render
from kefu.web.viewer import operator_of
from kefu.web.words import choose_language

PAGE = 50
PRESETS = (7, 28, 90)
KEPT = ("since", "until", "days", *CHOICES, "reason", "hour", "weekday", "half", "old")
"""What a link to the visits behind a number takes along."""
UNITS: Mapping[Language, tuple[str, ...]] = {"zh": ("秒", "分钟", "小时", "天"), "en": ("s", "min", "h", "d")}


async def show(request: Request) -> Response:
    """The report of a time and a choice."""
    who, hall = operator_of(request), hall_of(request)
    query = dict(request.query_params)
    asked, aim = read_asked(hall, query), read_aim(query)
    found = await read_report(hall, who, asked, aim)
    cells = [cell for day in found.report.forecast.cells for cell in day]
    return render(
        request,
        "reports/page.html",
        who=who,
        found=found.report,
        values=found.values,
        whole=found.whole,
        asked=asked,
        aim=aim,
        presets=PRESETS,
        bars=draw(found.report.days),
        most_an_hour=max(map(max, found.report.hours)),
        most_agents=max((cell.agents_busy for cell in cells), default=0),
        certificate=hall.kefu.standing.certificate,
        **_ways(request, query),
    )


async def visits(request: Request) -> Response:
    """The visits behind a number, latest first."""
    who, hall = operator_of(request), hall_of(request)
    query = dict(request.query_params)
    figure = query.get("figure", "started")
    asked = read_asked(hall, query)
    found = list(reversed(await list_visits(hall, who, asked, figure)))
    place = int(query["from"]) if query.get("from", "").isdigit() else 0
    if place > len(found):
        raise BadInput("This list ends before; go back to the report.")
    part = found[place : place + PAGE]
    ids = tuple({one.conversation_id for one in part})
    page = await hall.kefu.store.inbox(View(scope_of(who), ids=ids), "newest", limit=PAGE)
    return render(
        request,
        "reports/visits.html",
        who=who,
        figure=figure,
        total=len(found),
        part=part,
        entries={entry.id: entry for entry in page.entries},
        asked=asked,
        place=place,
        following=place + PAGE if place + PAGE < len(found) else 0,
        **_ways(request, query),
    )


async def table(request: Request) -> Response:
    """The same visits as a table."""
    who, hall, query = operator_of(request), hall_of(request), dict(request.query_params)
    found = await list_visits(hall, who, read_asked(hall, query), query.get("figure", "started"))
    return as_table(hall, found, request.url.path.rpartition(".")[2])


def _ways(request: Request, query: Mapping[str, str]) -> dict[str, Any]:
    """How the templates make links and write numbers."""
    language = choose_language(request, hall_of(request).language)
    kept = {name: value for name, value in query.items() if name in KEPT and value}

    def link(place: str, **more: object) -> str:
        return f"{place}?{urlencode({**kept, **{name: str(value) for name, value in more.items()}})}"

    return {
        "behind": lambda figure, **more: link("/desk/reports/visits", figure=figure, **more),
        "narrowed": lambda **more: link("/desk/reports", **more),
        "export": lambda kind, figure="started": link(f"/desk/reports/visits.{kind}", figure=figure),
        "lasts": lambda seconds: lasts(seconds, language),
        "share": share,
        "reach": reach,
        "shade": shade,
        "kept": kept,
    }


def reach(rate: Rate) -> str:
    """From where to where a share lies."""
    return "" if rate.interval is None else f"{rate.interval[0] * 100:.0f}–{rate.interval[1] * 100:.0f} %"


def lasts(seconds: float | None, language: Language) -> str:
    """How long, in the unit that fits."""
    if seconds is None:
        return "–"
    for most, size, unit in ((90, 1, 0), (90 * 60, 60, 1), (36 * 3600, 3600, 2)):
        if seconds < most:
            amount = seconds / size
            return f"{amount:.0f} {UNITS[language][unit]}" if unit == 0 else f"{amount:.1f} {UNITS[language][unit]}"
    return f"{timedelta(seconds=seconds) / timedelta(days=1):.1f} {UNITS[language][3]}"
