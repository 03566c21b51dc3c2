"""The small house as a process of its own, to be killed and started again by the tests."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import uvicorn

sys.path.insert(0, str(Path(__file__).parents[1]))

from web_house import WebHouse, make_config

from kefu.app import Kefu
from kefu.web.serving import assemble

SITE = """
from html import escape
from starlette.applications import Starlette
from starlette.responses import HTMLResponse
from starlette.routing import Route

PAGE = '''<!doctype html><html lang="{lang}"><head><meta charset="utf-8"><title>Shop</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<script src="/widget.js" data-language="{lang}" data-identity="{identity}" data-title="{title}" async></script></head>
<body><main><h1>Shop</h1><p>Hello.</p><a href="#top">A link</a></main></body></html>'''

async def page(request):
    asked = {name: escape(request.query_params.get(name, ""), quote=True) for name in ("lang", "identity", "title")}
    return HTMLResponse(PAGE.format(**asked))

def make_app(settings):
    return Starlette(routes=[Route("/", page)])
"""


def behind(file: Path) -> datetime:
    """The house's clock, as many minutes behind as a test says."""
    return datetime.now(UTC) - timedelta(minutes=float(file.read_text("utf-8") or 0))


def main() -> None:
    """Serve on a port, with everything kept in a folder."""
    port, home = int(sys.argv[1]), Path(sys.argv[2])
    (home / "site.py").write_text(SITE, "utf-8")
    own: dict[str, object] = {"site__app": "site.py", "limits__messages_per_minute": 0, "rating__ask": True}
    if (home / "shadow").exists():
        own |= {"promise__mode": "shadow"}
    if (home / "company.json").exists():
        said: dict[str, object] = json.loads((home / "company.json").read_text("utf-8"))
        own |= {f"sign_in__oidc__{name}": value for name, value in said.items()}
    if (home / "work.json").exists():
        own |= json.loads((home / "work.json").read_text("utf-8"))
    house = WebHouse(make_config(home, **own), durable=True)
    if (home / "shadow").exists():
        house.bench.house = replace(house.bench.house, review_share=1.0)
    if (home / "behind").exists():
        house.bench.house = replace(house.bench.house, clock=lambda: behind(home / "behind"))
    demo = len(sys.argv) > 3

    @asynccontextmanager
    async def opening() -> AsyncIterator[Kefu]:
        async with house.opening() as kefu:
            await kefu.reconfigure()
            clerk = asyncio.create_task(kefu.clerk.run(lambda: kefu.house))
            yield kefu
            clerk.cancel()

    uvicorn.run(assemble(house.config, opening, demo=demo), port=port, log_level="error", lifespan="on")


if __name__ == "__main__":
    main()
