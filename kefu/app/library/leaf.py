"""An article as HTML that may stand in a page: only tags of our own choice, only links that lead where they say.

Whatever an article holds, also one that a stranger wrote, no script, style or address of another kind comes
through. The page's policy (`kefu.web.front`) forbids scripts a second time.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from markdown_it import MarkdownIt
from markdown_it.token import Token

from kefu.ai.knowledge.passages import TAG, inline_text, slug

LINK = re.compile(r"(?:https?://|mailto:|tel:)[^\s]|/(?![/\\])|#", re.IGNORECASE)
"""What a link may begin with; everything else is shown as the text that it is on."""
RELATIVE = re.compile(r"(?![/#?\\]|[a-z][a-z0-9+.-]*:).", re.IGNORECASE)
"""A link to another file: with no scheme and no host, and not from the root."""
PICTURE = re.compile(r"/(?![/\\])")
"""Pictures of this host alone are shown: another one would learn who reads. Its picture is a link."""
REL = "noopener noreferrer"
ALIGNED = re.compile(r"text-align:(left|right|center)")
FIRST_LEVEL, LAST_LEVEL = 2, 6
"""The page's own title is the heading of level 1."""


Links = tuple[tuple[str, str], ...]
"""Relative links as they stand in a text, each with the place of the article that is meant."""


@lru_cache(maxsize=64)
def to_html(markdown: str, title: str = "", links: Links = ()) -> str:
    """The body of an article; headings carry the anchors of its passages, the one that repeats `title` is left out.

    A relative link leads where `links` says, or is shown as its text alone. Linear in the length; 1 MB takes about
    a second, the same again nothing.
    """
    grammar = _grammar()
    tokens = grammar.parse(markdown)
    kept, places = list(_headed(tokens, title)), dict(links)
    for token in kept:
        if token.type == "inline":
            token.children = list(_safe(token.children or (), places))
        if align := ALIGNED.search(str(token.attrs.pop("style", ""))):
            token.attrs["class"] = align[1]
    return str(grammar.renderer.render(kept, grammar.options, {}))


@lru_cache(maxsize=64)
def relative_links(markdown: str) -> tuple[str, ...]:
    """The links of a text that name another file beside its own, each once."""
    if "](" not in markdown and "]:" not in markdown:
        return ()
    children = (child for token in _grammar().parse(markdown) for child in token.children or ())
    found = dict.fromkeys(str(child.attrs.get("href", "")) for child in children if child.type == "link_open")
    return tuple(href for href in found if RELATIVE.match(href))


@lru_cache(maxsize=1)
def _grammar() -> MarkdownIt:
    """The grammar of passages, with a renderer that writes no raw HTML."""
    grammar = MarkdownIt("commonmark").enable("table")
    grammar.add_render_rule("html_block", lambda *_: "")
    grammar.add_render_rule("html_inline", lambda *_: "")
    # Links are judged after parsing: here a refused one would leave its brackets in the text.
    grammar.validateLink = lambda url: True  # type: ignore[method-assign]  # noqa: ARG005
    return grammar


def _headed(tokens: Sequence[Token], title: str) -> Iterator[Token]:
    """Headings below the page's own, with anchors; blocks of raw HTML as the text in them."""
    taken: dict[str, int] = {}
    levels = [int(token.tag[1]) for token in tokens if token.type == "heading_open"]
    dropped = -1
    for at, token in enumerate(tokens):
        if token.type == "heading_open":
            heading = inline_text(tokens[at + 1])
            token.attrs["id"] = slug(heading, taken)
            if heading == title and len(taken) == 1 and token.level == 0:
                dropped = at + 2
                levels.remove(int(token.tag[1]))
        if at <= dropped:
            continue
        if token.type in ("heading_open", "heading_close"):
            deeper = int(token.tag[1]) - min(levels, default=1) + FIRST_LEVEL
            token.tag = f"h{min(deeper, LAST_LEVEL)}"
        if token.type == "html_block":
            yield from _paragraph(" ".join(TAG.sub(" ", token.content).split()))
        else:
            yield token


def _paragraph(text: str) -> Iterator[Token]:
    if text:
        inline = Token("inline", "", 0, content=text, children=[Token("text", "", 0, content=text)])
        yield from (Token("paragraph_open", "p", 1), inline, Token("paragraph_close", "p", -1))


def _safe(children: Sequence[Token], places: Mapping[str, str]) -> Iterator[Token]:
    """The tokens of a line without links that may lead astray, raw tags and other hosts' pictures."""
    open_link: bool | None = None
    for token in children:
        match token.type:
            case "link_open":
                href = str(token.attrs.get("href", ""))
                href = places.get(href, href)
                open_link = bool(LINK.match(href))
                if not open_link:
                    continue
                token.attrs |= {"href": href, "rel": REL}
            case "link_close":
                shown, open_link = open_link, None
                if not shown:
                    continue
            case "image":
                yield from _picture(token, linked=open_link is True)
                continue
            case "html_inline":
                if token.content.lower().startswith("<br"):
                    yield Token("hardbreak", "br", 0)
                continue
        yield token


def _picture(token: Token, *, linked: bool) -> Iterator[Token]:
    """A picture of this host; of another one a link to it, or within a link its words alone."""
    source = str(token.attrs.get("src", ""))
    if PICTURE.match(source):
        token.attrs["loading"] = "lazy"
        yield token
        return
    text = Token("text", "", 0, content=token.content or source)
    if not linked and LINK.match(source) and not source.startswith("#"):
        yield Token("link_open", "a", 1, attrs={"href": source, "rel": REL})
        yield text
        yield Token("link_close", "a", -1)
    elif token.content:
        yield text
