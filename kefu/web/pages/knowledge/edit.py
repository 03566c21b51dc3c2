"""Writing an article: a form that loses nothing, with the text as its readers will see it."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from kefu.app import Operator
from kefu.app.library.articles import said_of
from kefu.core.articles import AUDIENCES, Article
from kefu.core.errors import BadInput, TooLarge
from kefu.core.ports.document import Written
from kefu.web import shelf
from kefu.web.gate import specify
from kefu.web.hall import hall_of, read_form
from kefu.web.screen import render
from kefu.web.viewer import operator_of
from kefu.web.words import LANGUAGES

PROPERTIES = ("language", "audience", "owner", "link", "labels", "valid_from", "valid_until")
NEW: Mapping[str, str] = {"title": "", "markdown": "", "version": "0", "audience": "public"}


async def edit(request: Request) -> Response:
    """Show the form; take it, or show what it would become."""
    who, hall, article_id = operator_of(request), hall_of(request), request.path_params.get("article", "")
    current = await shelf.read(hall, who, article_id) if article_id else None
    if request.method == "GET":
        return await _form(request, who, _fields(current) if current else NEW, article_id)
    form = await read_form(request)
    # A browser sends line ends as CR LF, and the same text must stay the same version.
    form["markdown"] = form.get("markdown", "").replace("\r\n", "\n")
    if form.get("deed") == "preview":
        return await _form(request, who, form, article_id)
    if current and form.get("version") != str(current.version):
        form["version"] = str(current.version)
        return await _form(request, who, form, article_id, problem="meanwhile", status=409)
    said = {name: form.get(name, "").strip() for name in PROPERTIES}
    try:
        written = Written(form.get("title", "").strip(), form["markdown"], properties=said)
        made = await shelf.write(hall, who, article_id, written, who.who)
    except (BadInput, TooLarge) as error:
        return await _form(request, who, form, article_id, detail=error.message, status=error.status)
    specify(request, f"version {made.version}", f"article:{made.id}")
    return RedirectResponse(f"/desk/knowledge/{made.id}", 303)


async def _form(
    request: Request,
    who: Operator,
    fields: Mapping[str, str],
    article_id: str,
    *,
    problem: str = "",
    detail: str = "",
    status: int = 200,
) -> Response:
    html = await shelf.preview(who, fields.get("markdown", ""), fields.get("title", ""))
    shown = {"article_id": article_id, "problem": problem, "detail": detail, "html": html}
    choices = {"language": LANGUAGES, "audience": AUDIENCES}
    values = {**dict.fromkeys(PROPERTIES, ""), **NEW, **fields}
    return render(request, "knowledge/edit.html", status, who=who, fields=values, choices=choices, **shown)


def _fields(article: Article) -> dict[str, str]:
    """An article as the form shows it."""
    text = {"title": article.title, "markdown": article.markdown, "version": str(article.version)}
    return {**text, **said_of(article)}
