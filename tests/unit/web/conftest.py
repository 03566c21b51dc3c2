"""What the tests of the web stand on: the real application, over HTTP, without a network."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from starlette.testclient import TestClient
from web_house import WebHouse, make_config

from kefu.web.serving import assemble


@pytest.fixture
def open_client(tmp_path: Path) -> Iterator[Callable[..., TestClient]]:
    """Serves a new installation with the given configuration."""
    with ExitStack() as stack:

        def start(*, demo: bool = False, house: WebHouse | None = None, **own: object) -> TestClient:
            house = house or WebHouse(make_config(tmp_path, **own))
            app = assemble(house.config, house.opening(), demo=demo)
            client = TestClient(
                app, base_url="http://127.0.0.1", client=("192.0.2.1", 5000), raise_server_exceptions=True
            )
            client = stack.enter_context(client)
            client.house = house  # type: ignore[attr-defined]
            return client

        yield start


@pytest.fixture
def client(open_client: Callable[..., TestClient]) -> TestClient:
    """One installation with the defaults."""
    return open_client()
