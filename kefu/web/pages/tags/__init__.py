"""Tags in use: how often, by what else they are named, with another name, merged or taken away."""

from __future__ import annotations

from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from kefu.app import may
from kefu.app.labelled import TAG
from kefu.core.errors import BadInput, NotFound
from kefu.web import tags
from kefu.web.hall import hall_of, read_form
from kefu.web.screen import render
from kefu.web.viewer import operator_of


async def show(request: Request) -> Response:
    """All tags."""
    return await _page(request)


async def rename(request: Request) -> Response:
    """Call a tag otherwise, or take it away."""
    form = await read_form(request)
    tag, new = form.get("tag", ""), "" if form.get("do") == "remove" else form.get("new", "")
    if not new and form.get("do") != "remove":
        return await _page(request, wrong=tag)
    try:
        done = await tags.rename(hall_of(request), operator_of(request), request, tag, new)
    except (BadInput, NotFound):
        return await _page(request, wrong=tag)
    return _back(done)


async def undo(request: Request) -> Response:
    """Put a change back."""
    entry = request.path_params["entry"]
    if not entry.isdecimal() or len(entry) > 15:
        raise NotFound
    return _back(await tags.undo(hall_of(request), operator_of(request), request, int(entry)))


def _back(done: tags.Renamed) -> Response:
    told = {"done": done.conversations, "more": "1" if done.more else ""}
    return RedirectResponse(f"/desk/tags?{urlencode(told)}", 303)


async def _page(request: Request, wrong: str = "") -> Response:
    hall, who, query = hall_of(request), operator_of(request), request.query_params
    may_change = may(who, "change_settings")
    return render(
        request,
        "tags/page.html",
        422 if wrong else 200,
        who=who,
        tags=await tags.list_tags(hall, who),
        changes=await tags.list_changes(hall, who) if may_change else (),
        may_change=may_change,
        fixed=TAG,
        wrong=wrong,
        done=query.get("done", "") if query.get("done", "").isdecimal() else "",
        more=bool(query.get("more")),
    )
