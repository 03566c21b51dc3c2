"""The library: which articles there are, what one says and said before, and files that bring more."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import fields
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from kefu.app.library.cards import Card
from kefu.app.library.leaf import to_html
from kefu.app.library.links import links_of
from kefu.core.articles import AUDIENCES
from kefu.core.errors import BadInput
from kefu.core.ports.library import Version
from kefu.core.ports.opinions import Tally
from kefu.web import shelf
from kefu.web.hall import hall_of, read_form
from kefu.web.screen import render
from kefu.web.shelf import Wish, origin_of
from kefu.web.viewer import operator_of
from kefu.web.words import LANGUAGES

SHOWN = 50
ORIGINS = ("folder", "site", "upload", "page", "learned")
CHOICES = {"language": LANGUAGES, "audience": AUDIENCES, "state": ("holds", "expired"), "origin": ORIGINS}
"""What the filters of the list offer."""


async def show(request: Request) -> Response:
    """The articles that the filters want, latest change first; and where files are dropped."""
    who, hall, asked = operator_of(request), hall_of(request), request.query_params
    wish = Wish(**{one.name: asked.get(one.name, "")[:200].strip() for one in fields(Wish)})
    cards = await shelf.list_cards(hall, who)
    found = sorted(filter(wish.wants, cards), key=lambda card: card.updated_at, reverse=True)
    page = max(1, _number(asked.get("page", "1")))
    pages = {"now": page, "last": max(1, -(-len(found) // SHOWN))}
    query = {one.name: value for one in fields(Wish) if (value := getattr(wish, one.name))}
    return render(
        request,
        "knowledge/list.html",
        who=who,
        cards=found[(page - 1) * SHOWN : page * SHOWN],
        counts={"all": len(cards), "found": len(found), **_counts(cards)},
        wish=wish,
        choices=CHOICES,
        pages=pages,
        turn=lambda to: "?" + urlencode({**query, "page": to}),
        removed=await _removed(request, asked.get("removed", "")),
        origin_of=origin_of,
    )


async def article(request: Request) -> Response:
    """One article: as its readers see it, what it is, what was before, whether it helped."""
    who, hall, article_id = operator_of(request), hall_of(request), request.path_params["article"]
    history = await shelf.read_history(hall, who, article_id)
    current = history[-1]
    number = _number(request.query_params.get("version", "0")) or _last(history)
    shown = await shelf.read(hall, who, article_id, number)
    opinions = await shelf.read_opinions(hall, who, article_id)
    links = links_of(shown, await shelf.list_cards(hall, who), "/desk/knowledge")
    return render(
        request,
        "knowledge/article.html",
        who=who,
        article=shown,
        html=await asyncio.to_thread(to_html, shown.markdown, shown.title, links),
        history=history[::-1],
        gone="" if current.digest else current.who,
        is_current=bool(current.digest) and number == current.number,
        opinions=opinions,
        all_opinions=_sum(opinions),
        holds=shown.holds_on(hall.today),
        in_help=hall.has_help,
    )


async def remove(request: Request) -> Response:
    """Take an article out; the list offers to bring it back."""
    who, article_id = operator_of(request), request.path_params["article"]
    await shelf.remove(hall_of(request), who, article_id, who.who)
    return RedirectResponse(f"/desk/knowledge?removed={article_id}", 303)


async def restore(request: Request) -> Response:
    """Make an earlier version the current one."""
    who, article_id = operator_of(request), request.path_params["article"]
    version = _number((await read_form(request)).get("version", ""))
    if not version:
        raise BadInput("Say which version is to hold again, such as version=2.")
    await shelf.restore(hall_of(request), who, article_id, version, who.who)
    return RedirectResponse(f"/desk/knowledge/{article_id}", 303)


async def _removed(request: Request, article_id: str) -> Mapping[str, object] | None:
    """What was just taken out, while it still is."""
    if not article_id:
        return None
    who, hall = operator_of(request), hall_of(request)
    history = await shelf.read_history(hall, who, article_id)
    if history[-1].digest:
        return None
    version = _last(history)
    return {"id": article_id, "version": version, "title": (await shelf.read(hall, who, article_id, version)).title}


def _last(history: Sequence[Version]) -> int:
    """The latest version that holds an article."""
    return next((one.number for one in reversed(history) if one.digest), 0)


def _counts(cards: Sequence[Card]) -> Mapping[str, int]:
    """How many there are of each kind that the filters offer."""
    found = Counter(value for card in cards for value in (card.language, card.audience, origin_of(card)))
    return {**found, "holds": sum(card.holds for card in cards), "expired": sum(not card.holds for card in cards)}


def _sum(opinions: Mapping[int, Tally]) -> Tally:
    return Tally(sum(one.helped for one in opinions.values()), sum(one.failed for one in opinions.values()))


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
