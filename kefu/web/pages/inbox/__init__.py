"""The inbox: views, list, conversation and what stands beside it, in one response or in the parts that changed.

`?part=list&part=lines` answers with these parts alone, each an element with its own id.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, get_args
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from kefu.app import Operator, may, may_act_on, may_see_evidence, scope_of
from kefu.app.copilot import help_with
from kefu.core.nouns import Language
from kefu.core.ports.desk import Order, Page, View
from kefu.web import foresight
from kefu.web.beside import read_beside
from kefu.web.gate import note_look
from kefu.web.hall import Hall, hall_of, now
from kefu.web.inbox import all_views, count_views, find_lines, read_inbox
from kefu.web.roster import list_colleagues
from kefu.web.screen import duration, render
from kefu.web.staff import read_events, read_thread, talk_of
from kefu.web.thread import thread_of
from kefu.web.tools import SHARES, read_tools
from kefu.web.transcript import sentence_of
from kefu.web.viewer import operator_of
from kefu.web.words import choose_language

PARTS = ("views", "list", "talk", "head", "lines", "context", "copilot")
WHOLE = ("views", "list", "talk", "context")
SETTLED = ("closed", "machine", "snoozed", "to_review")
"""Views in which nobody waits, so the latest come first."""

TAGGED = "tag:"
"""How the address of the view of one tag begins, which stands in no list."""

SHOWN = 400
"""Events of a long conversation that are shown at first."""

MARK = re.compile(r"(\d{1,9})-(\d{1,9})-(\d{1,9})")

FOUND = 40
"""Lines that a search shows."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What an address asks for; `conversation` is empty where none is open, `mark` is a stretch of a message."""

    view: str
    order: Order
    after: str
    words: str
    conversation: str
    parts: tuple[str, ...]
    begin: int
    mark: tuple[int, int, int] = (0, 0, 0)

    def to(self, conversation: str | None = None, **changes: str) -> str:
        """The address of the inbox with some things changed."""
        kept = {"view": self.view, "order": self.order, "q": self.words, "after": self.after} | changes
        if "view" in changes:
            kept["order"] = usual_order(changes["view"])
        usual = {"view": "open", "order": usual_order(kept["view"]), "q": "", "after": ""}
        query = urlencode({name: value for name, value in kept.items() if value != usual[name]})
        open_one = self.conversation if conversation is None else conversation
        return f"/desk/inbox{'/' if open_one else ''}{open_one}{'?' if query else ''}{query}"


async def show(request: Request) -> Response:
    """The inbox, whole or in parts."""
    who, hall = operator_of(request), hall_of(request)
    asked = asked_of(request)
    language = choose_language(request, hall.language)
    names = {f"saved:{tool.id}": tool.name for tool in await read_tools(hall, who, "view")}
    plan = hall.kefu.clerk.plan
    names |= {f"team:{team}": plan.title_of(team, language) for team in (*plan.teams, *who.teams)}
    values: dict[str, Any] = {
        "asked": asked,
        "to": asked.to,
        "position": hall.news.position,
        "news": hall.news,
        "now": now(),
        "until": lambda at: duration(at - now(), language),
        "called": lambda view: names.get(view) or view.partition(":")[2],
        "help": None,
    }
    gather: Mapping[str, Callable[[], Awaitable[dict[str, Any]]]] = {
        "views": lambda: _views(hall, who),
        "list": lambda: _list(hall, who, asked),
        "talk": lambda: _talk(request, hall, who, asked),
        "copilot": lambda: _copilot(request, hall, who, asked),
    }
    needed = dict.fromkeys(part if part in gather else "talk" for part in asked.parts)
    for part in needed:
        values |= await gather[part]()
    whole = asked.parts == WHOLE
    if whole:
        values |= await _choices(hall, who, language)
    return render(request, "inbox/page.html" if whole else "inbox/parts.html", who=who, parts=asked.parts, **values)


async def move(request: Request) -> Response:
    """Where the pages stood that the inbox took the place of."""
    conversation = request.path_params.get("conversation", "")
    return RedirectResponse(f"/desk/inbox{'/' if conversation else ''}{conversation}", 308)


def asked_of(request: Request) -> Asked:
    """What the address asks for; what makes no sense is left out."""
    query = request.query_params
    parts = tuple(part for part in query.getlist("part") if part in PARTS)
    view = query.get("view", "open")
    order = next((one for one in get_args(Order) if one == query.get("order")), usual_order(view))
    begin = query.get("begin", "")
    return Asked(
        view,
        order,
        query.get("after", ""),
        query.get("q", "").strip()[:200],
        request.path_params.get("conversation", ""),
        parts or WHOLE,
        int(begin) if begin.isdecimal() else -1,
        _mark(query.get("mark", "")),
    )


def _mark(written: str) -> tuple[int, int, int]:
    """Which stretch of which message is marked: its event's number, start and end."""
    found = MARK.fullmatch(written)
    return (int(found[1]), int(found[2]), int(found[3])) if found else (0, 0, 0)


def usual_order(view: str) -> Order:
    """How a view is sorted unless somebody wants it otherwise."""
    return "newest" if view in SETTLED else "waiting"


async def _views(hall: Hall, who: Operator) -> dict[str, Any]:
    return {"counts": await count_views(hall, who)}


async def _list(hall: Hall, who: Operator, asked: Asked) -> dict[str, Any]:
    if asked.words:
        lines = await find_lines(hall, who, asked.words, FOUND)
        ids = tuple(dict.fromkeys(line.conversation_id for line in lines))
        page = await read_inbox(hall, who, View(ids=ids), "newest", limit=FOUND) if ids else Page(())
        return {"page": page, "found": {line.conversation_id: line for line in reversed(lines)}}
    tag = asked.view.removeprefix(TAGGED) if asked.view.startswith(TAGGED) else None
    view = (await all_views(hall, who)).get(asked.view, View(tag=tag))
    return {"page": await read_inbox(hall, who, view, asked.order, after=asked.after), "found": {}}


async def _talk(request: Request, hall: Hall, who: Operator, asked: Asked) -> dict[str, Any]:
    if not asked.conversation:
        return {"talk": None}
    talk = await talk_of(hall, who, asked.conversation)
    note_look(request, who, talk.id)
    begin = max(0, talk.version - SHOWN) if asked.begin < 0 else asked.begin
    recorded = await read_thread(hall, who, talk.id, begin)
    language = choose_language(request, hall.language)
    return {
        "talk": talk,
        "begin": begin,
        "items": thread_of(recorded, hall),
        "beside": await read_beside(hall, who, talk, recorded, language),
        "may_act": may_act_on(who, talk),
        "pushes": talk.channel in hall.kefu.house.pushes,
        "carried": hall.kefu.carries(talk.channel),
        "files": hall.kefu.attachments.terms,
    }


async def _copilot(request: Request, hall: Hall, who: Operator, asked: Asked) -> dict[str, Any]:
    if not asked.conversation or not may_see_evidence(who):
        return {}
    talk = await talk_of(hall, who, asked.conversation)
    recorded = await read_events(hall, who, talk.id, max(0, talk.version - SHOWN))
    found = await help_with(hall.kefu, talk, recorded, who.who, scope_of(who))
    language = choose_language(request, hall.language)
    said = found.suggestion.statements if found.suggestion else ()
    sources = [source.title for one in said for source in sentence_of(one, hall.kefu.catalog, language).sources]
    hints = [one.declared.advice[language] for one in await foresight.beside(hall, who, talk, language) if one.high]
    return {
        "help": found,
        "sources": list(dict.fromkeys(sources)),
        "hints": list(dict.fromkeys(filter(None, hints))),
        "may_act": may_act_on(who, talk),
    }


async def _choices(hall: Hall, who: Operator, language: Language) -> dict[str, Any]:
    """What dialogs offer: intents that a message may be corrected to, colleagues, teams, channels."""
    skills = hall.kefu.catalog.skills.values()
    people = await list_colleagues(hall, who) if may(who, "act") else ()
    plan, others = hall.kefu.clerk.plan, {*who.teams, *(team for one in people for team in one.teams)}
    return {
        "intents": [(intent, skill.title.get(language) or skill.name) for skill in skills for intent in skill.intents],
        "colleagues": sorted({who.who, *(one.name for one in people)}),
        "teams": [*plan.teams, *sorted(others - {*plan.teams})],
        "fields": plan.fields,
        "channels": sorted(hall.kefu.channels),
        "may_share": may(who, SHARES),
    }
