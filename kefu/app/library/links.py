"""Links between files that came in together become links between their articles."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from posixpath import dirname, join, normpath
from urllib.parse import unquote, urlsplit

from kefu.app.library.cards import Card
from kefu.app.library.leaf import Links, relative_links
from kefu.core.articles import Article

FILES = ("folder", "upload")
"""Kinds of sources that are files; the links of a web site were completed when it was read."""


def links_of(article: Article, cards: Iterable[Card], place: str) -> Links:
    """Where the article's relative links lead below `place`: to articles among `cards`, which the reader may read."""
    kind, _, file = article.source.partition(":")
    wanted = relative_links(article.markdown) if kind in FILES else ()
    if not wanted:
        return ()
    ids: dict[str, list[str]] = {}
    for card in cards:
        ids.setdefault(card.source, []).append(card.id)
    found = []
    for href in wanted:
        link = urlsplit(href)
        known = (ids.get(f"{kind}:{name}", ()) for name in _names(file, unquote(link.path)))
        if target := next((only for only, *others in filter(None, known) if not others), ""):
            found.append((href, f"{place}/{target}" + (f"#{link.fragment}" if link.fragment else "")))
    return tuple(found)


def _names(file: str, path: str) -> Iterator[str]:
    """What a link in a file may mean: the file that it names, or with the ending left out."""
    name = normpath(join(dirname(file), path))
    yield from (name, f"{name}.md")
