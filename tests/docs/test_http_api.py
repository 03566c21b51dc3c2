"""The page about the HTTP interface names every route, and no other."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from starlette.routing import WebSocketRoute

from kefu.web.api import health, model, webhooks
from kefu.web.api.reference import make_api

ROOT = Path(__file__).parents[2]
NAMED = re.compile(r"^\| `([A-Za-z]+ /[^`]*)` \|", re.MULTILINE)


def every_route() -> set[str]:
    """`METHOD /path` of everything that the web answers for programs."""
    bare = (*webhooks.ROUTES, *model.ROUTES, *health.ROUTES)
    found = {f"{method} {one.path}" for one in bare for method in (one.methods or {"GET"}) - {"HEAD"}}
    api = make_api([])
    described = api.openapi()["paths"]
    found |= {f"{method.upper()} /api/v1{path}" for path, methods in described.items() for method in methods}
    found |= {f"WebSocket /api/v1{one.path}" for one in api.routes if isinstance(one, WebSocketRoute)}
    return found


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
