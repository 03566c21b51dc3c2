"""Topics: what customers come with, as a map and a list; each with its trend, quotes and the conversations behind."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from kefu.core.errors import BadInput
from kefu.core.nouns import Language
from kefu.core.ports.insight import Topic
from kefu.service.insight.digest import FAILURES
from kefu.service.insight.topics import Growth, by_day, of_topic, quotes, troubled
from kefu.web.hall import hall_of
from kefu.web.insight import alarm_name, day_of, priced, read_heard
from kefu.web.pages.reports import reach
from kefu.web.pages.reports.chart import draw
from kefu.web.pages.topics.drawing import draw_map, mood
from kefu.web.reports import share
from kefu.web.screen import render
from kefu.web.viewer import operator_of
from kefu.web.words import choose_language

PAGE = 50
QUOTES = 8
KEPT = ("since", "until", "days")
PRESETS = (7, 14, 28)
ALARMS_SHOWN = timedelta(days=7)


async def show(request: Request) -> Response:
    """The map and the list."""
    who, hall = operator_of(request), hall_of(request)
    query, language = dict(request.query_params), _language(request)
    heard = await read_heard(hall, who, query)
    top, mentions = heard.top, heard.mentions
    recent = [one for one in heard.alarms if hall.today - one.until <= ALARMS_SHOWN and not one.is_dismissed]
    return render(
        request,
        "topics/page.html",
        who=who,
        heard=heard,
        top=top,
        map=draw_map(top, [one.topic.called(language) for one in top]),
        placed=sum(bool(one.topic) for one in mentions),
        messages=len(mentions),
        alarms=[(one, alarm_name(one, heard.topics, language)) for one in recent],
        acts={act: quotes([one for one in mentions if one.act == act], QUOTES) for act in ("complaint", "suggestion")},
        act_counts={act: sum(one.act == act for one in mentions) for act in ("complaint", "suggestion")},
        failures=[(name, len(troubled(mentions, heard.ground.facts, name))) for name in FAILURES],
        automate=sorted((one for one in top if one.simple.count), key=lambda one: -one.simple.count)[:QUOTES],
        job=hall.jobs.latest("mine"),
        presets=PRESETS,
        cost=lambda hours: priced(hall, hours),
        **_ways(query, language),
    )


async def one(request: Request) -> Response:
    """A topic."""
    who, hall = operator_of(request), hall_of(request)
    query, language = dict(request.query_params), _language(request)
    heard = await read_heard(hall, who, query)
    found = heard.of(request.path_params["topic"])
    mentions = of_topic(heard.mentions, found.topic.id, heard.topics)
    family = next((topic for topic in heard.topics if topic.id == found.topic.family), None)
    return render(
        request,
        "topics/one.html",
        who=who,
        heard=heard,
        found=found,
        family=family,
        below=heard.below(found.topic.id),
        bars=draw(by_day(mentions, heard.ground.period)),
        quotes=quotes(mentions, QUOTES),
        cost=priced(hall, found.hours),
        failures=[(name, len(troubled(mentions, heard.ground.facts, name))) for name in FAILURES],
        **_ways(query, language),
    )


async def said(request: Request) -> Response:
    """The messages behind a number, latest first."""
    who, hall = operator_of(request), hall_of(request)
    query, language = dict(request.query_params), _language(request)
    heard = await read_heard(hall, who, query)
    topic, trouble, act, figure = (query.get(name, "") for name in ("topic", "trouble", "act", "figure"))
    day = day_of(query.get("day", ""))
    found = heard.said(topic, trouble, act, day, figure)
    place = int(query["from"]) if query.get("from", "").isdecimal() else 0
    if place > len(found):
        raise BadInput("This list ends before; go back.")
    return render(
        request,
        "topics/said.html",
        who=who,
        heard=heard,
        topic=next((one for one in heard.topics if one.id == topic), None),
        trouble=trouble,
        act=act,
        day=day,
        figure=figure,
        total=len(found),
        part=[(one, heard.fact(one)) for one in found[place : place + PAGE]],
        following=place + PAGE if place + PAGE < len(found) else 0,
        **_ways(query, language),
    )


def _language(request: Request) -> Language:
    return choose_language(request, hall_of(request).language)


def _ways(query: Mapping[str, str], language: Language) -> dict[str, Any]:
    """How the templates make links and write values."""
    kept = {name: value for name, value in query.items() if name in KEPT and value}

    def link(place: str, **more: object) -> str:
        wanted = {**kept, **{name: str(value) for name, value in more.items() if value}}
        return f"/desk/topics{place}{f'?{urlencode(wanted)}' if wanted else ''}"

    def called(topic: Topic, most: int = 1) -> str:
        return topic.called(language, most)

    return {"link": link, "called": called, "share": share, "reach": reach, "grown": grown, "mood": mood}


def grown(growth: Growth) -> str:
    """How many times as many, or nothing where it can't be told."""
    return "" if growth.ratio is None else f"×{growth.ratio:.1f}"
