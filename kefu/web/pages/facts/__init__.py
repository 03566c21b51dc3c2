"""Facts: what messages name, counted and listed, each with its sentence, to be put right by colleagues."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from kefu.app import may
from kefu.core.errors import BadInput
from kefu.core.ports.extracts import Count
from kefu.service.desk.deeds import JudgeSpan
from kefu.web import facts
from kefu.web.hall import Hall, hall_of, read_form
from kefu.web.screen import render
from kefu.web.viewer import operator_of

PLACE = "/desk/facts"
PAGE = 25
VALUES = 40
"""Values of a kind that are shown."""

PRESETS = (7, 28, 90)
KEPT = ("since", "until", "days", "kind", "value", "channel", "language", "from")
WIDTH, HEIGHT = 120, 24
"""Of a trend, in units of its drawing."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of things: how many, and the line of their counts by day as points of a drawing."""

    name: str
    count: int
    line: str


async def show(request: Request) -> Response:
    """What was named in a time."""
    return await _page(request)


async def judge(request: Request) -> Response:
    """A colleague says what a stretch of a message is, or that nothing stands there, or takes that back."""
    hall, who, form = hall_of(request), operator_of(request), await read_form(request)
    back = {name: form[f"at_{name}"] for name in KEPT if form.get(f"at_{name}")}
    conversation, number = form.get("conversation", ""), _whole(form, "number")
    start, end = _whole(form, "start"), _whole(form, "end")
    deed = form.get("deed", "")
    try:
        if deed == "keep":
            text, kind = form.get("text", "").strip(), " ".join(form.get("kind", "").split())
            wish = await facts.mark_text(hall, who, (conversation, number, start), text, kind)
        else:
            wish = JudgeSpan(number, start, end, "" if deed == "dismiss" else None)
            await facts.judge_span(hall, who, conversation, wish)
    except BadInput:
        return await _page(request, back, problem=True)
    told = {"done": deed, "conversation": conversation, "number": number, "start": wish.start, "end": wish.end}
    return RedirectResponse(f"{PLACE}?{urlencode({**back, **told})}", 303)


async def table(request: Request) -> Response:
    """The same as a table."""
    who, hall = operator_of(request), hall_of(request)
    sought = facts.read_sought(hall, who, dict(request.query_params))
    return await facts.as_table(hall, who, sought, request.url.path.rpartition(".")[2])


async def _page(request: Request, back: Mapping[str, str] | None = None, *, problem: bool = False) -> Response:
    who, hall = operator_of(request), hall_of(request)
    query = dict(request.query_params if back is None else back)
    sought = facts.read_sought(hall, who, query)
    whole = await facts.catch_up(hall)
    page = await facts.list_facts(hall, who, sought, query.get("from", ""), PAGE)
    kept = {name: value for name, value in query.items() if name in KEPT and value}

    def to(**changes: object) -> str:
        now = {name: value for name, value in kept.items() if name != "from"}
        wanted = {**now, **{name: str(value) for name, value in changes.items()}}
        return f"{PLACE}?{urlencode({name: value for name, value in wanted.items() if value})}"

    return render(
        request,
        "facts/page.html",
        422 if problem else 200,
        who=who,
        sought=sought,
        whole=whole,
        kept=kept,
        to=to,
        export=lambda kind: to().replace(PLACE, f"{PLACE}.{kind}", 1),
        presets=PRESETS,
        page=page,
        model=facts.model_of(hall, who),
        sentences=await facts.sentences_of(hall, who, page.entries),
        may_teach=may(who, "edit_training"),
        done=query.get("done", "") if query.get("done") in ("keep", "dismiss", "undo") else "",
        problem=problem,
        told={name: query.get(name, "") for name in ("conversation", "number", "start", "end")},
        **await _counts(request, hall, query),
    )


async def _counts(request: Request, hall: Hall, query: Mapping[str, str]) -> dict[str, Any]:
    """Kinds with their trends, the values of the chosen kind, and what there is to choose from."""
    who = operator_of(request)
    every = facts.read_sought(hall, who, {**query, "kind": "", "value": ""})
    one = facts.read_sought(hall, who, {**query, "value": ""})
    bare = facts.read_sought(hall, who, {name: query.get(name, "") for name in ("since", "until", "days")})
    by_day = await facts.count_facts(hall, who, every, ["kind", "day"], 20_000)
    values = await facts.count_facts(hall, who, one, ["value"], VALUES) if one.kind else ()
    return {
        "kinds": _kinds(by_day, facts.days_between(every)),
        "values": values,
        "total": sum(count.count for count in by_day),
        **{f"{name}s": [c.traits[0] for c in await facts.count_facts(hall, who, bare, [name])] for name in _CHOICES},
    }


_CHOICES = (facts.TRAITS["channel"], facts.TRAITS["language"])


def _kinds(by_day: Sequence[Count], days: Sequence[str]) -> list[Kind]:
    """The kinds, the most frequent first."""
    counts: dict[str, dict[str, int]] = {}
    for one in by_day:
        name, day = one.traits
        counts.setdefault(name, {})[day] = one.count
    kinds = [Kind(name, sum(found.values()), _line([found.get(d, 0) for d in days])) for name, found in counts.items()]
    return sorted(kinds, key=lambda one: (-one.count, one.name))


def _line(counts: Sequence[int]) -> str:
    """Counts as the points of a line."""
    most, step = max(counts, default=0) or 1, WIDTH / max(1, len(counts) - 1)
    points = [f"{at * step:.1f},{HEIGHT - 2 - (HEIGHT - 4) * count / most:.1f}" for at, count in enumerate(counts)]
    return " ".join(points if len(points) > 1 else [*points, f"{WIDTH},{points[0].split(',')[1]}" if points else ""])


def _whole(form: Mapping[str, str], name: str) -> int:
    text = form.get(name, "")
    if not text.isdecimal() or len(text) > 9:
        raise BadInput(f"{name} is a whole number.")
    return int(text)
