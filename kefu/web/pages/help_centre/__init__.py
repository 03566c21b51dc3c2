"""The help centre: public articles by topic, searched, read and judged by everybody. Works without any script."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from kefu.app.library.cards import Card
from kefu.app.library.leaf import to_html
from kefu.app.library.links import links_of
from kefu.core.articles import Article
from kefu.core.errors import BadInput, NotFound
from kefu.web import reading_room
from kefu.web.hall import Hall, hall_of, limit, read_form
from kefu.web.screen import render
from kefu.web.viewer import refuse_other_sites
from kefu.web.words import LANGUAGES, choose_language

LONGEST_QUESTION = 200
SHOWN_OF_TOPIC = 8
RELATED = 5
DESCRIPTION = 160
"""Characters that a search engine shows of a page."""
MOST_IN_MAP = 50_000
"""Pages of one sitemap (sitemaps.org)."""
COOKIE = "kefu_helped"
KEPT_S = 180 * 24 * 3600


async def front(request: Request) -> Response:
    """The topics; with `q`, what was found; with `topic`, all of one."""
    hall = hall_of(request)
    language = choose_language(request, hall.language)
    asked = " ".join(request.query_params.get("q", "").split())[:LONGEST_QUESTION]
    if asked:
        limit(hall.lookups, request)
        found = await reading_room.find(hall, asked, language)
        return _page(request, "help_centre/found.html", asked=asked, found=found)
    cards = await reading_room.open_cards(hall, language)
    topics = topics_of(cards)
    topic = request.query_params.get("topic", "")
    if topic and topic not in topics:
        raise NotFound(f"There is no topic {topic!r}.")
    elsewhere = not cards and bool(await reading_room.open_cards(hall))
    shown = {topic: topics[topic]} if topic else topics
    most = len(cards) if topic else SHOWN_OF_TOPIC
    return _page(request, "help_centre/front.html", asked="", topics=shown, topic=topic, most=most, elsewhere=elsewhere)


async def article(request: Request) -> Response:
    """One article."""
    hall = hall_of(request)
    shown = await reading_room.open_article(hall, request.path_params["article"])
    links = links_of(shown, await reading_room.open_cards(hall), "/help")
    return _page(
        request,
        "help_centre/article.html",
        asked="",
        article=shown,
        html=await asyncio.to_thread(to_html, shown.markdown, shown.title, links),
        about=description_of(shown),
        related=await _related(hall, shown),
        judged=request.cookies.get(COOKIE) == _mark(shown),
    )


async def opine(request: Request) -> Response:
    """Take a thumb; the cookie keeps a browser from judging the same version twice."""
    refuse_other_sites(request)
    hall = hall_of(request)
    shown = await reading_room.open_article(hall, request.path_params["article"])
    helped = (await read_form(request)).get("helped", "")
    if helped not in ("yes", "no"):
        raise BadInput("An opinion is helped=yes or helped=no.")
    place = f"/help/{shown.id}"
    answer = RedirectResponse(f"{place}#helped", 303)
    if request.cookies.get(COOKIE) != _mark(shown):
        limit(hall.opinions, request)
        await reading_room.opine(hall, shown, helped=helped == "yes")
        secure = request.url.scheme == "https"
        answer.set_cookie(COOKIE, _mark(shown), KEPT_S, path=place, httponly=True, samesite="lax", secure=secure)
    return answer


async def sitemap(request: Request) -> Response:
    """All articles, for search engines."""
    hall = hall_of(request)
    cards = await reading_room.open_cards(hall)
    latest = sorted(cards, key=lambda card: card.updated_at, reverse=True)[:MOST_IN_MAP]
    page = _page(request, "help_centre/sitemap.xml", cards=latest)
    return Response(page.body, media_type="application/xml")


def topics_of(cards: Sequence[Card]) -> Mapping[str, Sequence[Card]]:
    """Articles by their labels, the largest topic first; those without any come last, under the empty name."""
    topics: dict[str, list[Card]] = {}
    for card in sorted(cards, key=lambda card: card.title.casefold()):
        for label in card.labels or ("",):
            topics.setdefault(label, []).append(card)
    return dict(sorted(topics.items(), key=lambda one: (not one[0], -len(one[1]), one[0])))


def description_of(shown: Article) -> str:
    """An article in a line."""
    text = " ".join(shown.passages[0].text.split()) if shown.passages else shown.title
    return text if len(text) <= DESCRIPTION else f"{text[: DESCRIPTION - 1]}…"


async def _related(hall: Hall, shown: Article) -> Sequence[Card]:
    """Others with a label in common."""
    cards = await reading_room.open_cards(hall, shown.language)
    labels = set(shown.labels)
    return [card for card in cards if card.id != shown.id and labels & set(card.labels)][:RELATED]


def _mark(shown: Article) -> str:
    return f"{shown.id}-{shown.version}"


def _page(request: Request, template: str, **values: Any) -> Response:  # noqa: ANN401
    hall = hall_of(request)
    here = hall.kefu.config.get("help.url", str).rstrip("/") or str(request.base_url).rstrip("/")
    return render(request, template, here=here, chat=has_chat(hall), languages=LANGUAGES, **values)


def has_chat(hall: Hall) -> bool:
    """Whether there is a chat window to ask in."""
    try:
        return bool(hall.chat())
    except NotFound:
        return False
