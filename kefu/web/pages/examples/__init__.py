"""The examples: what kefu learns from, to look through and to edit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from kefu.app.data.clean import can_undo
from kefu.app.data.report import ADVICE, TITLES
from kefu.core.errors import BadInput, NotFound
from kefu.core.nouns import Language
from kefu.web import teaching
from kefu.web.hall import hall_of, read_form
from kefu.web.screen import render
from kefu.web.teaching import Lesson, Lines, Rewrite
from kefu.web.viewer import operator_of
from kefu.web.words import LANGUAGES

PLACE = "/desk/examples"
SHOWN = 50
FILTERS = ("intent", "language", "words", "marked", "page")


async def show(request: Request) -> Response:
    """The examples that a filter leaves, with what was found about them."""
    return await _page(request)


async def act(request: Request) -> Response:
    """`add`, `change`, `remove`, `undo`, and of a correction `adopt` or `dismiss`."""
    form, deed = await read_form(request), request.path_params["deed"]
    work = DEEDS.get(deed)
    if work is None:
        raise NotFound(f"Nobody can {deed!r} an example.")
    try:
        await work(request, form)
    except BadInput:
        return await _page(request, given=form)
    back = {name: form[f"at_{name}"] for name in FILTERS if form.get(f"at_{name}")}
    return RedirectResponse(f"{PLACE}?{urlencode({**back, 'done': deed})}", 303)


async def _add(request: Request, form: dict[str, str]) -> None:
    language: Language = "en" if form.get("language") == "en" else "zh"
    lines = Lines(form.get("intent", ""), language, form.get("texts", "").splitlines())
    await teaching.add_lessons(hall_of(request), operator_of(request), request, lines)


async def _change(request: Request, form: dict[str, str]) -> None:
    wish = Rewrite(*(form.get(name, "") for name in ("place", "text", "new", "intent")))
    await teaching.change_lesson(hall_of(request), operator_of(request), request, wish)


async def _remove(request: Request, form: dict[str, str]) -> None:
    place, text = form.get("place", ""), form.get("text", "")
    await teaching.remove_lesson(hall_of(request), operator_of(request), request, place, text)


async def _undo(request: Request, _form: dict[str, str]) -> None:
    await teaching.undo_lesson(hall_of(request), operator_of(request), request)


async def _adopt(request: Request, form: dict[str, str]) -> None:
    turn, text = form.get("turn", ""), form.get("text", "")
    await teaching.adopt_correction(hall_of(request), operator_of(request), request, turn, text)


async def _dismiss(request: Request, form: dict[str, str]) -> None:
    turn = form.get("turn", "")
    await teaching.dismiss_correction(hall_of(request), operator_of(request), request, turn)


DEEDS: dict[str, Callable[[Request, dict[str, str]], Awaitable[None]]] = {
    "add": _add, "change": _change, "remove": _remove, "undo": _undo, "adopt": _adopt, "dismiss": _dismiss,
}  # fmt: skip


async def _page(request: Request, *, given: Mapping[str, str] | None = None) -> Response:
    hall, who, asked = hall_of(request), operator_of(request), request.query_params
    wish = {name: asked.get(name, "").strip()[:200] for name in FILTERS}
    lessons, intents = await teaching.list_lessons(hall, who), await teaching.list_intents(hall, who)
    left = [one for one in lessons if _fits(one, wish)]
    number = int(wish["page"]) if wish["page"].isdecimal() and len(wish["page"]) < 6 else 1
    at = (max(1, number) - 1) * SHOWN
    counts = Counter((one.written.intent, one.written.language) for one in lessons)
    return render(
        request,
        "examples/page.html",
        200 if given is None else 422,
        who=who,
        lessons=left[at : at + SHOWN],
        found=len(left),
        total=len(lessons),
        wish=wish,
        query=lambda **new: urlencode({name: value for name, value in {**wish, **new}.items() if value}),
        number=number,
        pages=-(-len(left) // SHOWN),
        intents=intents,
        counts=counts,
        languages=LANGUAGES,
        corrections=[(one, teaching.without_personal(one.text)) for one in await teaching.list_corrections(hall, who)],
        job=await teaching.latest_job(hall, who, "check"),
        busy=await teaching.running_job(hall, who),
        titles=TITLES,
        advice=ADVICE,
        undo=can_undo(teaching.skills_of(hall)),
        done=asked.get("done", "") if asked.get("done") in DEEDS else "",
        problem=given is not None,
        given=given or {},
    )


def _fits(one: Lesson, wish: dict[str, str]) -> bool:
    written = one.written
    return (
        wish["intent"] in ("", written.intent)
        and wish["language"] in ("", written.language)
        and wish["words"].casefold() in written.text.casefold()
        and (not wish["marked"] or bool(one.findings if wish["marked"] == "found" else one.corrected))
    )
