"""Reports for the API and for the desk's pages alike, within what a viewer may see."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import date, timedelta
from typing import Any

from starlette.responses import Response

from kefu.app import Operator, scope_of
from kefu.app.export import MEDIA, export
from kefu.app.reporting import Aim, Asked, Choice, Fact, Period, Reported
from kefu.core.errors import BadInput
from kefu.web.gate import require
from kefu.web.hall import Hall, now

USUAL_DAYS = 28
MOST_DAYS = 3660
DAY_S = 86_400
NUMBERS = ("hour", "weekday")


async def read_report(hall: Hall, who: Operator, asked: Asked, aim: Aim) -> Reported:
    """All figures, over what the viewer may see."""
    require(who, "read_reports")
    return await hall.kefu.reporting.report(asked, scope_of(who), now(), aim)


async def list_visits(hall: Hall, who: Operator, asked: Asked, figure: str) -> Sequence[Fact]:
    """The visits behind a figure, over what the viewer may see."""
    require(who, "read_reports")
    return await hall.kefu.reporting.visits(asked, scope_of(who), now(), figure)


def as_table(hall: Hall, found: Sequence[Fact], kind: str) -> Response:
    """Visits as a file: `csv` or `xlsx`."""
    content = export(found, kind, hall.kefu.config.zone)
    headers = {"Content-Disposition": f'attachment; filename="visits.{kind}"'}
    return Response(content, media_type=MEDIA[kind], headers=headers)


def read_asked(hall: Hall, query: Mapping[str, str]) -> Asked:
    """The question in an address; raises `BadInput` where it can't be read."""
    wanted = {one.name: query.get(one.name, "") for one in fields(Choice)}
    choice: dict[str, Any] = {
        name: _whole(name, value) if name in NUMBERS else value for name, value in wanted.items() if value
    }
    half = _whole("half", query["half"]) if query.get("half") else None
    return Asked(read_period(hall, query), Choice(**choice), bool(query.get("old")), half)


def read_aim(query: Mapping[str, str]) -> Aim:
    """What staffing aims at, by an address: `share` in percent, `within` in seconds, `at_once` conversations.

    `patience` is for how many seconds customers wait in the mean before they give up; 0: they never do.
    """
    usual = Aim()
    share = _whole("share", query.get("share") or str(round(usual.share * 100)))
    within = _whole("within", query.get("within") or str(round(usual.within_s)))
    at_once = _whole("at_once", query.get("at_once") or str(usual.at_once))
    patience = _whole("patience", query.get("patience") or "0")
    if not (1 <= share <= 99 and 0 <= within <= DAY_S and 1 <= at_once <= 50 and 0 <= patience <= DAY_S):
        raise BadInput(
            "share is from 1 to 99 (percent), within and patience up to 86,400 (seconds), at_once from 1 to 50."
        )
    return Aim(share / 100, float(within), at_once, float(patience))


def read_period(hall: Hall, query: Mapping[str, str]) -> Period:
    """The days in an address: from `since` to `until`, or the last `days`; raises `BadInput` for what is none."""
    days = _whole("days", query.get("days") or str(USUAL_DAYS))
    until = _day("until", query["until"]) if query.get("until") else hall.today
    since = _day("since", query["since"]) if query.get("since") else until - timedelta(days=max(1, days) - 1)
    if not timedelta(0) <= until - since <= timedelta(days=MOST_DAYS):
        raise BadInput(f"since must come before until, by {MOST_DAYS} days at most.")
    return Period(since, until)


def _day(name: str, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise BadInput(f"{name} is a day such as 2026-03-01.") from error


def _whole(name: str, text: str) -> int:
    try:
        return int(text)
    except ValueError as error:
        raise BadInput(f"{name} is a whole number.") from error


def share(value: float | None) -> str:
    """A share in percent."""
    return "–" if value is None else f"{value * 100:.1f} %"
