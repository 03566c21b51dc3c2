"""The learning queue: what nothing answered and what colleagues did, to accept, change or dismiss."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from kefu.app.library.articles import Properties
from kefu.app.library.learning import NEAR
from kefu.web import lessons
from kefu.web.hall import hall_of, read_form
from kefu.web.screen import render
from kefu.web.viewer import operator_of
from kefu.web.words import choose_language

SHOWN = 20
"""Groups on the page; when some are settled, others follow."""

ASKED = 5
"""Ways to ask that are shown of a group."""


async def show(request: Request) -> Response:
    """The groups: what kefu can't answer yet comes first, the most frequent before others."""
    who, hall = operator_of(request), hall_of(request)
    themes = await lessons.list_themes(hall, who)
    count = sum(theme.count for theme in themes)
    learned = request.query_params.get("learned", "")[:64]
    language = choose_language(request, hall.language)
    skills = {name: skill.title.get(language) or name for name, skill in hall.kefu.catalog.skills.items()}
    return render(
        request, "questions/page.html", who=who, themes=themes[:SHOWN], groups=len(themes), count=count,
        asked=ASKED, near_from=NEAR, learned=learned, skills=skills,
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
