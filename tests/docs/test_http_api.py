"""The page about the HTTP interface names every route, and no other."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from kefu.web.api import chat, health, model, webhooks
from kefu.web.api.reference import BARE, make_api

ROOT = Path(__file__).parents[2]
NAMED = re.compile(r"^\| `([A-Za-z]+ /[^`]*)` \|", re.MULTILINE)


def every_route() -> set[str]:
    """`METHOD /path` of everything that the web answers for programs."""
    bare = (*webhooks.ROUTES, *model.ROUTES, *health.ROUTES)
    found = {f"{method} {one.path}" for one in bare for method in (one.methods or {"GET"}) - {"HEAD"}}
    described = make_api().openapi()["paths"]
    found |= {f"{method.upper()} /api/v1{path}" for path, methods in described.items() for method in methods}
    return found | {"WebSocket /api/v1/chat/live"}


def test_every_bare_route_of_the_chat_is_described() -> None:
    bare = {(method.lower(), f"/chat{one.path}") for one in chat.ROUTES for method in (one.methods or set()) - {"HEAD"}}
    assert bare == {(one.method, one.path) for one in BARE if one.tag == "chat"}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_route_is_explained(language: str) -> None:
    page = ROOT / "docs" / language / "reference" / "http-api.md"
    assert set(NAMED.findall(page.read_text("utf-8"))) == every_route()


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_attribute_of_the_chat_is_explained(language: str) -> None:
    loader = (ROOT / "kefu" / "web" / "widget" / "loader.js").read_text("utf-8")
    (read,) = re.findall(r"const \{([^}]*)\} = script\.dataset", loader)
    page = ROOT / "docs" / language / "how-to" / "embed-the-chat.md"
    explained = re.findall(r"^\| `data-(\w+)` \|", page.read_text("utf-8"), re.MULTILINE)
    assert set(explained) == set(re.findall(r"\w+(?= *[,=]|\s*$)", read))
