"""Foresight: who is at risk and why, what to do about it, and how good the predictors are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from kefu.app.jobs import Kind
from kefu.core.errors import BadInput, NotFound
from kefu.web.foresight import (
    Card,
    Part,
    Wanted,
    WeekAhead,
    act,
    day_of,
    list_cards,
    list_customers,
    read_effect,
    read_volume,
)
from kefu.web.gate import specify
from kefu.web.hall import hall_of, read_form
from kefu.web.pages.reports.chart import Bars, draw, shade
from kefu.web.reports import read_aim, share
from kefu.web.screen import render
from kefu.web.viewer import operator_of
from kefu.web.words import choose_language

PLACE = "/desk/foresight"
JOBS: tuple[Kind, ...] = ("foresee", "renew")
KEPT = ("at_least", "wrote")
"""What narrows a list, in an address."""
SIDE = 200
"""Of the square of a calibration plot, in units of its drawing."""
LEFT, TOP = 40, 8
PAST_DAYS = 14
RARE = 0.1
"""Customers in half an hour, below which nobody is expected."""


@dataclass(frozen=True, slots=True)
class Dot:
    """A bin of a calibration plot: its place and its size, with what it says."""

    x: float
    y: float
    radius: float
    count: int
    foreseen: float
    came: float


async def show(request: Request) -> Response:
    """All predictors, and the list of the one that is chosen."""
    who, hall = operator_of(request), hall_of(request)
    language = choose_language(request, hall.language)
    cards = await list_cards(hall, who)
    wanted = request.query_params.get("predictor", "")
    if wanted and wanted not in {card.declared.name for card in cards}:
        raise NotFound(f"There is no predictor {wanted!r}.")
    chosen = next((card for card in cards if card.declared.name == wanted), None) or _usual(cards)
    asked = _wanted(request.query_params)
    part = Part((), 0, 0)
    if chosen:
        part = await list_customers(hall, who, chosen.declared.name, language, asked)
    aim = read_aim(request.query_params)
    is_volume = chosen is not None and chosen.declared.about == "volume"
    week = await read_volume(hall, who, aim) if is_volume else None
    effect = await read_effect(hall, who, chosen.declared.name) if chosen and chosen.declared.outreach else None
    return render(
        request,
        "foresight/page.html",
        who=who,
        cards=cards,
        job=max(filter(None, map(hall.jobs.latest, JOBS)), key=lambda job: job.begun_at, default=None),
        quiet_hours=hall.kefu.config.get("foresight.train", str),
        chosen=chosen,
        part=part,
        wanted=asked,
        kept={name: request.query_params[name] for name in KEPT if request.query_params.get(name)},
        effect=effect,
        aim=aim,
        week=week,
        weekly=_weekly(week) if week else None,
        share=share,
        dots=dots_of(chosen.report if chosen else {}),
        percent=percent,
        shade=shade,
        day_of=day_of,
        done=request.query_params.get("done", ""),
        problem=request.query_params.get("problem", ""),
        seen=lambda name, **more: f"{PLACE}?{urlencode({'predictor': name, **more})}",
    )


async def do(request: Request) -> Response:
    """Write to a customer, take their conversation, put them off; then the list again."""
    who, hall, form = operator_of(request), hall_of(request), await read_form(request)
    predictor, deed = request.path_params["predictor"], form.get("deed", "")
    specify(request, f"{deed} {form.get('customer', '')}"[:200])
    told = {"predictor": predictor, "done": deed}
    try:
        await act(hall, who, predictor, deed, form.get("customer", ""))
    except BadInput:
        told = {"predictor": predictor, "problem": deed}
    return RedirectResponse(f"{PLACE}?{urlencode(told)}", 303)


@dataclass(frozen=True, slots=True)
class Weekly:
    """The week ahead as a page shows it: bars of days, and the half hours in which anybody is expected."""

    bars: Bars
    today: date
    slots: Sequence[int]
    most_agents: int
    since: date
    until: date


def _weekly(week: WeekAhead) -> Weekly:
    """Two weeks that were, and the week ahead."""
    series = week.series
    came = list(zip(series.days, series.counts["contacts"].sum(axis=1).round().astype(int).tolist(), strict=True))
    expected = [(one.day, round(sum(half.contacts.mean for half in one.halves))) for one in week.days]
    halves = [(slot, half) for one in week.days for slot, half in enumerate(one.halves)]
    return Weekly(
        draw([*came[-PAST_DAYS:], *expected]),
        week.days[0].day,
        sorted({slot for slot, half in halves if half.contacts.mean >= RARE or half.people.mean >= RARE}),
        max((half.agents_busy for _, half in halves), default=0),
        series.days[-min(len(series.days), 4 * series.week)] if series.days else week.days[0].day,
        series.days[-1] if series.days else week.days[0].day,
    )


def dots_of(report: Mapping[str, Any]) -> Sequence[Dot]:
    """The bins of a report as dots on a square."""
    bins = report.get("bins", [])
    most = max((one["count"] for one in bins), default=1)
    return [
        Dot(
            round(LEFT + SIDE * one["foreseen"], 1),
            round(TOP + SIDE * (1 - one["came"]), 1),
            round(3 + 4 * (one["count"] / most) ** 0.5, 1),
            one["count"],
            one["foreseen"],
            one["came"],
        )
        for one in bins
    ]


def percent(share: float | None) -> str:
    """A share without decimals."""
    return "–" if share is None else f"{share * 100:.0f} %"


def _wanted(query: Mapping[str, str]) -> Wanted:
    """The part of a list that an address asks for; `at_least` is in percent, or in days."""
    try:
        at_least, skip = float(query.get("at_least") or 0), int(query.get("from") or 0)
    except ValueError as error:
        raise BadInput("at_least and from are numbers.") from error
    return Wanted(at_least / 100, bool(query.get("wrote")), max(0, skip))


def _usual(cards: Sequence[Card]) -> Card | None:
    """The first that has customers to act upon, else the first that has anything."""
    return next((card for card in cards if card.high), None) or next((card for card in cards if card.served), None)
