"""Puts the routes of the web together into one ASGI application."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import cache
from pathlib import Path

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send

from kefu.app import Config, Kefu, load_config, load_module, open_kefu
from kefu.app.attachments import terms_of
from kefu.app.people.single_sign_on import provider_of
from kefu.web import files, pages
from kefu.web.api import chat, health, model, webhooks
from kefu.web.api.live import live
from kefu.web.api.voice import TELEPHONES, talk
from kefu.web.errors import HANDLERS
from kefu.web.front import Front
from kefu.web.hall import Hall

HERE = Path(__file__).parent

PACKED = Middleware(GZipMiddleware, minimum_size=2048, compresslevel=5)
"""Pages of the desk are long and full of the same words; the chat's answers are short and leave as they are."""

Opening = Callable[[], AbstractAsyncContextManager[Kefu]]


def make_app(home: Path, *, demo: bool = False, ready: Callable[[], None] = lambda: None) -> ASGIApp:
    """The application of the project in `home`; its lifespan opens and closes kefu.

    `demo` signs staff in without a token, on this machine only. `ready` is called once
    it serves. Raises `BadConfig` when kefu.toml is wrong.
    """
    config = load_config(home)
    provider_of(config)
    return assemble(config, lambda: open_kefu(home), demo=demo, ready=ready)


def assemble(
    config: Config, opening: Opening, *, demo: bool = False, ready: Callable[[], None] = lambda: None
) -> ASGIApp:
    """The application over any way to open kefu."""

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[dict[str, Hall]]:
        async with opening() as kefu:
            hall = Hall(kefu, demo=demo)
            async with hall.news.running():
                ready()
                yield {"hall": hall}

    routes: list[BaseRoute] = [
        *TELEPHONES,
        *webhooks.ROUTES,
        *model.ROUTES,
        *health.ROUTES,
        *files.ROUTES,
        Route("/widget.js", widget),
        Mount("/widget", StaticFiles(directory=HERE / "widget")),
        Mount("/static", StaticFiles(directory=HERE / "static"), middleware=[PACKED]),
        Mount("/api/v1", _api(config)),
        Route("/desk", desk),
        Mount("/desk", routes=[*pages.ROUTES, *pages.OPEN], middleware=[PACKED]),
        *(pages.HELP if config.get("help.public", bool) else ()),
        *_site(config),
    ]
    app = Starlette(routes=routes, lifespan=lifespan, exception_handlers=HANDLERS)
    return Front(app, config.get("limits.body_kb", int) * 1024, terms_of(config).largest)


async def widget(request: Request) -> Response:
    """The one script that a page needs for the chat."""
    return await StaticFiles(directory=HERE / "widget").get_response("loader.js", request.scope)


async def desk(_request: Request) -> Response:
    """The desk without its last stroke, and the front door where there is no site."""
    return RedirectResponse("/desk/", 303)


class Later:
    """An application that is made when somebody first asks for it, since making it takes half a second."""

    def __init__(self, make: Callable[[], ASGIApp]) -> None:
        self._make = make
        self._made: asyncio.Future[ASGIApp] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve; whoever comes meanwhile waits for the same making."""
        if self._made is None:
            self._made = asyncio.ensure_future(asyncio.to_thread(self._make))
        await (await self._made)(scope, receive, send)


@cache
def _team_api() -> ASGIApp:
    """The same for all installations in a process: it knows which one it serves by the request."""
    from kefu.web.api.reference import make_api

    return make_api()


def _api(config: Config) -> ASGIApp:
    """/api/v1: the chat's bare routes, open to the sites that may carry it, and the team's side."""
    cors = Middleware(
        CORSMiddleware,
        allow_origins=[str(origin) for origin in config.get("web.origins", list)],
        allow_methods=["GET", "POST", "DELETE"],
        allow_headers=["Authorization", "Content-Type", "Accept-Language"],
        max_age=3600,
    )
    busy = [*chat.ROUTES, WebSocketRoute("/live", live)]
    routes = [Mount("/chat", routes=busy), WebSocketRoute("/voice/live", talk), Mount("/", Later(_team_api))]
    return Starlette(routes=routes, middleware=[cors], exception_handlers=HANDLERS)


def _site(config: Config) -> list[BaseRoute]:
    """The company's own site, if the project brings one: an ASGI application `make_app(settings)`."""
    file = config.get("site.app", str)
    if not file:
        return [Route("/", desk)]
    settings = {"home": str(config.home), "site_secret": config.get("security.site_secret", str)}
    settings |= {f"{name}_url": str(config.values.get(f"records.{name}.url", "")) for name in config.names("records")}
    return [Mount("/", load_module(config.home / file, "kefu_site").make_app(settings))]
