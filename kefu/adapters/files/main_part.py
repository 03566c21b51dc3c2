"""Which part of a page is its content: not the navigation, nor what stands on every page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kefu.adapters.files.markup import text_of

if TYPE_CHECKING:
    from justhtml import Node

AROUND = frozenset(("nav", "footer", "aside", "form"))
AROUND_ROLES = frozenset(
    ("navigation", "banner", "contentinfo", "complementary", "search", "menu", "menubar", "dialog")
)
AROUND_NAMES = frozenset(
    "nav navbar navigation menu breadcrumb breadcrumbs footer sidebar cookie cookies cookie-banner share sharing "
    "social related pagination pager toc comments advert ads skip skip-link topbar".split()
)
"""What pages call the parts around their content, as a whole class or id."""

LINKS_SHARE = 0.7
MANY_LINKS = 4
"""A block with so many links that are so much of its text is a menu, whatever it is called."""


def main_part(root: Node) -> Node:
    """The node that holds a page's content, with everything around it taken out of the tree."""
    body = next(iter(root.query("body")), root)
    found = next(iter([*body.query("main"), *body.query('[role="main"]')]), None)
    if found is None:
        articles = body.query("article")
        found = articles[0] if len(articles) == 1 else None
    part = body if found is None else found
    _prune(part, inside=found is not None)
    return part


def _prune(part: Node, *, inside: bool) -> None:
    for child in list(part.children or ()):
        if child.name.startswith("#"):
            continue
        if _is_around(child, inside=inside):
            part.remove_child(child)
        else:
            _prune(child, inside=inside or child.name == "article")


def _is_around(node: Node, *, inside: bool) -> bool:
    attrs = node.attrs or {}
    if node.name in AROUND or (node.name == "header" and not inside) or "hidden" in attrs:
        return True
    if str(attrs.get("aria-hidden")) == "true" or str(attrs.get("role") or "") in AROUND_ROLES:
        return True
    names = f"{attrs.get('class') or ''} {attrs.get('id') or ''}".lower().split()
    if AROUND_NAMES.intersection(names) and node.name not in ("main", "article", "h1", "h2", "h3"):
        return True
    return not inside and node.name in ("div", "ul", "section") and _is_menu(node)


def _is_menu(node: Node) -> bool:
    links = node.query("a")
    if len(links) < MANY_LINKS or node.query("p"):
        return False
    return sum(len(text_of(link)) for link in links) > LINKS_SHARE * len(text_of(node))
