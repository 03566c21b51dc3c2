"""Teams, service levels, rules and fields: seen, made, changed, moved, tried, removed and put back, without a shell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qs, urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from kefu.app import may
from kefu.app.clerk.tables import FIXED, KINDS, Kind, Table
from kefu.app.clerk.trying import Trial
from kefu.core.errors import BadConfig, NotFound, Overtaken
from kefu.service.desk.terms import BadTerm
from kefu.web import plan
from kefu.web.gate import Door, Needs
from kefu.web.hall import hall_of
from kefu.web.pages.plan.choices import Choices, choices_of
from kefu.web.pages.plan.forms import DEED_BOXES, PARTS, Form, boxes_of, deeds_in, shown_as, value_at, values_of
from kefu.web.plan import DEED
from kefu.web.screen import render
from kefu.web.viewer import operator_of
from kefu.web.words import choose_language
from kefu.web.work import try_rules

SPANS = (7, 30, 90)
"""Days that can be looked back on."""

LATEST = 10
"""Matches of a rule that are shown."""

DRAFT = {"live": False}
"""A new rule is tried before it lives."""

SAVED = ("added", "changed", "removed", "moved", "undone")


@dataclass(frozen=True, slots=True)
class Sheet:
    """A form as it is shown: which table it is of (an empty name: a new one), as whom saw it, what is in it.

    `problem` is what is wrong, at the box `at`; `now` what stands in the file since somebody else changed it.
    """

    kind: Kind
    name: str = ""
    seen: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)
    spare: int = 1
    problem: BadConfig | Overtaken | None = None
    now: Table | None = None
    trial: Trial | None = None
    days: int = 30
    status: int = 200

    @property
    def at(self) -> str:
        """The box that the problem is about; empty where it is about none."""
        key = self.problem.key if isinstance(self.problem, BadTerm) else ""
        return next((box.key for box in boxes_of(self.kind) if key == box.key or key.startswith(f"{box.key}.")), "")


def doors() -> list[Door]:
    """The routes of all kinds."""
    look, change = Needs("read_reports"), Needs("change_settings")
    found = []
    for kind in KINDS:
        write = Needs("change_settings", DEED.format(kind=kind))
        found += [
            Door(f"/{kind}", show, look),
            Door(f"/{kind}/edit", edit, look),
            Door(f"/{kind}/form", again, change, ["POST"]),
            Door(f"/{kind}/keep", keep, write, ["POST"]),
            Door(f"/{kind}/drop", drop, write, ["POST"]),
            Door(f"/{kind}/move", move, write, ["POST"]),
            Door(f"/{kind}/undo/{{entry}}", undo, write, ["POST"]),
        ]
    return [*found, Door("/rules/try", attempt, look, ["POST"])]


async def show(request: Request) -> Response:
    """All of a kind, and for rules with `?days=` what they would have done."""
    return await _list(request)


async def edit(request: Request) -> Response:
    """The form of one, or without `?name=` an empty one."""
    kind, hall, name = kind_of(request), hall_of(request), request.query_params.get("name", "")
    found = await plan.find_table(hall, operator_of(request), kind, name) if name else None
    return await _form(
        request,
        Sheet(kind, name, found.version, found.values)
        if found
        else Sheet(kind, values=DRAFT if kind == "rules" else {}),
    )


async def again(request: Request) -> Response:
    """The form as it was sent, with room for one more deed."""
    return await _form(request, await _sheet(request, spare=2))


async def attempt(request: Request) -> Response:
    """The form as it was sent, with what such a rule would have done."""
    who, hall, sheet = operator_of(request), hall_of(request), await _sheet(request)
    try:
        trial = await plan.try_rule(hall, who, sheet.name, sheet.values, sheet.days)
    except BadConfig as error:
        return await _form(request, replace(sheet, problem=error, status=422))
    return await _form(request, replace(sheet, trial=trial))


async def keep(request: Request) -> Response:
    """Write what the form says."""
    who, hall, sheet = operator_of(request), hall_of(request), await _sheet(request)
    wanted = Table(sheet.kind, sheet.name, "", 0, sheet.values)
    try:
        done = await plan.keep(hall, who, request, wanted, name=sheet.name, seen=sheet.seen)
    except Overtaken as error:
        now = next((one for one in await plan.list_tables(hall, who, sheet.kind) if one.name == sheet.name), None)
        meanwhile = replace(sheet, problem=error, now=now, seen=now.version if now else "", status=409)
        return await _form(request, meanwhile if now else replace(meanwhile, name=""))
    except BadConfig as error:
        return await _form(request, replace(sheet, problem=error, status=422))
    return _back(sheet.kind, "changed" if done.before else "added", done.name)


async def drop(request: Request) -> Response:
    """Take one out."""
    kind, form = kind_of(request), await _read(request)
    try:
        await plan.drop(
            hall_of(request), operator_of(request), request, kind, _text(form, "name"), seen=_text(form, "seen")
        )
    except (Overtaken, BadConfig) as error:
        return await _list(request, problem=error)
    return _back(kind, "removed", _text(form, "name"))


async def move(request: Request) -> Response:
    """Let one count before or after its neighbour."""
    kind, form = kind_of(request), await _read(request)
    name, seen = _text(form, "name"), _text(form, "seen")
    try:
        await plan.move(
            hall_of(request),
            operator_of(request),
            request,
            kind,
            name,
            seen=seen,
            by=1 if _text(form, "by") == "1" else -1,
        )
    except (Overtaken, BadConfig) as error:
        return await _list(request, problem=error)
    return _back(kind, "moved", name)


async def undo(request: Request) -> Response:
    """Put a change back."""
    kind, entry = kind_of(request), request.path_params["entry"]
    if not entry.isdecimal() or len(entry) > 15:
        raise NotFound
    try:
        done = await plan.undo(hall_of(request), operator_of(request), request, kind, int(entry))
    except (Overtaken, BadConfig) as error:
        return await _list(request, problem=error)
    return _back(kind, "undone", done.name)


def kind_of(request: Request) -> Kind:
    """Which kind an address is about."""
    name = request.url.path.removeprefix("/desk/").partition("/")[0]
    return next(kind for kind in KINDS if kind == name)


async def _list(request: Request, *, problem: BadConfig | Overtaken | None = None) -> Response:
    who, hall, kind, query = operator_of(request), hall_of(request), kind_of(request), request.query_params
    days = next((span for span in SPANS if str(span) == query.get("days")), 0)
    shown: dict[str, Any] = {"tables": [], "wrong": "", "trial": None, "days": days}
    try:
        shown["tables"] = await plan.list_tables(hall, who, kind)
        if kind == "rules" and days:
            shown["trial"] = await try_rules(hall, who, days)
    except BadConfig as error:
        shown["wrong"] = error.message
    saved = query.get("saved", "")
    return render(
        request,
        "plan/list.html",
        (409 if isinstance(problem, Overtaken) else 422) if problem else 200,
        who=who,
        kind=kind,
        shown=shown,
        moves=moves_of(shown["tables"]),
        choices=await _choices(request),
        changes=await plan.list_changes(hall, who, kind) if may(who, "change_settings") else (),
        problem=problem,
        wrong=getattr(problem, "reason", ""),
        saved=saved if saved in SAVED else "",
        changed=query.get("name", "")[:200],
        spans=SPANS,
        latest=LATEST,
    )


def moves_of(found: Sequence[Table]) -> list[list[tuple[int, str]]]:
    """For each table, where it can be moved: before and after a neighbour in its own file."""
    files = ["", *(one.file for one in found), ""]
    sides = ((-1, "earlier"), (1, "later"))
    return [[(by, word) for by, word in sides if files[at + by] == files[at]] for at in range(1, len(found) + 1)]


async def _form(request: Request, sheet: Sheet) -> Response:
    who = operator_of(request)
    return render(
        request,
        "plan/edit.html",
        sheet.status,
        who=who,
        kind=sheet.kind,
        sheet=sheet,
        parts=PARTS[sheet.kind],
        choices=await _choices(request),
        value=lambda box: shown_as(box, value_at(sheet.values, box.key)),
        inner=lambda box, deed: shown_as(box, deed.get(box.key)),
        deeds=deeds_in(sheet.values, sheet.spare),
        deed_boxes=DEED_BOXES,
        fixed=sheet.name and sheet.kind in FIXED,
        may_change=may(who, "change_settings"),
        spans=SPANS,
        latest=LATEST,
    )


async def _choices(request: Request) -> Choices:
    hall, who = hall_of(request), operator_of(request)
    try:
        teams = await plan.list_tables(hall, who, "teams")
    except BadConfig:
        teams = ()
    people = [one.name for one in await hall.kefu.store.people() if not one.disabled_at]
    return choices_of(hall, teams, people, choose_language(request, hall.language))


async def _sheet(request: Request, spare: int = 1) -> Sheet:
    """What a form that was sent says."""
    kind, form = kind_of(request), await _read(request)
    days = next((span for span in SPANS if str(span) == _text(form, "days")), 30)
    return Sheet(kind, _text(form, "was"), _text(form, "seen"), values_of(kind, form), spare, days=days)


async def _read(request: Request) -> Form:
    """All values of a posted form."""
    return parse_qs((await request.body()).decode("utf-8", "replace"), keep_blank_values=True)


def _text(form: Form, name: str) -> str:
    return form.get(name, [""])[-1].strip()


def _back(kind: Kind, saved: str, name: str) -> Response:
    return RedirectResponse(f"/desk/{kind}?{urlencode({'saved': saved, 'name': name})}", 303)
