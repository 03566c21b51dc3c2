"""What customers tell, for the API and for the desk's pages alike, within what a viewer may see."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from starlette.requests import HTTPConnection

from kefu.app import Operator, scope_of
from kefu.app.insight import Heard, Judged, wage_of
from kefu.core.errors import BadInput
from kefu.core.nouns import Language
from kefu.core.ports.insight import Alarm, Label, Settlement, Topic
from kefu.service.insight.quality import QUALITIES
from kefu.service.insight.report import Period
from kefu.service.insight.topics import Figures, Wage
from kefu.web.gate import require, specify
from kefu.web.hall import Hall, now
from kefu.web.reports import read_asked

USUAL_DAYS = "14"
LEVELS = range(1, 6)
LONGEST_COMMENT = 500


async def read_heard(hall: Hall, who: Operator, query: Mapping[str, str]) -> Heard:
    """What customers said in the period of an address, over what the viewer may see."""
    require(who, "read_reports")
    return await hall.kefu.insight.heard(period_of(hall, query), scope_of(who))


async def read_judged(hall: Hall, who: Operator, query: Mapping[str, str]) -> Judged:
    """How visits went in the period of an address, over what the viewer may see."""
    require(who, "read_reports")
    return await hall.kefu.insight.judged(period_of(hall, query), scope_of(who))


async def write_label(hall: Hall, who: Operator, form: Mapping[str, str]) -> None:
    """Keep what a colleague thinks of a visit; raises `BadInput` where a level is missing."""
    require(who, "judge")
    levels = {name: form.get(name, "") for name in QUALITIES}
    if not all(level.isdecimal() and int(level) in LEVELS for level in levels.values()):
        raise BadInput(f"{', '.join(QUALITIES)}: each from 1 to 5.")
    number = form.get("number", "")
    if not number.isdecimal():
        raise BadInput("number is that of the visit's first event.")
    await hall.kefu.insight.label(
        Label(
            conversation_id=form.get("conversation", ""),
            number=int(number),
            who=who.who,
            at=now(),
            **{name: int(level) for name, level in levels.items()},
            comment=form.get("comment", "")[:LONGEST_COMMENT],
        )
    )


async def settle_alarm(hall: Hall, who: Operator, form: Mapping[str, str], connection: HTTPConnection) -> None:
    """Keep what a colleague makes of an alarm, or open it again; raises `BadInput` where a reason is missing."""
    require(who, "judge")
    day, state, reason = day_of(form.get("day", "")), form.get("state", ""), form.get("reason", "").strip()
    settled: Settlement | None = None
    match state:
        case "dismissed" if not reason:
            raise BadInput("Say why there is nothing to see to; who looks later will ask.")
        case "acknowledged" | "dismissed":
            settled = Settlement(state, who.who, now(), reason[:LONGEST_COMMENT])
        case _ if state != "open":
            raise BadInput("state is acknowledged, dismissed or open.")
    if day is None:
        raise BadInput("day is that of the alarm.")
    topic = form.get("topic", "")
    await hall.kefu.insight.settle(topic, day, settled, scope_of(who))
    specify(connection, f"{state} {day}", f"topic:{topic}")


def priced(hall: Hall, hours: float) -> str:
    """What so many hours of colleagues cost, as people write it; empty where `[insight] hour_cost` is not set."""
    wage = wage_of(hall.kefu.config)
    cost = wage.of(hours)
    return "" if cost is None else f"{cost:,.0f} {wage.currency}".strip()


def period_of(hall: Hall, query: Mapping[str, str]) -> Period:
    """The time in an address; two weeks by default, so that there is as much before it to compare."""
    return read_asked(hall, {**query, "days": query.get("days") or USUAL_DAYS}).period


def day_of(text: str) -> date | None:
    """A day in an address, or none; raises `BadInput`."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise BadInput("day is a day such as 2026-03-01.") from error


def alarm_name(alarm: Alarm, topics: Sequence[Topic], language: Language) -> str:
    """The name of an alarm's topic; empty for all messages together, and for a topic that is no more."""
    return next((one.called(language, 2) for one in topics if one.id == alarm.topic), "")


def as_row(one: Figures, wage: Wage) -> dict[str, Any]:
    """A topic's figures for a program; `cost` is None where nobody said what an hour costs."""
    rates = ("share", "angry", "contained", "helped", "handed", "unanswered", "badly_rated", "simple")
    return {
        "id": one.topic.id,
        "family": one.topic.family,
        "names": {language: list(phrases) for language, phrases in one.topic.phrases.items()},
        "intent": one.topic.intent,
        "since": one.topic.since,
        "messages": one.messages,
        "visits": one.visits,
        "before": one.growth.before,
        "growth": one.growth.ratio,
        "growth_interval": one.growth.interval,
        "tone": one.tone,
        "hours": one.hours,
        "cost": wage.of(one.hours),
        "currency": wage.currency,
        **{
            name: {"count": rate.count, "total": rate.total, "share": rate.share, "interval": rate.interval}
            for name in rates
            if (rate := getattr(one, name))
        },
        "acts": dict(one.acts),
        "troubles": dict(one.troubles),
        "languages": dict(one.languages),
    }
