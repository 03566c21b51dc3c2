"""The learning queue: what customers asked and nothing answered, with what a colleague said, to accept or dismiss."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from kefu.app.library.articles import Properties
from kefu.web import lessons
from kefu.web.hall import hall_of, read_form
from kefu.web.screen import render
from kefu.web.viewer import operator_of

SHOWN = 20
"""Groups on the page; when some are settled, others follow."""

NEAR = 0.3
"""From this probability on an article is shown as coming near."""

ASKED = 5
"""Ways to ask that are shown of a group."""


async def show(request: Request) -> Response:
    """The groups, the most frequent first."""
    who, hall = operator_of(request), hall_of(request)
    themes = await lessons.list_themes(hall, who)
    count = sum(len(theme.turns) for theme in themes)
    learned = request.query_params.get("learned", "")[:64]
    return render(
        request, "questions/page.html", who=who, themes=themes[:SHOWN], groups=len(themes), count=count,
        asked=ASKED, near_from=NEAR, learned=learned,
    )  # fmt: skip


async def settle(request: Request) -> Response:
    """Accept or dismiss a group, then show the rest."""
    who, hall, form = operator_of(request), hall_of(request), await read_form(request)
    turns = form.get("turns", "").split()
    if form.get("deed") == "dismiss":
        await lessons.dismiss(hall, who, turns, name=who.who)
        return RedirectResponse("/desk/questions", 303)
    ways = form.get("ways", "").splitlines()
    said = Properties(language=form.get("language", ""), audience=form.get("audience", ""))
    article = await lessons.accept(hall, who, turns, ways, form.get("answer", ""), said=said, name=who.who)
    return RedirectResponse(f"/desk/questions?learned={article.id}", 303)
