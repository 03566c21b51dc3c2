"""What the tests of the web stand on: the real application, over HTTP, without a network."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import structlog
from starlette.testclient import TestClient
from web_house import WebHouse, make_config

from kefu.web.serving import assemble

Open = Callable[..., TestClient]


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """Only what is worse than a warning is logged, in one line; then as before: the defaults draw tracebacks slowly."""
    before = structlog.get_config()
    structlog.configure(
        processors=[structlog.processors.format_exc_info, structlog.processors.JSONRenderer()],
        wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR),
    )
    yield
    structlog.configure(**before)


@pytest.fixture
def open_client(tmp_path: Path) -> Iterator[Open]:
    """Serves a new installation with the given configuration, seen from another machine."""
    with ExitStack() as stack:

        def start(
            house: WebHouse | None = None, *, demo: bool = False, crash: bool = True, **own: object
        ) -> TestClient:
            house = house or WebHouse(make_config(tmp_path, **own))
            app = assemble(house.config, house.opening, demo=demo)
            client = TestClient(app, "http://127.0.0.1", crash, client=("192.0.2.1", 5000))
            return stack.enter_context(client)

        yield start


@pytest.fixture
def client(open_client: Open) -> TestClient:
    """One installation with the defaults."""
    return open_client()
